"""Gate: opens, holds, closes; doesn't chatter, doesn't click."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.gate import EFFECT, Gate

RATE = 44_100


def run(x, key=None, **params):
    """x gated, on time."""
    p = Gate(**params)
    late = EFFECT.latency(p, RATE)
    padded = np.concatenate([x, np.zeros((len(x), late))], axis=1)
    heard = padded if key is None else np.concatenate([key, np.zeros((len(key), late))], axis=1)
    return EFFECT.process(padded, p, RATE, None, heard)[0][:, late:]


def tone(hz, db, seconds):
    return 10 ** (db / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)


def gain(x, **params):
    """The gain over time, heard by a constant that the detector doesn't hear."""
    return run(np.ones((1, len(x))), x[None], **params)[0]


def openings(g):
    """How often the gain rises through one half."""
    return int(np.sum((g[1:] >= 0.5) & (g[:-1] < 0.5)))


def test_lets_the_loud_through_and_turns_down_the_quiet():
    quiet, loud = tone(500, -60, 1.0), tone(500, -20, 1.0)
    y = run(np.concatenate([loud, quiet])[None], threshold_db=-40, range_db=-30, hold_ms=10, release_ms=20)[0]
    np.testing.assert_allclose(y[2000:40_000], loud[2000:40_000], rtol=1e-6)
    np.testing.assert_allclose(y[-10_000:], quiet[-10_000:] * 10 ** (-30 / 20), rtol=1e-4)


@pytest.mark.parametrize(("attack", "release"), [(1, 50), (10, 100), (50, 30)])
def test_attack_and_release_are_63_percent(attack, release):
    burst = np.concatenate([np.zeros(5000), np.ones(30_000), np.zeros(60_000)])
    g = gain(burst, threshold_db=-40, attack_ms=attack, hold_ms=0, release_ms=release, range_db=-100)
    opened = (np.argmax(g > 1 - np.exp(-1)) - 5000) / RATE * 1000
    assert opened == pytest.approx(attack, rel=0.05, abs=0.03)
    falling = g[35_000:]
    begins, ends = np.argmax(falling < 0.999), np.argmax(falling < np.exp(-1))
    assert (ends - begins) / RATE * 1000 == pytest.approx(release, rel=0.05)


def test_holds():
    burst = np.concatenate([np.ones(5000), np.zeros(30_000)])
    closes = [np.argmax(gain(burst, hold_ms=hold)[5000:] < 0.99) / RATE * 1000 for hold in (0, 100, 300)]
    assert closes[1] - closes[0] == pytest.approx(100, abs=1.5)
    assert closes[2] - closes[0] == pytest.approx(300, abs=1.5)


@pytest.mark.parametrize("hz", [41, 82, 440])
def test_does_not_chatter_on_a_dying_string(hz):
    """A tone that falls slowly through the threshold, swelling by 4 dB: one opening."""
    t = np.arange(3 * RATE) / RATE
    swell = 10 ** ((-30 - 10 * t + 2 * np.sin(2 * np.pi * 5 * t)) / 20)
    g = gain(np.concatenate([np.zeros(4000), swell * tone(hz, 0, 3)]), threshold_db=-45, hold_ms=0, hysteresis_db=6)
    assert openings(g) == 1
    without = gain(np.concatenate([np.zeros(4000), swell * tone(hz, 0, 3)]), hold_ms=0, hysteresis_db=0, release_ms=5)
    assert openings(without) > 1, "the signal is no test of hysteresis"


def test_does_not_click():
    """Opening on a low tone puts little above 5 kHz: 60 dB under the tone."""
    x = np.concatenate([np.zeros(4000), tone(60, -6, 1.0)])[None]
    y = run(x, threshold_db=-30, attack_ms=2)[0]
    y[-8000:] *= np.cos(np.linspace(0, np.pi / 2, 8000)) ** 2
    high = np.fft.rfft(y)
    high[: int(5000 * y.size / RATE)] = 0
    assert np.abs(np.fft.irfft(high)).max() < 0.5 * 10 ** (-60 / 20)


def test_a_key_opens_it():
    key = np.zeros((1, RATE))
    key[:, 10_000:20_000] = 0.5
    y = run(np.ones((2, RATE)), key, range_db=-120, hold_ms=0, release_ms=5)
    assert y[:, :9900].max() < 1e-5
    assert y[:, 11_000:20_000].min() > 0.999
    assert y[:, 30_000:].max() < 1e-3


def test_sidechain_filter_ignores_rumble():
    x = tone(30, -20, 1.0)
    assert gain(x, threshold_db=-40)[-1] > 0.99
    assert gain(x, threshold_db=-40, sidechain_hz=1000)[-1] < 0.01
