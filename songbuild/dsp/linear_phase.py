"""Filters of linear phase: the magnitude of a cascade of second-order sections without its phase.

The response is symmetric, so everything comes late by the same half of its length.  It is designed by sampling the
magnitude: source: Rabiner and Gold, Theory and Application of Digital Signal Processing (1975), section 3.17, here on a
grid four times as fine as the response is long, under a window.
"""

from __future__ import annotations

import numpy as np

from songbuild.dsp.maths import Array, cos2pi, sin2pi

_HALF = 8192  # frames before and after the middle, up to 48 kHz: 0.17 s, enough for 30 Hz at a usual q
_FLAT = 0.5  # of the half: from here on the window falls
_FINE = 4


def half(rate: int) -> int:
    """Frames before and after the middle of a response: by how much it comes late."""
    frames = _HALF
    while rate * _HALF > 64_000 * frames:
        frames *= 2
    return frames


def magnitude(sos: Array, bins: int) -> Array:
    """|H| of a cascade at `bins` frequencies from 0 to Nyquist, both included.

    By the functions cos² and sin² of half the frequency, in which nothing cancels near 0.  Source: Vicanek, Matched
    Second Order Digital Filters (2016), eq. 9.
    """
    turns = np.arange(bins) / (2.0 * (bins - 1))
    p0, p1 = cos2pi(0.5 * turns) ** 2, sin2pi(0.5 * turns) ** 2
    p2 = 4.0 * p0 * p1
    power = np.ones(bins)
    for row in sos:
        power *= _power(row[:3], p0, p1, p2)
        power /= _power(row[3:], p0, p1, p2)
    root: Array = np.sqrt(np.maximum(power, 0.0))
    return root


def _power(c: Array, p0: Array, p1: Array, p2: Array) -> Array:
    """The power response of c0 + c1/z + c2/z²."""
    power: Array = p0 * (c[0] + c[1] + c[2]) ** 2
    power += p1 * (c[0] - c[1] + c[2]) ** 2
    power -= p2 * (4.0 * c[0] * c[2])
    return power


def bins(rate: int) -> int:
    """How many frequencies `response` wants to know the magnitude of."""
    return _FINE * half(rate) + 1


def response(wanted: Array, rate: int) -> Array:
    """The symmetric impulse response (2 * half(rate) + 1,) with the real transfer function `wanted` (bins(rate),)."""
    reach = half(rate)
    middle = np.fft.irfft(wanted)[: reach + 1]
    fall = np.arange(reach + 1) / reach
    middle *= cos2pi(0.25 * np.clip((fall - _FLAT) / (1.0 - _FLAT), 0.0, 1.0)) ** 2
    return np.concatenate([middle[:0:-1], middle])
