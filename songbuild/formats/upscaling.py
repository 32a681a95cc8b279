"""Whether a picture was made larger by repeating its pixels, as what is pixelated was."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

MOST_PIXELS = 100_000_000
FACTORS = range(8, 1, -1)
SAMPLE = 1680
"""At most so many pixels of each side are looked at: a multiple of every factor."""
STILL = 0.15
"""Inside of a repeated pixel a picture changes at most by this part of what it changes between two, by JPEG's noise."""
MOVING = 0.9
"""The least part of the borders between repeated pixels at which it changes: a drawn grid is flat at many."""

Plane = npt.NDArray[np.float64]


def repetition(path: Path) -> int:
    """How many times each pixel stands in a JPEG or PNG picture, side by side and below each other; 1 for once.

    What was enlarged smoothly can't be told from a soft picture, and counts as 1, as does what can't be decoded.
    """
    plane = _brightness(path)
    if plane is None:
        return 1
    changes = [np.abs(np.diff(lines, axis=0)).mean(axis=1) for lines in (plane, plane.T)]
    return next((factor for factor in FACTORS if all(_repeats(each, factor) for each in changes)), 1)


def _repeats(change: Plane, factor: int) -> bool:
    """Whether lines change only after every `factor`th; `change` is how much from each line to the next."""
    between = np.arange(1, len(change) + 1) % factor == 0
    moved = change[between]
    if np.count_nonzero(moved) < MOVING * len(moved) or not len(moved):
        return False
    return float(change[~between].mean()) <= STILL * float(moved.mean())


def _brightness(path: Path) -> Plane | None:
    """A part of a picture's brightness, 0 to 255, from where a repeated pixel would start."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG")) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    return None
                left, top = ((side - SAMPLE) // 2 // 840 * 840 if side > SAMPLE else 0 for side in (width, height))
                part = picture.crop((left, top, min(width, left + SAMPLE), min(height, top + SAMPLE)))
                return np.asarray(part.convert("L"), dtype=np.float64)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
