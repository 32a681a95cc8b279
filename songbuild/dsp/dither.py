"""Quantising to whole numbers with seeded TPDF dither.

Source: Lipshitz, Wannamaker, Vanderkooy, Quantization and Dither: A Theoretical Survey, JAES 40 (1992), section 4:
triangular dither of 2 LSB peak to peak makes the error's mean and variance independent of the signal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array
from songbuild.dsp.noise import Key, noise

Integers = npt.NDArray[np.int32]


def quantise(x: Array, bits: int, key: Key | None, start: int) -> tuple[Integers, int]:
    """x (channels, frames) of full scale 1.0 as integers of `bits` bits, and how many samples were clipped.

    The dither of channel c at frame n, counted from `start`, depends on (key, c, start + n) alone, so that the result
    is the same however the signal is cut; key None rounds without dither.  Samples beyond full scale are clipped.
    """
    scale = float(1 << (bits - 1))
    y = x * scale
    if key is not None:
        parts = key if isinstance(key, tuple) else (key,)
        for channel in range(len(y)):
            y[channel] += noise((*parts, channel), start, y.shape[1], "triangular")
    np.rint(y, out=y)
    clipped = int(np.count_nonzero(np.abs(x) > 1.0))
    np.clip(y, -scale, scale - 1.0, out=y)
    return y.astype(np.int32), clipped
