"""WAVE files: format 1 (PCM) of 16 and 24 bits, format 3 (IEEE float) of 32, RF64 past 4 GiB.

Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE); New Multimedia Data Types and Data
Techniques 3.0 (formats other than 1: extended `fmt `, `fact`); EBU Tech 3306 (RF64).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from songbuild.formats.pcm import Samples, pack

LIMIT = 0xFFFF_FFFF
"""Bytes after which a file is RF64."""
_ELSEWHERE = struct.pack("<I", 0xFFFF_FFFF)  # the size stands in the chunk ds64


def write_wav(
    path: Path,
    blocks: Iterable[Samples],
    rate: int,
    channels: int,
    bits: int,
    chunks: bytes = b"",
    bext: bytes = b"",
) -> int:
    """Write blocks (channels, frames), integers of 16 or 24 bits or floats of 32; returns the frames written.

    The header leaves room for RF64's sizes in a JUNK chunk, as the standard advises, so a file is written in one pass.
    `bext` is the content of a chunk before the audio, `chunks` are what follows it, whole and each of even length.
    """
    align = channels * bits // 8
    floats = bits == 32
    with path.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE" + b"JUNK" + struct.pack("<I28x", 28))
        if bext:
            file.write(_chunk(b"bext", bext))
        form = struct.pack("<HHIIHH", 3 if floats else 1, channels, rate, rate * align, align, bits)
        file.write(_chunk(b"fmt ", form + b"\0\0" * floats))
        fact = file.tell() + 8 if floats else None
        file.write(_chunk(b"fact", b"\0\0\0\0") * floats + b"data\0\0\0\0")
        start = file.tell()
        size = 0
        for block in blocks:
            data = pack(block, bits)
            file.write(data)
            size += len(data)
        if size % 2:
            file.write(b"\0")
        file.write(chunks)
        _sizes(file, start, fact, size, size // align, file.tell())
    return size // align


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk, with the byte that makes its length even."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _sizes(file: BinaryIO, data_start: int, fact: int | None, data: int, frames: int, end: int) -> None:
    """Fill in what is known only at the end."""
    if fact is not None:
        file.seek(fact)
        file.write(struct.pack("<I", min(frames, LIMIT)))
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
