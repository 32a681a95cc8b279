"""What the tests of the public functions share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shell import TINY


@pytest.fixture
def tiny_pair(write_song: Callable[..., Path]) -> Path:
    """An album of TINY and of a song like it that is a little faster."""
    other = TINY.replace("Tiny", "Tinier").replace("tempo: 240", "tempo: 250")
    album = "title: Pair\nsongs: [one, {song: two, gap: 0.5 s}]\ndelivery: {formats: [flac, wav16], album: [wav24]}\n"
    return write_song({"album.yaml": album, "one/song.yaml": TINY, "two/song.yaml": other}, "pair")
