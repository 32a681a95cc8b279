"""Filter, highpass and lowpass: corners, slopes and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects import filter as filter_
from songbuild.devices.effects import highpass, lowpass

RATE = 44_100


def level(effect, hz, **params):
    """Gain in dB of a sine wave, after the start has died away."""
    t = np.arange(RATE) / RATE
    x = np.sin(2 * np.pi * hz * t)[None]
    y, _ = effect.process(x, effect.params(**params), RATE, None)
    return 20 * np.log10(np.sqrt(2 * np.mean(y[0, RATE // 2 :] ** 2)) + 1e-12)


@pytest.mark.parametrize("slope", [6, 12, 18, 24, 36, 48])
@pytest.mark.parametrize("hz", [80, 1000, 9000])
def test_corner_is_3_db_down_at_any_slope(slope, hz):
    for effect in (highpass.EFFECT, lowpass.EFFECT):
        assert level(effect, hz, cutoff_hz=hz, slope_db=slope) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("slope", [6, 12, 18, 24, 36, 48])
def test_slope_is_what_it_says(slope):
    low = level(lowpass.EFFECT, 1600, cutoff_hz=200, slope_db=slope) - level(
        lowpass.EFFECT, 800, cutoff_hz=200, slope_db=slope
    )
    high = level(highpass.EFFECT, 200, cutoff_hz=1600, slope_db=slope) - level(
        highpass.EFFECT, 400, cutoff_hz=1600, slope_db=slope
    )
    assert low == pytest.approx(-slope, abs=0.4)
    assert high == pytest.approx(-slope, abs=0.4)


def test_resonance_lifts_the_corner():
    for slope in (12, 24):
        assert level(lowpass.EFFECT, 500, cutoff_hz=500, q=4, slope_db=slope) == pytest.approx(
            -3.01 + 20 * np.log10(4 / 0.70711), abs=0.02
        )


def test_types_of_filter():
    assert level(filter_.EFFECT, 500, type="bandpass", cutoff_hz=500, q=3) == pytest.approx(0, abs=0.01)
    assert level(filter_.EFFECT, 500, type="notch", cutoff_hz=500, q=3) < -100
    assert level(filter_.EFFECT, 500, type="allpass", cutoff_hz=500) == pytest.approx(0, abs=0.001)
    assert level(filter_.EFFECT, 500, type="lowpass", cutoff_hz=500, q=2) == pytest.approx(6.02, abs=0.01)
    assert level(filter_.EFFECT, 500, type="highpass", cutoff_hz=500, q=0.5) == pytest.approx(-6.02, abs=0.01)


def test_rumble_goes_and_music_stays():
    """Float32 filters err by -58 dB at 50 Hz; a double one leaves a 1 kHz tone beside DC alone."""
    t = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 1000 * t)
    y, _ = highpass.EFFECT.process((tone + 0.9)[None], highpass.Highpass(cutoff_hz=50), RATE, None)
    end = y[0, RATE // 2 :]
    assert abs(end.mean()) < 1e-9
    assert np.sqrt(2 * np.mean(end**2)) == pytest.approx(1, abs=1e-4)
