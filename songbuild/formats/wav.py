"""WAVE files: format 1 (PCM), RF64 past 4 GiB.

Source: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE); EBU Tech 3306 (RF64).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from songbuild.formats.pcm import Integers, pack

LIMIT = 0xFFFF_FFFF
"""Bytes after which a file is RF64."""
_ELSEWHERE = struct.pack("<I", 0xFFFF_FFFF)  # the size stands in the chunk ds64


def write_wav(path: Path, blocks: Iterable[Integers], rate: int, channels: int, bits: int, id3: bytes = b"") -> int:
    """Write blocks (channels, frames) of `bits`-bit integers; returns the frames written.

    The header leaves room for RF64's sizes in a JUNK chunk, as the standard advises, so a file is written in one pass.
    `id3` is an ID3v2 tag, which goes into a chunk of its own after the audio.
    """
    align = channels * bits // 8
    with path.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE" + b"JUNK" + struct.pack("<I28x", 28))
        file.write(b"fmt " + struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * align, align, bits))
        file.write(b"data\0\0\0\0")
        start = file.tell()
        size = 0
        for block in blocks:
            data = pack(block, bits)
            file.write(data)
            size += len(data)
        if size % 2:
            file.write(b"\0")
        if id3:
            file.write(b"id3 " + struct.pack("<I", len(id3)) + id3 + b"\0" * (len(id3) % 2))
        _sizes(file, start, size, size // align, file.tell())
    return size // align


def _sizes(file: BinaryIO, data_start: int, data: int, frames: int, end: int) -> None:
    """Fill in what is known only at the end."""
    if end - 8 <= LIMIT:
        file.seek(4)
        file.write(struct.pack("<I", end - 8))
        file.seek(data_start - 4)
        file.write(struct.pack("<I", data))
        return
    file.seek(0)
    file.write(b"RF64" + _ELSEWHERE + b"WAVE")
    file.write(b"ds64" + struct.pack("<IQQQI", 28, end - 8, data, frames, 0))
    file.seek(data_start - 4)
    file.write(_ELSEWHERE)
