"""Pan: constant power for mono, balance for stereo.  -1 is left, 0 the centre, 1 right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi

_SQRT2 = 1.4142135623730951


def gains(pan: npt.ArrayLike, channels: int) -> tuple[Array, Array]:
    """The factors (left, right) for `pan`, a number or one for each sample, of its shape.

    From 1 channel: cos and sin of (pan + 1) * 45 degrees, so that the power is constant, -3 dB each in the centre.
    From 2 channels: the same times sqrt 2, not above 1: in the centre exactly 1, hard left exactly (1, 0).
    """
    position = np.asarray(pan, dtype=np.float64)
    left, right = (
        np.where(offset == 0.0, 1.0, cos2pi(offset * 0.125)) for offset in (position + 1.0, 1.0 - position)
    )
    if channels == 1:
        return left, right
    return (
        np.where(position <= 0.0, 1.0, np.minimum(left * _SQRT2, 1.0)),
        np.where(position >= 0.0, 1.0, np.minimum(right * _SQRT2, 1.0)),
    )


def place(x: Array, pan: npt.ArrayLike) -> Array:
    """Audio x (1 or 2, frames) placed at `pan`, a number or (frames,); returns (2, frames)."""
    left, right = gains(pan, len(x))
    return np.stack([x[0] * left, x[-1] * right])
