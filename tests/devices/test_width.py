"""Width: sides' level, mono bass, mono fold."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.width import EFFECT, Width

RATE = 48_000


def run(x, **params):
    return EFFECT.process(x, Width(**params), RATE, None)[0]


def noise(n=4 * RATE):
    return np.random.default_rng(1).standard_normal((2, n))


def test_width_one_changes_no_bit():
    np.testing.assert_array_equal(run(noise()), noise())


@pytest.mark.parametrize("width", [0.0, 0.5, 2.0])
def test_the_fold_to_mono_stays_and_the_sides_scale(width):
    """BARS, mono fold: (L+R)/2 within 0.01 dB; here exact."""
    x = noise(5000)
    y = run(x, width=width)
    np.testing.assert_allclose(y[0] + y[1], x[0] + x[1], atol=1e-14)
    np.testing.assert_allclose(y[0] - y[1], width * (x[0] - x[1]), atol=1e-14)


def test_mono_below():
    """The sides are 3 dB down at the corner, 12 dB/octave below it, and whole above."""
    x = noise()
    y = run(x, mono_below_hz=200)
    sides = np.abs(np.fft.rfft(y[0] - y[1])) ** 2
    before = np.abs(np.fft.rfft(x[0] - x[1])) ** 2

    def change(hz):
        bins = slice(int(hz * 0.97 * 4), int(hz * 1.03 * 4))
        return 10 * np.log10(np.sum(sides[bins]) / np.sum(before[bins]))

    assert change(200) == pytest.approx(-3.01, abs=0.15)
    assert change(50) == pytest.approx(-24.1, abs=0.5)
    assert change(2000) == pytest.approx(0.0, abs=0.05)
    np.testing.assert_allclose(y[0] + y[1], x[0] + x[1], atol=1e-13)


def test_mono_passes():
    x = noise(100)[:1]
    np.testing.assert_array_equal(run(x, width=0.3, mono_below_hz=100), x)
