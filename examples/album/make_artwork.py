"""Draws the covers of the album and its two songs in one night's colours, with the PNG writer of example_song."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent
EXAMPLE = runpy.run_path(str(HERE.parent.parent / "example_song" / "make_artwork.py"))
SIZE: int = EXAMPLE["SIZE"]
NIGHT, DUSK, LAMP = (22, 28, 54), (198, 110, 86), (255, 206, 122)
Picture = npt.NDArray[np.float64]
X, Y = np.meshgrid(np.arange(SIZE, dtype=np.float64), np.arange(SIZE, dtype=np.float64))


def night(horizon: int, steps: int = 14) -> Picture:
    """A sky in bands that glow towards the horizon, and black below it, (SIZE, SIZE, 3), 0 to 255."""
    height = np.floor(np.clip(Y / horizon, 0, 1) ** 2.6 * steps) / steps
    picture = np.asarray(NIGHT) + (np.subtract(DUSK, NIGHT)) * height[..., None] * 0.85
    picture[horizon <= Y] = (12, 15, 30)
    return picture


def glow(picture: Picture, x: float, y: float, radii: tuple[int, ...], strength: float = 0.12) -> None:
    """A lamp at x, y in rings of light, each `strength` nearer to the lamp's colour."""
    distance = np.hypot(X - x, Y - y)
    for radius in radii:
        picture[distance < radius] += (np.asarray(LAMP) - picture[distance < radius]) * strength
    picture[distance < radii[-1] / 2] = LAMP


def stations() -> Picture:
    """Seven lit windows run down a line that bends in groups of two, two and three."""
    picture = night(980)
    ridge = 800 - 50 * np.sin(X / 190) - 26 * np.sin(X / 83 + 1)
    picture[(ridge < Y) & (Y < 980)] = (34, 38, 70)
    picture[(abs(Y - 992) < 5) | ((abs(Y - 1010) < 12) & (X % 56 < 12))] = (70, 66, 84)
    body = (abs(X - 700) < 622) & (abs(Y - 906) < 72)
    picture[body] = (18, 22, 44)
    picture[body & (abs(Y - 962) < 5)] = DUSK
    left = 128.0
    for group in (2, 2, 3):
        for _ in range(group):
            window = (left < X) & (left + 112 > X) & (abs(Y - 896) < 34)
            picture[window] = LAMP
            mirror = (left + 8 < X) & (left + 104 > X) & (abs(Y - 1160) < 92) & (np.sin(Y / 5.5) > 0)
            picture[mirror] += (np.asarray(LAMP) - picture[mirror]) * 0.3
            left += 140
        left += 70
    return picture


def lamp() -> Picture:
    """A harbour wall, a lamp on its post, five rings of light, and its path on the water."""
    picture = night(900)
    glow(picture, 520, 560, (430, 330, 240, 160, 92))
    picture[(abs(X - 520) < 9) & (Y > 606) & (Y < 900)] = (12, 15, 30)
    picture[(abs(X - 520) < 52) & (abs(Y - 604) < 6)] = (12, 15, 30)
    picture[(X < 780) & (Y > 846) & (Y < 912)] = (12, 15, 30)
    depth = np.clip((Y - 912) / (SIZE - 912), 0, 1)
    path = (Y > 912) & (abs(X - 520 - 14 * np.sin(Y / 19)) < 26 + 110 * depth) & (np.sin(Y / 6.5 + 7 * depth) > 0)
    picture[path] += (np.asarray(LAMP) - picture[path]) * (0.7 * (1 - depth[path]) + 0.08)[:, None]
    return picture


def album() -> Picture:
    """The road from train to house to harbour: three lamps over one horizon."""
    picture = night(1010)
    for top, waves, colour in ((800, 210.0, (48, 50, 86)), (880, 150.0, (34, 38, 70)), (950, 260.0, (22, 26, 50))):
        picture[(top - 40 * np.sin(X / waves + top) < Y) & (Y < 1010)] = colour
    for x, y, size in ((300, 860, 1.0), (700, 700, 1.5), (1100, 900, 0.8)):
        glow(picture, x, y, tuple(int(size * radius) for radius in (170, 120, 74, 40)))
        path = (Y > 1010) & (abs(X - x - 10 * np.sin(Y / 17)) < size * (14 + (Y - 1010) / 9)) & (np.sin(Y / 6) > 0)
        picture[path] += (np.asarray(LAMP) - picture[path]) * 0.35
    return picture


if __name__ == "__main__":
    for name, drawn in (("seven-stations/", stations), ("harbour-lamp/", lamp), ("", album)):
        (HERE / f"{name}artwork.png").write_bytes(EXAMPLE["png"](drawn()))
