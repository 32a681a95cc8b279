"""Draws the cover, artwork.png: hills at night, one lit window, its light on the water.  numpy and zlib, nothing else."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

SIZE = 1400
HORIZON = 930
WINDOW = (905, 806, 20, 27)  # centre x, centre y, half width, half height
Picture = npt.NDArray[np.float64]
NIGHT, DUSK, LAMP = np.array([16, 22, 46.0]), np.array([206, 112, 84.0]), np.array([255, 206, 122.0])
HILLS = ((700, 60, 3.1, 0.4, (52, 52, 88)), (790, 46, 4.3, 2.1, (36, 40, 72)), (872, 34, 6.2, 4.0, (23, 29, 56)))


def drawn() -> Picture:
    """The picture, (SIZE, SIZE, 3), 0 to 255."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float64)
    picture = _sky(y)
    for top, height, waves, phase, colour in HILLS:
        turn = 2 * np.pi * x / SIZE
        ridge = top - height * (np.sin(waves * turn / 2 + phase) + 0.5 * np.sin(waves * 1.7 * turn / 2 + 2 * phase))
        picture[y > ridge] = colour
    _house(picture, x, y)
    _water(picture, x, y)
    return picture


def _sky(y: Picture) -> Picture:
    """Night above, the last light below, in bands as of a screen print."""
    height = np.clip(y / HORIZON, 0, 1) ** 2.4
    steps = np.floor(height * 22) / 22
    return np.asarray(NIGHT + (DUSK - NIGHT) * steps[..., None] * 0.9)


def _house(picture: Picture, x: Picture, y: Picture) -> None:
    """A roof, a wall, and the window with its glow."""
    cx, cy, half_width, half_height = WINDOW
    wall = (abs(x - cx) < 78) & (y > cy - 58) & (y < HORIZON)
    roof = (y > cy - 122 + 0.72 * abs(x - cx)) & (y < cy - 50) & (abs(x - cx) < 100)
    chimney = (abs(x - cx - 48) < 11) & (y > cy - 128) & (y < cy - 60)
    picture[wall | roof | chimney] = (12, 15, 32)
    pane = (abs(x - cx) < half_width) & (abs(y - cy) < half_height)
    bars = (abs(x - cx) < 2) | (abs(y - cy) < 2)
    distance = np.hypot(x - cx, y - cy)
    for radius, strength in ((190, 0.05), (130, 0.07), (82, 0.1)):
        picture[distance < radius] += (LAMP - picture[distance < radius]) * strength
    picture[pane & ~bars] = LAMP


def _water(picture: Picture, x: Picture, y: Picture) -> None:
    """The far shore upside down, and a path of light that breaks on the waves."""
    below = y >= HORIZON
    mirror = np.clip(2 * HORIZON - y, 0, SIZE - 1).astype(int)
    sway = (3 * np.sin(y / 5.0) * (y - HORIZON) / 120).astype(int)
    seen = picture[mirror, np.clip(x.astype(int) + sway, 0, SIZE - 1)]
    picture[below] = (0.5 * seen + 0.5 * np.array([15, 20, 44.0]))[below]
    depth = np.clip((y - HORIZON) / (SIZE - HORIZON), 0, 1)
    bend = 12 * np.sin(y / 17.0) + 5 * np.sin(y / 6.0)
    path = below & (abs(x - WINDOW[0] - bend * (0.3 + depth)) < 15 + 46 * depth) & (np.sin(y / 4.6 + 9 * depth) > -0.1)
    picture[path] += (LAMP - picture[path]) * (0.62 * (1 - depth[path]) + 0.08)[:, None]


def png(picture: Picture) -> bytes:
    """A PNG of 8 bits a channel (RFC 2083), each row as its difference to the row above."""
    pixels = np.clip(np.round(picture / 3) * 3, 0, 255).astype(np.uint8).reshape(SIZE, -1)
    rows = np.diff(pixels, axis=0, prepend=np.zeros((1, pixels.shape[1]), np.uint8))
    data = b"".join(b"\x02" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


if __name__ == "__main__":
    (Path(__file__).parent / "artwork.png").write_bytes(png(drawn()))
