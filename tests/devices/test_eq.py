"""Equaliser: the bar near Nyquist measured through the effect, flatness, and bands that add up."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from songbuild.devices.effects.eq import EFFECT, Eq

RATE = 44_100
N = 1 << 16


def response(*bands):
    """Hz and gain in dB of an equaliser, by its impulse response."""
    x = np.zeros((1, N))
    x[0, 0] = 1.0
    y, _ = EFFECT.process(x, Eq(bands=bands), RATE, None)
    return np.fft.rfftfreq(N, 1 / RATE), 20 * np.log10(np.abs(np.fft.rfft(y[0])) + 1e-15)


@pytest.mark.parametrize("gain", [12.0, -12.0])
def test_bell_near_nyquist(gain):
    hz, db = response({"freq_hz": 12_000, "gain_db": gain, "q": 1})
    s, a = 1j * hz / 12_000, 10 ** (gain / 40)
    error = np.abs(db - 20 * np.log10(np.abs((s * s + a * s + 1) / (s * s + s / a + 1))))
    assert error[hz <= 5000].max() <= 0.1
    assert error[hz <= 16_000].max() <= 0.5
    assert error[hz <= 20_000].max() <= 1.0


def test_without_gain_it_changes_no_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    flat = Eq(bands=[{"freq_hz": 200}, {"type": "low_shelf", "freq_hz": 90}, {"type": "high_shelf", "q": 1.2}])
    np.testing.assert_array_equal(EFFECT.process(x, flat, RATE, None)[0], x)
    np.testing.assert_array_equal(EFFECT.process(x, Eq(), RATE, None)[0], x)


def test_a_cut_nulls_a_boost():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    bands = [
        {"type": t, "freq_hz": f, "gain_db": g, "q": 1.1}
        for t, f in (("peak", 9000), ("low_shelf", 120), ("high_shelf", 7000))
        for g in (8, -8)
    ]
    y, _ = EFFECT.process(x, Eq(bands=bands), RATE, None)
    assert np.abs(y - x).max() < 1e-11


def test_bands_add_up_in_any_order():
    bands = [
        {"freq_hz": 400, "gain_db": -5, "q": 1.4},
        {"type": "high_shelf", "freq_hz": 5000, "gain_db": 3},
        {"type": "highpass", "freq_hz": 60},
        {"type": "notch", "freq_hz": 2000, "q": 8},
    ]
    hz, together = response(*bands)
    alone = sum(response(band)[1] for band in bands)
    heard = (hz > 20) & (np.abs(hz - 2000) > 5)
    np.testing.assert_allclose(together[heard], alone[heard], atol=1e-3)
    np.testing.assert_allclose(response(*bands[::-1])[1][heard], together[heard], atol=1e-6)


@pytest.mark.parametrize("kind", ["highpass", "lowpass", "notch"])
def test_a_gain_that_would_do_nothing_is_refused(kind):
    with pytest.raises(ValidationError, match=f"a {kind} band has no gain_db"):
        Eq(bands=[{"type": kind, "gain_db": 3}])


def test_at_most_16_bands():
    with pytest.raises(ValidationError):
        Eq(bands=[{}] * 17)
