"""The pan laws: constant power, exact where they must be.  BARS: within 0.01 dB."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.pan import balance, constant_power

PANS = np.linspace(-1, 1, 401)


def test_mono_is_constant_power():
    left, right = constant_power(PANS)
    np.testing.assert_allclose(10 * np.log10(left**2 + right**2), 0.0, atol=0.01)
    np.testing.assert_allclose(left, np.cos((PANS + 1) * np.pi / 4), atol=1e-15)
    np.testing.assert_array_equal(right, constant_power(-PANS)[0])
    assert 20 * np.log10(float(constant_power(0.0)[0])) == pytest.approx(-3.0103, abs=1e-4)


def test_balance_leaves_the_nearer_side_alone():
    left, right = balance(PANS)
    assert np.all(left[PANS <= 0] == 1.0) and np.all(right[PANS >= 0] == 1.0)
    np.testing.assert_allclose(left[PANS > 0], np.sqrt(2) * np.cos((PANS[PANS > 0] + 1) * np.pi / 4), atol=2e-15)
    assert np.all(np.diff(left) <= 0) and np.all(np.diff(right) >= 0)


@pytest.mark.parametrize("law", [constant_power, balance])
def test_hard_left_and_right_are_exact(law):
    assert [float(g) for g in law(-1.0)] == [1.0, 0.0]
    assert [float(g) for g in law(1.0)] == [0.0, 1.0]


def test_centred_stereo_is_untouched():
    assert [float(g) for g in balance(0.0)] == [1.0, 1.0]


@pytest.mark.parametrize("law", [constant_power, balance])
def test_per_sample_is_as_one_by_one(law):
    assert [g.tolist() for g in law(PANS)] == [[float(law(p)[side]) for p in PANS] for side in (0, 1)]


def test_mono_fold_of_a_centred_signal_is_half_of_both_sides():
    left, right = constant_power(0.0)
    assert 20 * np.log10((left + right) / 2) == pytest.approx(-3.0103, abs=0.01)
