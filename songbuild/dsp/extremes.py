"""Extremes of a series over windows that slide along it."""

from __future__ import annotations

import numpy as np

from songbuild.dsp.maths import Array


def highest(values: Array, width: int) -> Array:
    """The maximum of every `width` values in a row: (n,) -> (n - width + 1,), and nothing where n < width."""
    covered = 1
    while 2 * covered <= width:
        values = np.maximum(values[:-covered], values[covered:])
        covered *= 2
    rest = width - covered
    return np.maximum(values[:-rest], values[rest:]) if rest else values
