"""Artwork: what kind of picture a file is, how large and of which colours, read from its header."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Colours = Literal["rgb", "rgba", "grey", "palette", "cmyk"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: MIME type, width and height in pixels, its kind of colours, bits of each pixel, bytes of the file."""

    mime: str
    width: int
    height: int
    colours: Colours = "rgb"
    bits_per_pixel: int = 24
    size: int = 0


class PictureError(ValueError):
    """The file is not a picture that tags can hold."""


_PNG: dict[int, tuple[Colours, int]] = {
    0: ("grey", 1),
    2: ("rgb", 3),
    3: ("palette", 1),
    4: ("rgba", 2),
    6: ("rgba", 4),
}
"""Colour type of a PNG -> colours, samples of a pixel (PNG specification, third edition, 11.2.1)."""
_JPEG: dict[int, Colours] = {1: "grey", 3: "rgb", 4: "cmyk"}
"""Components of a JPEG -> colours (three are YCbCr, which stands for RGB: JFIF 1.02)."""


def read_picture(path: Path) -> Picture:
    """The picture in a JPEG or PNG file.  Raises PictureError for anything else, OSError where it can't be read."""
    data = path.read_bytes()
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 26:
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
        colours, samples = _PNG.get(data[25], ("rgb", 3))
        return Picture("image/png", width, height, colours, samples * data[24], len(data))
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    raise PictureError("it is neither a JPEG nor a PNG picture" if data else "it is empty")


def _jpeg(data: bytes) -> Picture:
    """Walk the segments of a JPEG to the frame header (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == 0xFF:
            at += 1
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[i : i + 2], "big") for i in (at + 5, at + 7))
            bits, components = data[at + 4], data[at + 9]
            colours = _JPEG.get(components, "rgb")
            return Picture("image/jpeg", width, height, colours, bits * components, len(data))
        else:
            at += 2 + length
    raise PictureError("it is a JPEG without a frame header")
