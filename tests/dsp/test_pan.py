"""The pan law: constant power, exact where it must be."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.pan import gains, place

PANS = np.linspace(-1, 1, 401)


def db(g):
    return 20 * np.log10(g)


def test_mono_is_constant_power_within_a_hundredth_db():
    left, right = gains(PANS, 1)
    np.testing.assert_allclose(10 * np.log10(left**2 + right**2), 0.0, atol=0.01)
    np.testing.assert_allclose(left, np.cos((PANS + 1) * np.pi / 4), atol=1e-15)
    np.testing.assert_allclose(right, left[::-1], atol=0)
    assert db(float(gains(0.0, 1)[0])) == pytest.approx(-3.0103, abs=1e-4)


def test_stereo_balance_leaves_the_nearer_side_alone():
    left, right = gains(PANS, 2)
    assert np.all(left[PANS <= 0] == 1.0) and np.all(right[PANS >= 0] == 1.0)
    np.testing.assert_allclose(left[PANS > 0], np.sqrt(2) * np.cos((PANS[PANS > 0] + 1) * np.pi / 4), atol=2e-15)
    assert np.all(np.diff(left) <= 0) and np.all(np.diff(right) >= 0)


@pytest.mark.parametrize("channels", [1, 2])
def test_hard_left_and_right_are_exact(channels):
    assert [float(g) for g in gains(-1.0, channels)] == [1.0, 0.0]
    assert [float(g) for g in gains(1.0, channels)] == [0.0, 1.0]


def test_centred_stereo_is_untouched_and_places_per_sample():
    x = np.random.default_rng(1).standard_normal((2, 50))
    np.testing.assert_array_equal(place(x, 0.0), x)
    pan = np.linspace(-1, 1, 50)
    moving = place(x[:1], pan)
    for i in (0, 17, 49):
        np.testing.assert_array_equal(moving[:, i : i + 1], place(x[:1, i : i + 1], pan[i]))


def test_fold_of_a_centred_mono_signal_is_half_of_both():
    x = np.random.default_rng(2).standard_normal((1, 50))
    y = place(x, 0.0)
    np.testing.assert_allclose(20 * np.log10(np.abs((y[0] + y[1]) / 2 / x[0])), -3.0103, atol=0.01)
