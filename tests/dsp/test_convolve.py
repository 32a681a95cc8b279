"""Exact convolution: the true sum, and the same bits for any blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.dsp.convolve import convolve, prepare, prepare_filter, slide


def rng():
    return np.random.default_rng(3)


def decaying(inputs, outputs, n):
    taps = rng().standard_normal((inputs, outputs, n)) * 10 ** (-3 * np.arange(n) / n)
    return taps / np.sqrt(np.sum(taps**2, axis=(0, 2), keepdims=True))


def in_blocks(x, kernel, edges):
    out, state = [], None
    for a, b in pairwise(edges):
        y, state = convolve(x[:, a:b], kernel, state)
        out.append(y)
    return np.concatenate(out, axis=1)


@pytest.mark.parametrize("inputs", [1, 2])
@pytest.mark.parametrize("level", [1e-4, 0.3, 2.0])
def test_any_blocks_give_the_same_bits(inputs, level):
    kernel = prepare(decaying(inputs, 2, 12_000))
    x = level * rng().standard_normal((inputs, 50_000))
    whole, _ = convolve(x, kernel, None)
    small, odd = [*range(0, 50_000, 3100), 50_000], [0, 1, 1, 2, 8191, 8192, 8193, 30_000, 50_000]
    for edges in (small, odd, [0, 41_807, 50_000]):
        np.testing.assert_array_equal(in_blocks(x, kernel, edges), whole)


def test_the_length_of_the_fft_is_not_heard():
    """A longer kernel with zeros at its end uses other FFTs and gives the same bits."""
    taps = decaying(2, 2, 9000)
    x = 0.5 * rng().standard_normal((2, 20_000))
    longer = prepare(np.pad(taps, ((0, 0), (0, 0), (0, 300_000))))
    assert longer.size != prepare(taps).size
    np.testing.assert_array_equal(convolve(x, longer, None)[0], convolve(x, prepare(taps), None)[0])


def test_it_is_the_sum_that_it_claims():
    """Against direct summation in whole numbers."""
    taps, x = decaying(2, 2, 300), 0.3 * rng().standard_normal((2, 400))
    h = np.rint(taps * 2**24).astype(np.int64)
    s = np.rint(x * 2**21).astype(np.int64)
    y, _ = convolve(x, prepare(taps), None)
    for o in range(2):
        exact = [
            sum(int(s[i, k]) * int(h[i, o, n - k]) for i in range(2) for k in range(max(0, n - 299), n + 1))
            for n in range(0, 400, 37)
        ]
        assert (y[o, ::37] * 2.0**45).tolist() == exact


def test_a_step_longer_than_the_fft_serves():
    kernel = prepare(decaying(1, 1, 200))
    x = 0.1 * rng().standard_normal((1, 2 * kernel.size + 77))
    whole, _ = convolve(x, kernel, None)
    np.testing.assert_array_equal(in_blocks(x, kernel, [0, 100_000, x.shape[1]]), whole)


def test_silence_ends_after_the_response():
    kernel = prepare(decaying(1, 2, 9000))
    _, state = convolve(rng().standard_normal((1, 20_000)), kernel, None)
    y, state = convolve(np.zeros((1, 10_000)), kernel, state)
    assert np.any(y[:, :8990]) and not np.any(y[:, kernel.frames :]) and not np.any(state[0])


def test_the_state_before_is_not_changed():
    kernel = prepare(decaying(1, 1, 9000))
    x = rng().standard_normal((1, 9000))
    _, state = convolve(x, kernel, None)
    once, _ = convolve(x, kernel, state)
    again, _ = convolve(x, kernel, state)
    np.testing.assert_array_equal(once, again)


@pytest.mark.parametrize("level", [0.01, 1.0, 300.0])
def test_a_sliding_filter_is_the_sum_whatever_its_level(level):
    taps = level * decaying(2, 2, 501)
    x = 0.3 * rng().standard_normal((2, 1500))
    y, _ = slide(x, prepare_filter(taps), None)
    wanted = [sum(np.convolve(x[i], taps[i, o]) for i in range(2))[:1500] for o in range(2)]
    np.testing.assert_allclose(y, wanted, atol=level * 1e-4)


def test_a_sliding_filter_does_not_mind_blocks():
    kernel = prepare_filter(20.0 * decaying(2, 2, 3001))
    x = 0.5 * rng().standard_normal((2, 150_000))
    whole, _ = slide(x, kernel, None)
    past, parts = None, []
    for block in np.split(x, [0, 1, 8000, 8300, 90_000], axis=1):
        y, past = slide(block, kernel, past)
        parts.append(y)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
