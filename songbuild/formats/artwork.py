"""Artwork: what kind of picture a file is and how large, read from its header."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: MIME type, width and height in pixels."""

    mime: str
    width: int
    height: int


class PictureError(ValueError):
    """The file is not a picture that tags can hold."""


def read_picture(path: Path) -> Picture:
    """The picture in a JPEG or PNG file.  Raises PictureError for anything else, OSError where it can't be read."""
    data = path.read_bytes()
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return Picture("image/png", int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    raise PictureError("it is neither a JPEG nor a PNG picture" if data else "it is empty")


def _jpeg(data: bytes) -> Picture:
    """Walk the segments of a JPEG to the frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == 0xFF:
            at += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[i : i + 2], "big") for i in (at + 5, at + 7))
            return Picture("image/jpeg", width, height)
        else:
            at += 2 + length
    raise PictureError("it is a JPEG without a frame header")
