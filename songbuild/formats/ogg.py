"""Ogg Vorbis, through libsndfile, and the Ogg stream that Opus shares with it: the same sound gives the same bytes.

Sources: RFC 3533 (Ogg: pages, their serial number and checksum); Xiph.org, Vorbis I specification.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from songbuild.formats.audio import Audio
from songbuild.formats.pcm import recut

RATES = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
SERIAL = 0x534F4E47
"""The serial number of the one stream in a file: an encoder draws it at random."""
_CHUNK = 16_384  # frames given at once: of them depends what Vorbis makes, and more than a few exhaust its stack


def write_ogg(path: Path, blocks: Iterable[Audio], rate: int, channels: int, quality: float) -> int:
    """Write blocks (channels, frames) of full scale 1.0 as Vorbis of `quality` 0 to 10; returns the frames written."""
    return encode(path, blocks, rate, channels, "VORBIS", 1.0 - quality / 10.0)


def encode(path: Path, blocks: Iterable[Audio], rate: int, channels: int, codec: str, level: float) -> int:
    """Write an Ogg file by libsndfile's `codec` and compression `level`, 0 to 1; returns the frames written."""
    import soundfile

    frames = 0
    with soundfile.SoundFile(path, "w", rate, channels, format="OGG", subtype=codec, compression_level=level) as file:
        for block in recut(blocks, channels, _CHUNK):
            file.write(np.ascontiguousarray(block.T))
            frames += block.shape[1]
    _pin_serial(path)
    return frames


def _pin_serial(path: Path) -> None:
    """Give every page of an Ogg file of one stream the number SERIAL, and the checksum that goes with it."""
    from mutagen.ogg import OggPage

    size = path.stat().st_size
    with path.open("r+b") as file:
        while file.tell() < size:
            start = file.tell()
            page = OggPage(file)
            page.serial = SERIAL
            file.seek(start)
            file.write(page.write())
