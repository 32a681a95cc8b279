"""What an audio file's header promises, held against the file: libsndfile reads less, or more, in silence.

Sources: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF); EBU Tech 3306 (RF64);
Apple, Audio Interchange File Format 1.3; RFC 9639 (FLAC), 8.2; RFC 3533 (Ogg), 6; ISO/IEC 11172-3 (MPEG audio),
2.4.1.3, and the Xing header, as LAME writes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_CUT = "it was cut short: copy or export it again"
_CONTRADICTION = "the program that wrote it did not finish: open it in an editor and save it again"
_STREAMED = 0xFFFF_FF00  # a data chunk this long or longer means: up to the end of the file
_PCM_FORMATS = (1, 3, 0xFFFE)  # whole numbers, floating point, extensible
_OGG_PAGE = 65_307  # bytes at most
_OGG_LAST = 4  # flag of a stream's last page

Complaint = tuple[str, str]
"""A sentence and a hint."""


def complaint(path: Path) -> Complaint | None:
    """What is wrong with the promises of an audio file's header; None where nothing is, or nothing is known."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] in (b"RIFF", b"RF64") and head[8:] == b"WAVE":
            return _wave(file, size)
        if head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
            return _aiff(file, size, head[8:] == b"AIFF")
        if head[:4] == b"fLaC":
            return _flac(file)
        if head[:4] == b"OggS":
            return _ogg(file, size)
        if head[:3] == b"ID3" or head[:1] == b"\xff":
            return _mpeg(file, size)
        if head[:4] == b"riff":  # Wave64: libsndfile's own check has to do
            return None
    return "it is not audio that can be read", "use WAV, FLAC, AIFF, MP3 or Ogg"


class _Chunk(NamedTuple):
    name: bytes
    start: int  # of its data
    length: int  # as the file says


def _chunks(file: BinaryIO, size: int, order: str) -> Iterator[_Chunk]:
    """The chunks of a RIFF or IFF file, up to one that doesn't fit."""
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack(f"{order}4sI", file.read(8))
        yield _Chunk(name, at + 8, length)
        at += 8 + length + length % 2


def _wave(file: BinaryIO, size: int) -> Complaint | None:
    wrong, data, long_data = None, None, 0
    for chunk in _chunks(file, size, "<"):
        if chunk.name == b"ds64":
            file.seek(chunk.start + 8)
            long_data = int.from_bytes(file.read(8), "little")
        elif chunk.name == b"fmt " and data is None:
            file.seek(chunk.start)
            wrong = _wave_format(file.read(16))
        elif chunk.name == b"data":
            data = chunk
            length = long_data if long_data and chunk.length == 0xFFFF_FFFF else chunk.length
            if chunk.length >= _STREAMED and not long_data:
                return wrong
            if chunk.start + length > size:
                return _missing(chunk.start + length - size, length)
            if long_data:
                return wrong
        elif data is not None and not _is_name(chunk.name):
            return _more(size - chunk.start + 8)
    if wrong or data is not None:
        return wrong
    return "it holds no audio: its header has no data chunk", _CONTRADICTION


def _wave_format(fmt: bytes) -> Complaint | None:
    """What is wrong with the chunk `fmt `: it comes before the data."""
    if len(fmt) < 16:
        return "its header breaks off", _CUT
    kind, channels, rate, _, align, bits = struct.unpack("<HHIIHH", fmt)
    if not channels or not rate:
        return f"its header says {channels} channels at {rate} Hz", _CONTRADICTION
    if kind in _PCM_FORMATS and align != channels * ((bits + 7) // 8):
        return f"its header contradicts itself: {channels} channels of {bits} bits in {align} bytes", _CONTRADICTION
    return None


def _aiff(file: BinaryIO, size: int, plain: bool) -> Complaint | None:
    promised, sound = 0, None
    for chunk in _chunks(file, size, ">"):
        file.seek(chunk.start)
        if chunk.name == b"COMM":
            channels, frames, bits = struct.unpack(">hIh", file.read(8))
            if channels < 1 or not file.read(10).strip(b"\0"):
                return f"its header says {max(0, channels)} channels, or a rate of 0", _CONTRADICTION
            promised = frames * channels * ((bits + 7) // 8)
        elif chunk.name == b"SSND":
            if chunk.start + chunk.length > size:
                return _missing(chunk.start + chunk.length - size, chunk.length)
            sound = chunk.length - 8 - int.from_bytes(file.read(4), "big")
        elif sound is not None and not _is_name(chunk.name):
            return _more(size - chunk.start + 8)
    if sound is None:
        return "it holds no audio: its header has no sound chunk", _CONTRADICTION
    if plain and promised > sound:
        return _missing(promised - sound, promised)
    if plain and sound > promised + 1:
        return _more(sound - promised)
    return None


def _flac(file: BinaryIO) -> Complaint | None:
    file.seek(8)
    info = file.read(18)
    if len(info) < 18:
        return "its header breaks off", _CUT
    rate = int.from_bytes(info[10:13], "big") >> 4
    frames = int.from_bytes(info[13:18], "big") & 0xF_FFFF_FFFF
    if not rate or not frames:
        return f"its header says {frames} frames at {rate} Hz", "its encoder broke off: encode it again"
    return None


def _ogg(file: BinaryIO, size: int) -> Complaint | None:
    file.seek(max(0, size - _OGG_PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS\0")
    if page < 0 or not tail[page + 5 : page + 6] or not tail[page + 5] & _OGG_LAST:
        return "the end of its stream is missing", _CUT
    segments = tail[page + 27 : page + 27 + tail[page + 26]] if page + 26 < len(tail) else b""
    if page + 27 + len(segments) + sum(segments) > len(tail):
        return "its last page is incomplete", _CUT
    return None


def _mpeg(file: BinaryIO, size: int) -> Complaint | None:
    file.seek(0)
    start = 0
    tag = file.read(10)
    if tag[:3] == b"ID3" and len(tag) == 10:
        length = tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]
        start = 10 + length + (10 if tag[5] & 0x10 else 0)
    file.seek(start)
    frame = file.read(64)
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return None if tag[:3] == b"ID3" else ("it is not audio that can be read", "use WAV, FLAC, AIFF, MP3 or Ogg")
    version_1, mono = frame[1] >> 3 & 3 == 3, frame[3] >> 6 == 3
    side = (17 if mono else 32) if version_1 else (9 if mono else 17)
    xing = frame[4 + side :]
    if xing[:4] not in (b"Xing", b"Info") or xing[7] & 3 != 3:
        return None
    promised = int.from_bytes(xing[12:16], "big")
    return _missing(start + promised - size, promised) if start + promised > size else None


def _is_name(name: bytes) -> bool:
    return all(32 <= letter < 127 for letter in name)


def _missing(count: int, promised: int) -> Complaint:
    return f"{count} of the {promised} bytes of audio that its header promises are missing", _CUT


def _more(count: int) -> Complaint:
    return f"{count} bytes follow that its header doesn't know", _CONTRADICTION
