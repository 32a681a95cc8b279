"""The bands of an equaliser as one cascade of second-order sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from songbuild.dsp import filters
from songbuild.dsp.maths import Array, log2

BandType = Literal["peak", "low_shelf", "high_shelf", "highpass", "lowpass", "bandpass", "notch", "allpass"]
FLAT = np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
"""The section that does nothing."""


class Curve(NamedTuple):
    """One band: its type, corner or centre in Hz, q, and the gain of a peak or shelf in dB."""

    type: BandType
    hz: float
    q: float
    gain_db: float = 0.0


def section(rate: float, curve: Curve) -> Array:
    """The section (1, 6) of a band; without gain a peak or shelf is exactly flat."""
    kind, hz, q, gain_db = curve
    if kind in ("peak", "low_shelf", "high_shelf"):
        if gain_db == 0:
            return FLAT
        with_gain = {"peak": filters.peak, "low_shelf": filters.low_shelf, "high_shelf": filters.high_shelf}
        return with_gain[kind](rate, hz, q, gain_db)
    plain = {
        "highpass": filters.highpass,
        "lowpass": filters.lowpass,
        "bandpass": filters.bandpass,
        "notch": filters.notch,
        "allpass": filters.allpass,
    }
    return plain[kind](rate, hz, q)


def cascade(rate: float, curves: Sequence[Curve]) -> Array:
    """The sections (bands, 6), one for each band, so that a state fits whatever the bands' gains are."""
    return np.concatenate([section(rate, curve) for curve in curves]) if curves else np.zeros((0, 6))


def ring(sos: Array, fall_db: float = 120.0) -> int:
    """The frames in which what rings on in a cascade falls by `fall_db`, by its slowest pole."""
    radius = 0.0
    for a1, a2 in sos[:, 4:]:
        inside = a1 * a1 - 4.0 * a2
        root = np.sqrt(abs(inside))
        pole = 0.5 * (abs(a1) + root) if inside > 0 else np.sqrt(a2)
        radius = max(radius, float(pole))
    if radius <= 0:
        return 2
    return 2 + int(np.ceil(fall_db / (-6.020599913279624 * float(log2(radius)))))
