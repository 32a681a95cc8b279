"""The songs and the album of examples/ are what a user would want to start from: without a word of complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import songbuild

ALBUM = Path(__file__).resolve().parent.parent / "examples" / "album"


@pytest.mark.parametrize("song", ["seven-stations", "harbour-lamp"])
def test_the_songs_have_no_problems(song: str) -> None:
    ran = songbuild("check", ALBUM / song)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(": no problems\n")


def test_the_album_has_no_problems() -> None:
    ran = songbuild("check", ALBUM, "--trust")
    assert (ran.code, ran.err) == (0, "")
