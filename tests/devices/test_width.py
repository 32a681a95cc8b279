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


def change_db(y, x, hz):
    """By how much the sides changed around a frequency."""
    bins = slice(int(hz * 0.97 * 4), int(hz * 1.03 * 4))
    before, after = (np.sum(np.abs(np.fft.rfft(z[0] - z[1])[bins]) ** 2) for z in (x, y))
    return 10 * np.log10(after / before)


def test_width_by_frequency():
    x = noise()
    y = run(x, low_width=0.5, low_hz=300, high_width=2.0, high_hz=5000, width=1.25)
    all_of_it = 20 * np.log10(1.25)
    assert change_db(y, x, 40) == pytest.approx(all_of_it - 6.02, abs=0.1)
    assert change_db(y, x, 300) == pytest.approx(all_of_it - 3.01, abs=0.1)
    assert change_db(y, x, 1200) == pytest.approx(all_of_it, abs=0.25)
    assert change_db(y, x, 5000) == pytest.approx(all_of_it + 3.01, abs=0.1)
    assert change_db(y, x, 20_000) == pytest.approx(all_of_it + 6.02, abs=0.1)


@pytest.mark.parametrize("widen", [0.3, 1.0])
def test_widening_is_not_heard_in_mono(widen):
    """BARS, mono fold: equal to (L+R)/2; here to the last digit."""
    x = noise(20_000)
    y = run(x, widen=widen, width=1.4, low_width=0.3, high_width=3.0, mono_below_hz=90)
    np.testing.assert_allclose(y[0] + y[1], x[0] + x[1], atol=1e-14)
    assert np.abs(y - x).max() > 0.1


def test_widening_makes_sides_of_a_centre():
    """Unlike the middle, as loud as asked for, the same on both channels, and none in the bass."""
    centre = np.repeat(noise()[:1], 2, axis=0)
    y = run(centre, widen=0.5)
    middle, sides = centre[0], (y[0] - y[1]) / 2
    assert abs(np.corrcoef(middle, sides)[0, 1]) < 0.03
    assert abs(20 * np.log10(np.std(y[0]) / np.std(y[1]))) < 0.3
    spectrum, before = np.abs(np.fft.rfft(sides)) ** 2, np.abs(np.fft.rfft(middle)) ** 2
    for hz, wanted in ((100, -6.02 - 16.0), (1000, -6.02), (5000, -6.02), (15_000, -6.02)):
        bins = slice(int(hz * 0.97 * 4), int(hz * 1.03 * 4))
        assert 10 * np.log10(np.sum(spectrum[bins]) / np.sum(before[bins])) == pytest.approx(wanted, abs=0.2)


def test_widening_is_short():
    """A click stays a click: nine tenths of what is made of it within 2 ms."""
    x = np.zeros((2, 4800))
    x[:, 0] = 1.0
    y = run(x, widen=1.0)
    energy = np.cumsum((y[0] - y[1]) ** 2)
    assert energy[96] > 0.9 * energy[-1]
