"""Noise by position: the same however it is cut, independent by key, and distributed as it says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.dsp.noise import hash_key, noise

SHAPES = ["uniform", "triangular", "gaussian"]
N = 200_000


@pytest.mark.parametrize("shape", SHAPES)
def test_is_addressed_by_position(shape):
    whole = noise("snare", 0, 1000, shape)
    cuts = [0, 0, 1, 2, 7, 8, 500, 501, 1000]
    parts = [noise("snare", a, b - a, shape) for a, b in pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    far = 10**12 + 3
    np.testing.assert_array_equal(noise("snare", far, 50, shape)[20:], noise("snare", far + 20, 30, shape))


@pytest.mark.parametrize(
    ("shape", "rms", "kurtosis", "most"),
    [("uniform", 3**-0.5, 1.8, 1.0), ("triangular", 6**-0.5, 2.4, 1.0), ("gaussian", 1.0, 3.0, 8.7)],
)
def test_distribution(shape, rms, kurtosis, most):
    x = noise((1, "x"), 5, N, shape)
    assert abs(x.mean()) < 4 * rms / N**0.5
    assert x.std() == pytest.approx(rms, rel=0.01)
    assert (x**4).mean() / x.var() ** 2 == pytest.approx(kurtosis, rel=0.03)
    assert np.abs(x).max() <= most


@pytest.mark.parametrize("shape", SHAPES)
def test_is_white(shape):
    x = noise(7, 0, 2**17, shape)
    power = (np.abs(np.fft.rfft(x)) ** 2)[1:-1].reshape(15, -1).mean(axis=1)
    assert power.max() / power.min() < 1.08
    assert np.abs(np.fft.irfft(np.abs(np.fft.rfft(x)) ** 2)[1:20]).max() < 0.015 * np.sum(x * x)


def test_keys_are_told_apart():
    keys = [0, 1, -1, 2**70, "0", b"0", "a", ("a", "b"), ("ab",), ("a", "b", ""), (1, 2), (12,), ("1", 2)]
    assert len({hash_key(key) for key in keys}) == len(keys)
    assert hash_key("a") == hash_key(("a",))
    assert hash_key(np.int64(5)) == hash_key(5)
    a, b = noise(1, 0, N), noise(2, 0, N)
    assert abs(np.mean(a * b)) < 4 / 3 / N**0.5


def test_known_numbers():
    """The numbers of a key are part of every song that uses them: they never change."""
    np.testing.assert_allclose(noise("golden", 0, 3), KNOWN, rtol=0, atol=0)


def test_there_is_nothing_before_the_start():
    with pytest.raises(ValueError, match="no position -1"):
        noise(1, -1, 4)


KNOWN = [-0.001222477659705401, 0.11812639325866492, 0.11859561893243553]
