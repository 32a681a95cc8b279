"""The page of a difference, as a browser shows it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from browser import chromium, look, needs_browser
from diff.songs import BAND, edited, facts
from songbuild.diff.change import Bars
from songbuild.diff.compare import compare
from songbuild.diff.heard import Clip, Heard, Reading, Span, Stream, Stretch
from songbuild.diff.page import page

pytestmark = needs_browser
LONG = "unpronounceably" * 6
MIX = """mix:
  channels:
    bass:
      automation: {pan: "1: -0.5, 9: 0.5 smooth"}
      inserts: [eq: {bands: [{freq_hz: 200, gain_db: 2}]}, compressor: {threshold_db: -20}]
"""


@pytest.fixture(scope="module")
def shown() -> str:
    """A page with every kind of picture, long names and players."""
    old = BAND.replace("lead", LONG) + MIX
    new = edited(
        old,
        ('"x-x- x-x-"', '"xxx- x-X-"'),
        ("e4:4 g a g | e4:2 d4", "e4:4!40 g b g | d4:2 r"),
        ("light in the", f"night {LONG} the"),
        ("F | G |", "F | G7 |"),
        ("chorus, bridge, chorus, outro]", "bridge, chorus, chorus, chorus]"),
        ("1: -0.5", "1: -1"),
        ("gain_db: 2", "gain_db: -6"),
        ("threshold_db: -20", "threshold_db: -30"),
    )
    difference = compare(facts(old), facts(new))
    reading = Reading(-14.0, -1.0, 5.0, (-20.0,) * 4, -6.0, 0.5)
    whole = Stretch("", Span(0, 1, Bars(1, 8)), Span(0, 1, Bars(1, 8)), before=reading, after=reading)
    stream = Stream("master", "master", whole=whole, sections=(replace(whole, name=LONG),))
    heard = Heard((stream,), (Clip(LONG, Bars(1, 2), 1.0, "before-1.flac", "after-1.flac"),))
    return page(difference, (LONG, LONG), heard)


def test_nothing_overflows_on_a_telephone_and_nothing_is_fetched(shown: str, tmp_path: Path) -> None:
    found = look(tmp_path, shown, 390)
    assert (found["wide"], found["over"]) == (found["room"], [])
    assert found["asked"] == []
    assert found["text"] == "Band"
    assert found["drawn"] > 60


def test_every_kind_of_mark_has_its_colour_in_light_and_dark(shown: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(shown, encoding="utf-8")
    for scheme, colours in ((1, ("0062a3", "b84a00", "00775a")), (0, ("6db8f2", "ff9f5e", "4fd3ac"))):
        shot = tmp_path / f"page-{scheme}.png"
        chromium(
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--blink-settings=preferredColorScheme={scheme}",
            "--window-size=1200,3600",
            "--hide-scrollbars",
            f"--screenshot={shot}",
            (tmp_path / "page.html").as_uri(),
        )
        with Image.open(shot) as image:
            seen = {bytes(colour).hex(): count for count, colour in image.convert("RGB").getcolors(1 << 24) or ()}  # type: ignore[arg-type]
        for colour in colours:
            assert seen.get(colour, 0) > 50, f"#{colour} is missing"


def test_what_a_page_needs_is_in_it(shown: str) -> None:
    assert re.findall(r'(?:src|href)="([^"]*)"', shown) == ["data:,", "before-1.flac", "after-1.flac"]
    assert re.findall(r"url\(([^)]*)\)", shown) == ["#gone"]
    assert "<script" not in shown
