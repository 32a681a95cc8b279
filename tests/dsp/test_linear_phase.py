"""Linear phase: the magnitude of a cascade, symmetric, and as long at any rate."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp import linear_phase
from songbuild.dsp.eq import Curve, cascade
from songbuild.dsp.filters import response

CURVES = [Curve("peak", 60, 2, 6), Curve("highpass", 25, 0.7071), Curve("high_shelf", 9000, 0.7, -4)]


@pytest.mark.parametrize("rate", [44_100, 192_000])
def test_magnitude_is_that_of_the_cascade(rate):
    sos = cascade(rate, CURVES)
    wanted = np.abs(response(sos, rate, np.linspace(0, rate / 2, 4097)))
    np.testing.assert_allclose(linear_phase.magnitude(sos, 4097), wanted, atol=1e-6)


def test_no_sections_are_flat():
    np.testing.assert_array_equal(linear_phase.magnitude(np.zeros((0, 6)), 9), np.ones(9))


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_response(rate):
    sos = cascade(rate, CURVES)
    taps = linear_phase.response(linear_phase.magnitude(sos, linear_phase.bins(rate)), rate)
    half = linear_phase.half(rate)
    assert taps.size == 2 * half + 1
    np.testing.assert_array_equal(taps, taps[::-1])
    hz = np.fft.rfftfreq(1 << 17, 1 / rate)
    db = 20 * np.log10(np.abs(np.fft.rfft(taps, 1 << 17)) + 1e-12)
    heard = hz > 10
    np.testing.assert_allclose(db[heard], 20 * np.log10(np.abs(response(sos, rate, hz[heard]))), atol=0.01)


def test_length_is_about_the_same_time_at_every_rate():
    assert [linear_phase.half(rate) for rate in (44_100, 48_000, 88_200, 96_000, 192_000)] == [
        8192,
        8192,
        16_384,
        16_384,
        32_768,
    ]
