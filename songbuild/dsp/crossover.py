"""Crossovers of 24 dB/octave whose bands add up to an all-pass: the sum is flat, whatever the corners.

Source: Linkwitz, Active Crossover Networks for Noncoincident Drivers, JAES 24 (1976): each side a Butterworth filter
of second order twice.  Designed by the bilinear transform, with which the sum of both sides is exactly an all-pass of
second order; bands below a corner go through that all-pass too (D'Appolito, Active Realization of Multiway All-Pass
Crossover Systems, JAES 35 (1987)), so all of them stay in phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array, cos2pi, sin2pi

_SQRT_2 = 1.4142135623730951
_LOWEST, _HIGHEST = 1e-6, 0.49  # of the sample rate: corners outside are moved here


class Corner(NamedTuple):
    """Cascades of one corner: what is below (2, 6), what is above (2, 6), the all-pass that both add up to (1, 6)."""

    low: Array
    high: Array
    both: Array


Split: TypeAlias = tuple[Array, ...] | None
"""The state of `split`: of the low and the high side of each corner; None at rest."""


@lru_cache(maxsize=256)
def corner(rate: float, hz: float) -> Corner:
    """The filters of a corner: each side is -6.02 dB at `hz`, and in phase with the other everywhere."""
    turns = min(max(hz / rate, _LOWEST), _HIGHEST)
    k = float(sin2pi(0.5 * turns) / cos2pi(0.5 * turns))
    scale = 1.0 / (1.0 + _SQRT_2 * k + k * k)
    a1, a2 = 2.0 * (k * k - 1.0) * scale, (1.0 - _SQRT_2 * k + k * k) * scale
    low = np.array([[k * k * scale, 2.0 * k * k * scale, k * k * scale, 1.0, a1, a2]] * 2)
    high = np.array([[scale, -2.0 * scale, scale, 1.0, a1, a2]] * 2)
    both = np.array([[a2, a1, 1.0, 1.0, a1, a2]])
    for sections in (low, high, both):
        sections.flags.writeable = False
    return Corner(low, high, both)


def split(x: Array, corners: Sequence[Corner], state: Split = None) -> tuple[list[Array], Split]:
    """The bands of x (channels, frames), lowest first, one more than there are `corners`; returns (bands, state).

    In blocks equals in one piece, bit for bit.
    """
    before = state or (None,) * (2 * len(corners))
    bands, after, rest = [], [], x
    for i, here in enumerate(corners):
        low = np.concatenate([here.low, *(above.both for above in corners[i + 1 :])])
        band, low_state = sosfilt(low, rest, before[2 * i])
        rest, high_state = sosfilt(here.high, rest, before[2 * i + 1])
        bands.append(band)
        after += [low_state, high_state]
    return [*bands, rest], tuple(after)
