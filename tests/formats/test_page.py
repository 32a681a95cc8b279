"""The page of a report, from facts alone."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from songbuild.api.papers.album_report import ALBUM
from songbuild.api.papers.song_report import SONG
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
    thumbnail,
)
from songbuild.formats.page.charts import outside
from songbuild.formats.page.markup import bytes_of, clock, escape, number
from songbuild.formats.page.svg import Scale, band, bars, line

READINGS = {
    "integrated_lufs": -14.02, "momentary_max_lufs": -9.5, "short_term_max_lufs": -11.27, "lra_lu": 4.25,
    "true_peak_dbtp": -0.98, "sample_peak_dbfs": -1.31, "plr_lu": 13.04, "psr_lu": 8.5, "correlation_min": -0.25,
    "correlation_mean": 0.61,
}  # fmt: skip
CURVES = {
    "seconds": 4.0, "column_s": 1.0, "low": [[-0.5, -1, 0, -0.1]] * 2, "high": [[0.5, 1, 0, 0.2]] * 2,
    "momentary_low": [None, -20.0, -30.0, -70.0], "momentary_high": [None, -10.0, -12.0, -70.0],
    "short_term": [None, None, None, -14.0], "correlation_low": [None, -0.5, 0.0, None],
    "correlation_high": [None, 0.5, 1.0, None],
}  # fmt: skip
HEAD = Head(
    "Small <script>alert(1)</script>", 'A & "B"', "Song", 4.0, [("ISRC", "QZABC2600042")], [("Composer", "Ann")]
)
MASTER = Master(
    "", "Spotify", -14.0, -1.0, READINGS, CURVES, {"integrated_lufs": True, "true_peak_dbtp": False},
    [0.0] * 31, [0.1] * 31, [-3.0] * 31,
)  # fmt: skip
FILE = File("small.mp3", "MP3, 44.1 kHz, 320 kbps", 160_512, "ab" * 32, 176_400, 44_100, lossy=True, wrong=["it peaks"])
SONG_FACTS = SongFacts(
    HEAD,
    [Mark("verse", "bars 1–2", 0.0, 2.0), Mark("<b>", "bar 3", 2.0, 4.0)],
    [MASTER, replace(MASTER, name="loud", target="", reference_db=None)],
    [replace(FILE, measured={**READINGS, "delay_samples": 0, "frames": 176_400, "expected_frames": 176_400})],
    [Notice("CHK011", "the master peaks at -0.98 dBTP", "lower it")],
    [
        Remark(2, "", "dark\nall over"),
        Remark(4, "bass, verse, bars 1–2", "<more> air", "Mira", "2026-03-14", (0.0, 2.0)),
        Remark(1, "bar 2", "early", time=(1.0, 2.0)),
        Remark(3, "bar 3", "late", "Jon", time=(3.96, 4.0)),
    ],
)
TRACK = Track(
    1, "One & Only", 0.0, 2.5, (0.0, 3.0), "", "QZABC2600042", {**READINGS, "step_lu": None, "kept_lu": 0.01},
    None, {"16000": -1.0, "63": 1.5}, (None, "00:00:00", "00:02:37"), ["too loud"],
)  # fmt: skip
SECOND = replace(TRACK, number=2, start_s=2.5, length_s=1.5, audio_s=(2.5, 4.0), join="crossfade 0.5 s")
ALBUM_FACTS = AlbumFacts(HEAD, MASTER, [TRACK, SECOND], [FILE], [], 1.5, "00:04:00")
PAGES = {"song": (song_page(SONG_FACTS), SONG), "album": (album_page(ALBUM_FACTS), ALBUM)}
DIGESTS = {("song", 2): "4dcfadcc7fa250d2", ("album", 2): "ac414e87bfd187db"}
"""(page, revision of its recipe) -> the start of its SHA-256: a page that looks otherwise needs a new revision."""


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    """Each page."""
    return PAGES[request.param][0]


def test_a_page_is_well_formed_and_escapes_what_people_write(page: str) -> None:
    root = ElementTree.fromstring(page)
    assert "<script" not in page
    texts = "".join(root.itertext())
    assert "Small <script>alert(1)</script>" in texts
    assert 'A & "B"' in texts


def test_a_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import|<script|<link (?!rel="icon")""", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_looks_otherwise_has_a_new_revision(name: str) -> None:
    text, recipe = PAGES[name]
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert DIGESTS.get((name, recipe.revision)) == digest, "raise the revision of its recipe, and note the digest here"


def test_open_notes_stand_at_their_bars_and_in_a_list() -> None:
    text = PAGES["song"][0]
    marks = re.findall(r'<span title="(\d)\. [^"]*" style="left:(\S+)%;width:(\S+)%;top:(\d+)px">\1</span>', text)
    assert marks == [("4", "0.000", "50.000", "0"), ("1", "25.000", "25.000", "20"), ("3", "94.000", "6.000", "0")]
    assert '<li value="2">dark<br/>all over</li>' in text
    assert "<b>bass, verse, bars 1–2</b> <small>Mira, 2026-03-14</small><br/>&lt;more&gt; air</li>" in text
    without = song_page(replace(SONG_FACTS, remarks=[]))
    assert not re.search(r'<(ol|div) class="remark', without)
    assert '<ol class="remarks"><li value="7"><b>One</b><br/>long</li></ol>' in "".join(
        album_page(replace(ALBUM_FACTS, remarks=[Remark(7, "One", "long")])).splitlines()
    )


