"""The pages of reports, as a browser shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from browser import chromium, look, needs_browser
from songbuild.formats.page import (
    AlbumFacts,
    File,
    Head,
    Mark,
    Master,
    Notice,
    Remark,
    SongFacts,
    Track,
    album_page,
    song_page,
)

pytestmark = needs_browser
LONG = "Unpronounceably" * 9


def _curves(columns: int) -> dict[str, Any]:
    wave = [(at * 37 % 100) / 100.0 for at in range(columns)]
    levels = [-10.0 - 20.0 * each for each in wave]
    return {
        "seconds": columns / 4.0, "column_s": 0.25, "low": [[-each for each in wave]] * 2, "high": [wave] * 2,
        "momentary_low": levels, "momentary_high": levels, "short_term": levels, "correlation_low": wave,
        "correlation_high": wave,
    }  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A song and an album with long names and many of everything."""
    from songbuild.formats.page import thumbnail

    cover = tmp_path_factory.mktemp("cover") / "cover.png"
    Image.new("RGB", (600, 600), (20, 90, 80)).save(cover)
    readings = dict.fromkeys(
        ("integrated_lufs", "momentary_max_lufs", "short_term_max_lufs", "true_peak_dbtp", "sample_peak_dbfs"), -123.45
    )
    readings |= dict.fromkeys(("lra_lu", "plr_lu", "psr_lu", "correlation_min", "correlation_mean"), 12.3)
    head = Head(f"A {LONG}", LONG, "Song", 250.0, [("Comment", LONG)], [("Performer", LONG)], thumbnail(cover))
    fine = {"integrated_lufs": True, "true_peak_dbtp": False}
    master = Master("", "AES TD1008, a track", -14.0, -1.0, readings, _curves(1000), fine, [0.0] * 31, [0.2] * 31)
    marks = [Mark(f"section {at}", f"bars {at}–{at + 8}", at * 12.5, at * 12.5 + 12.5) for at in range(20)]
    facts = {**readings, "delay_samples": 12, "frames": 11_025_000, "expected_frames": 11_025_000}
    file = File(f"{LONG}.opus", "Opus, 48 kHz, 128 kbps", 4_000_000, "0" * 64, 11_025_000, 44_100, facts, True, [LONG])
    notices = [Notice("CHK000", f"{LONG}: is long", "a hint")]
    versions = [replace(master, name=name) for name in ("streaming", "loud", "vinyl", "broadcast")]
    track = Track(
        1, LONG, 0.0, 12.5, (0.0, 13.0), "", "QZABC2600042", {**readings, "kept_lu": 0.1, "step_lu": 2.0}, -14.0,
        {f"{2**at * 31.25:g}": -6.0 + at for at in range(10)}, ("00:00:00", "00:02:00", "00:12:37"), ["loud"],
    )  # fmt: skip
    tracks = [
        replace(track, number=at + 1, start_s=at * 12.5, audio_s=(at * 12.5, at * 12.5 + 13.0)) for at in range(20)
    ]
    remarks = [Remark(at + 1, LONG, LONG, LONG, "2026", (at * 10.0, at * 11.0 + 9)) for at in range(12)]
    return {
        "song": song_page(SongFacts(head, marks, [master, *versions], [file, file], notices, remarks)),
        "album": album_page(AlbumFacts(head, master, tracks, [file], notices, 1.0, "04:10:00", remarks)),
    }


@pytest.mark.parametrize("name", ["song", "album"])
def test_nothing_overflows_on_a_telephone_and_nothing_is_fetched(
    name: str, pages: dict[str, str], tmp_path: Path
) -> None:
    found = look(tmp_path, pages[name], 390)
    assert (found["wide"], found["over"]) == (found["room"], [])
    assert found["asked"] == []
    assert found["text"] == f"A {LONG}"
    assert found["drawn"] > 10
    assert min(found["high"]) > 20


def test_it_is_dark_where_the_reader_wants_that(pages: dict[str, str], tmp_path: Path) -> None:
    grounds = [
        look(tmp_path, pages["song"], 1200, f"--blink-settings=preferredColorScheme={scheme}")["ground"]
        for scheme in (1, 0)
    ]
    light, dark = (sum(map(int, re.findall(r"\d+", ground))) for ground in grounds)
    assert light > 3 * 200
    assert dark < 3 * 50


def test_a_page_of_four_minutes_is_small(pages: dict[str, str]) -> None:
    own = pages["song"].split("<h2>Version")[0]
    assert len(own.encode()) < 200_000
    assert len(pages["song"].encode()) < 400_000


def test_the_curves_are_seen(pages: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(pages["song"], encoding="utf-8")
    shot = tmp_path / "page.png"
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    chromium(
        profile,
        "--window-size=1200,1600",
        "--hide-scrollbars",
        f"--screenshot={shot}",
        (tmp_path / "page.html").as_uri(),
    )
    with Image.open(shot) as image:
        seen = {colour: count for count, colour in image.convert("RGB").getcolors(1 << 24)}
    for colour in ((0x2C, 0x6E, 0x63), (0xB4, 0x47, 0x0F), (0x31, 0x5F, 0x9E), (0xE6, 0xDF, 0xC4)):
        assert seen.get(colour, 0) > 500, f"#{bytes(colour).hex()} is missing"
