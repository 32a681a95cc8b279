"""The limiter's parts: timing, the running release, the smoothing, and that what is skipped changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp import limiting, truepeak
from songbuild.dsp.limiting import limit, timing
from songbuild.dsp.truepeak import true_peak

RATE = 44100


def limited(x, ceiling, rate=RATE, lookahead_ms=2.0, release_ms=120.0):
    """x limited, without the latency."""
    times = timing(rate, lookahead_ms, release_ms)
    y, _ = limit(np.concatenate([x, np.zeros((len(x), times.latency))], axis=1), ceiling, times, None)
    return y[:, times.latency :]


@pytest.mark.parametrize("rate", [22050, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("lookahead_ms", [0.5, 2.0, 20.0])
def test_the_ramp_takes_the_lookahead(rate, lookahead_ms):
    times = timing(rate, lookahead_ms, 120.0)
    assert times.ahead == sum(times.averages) - 2
    assert times.ahead * times.spacing == pytest.approx(max(lookahead_ms * rate / 1000, 3 * times.spacing), abs=8)
    assert times.latency % times.spacing == 0
    assert 7.9 * max(rate, 44100) / 48000 <= times.spacing <= 9 * max(rate, 44100) / 44100


def test_a_click_is_ducked_in_time_held_and_released():
    x = np.full((1, 3 * RATE), 0.1)
    x[0, RATE] = 2.0
    gain = limited(x, 0.5)[0] / x[0]
    times = timing(RATE, 2.0, 120.0)
    down = gain.min()
    assert down == pytest.approx(0.25, rel=0.05)
    first = int(np.flatnonzero(gain < 1.0)[0])
    assert 0 < RATE - first <= (times.ahead + 2) * times.spacing
    np.testing.assert_allclose(gain[RATE : RATE + int(0.013 * RATE)], down, rtol=1e-9)
    end = int(np.flatnonzero(gain > down + 1e-9)[np.flatnonzero(gain > down + 1e-9) > RATE][0])
    assert 0.013 <= (end - RATE) / RATE <= 0.019  # a hold of 15 ms, smoothed
    after = 1.0 - gain[end + round(0.12 * RATE)]
    assert after == pytest.approx((1.0 - down) / np.e, rel=0.03)  # 63 % of the way back after release_ms
    assert gain[-1] == pytest.approx(1.0, abs=1e-7)


def test_the_gain_moves_smoothly():
    x = np.full((1, RATE), 0.1)
    x[0, RATE // 2] = 2.0
    gain = limited(x, 0.5)[0] / x[0]
    steps = np.abs(np.diff(np.delete(gain, RATE // 2)))
    assert steps.max() < 0.75 / (0.5 * 0.002 * RATE)  # never steeper than a ramp of half the look-ahead


def test_running_maximum_with_decay_equals_the_recursion():
    rng = np.random.default_rng(0)
    held = np.where(rng.random(2000) < 0.02, rng.random(2000), 0.0)
    decay = 0.01
    expected, level = np.empty(held.size), 0.0
    for i, value in enumerate(held):
        level = max(value, level * 2**-decay)
        expected[i] = level
    got, _, _ = limiting._release(held, decay, 0.0, 0)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_windows_left_out_change_no_gain(monkeypatch):
    rng = np.random.default_rng(4)
    x = rng.standard_normal((2, 40000)) * (0.2 + np.exp(-(np.arange(40000) % 9000) / 700))
    x[:, 1:] += 0.9 * x[:, :-1]
    some = limited(x, 0.5)
    looked = []
    plain = truepeak.cautious_peaks

    def every(pending, count, curve):
        return np.full((len(pending), count), 1e9)

    def counting(rows, needed, doubt):
        looked.append(len(rows))
        return plain(rows, np.zeros_like(needed), doubt)

    monkeypatch.setattr(limiting.truepeak, "bounds", every)
    monkeypatch.setattr(limiting.truepeak, "cautious_peaks", counting)
    np.testing.assert_array_equal(limited(x, 0.5), some)
    assert sum(looked) >= 2 * (40000 // truepeak.WINDOW)


def test_below_the_ceiling_nothing_changes_also_after_limiting():
    rng = np.random.default_rng(5)
    x = 0.05 * rng.standard_normal((2, 12 * RATE))
    x[:, 100] = 3.0
    y = limited(x, 0.5, release_ms=50.0)
    np.testing.assert_array_equal(y[:, 4 * RATE :], x[:, 4 * RATE :])
    assert not np.array_equal(y[:, :RATE], x[:, :RATE])


def test_the_loudest_channel_decides_for_all():
    x = np.stack([np.full(RATE, 0.1), np.full(RATE, 0.05)])
    x[0, RATE // 2] = 2.0
    y = limited(x, 0.5)
    keep = np.arange(RATE) != RATE // 2
    np.testing.assert_allclose((y[0] / x[0])[keep], (y[1] / x[1])[keep], rtol=1e-15)


def test_a_peak_in_the_first_frame_is_caught():
    x = np.zeros((1, 2000))
    x[0, 0] = 4.0
    assert true_peak(limited(x, 0.5)) <= 0.5
