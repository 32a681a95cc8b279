"""Delay: when the echoes come, how loud, how dark, and on which side."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from songbuild.devices.effects.delay import EFFECT, Delay

RATE = 48_000
WIDE = {"low_cut_hz": 20, "high_cut_hz": 20_000, "mix": 1.0}


def click(channels=2, n=RATE, side=None):
    x = np.zeros((channels, n))
    x[slice(None) if side is None else side, 0] = 1.0
    return x


def run(x, **params):
    return EFFECT.process(x, Delay(**params), RATE, None)[0]


def loud(y):
    """Where each of the echoes begins."""
    strong = np.flatnonzero(np.abs(y) > 0.02)
    return strong[np.r_[True, np.diff(strong) > 100]].tolist()


@pytest.mark.parametrize("ms", [5.0, 62.5, 250.0])
def test_echoes_come_on_time_exactly(ms):
    d = round(ms * 48)
    y = run(click(n=3 * d + 1), time_ms=ms, feedback=0.5, **WIDE)
    assert np.all(y[:, :d] == 0.0)
    first = y[0, d]
    assert abs(first) > 0.5
    assert y[0, 2 * d] / first == pytest.approx(0.5, rel=0.35)  # filtered once more
    assert [int(np.argmax(np.abs(y[0, k * d - 2 : k * d + 3]))) for k in (1, 2, 3)] == [2, 2, 2]


def test_each_echo_is_quieter_by_the_feedback():
    n = 4 * RATE
    x = np.zeros((1, n))
    x[0, :4800] = np.sin(2 * np.pi * 1000 * np.arange(4800) / RATE) * np.hanning(4800)
    y = run(x, time_ms=500, feedback=0.6, **WIDE)[0]
    energy = [np.sum(y[k * 24_000 : k * 24_000 + 6000] ** 2) for k in (1, 2, 3, 4)]
    np.testing.assert_allclose(np.diff(10 * np.log10(energy)), 20 * np.log10(0.6), atol=0.05)


def test_each_echo_is_darker_and_thinner():
    x = np.zeros((1, 3 * RATE))
    x[0, :2400] = np.random.default_rng(1).standard_normal(2400)
    y = run(x, time_ms=500, feedback=0.9, low_cut_hz=500, high_cut_hz=3000, mix=1)[0]

    def share(k, low, high):
        power = np.abs(np.fft.rfft(y[k * 24_000 : k * 24_000 + 12_000])) ** 2
        return np.sum(power[low // 4 : high // 4]) / np.sum(power)

    assert share(3, 8000, 20_000) < 0.3 * share(1, 8000, 20_000)
    assert share(3, 20, 150) < 0.3 * share(1, 20, 150)


def test_ping_pong_goes_from_side_to_side():
    for side in (0, 1, None):
        y = run(click(side=side), time_ms=100, feedback=0.8, ping_pong=True, **WIDE)
        left, right = loud(y[0]), loud(y[1])
        assert [at // 4800 for at in left[:4]] == [1, 3, 5, 7]
        assert [at // 4800 for at in right[:4]] == [2, 4, 6, 8]


def test_spread_delays_the_right_side():
    straight = run(click(), time_ms=100, **WIDE)
    y = run(click(), time_ms=100, spread_ms=10, **WIDE)
    np.testing.assert_array_equal(y[0], straight[0])
    np.testing.assert_array_equal(y[1, 480:], straight[1, :-480])


def test_dry_is_exact():
    x = np.random.default_rng(2).standard_normal((2, 9000))
    np.testing.assert_array_equal(run(x, mix=0.0), x)
    np.testing.assert_array_equal(run(x[:1], mix=0.0), np.repeat(x[:1], 2, axis=0))


def test_it_dies_away_by_its_tail():
    p = Delay(time_ms=40, feedback=0.9, mix=1)
    x = np.pad(np.random.default_rng(3).uniform(-1, 1, (2, 4800)), ((0, 0), (0, EFFECT.tail(p, RATE) + 4800)))
    assert np.max(np.abs(EFFECT.process(x, p, RATE, None)[0][:, 4800 + EFFECT.tail(p, RATE) :])) < 1e-5


def test_time_may_be_a_note_value_and_has_bounds():
    assert Delay(time_ms="1/8.").time_ms == "1/8."
    assert Delay(time_ms="0.3 s").time_ms == 300.0
    for wrong in (4.9, 5001, "4ms", "1/7"):
        with pytest.raises(ValidationError):
            Delay(time_ms=wrong)
