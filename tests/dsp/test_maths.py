"""Elementary functions against extended precision, at their edges, and chunk by chunk."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp import maths

LONG = np.longdouble
PI = LONG("3.14159265358979323846264338327950288")
X = np.random.default_rng(1).uniform(-1, 1, 20_000)


def error(found, wanted):
    """The largest relative error."""
    assert found.dtype == np.float64
    return float(np.max(np.abs((found.astype(LONG) - wanted) / wanted)))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 20.0, 1000.0])
def test_exp2(scale):
    assert error(maths.exp2(X * scale), np.exp2((X * scale).astype(LONG))) <= 4e-15


@pytest.mark.parametrize("x", [2.0 ** (X * 1000), 1.0 + 0.4 * X, 1.0 + 1e-9 * X])
def test_log2(x):
    x = x[x != 1.0]
    assert error(maths.log2(x), np.log2(x.astype(LONG))) <= 4e-15


@pytest.mark.parametrize("scale", [1e-6, 0.25, 1.0, 1e5])
def test_sine_and_cosine_of_turns(scale):
    turns = X * scale
    exact = 2 * PI * (turns.astype(LONG) - np.rint(turns))
    assert np.abs(maths.sin2pi(turns) - np.sin(exact)).max() <= 1e-15
    assert np.abs(maths.cos2pi(turns) - np.cos(exact)).max() <= 1e-15
    if scale < 0.25:
        assert error(maths.sin2pi(turns), np.sin(exact)) <= 4e-15


@pytest.mark.parametrize("scale", [1e-8, 0.1, 1.0, 25.0])
def test_tanh(scale):
    assert error(maths.tanh(X * scale), np.tanh((X * scale).astype(LONG))) <= 4e-15


def test_decibels_there_and_back():
    db = np.linspace(-190, 60, 5001)
    assert error(maths.db_to_gain(db), LONG(10) ** (db.astype(LONG) / 20)) <= 4e-15
    np.testing.assert_allclose(maths.gain_to_db(-maths.db_to_gain(db)), db, rtol=0, atol=1e-13)


def test_edges():
    inf, nan = np.inf, np.nan
    np.testing.assert_array_equal(maths.exp2([-inf, -1100, 0, 10, inf, nan]), [0, 0, 1, 1024, inf, nan])
    assert maths.exp2(-1022.0) == 2.0**-1022
    assert maths.exp2(1023.0) == 2.0**1023
    np.testing.assert_array_equal(maths.log2([0, 1, 8, inf, -1, nan]), [-inf, 0, 3, inf, nan, nan])
    np.testing.assert_array_equal(maths.tanh([-inf, 0, inf, nan]), [-1, 0, 1, nan])
    np.testing.assert_array_equal(maths.sin2pi([0, 0.5, 1, -7.5]), 0)
    np.testing.assert_array_equal(maths.cos2pi([0.25, 0.75, -0.25, 8.25]), 0)
    np.testing.assert_allclose(maths.sin2pi([0.25, 0.75, -0.25]), [1, -1, -1], rtol=3e-16)
    np.testing.assert_allclose(maths.cos2pi([0, 0.5, 1]), [1, -1, 1], rtol=3e-16)
    assert maths.db_to_gain(-inf) == 0.0
    assert maths.gain_to_db(0.0) == -200.0
    assert maths.gain_to_db(0.0, floor=-60) == -60.0


@pytest.mark.parametrize("function", [maths.exp2, maths.log2, maths.sin2pi, maths.cos2pi, maths.tanh])
def test_a_value_has_one_result_wherever_it_stands(function):
    x = np.abs(X) + 0.01
    whole = function(x)
    np.testing.assert_array_equal(np.concatenate([function(x[:7]), function(x[7:9001]), function(x[9001:])]), whole)
    np.testing.assert_array_equal(function(x.reshape(2, -1)[:, ::3]), whole.reshape(2, -1)[:, ::3])
    assert function(np.zeros((2, 0))).shape == (2, 0)
    assert function(0.5).shape == ()


def test_the_cosine_for_sound_is_exact_to_163_db_and_works_in_place():
    x = np.concatenate([np.linspace(-3, 3, 20_001), 1e5 + np.linspace(0, 1, 9001)])
    wanted = maths.cos2pi(x)
    rows = x[:29_000].reshape(4, -1).copy()
    assert maths.cosine(rows) is rows
    np.testing.assert_allclose(rows.reshape(-1), wanted[:29_000], rtol=0, atol=7e-9)
    np.testing.assert_array_equal(maths.cosine(x[100:300].copy()), rows.reshape(-1)[100:300])