def _cells(page: str) -> dict[str, list[str]]:
    """The rows of all tables: head of the row -> text of its cells."""
    rows = ElementTree.fromstring(page).iter("{http://www.w3.org/1999/xhtml}tr")
    texts = [["".join(cell.itertext()) for cell in row] for row in rows]
    return {row[0]: row[1:] for row in texts}


def test_figures_stand_beside_their_targets_with_a_verdict() -> None:
    cells = _cells(PAGES["song"][0])
    assert cells["Integrated loudness"] == ["−14.0 LUFStarget −14.0 ✓ pass"] * 2
    assert cells["True peak"] == ["−0.98 dBTPceiling −1.0 ▲ warn"] * 2
    assert cells["Delivery target"] == ["Spotify", "–"]
    assert cells["Loudness range, LRA"] == ["4.2 LU"] * 2
    assert cells["small.mp3"] == [
        "MP3, 44.1 kHz, 320 kbps", "161 kB", "0:04.000 176 400", "−14.0 LUFS", "−0.98 dBTP",
        "delay 0, length exact ✓ pass",
    ]  # fmt: skip
    assert cells["ab" * 32 + "▲ it peaks"] == []


def test_a_late_file_is_told_of() -> None:
    late = {**READINGS, "delay_samples": 1105, "frames": 177_505, "expected_frames": 176_400}
    cells = _cells(song_page(replace(SONG_FACTS, files=[replace(FILE, measured=late)])))
    assert cells["small.mp3"][-1] == "delay 1105, length +1105 ▲ warn"


def test_an_album_has_its_tracks_beside_each_other_and_its_cd() -> None:
    page = PAGES["album"][0]
    cells = _cells(page)
    assert cells["2. One & Only"] == ["–", "00:00:00", "00:02:37", "QZABC2600042"]
    assert cells["Lead-out"][1] == "00:04:00"
    assert page.index("63 Hz") < page.index("16000 Hz")
    assert "crossfade 0.5 s" in page
    assert page.count("too loud") == 2
    assert "<h2>CD" not in album_page(replace(ALBUM_FACTS, disc=""))


def test_a_line_is_interrupted_where_there_is_no_value() -> None:
    scale = Scale(0.0, -10.0)
    assert line([None, -10.0, 0.0, None, -5.0], scale, "k") == '<path class="k" d="M1.5 100l1-100M4.5 50h0"/>'
    assert line([None], scale, "k") == ""
    assert band([-10.0, -5.0], [0.0, 0.0], scale, "k") == '<path class="k" d="M0.5 0l1 0V50l-1 50z"/>'
    assert bars([None, -10.0], scale, "k", gap=0.25) == '<path class="k" d="M1.25 0.0V100.0h0.5V0.0z"/>'


def test_what_is_off_the_plot_stays_just_outside() -> None:
    assert [Scale(0.0, -10.0).y(value) for value in (5.0, 0.0, -2.5, -70.0)] == [-4.0, 0.0, 25.0, 104.0]


def test_bands_outside_of_the_corridor_come_in_runs() -> None:
    levels = [0.0] * 31
    runs = outside(replace(MASTER, balance_db=levels))
    assert [(run[0][0], run[-1][0]) for run in runs] == [("20", "20"), ("63", "160"), ("5k", "20k")]
    assert [max((off for _, off in run), key=abs) for run in runs] == [1.0, -1.6, 16.0]
    assert outside(replace(MASTER, balance_db=None)) == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (number(-0.04, 1), "0.0"),
        (number(None, 1), "–"),
        (number(1.25, 1, signed=True), "+1.2"),
        (clock(59.99), "0:59"),
        (clock(3725), "1:02:05"),
        (bytes_of(999), "999 B"),
        (bytes_of(35_400_000), "35.4 MB"),
        (escape("a\x00b\x1b<\u2028>"), "a\ufffdb\ufffd&lt;\u2028&gt;"),
    ],
)
def test_numbers_and_text_are_written_as_printed(said: str, wanted: str) -> None:
    assert said == wanted


def test_artwork_is_made_small_and_one_that_cannot_be_decoded_is_told_of(tmp_path: Path) -> None:
    place = tmp_path / "cover.png"
    Image.new("RGBA", (1500, 1500), (200, 40, 40, 128)).save(place)
    small = thumbnail(place)
    assert small.data.startswith("data:image/jpeg;base64,") and len(small.data) < 30_000
    assert small == thumbnail(place)
    assert small.title == "1500 × 1500, PNG"
    place.write_bytes(place.read_bytes()[:200])
    broken = thumbnail(place)
    assert (broken.data, broken.trouble) == ("", "the artwork can't be decoded")
