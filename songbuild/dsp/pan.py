"""The pan laws: constant power for mono, balance for stereo.  -1 is left, 0 the centre, 1 right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi

_SQRT2 = 1.4142135623730951


def constant_power(pan: npt.ArrayLike) -> tuple[Array, Array]:
    """The factors (left, right) for a mono signal at `pan`, a number or one for each sample, of its shape.

    Cos and sin of (pan + 1) * 45 degrees: -3.01 dB each in the centre, exactly (1, 0) hard left.
    """
    position = np.asarray(pan, dtype=np.float64)
    left, right = (np.where(offset == 0.0, 1.0, cos2pi(offset * 0.125)) for offset in (position + 1.0, 1.0 - position))
    return left, right


def balance(pan: npt.ArrayLike) -> tuple[Array, Array]:
    """The factors (left, right) for a stereo signal at `pan`, a number or one for each sample, of its shape.

    The constant power law times sqrt 2, not above 1: the nearer side stays, the other one falls; exactly (1, 1) in
    the centre and (1, 0) hard left.
    """
    position = np.asarray(pan, dtype=np.float64)
    left, right = constant_power(position)
    return (
        np.where(position <= 0.0, 1.0, np.minimum(left * _SQRT2, 1.0)),
        np.where(position >= 0.0, 1.0, np.minimum(right * _SQRT2, 1.0)),
    )
