"""Vectorised followers against the loops that they stand for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.dsp import dynamics

X = np.abs(np.random.default_rng(1).standard_normal(3000)) * np.repeat(10.0 ** np.tile([-2, 1, -6, 0, -9], 6), 100)
CUTS = [0, 0, 1, 2, 900, 901, 3000]


@pytest.mark.parametrize("octaves", [1e-4, 0.03, 2.0, 1000.0])
def test_decaying_max_is_the_loop(octaves):
    y, _ = dynamics.decaying_max(X, octaves)
    wanted, last = [], 0.0
    for x in X.tolist():
        last = max(x, last * 2.0**-octaves)
        wanted.append(last)
    np.testing.assert_allclose(y, wanted, rtol=1e-6)


def test_decaying_max_does_not_mind_blocks():
    whole, _ = dynamics.decaying_max(X, 0.013)
    state, parts = -4000.0, []
    for a, b in pairwise(CUTS):
        part, state = dynamics.decaying_max(X[a:b], 0.013, state)
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_decaying_max_stays_exact_over_long_stretches():
    x = np.zeros(100_000)
    x[0] = 1.0
    y, _ = dynamics.decaying_max(x, 0.005)
    np.testing.assert_allclose(np.log2(y[:100_000:9999]), -0.005 * np.arange(0, 100_000, 9999), rtol=1e-6)


@pytest.mark.parametrize(("rise", "fall"), [(3.0, 40.0), (40.0, 3.0), (10.0, 10.0)])
def test_follow_is_the_loop(rise, fall):
    y, _ = dynamics.follow(X, rise, fall, dynamics.resting(0.0))
    up, down = np.exp(-1 / rise), np.exp(-1 / fall)
    held = out = 0.0
    wanted = []
    for x in X.tolist():
        held = max(x, down * held + (1 - down) * x)
        out = min(held, up * out + (1 - up) * held)
        wanted.append(out)
    np.testing.assert_allclose(y, wanted, rtol=0, atol=1e-6)
    parts, state = [], dynamics.resting(0.0)
    for a, b in pairwise(CUTS):
        part, state = dynamics.follow(X[a:b], rise, fall, state)
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts), y)


@pytest.mark.parametrize("samples", [0, 1, 2, 5, 16])
def test_hold_is_a_sliding_maximum(samples):
    before = np.full(16, 0.5)
    y, after = dynamics.hold(X[:200], samples, before)
    padded = np.concatenate([before, X[:200]])
    wanted = [padded[16 + n - samples : 17 + n].max() for n in range(200)]
    np.testing.assert_array_equal(y, wanted)
    np.testing.assert_array_equal(after, X[184:200])


def test_blocks_measure_peak_and_power():
    x = np.random.default_rng(2).standard_normal((2, 1003))
    peak, pending = dynamics.blocks(x, 8, np.zeros(0), peak=True)
    np.testing.assert_array_equal(peak, np.abs(x[:, :1000]).reshape(2, 125, 8).max(axis=(0, 2)))
    assert pending.shape == (3,)
    power, _ = dynamics.blocks(x, 8, np.zeros(0), peak=False)
    np.testing.assert_allclose(power, (x[:, :1000] ** 2).reshape(2, 125, 8).mean(axis=(0, 2)), rtol=1e-12)


def test_steered_interpolates_and_is_late_by_half_a_block():
    gains = np.array([1.0, 0.0, 0.5])
    y, _ = dynamics.steered(np.ones((1, 12)), gains, 4, dynamics.steady(1, 4, 1.0))
    np.testing.assert_allclose(y[0], [0, 0, 1, 1, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25])


def test_static_curve():
    levels = np.array([-40.0, -23.0, -20.0, -17.0, -10.0, 0.0])
    np.testing.assert_allclose(dynamics.reduction_db(levels, -20, 4, 0), [0, 0, 0, 2.25, 7.5, 15])
    np.testing.assert_allclose(dynamics.reduction_db(levels, -20, 4, 6), [0, 0, 0.5625, 2.25, 7.5, 15])
    np.testing.assert_array_equal(dynamics.reduction_db(levels, -20, 1, 6), 0)
