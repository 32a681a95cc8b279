"""Delay lines: exact delays, reading between samples, loops."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.delayline import FURTHER, delayed, extended, loop, read_between


def test_delayed_is_exact_and_goes_on():
    x = np.random.default_rng(1).standard_normal((2, 100))
    y, line = delayed(x[:, :30], None, 13)
    z, _ = delayed(x[:, 30:], line, 13)
    np.testing.assert_array_equal(np.concatenate([y, z], axis=1), np.pad(x, ((0, 0), (13, 0)))[:, :100])


@pytest.mark.parametrize("delay", [1.0, 2.0, 17.0])
def test_whole_delays_are_exact(delay):
    x = np.random.default_rng(2).standard_normal(200)
    past = 17 + FURTHER
    np.testing.assert_array_equal(read_between(x, np.full(200 - past, delay)), x[past - int(delay) : 200 - int(delay)])


def test_between_samples_a_cubic_is_exact_and_a_sine_near():
    n, past = np.arange(300.0), 30
    delay = np.linspace(1.0, 28.0, 270)
    cubic = 1e-6 * n**3 - 1e-3 * n**2 + n
    t = n[past:] - delay
    np.testing.assert_allclose(read_between(cubic, delay), 1e-6 * t**3 - 1e-3 * t**2 + t, atol=1e-11)
    sine = np.sin(2 * np.pi * 0.02 * n)
    np.testing.assert_allclose(read_between(sine, delay), np.sin(2 * np.pi * 0.02 * t), atol=1e-5)


def test_loop_feeds_back_what_turn_says():
    x = np.zeros((1, 50))
    x[0, 0] = 1.0
    y, line, turns = loop(x, None, 10, lambda late, count: (late, late * 0.5, count + 1), 0)
    assert {i: v for i, v in enumerate(y[0]) if v} == {10: 1.0, 20: 0.5, 30: 0.25, 40: 0.125}
    assert turns == 5 and line.shape == (1, 10) and line[0, 0] == 0.0625


def test_extended_starts_from_silence():
    x = np.ones((1, 2))
    assert extended(None, 3, x).tolist() == [[0, 0, 0, 1, 1]]
