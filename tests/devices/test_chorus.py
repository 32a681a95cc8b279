"""Chorus: where the copies are, how they sway, and what differs between the sides."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.chorus import EFFECT, Chorus

RATE = 48_000


def run(x, **params):
    return EFFECT.process(x, Chorus(**params), RATE, None)[0]


def test_without_depth_it_is_a_delay():
    x = np.random.default_rng(1).standard_normal((2, 4000))
    y = run(x, depth_ms=0, delay_ms=10, voices=1, spread=0, mix=1)
    np.testing.assert_allclose(y[:, 480:], x[:, :-480], atol=1e-12)
    assert not np.any(y[:, :478])


def test_the_delay_sways_as_far_and_as_fast_as_asked():
    """A ramp comes out late by the delay itself: ramp(n) - y(n) is the delay in frames."""
    n = RATE
    ramp = np.arange(n, dtype=float)[None]
    y = run(ramp, rate_hz=2.0, depth_ms=5, delay_ms=12, voices=1, spread=0, mix=1)[0]
    delay = (ramp[0] - y)[2000:] / 48
    t = np.arange(2000, n) / RATE
    np.testing.assert_allclose(delay, 14.5 + 2.5 * np.sin(2 * np.pi * 2 * t), atol=1e-3)


@pytest.mark.parametrize("voices", [1, 2, 4])
def test_voices_are_spread_over_the_turn_and_keep_the_power(voices):
    ramp = np.arange(RATE, dtype=float)[None]
    y = run(ramp, rate_hz=1.0, depth_ms=6, delay_ms=10, voices=voices, spread=0, mix=1)[0]
    delay = (ramp[0] - y / np.sqrt(voices))[4000:] / 48
    if voices > 1:  # the sways cancel each other
        np.testing.assert_allclose(delay, 13.0, atol=1e-3)
    x = np.random.default_rng(2).standard_normal((1, 2 * RATE))
    wet = run(x, voices=voices, mix=1, depth_ms=8, delay_ms=10)[:, 3000:]
    assert 10 * np.log10(np.mean(wet**2) / np.mean(x**2)) == pytest.approx(0, abs=1.5)


def test_spread_makes_the_sides_differ():
    x = np.random.default_rng(3).standard_normal((1, RATE))
    same = run(x, spread=0, mix=1)
    np.testing.assert_array_equal(same[0], same[1])
    wide = run(x, spread=1, mix=1, depth_ms=8)
    assert np.corrcoef(wide[:, 3000:])[0, 1] < 0.7


def test_dry_is_exact():
    x = np.random.default_rng(4).standard_normal((2, 9000))
    np.testing.assert_array_equal(run(x, mix=0.0), x)


def test_the_sway_goes_on_over_hours():
    """The phase is exact: after 2**32 frames it is where it would be if they had been counted in one go."""
    p = Chorus(rate_hz=0.37)
    x = np.zeros((1, 10))
    step = round(0.37 / RATE * 2**40)
    _, (line, phase) = EFFECT.process(x, p, RATE, None)
    assert phase == 10 * step
    _, (_, later) = EFFECT.process(x, p, RATE, (line, (phase + step * (2**32 - 10)) % 2**40))
    assert later == step * (2**32 + 10) % 2**40
