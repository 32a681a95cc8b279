"""Correlation: what it says of known pairs of channels, against numpy, and in blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.dsp import correlation

RATE = 48000


def of(left, right, width=40):
    return correlation.correlation(correlation.partials(np.stack([left, right]), RATE, None)[0], width)


def test_known_pairs():
    t = np.arange(RATE) / RATE
    sine, cosine = np.sin(2 * np.pi * 100 * t), np.cos(2 * np.pi * 100 * t)
    np.testing.assert_allclose(of(sine, 0.1 * sine), 1.0)
    np.testing.assert_allclose(of(sine, -3.0 * sine), -1.0)
    np.testing.assert_allclose(of(sine, cosine), 0.0, atol=1e-12)
    np.testing.assert_allclose(of(sine, np.cos(2 * np.pi * 100 * t - np.pi / 6)), 0.5, atol=1e-9)
    np.testing.assert_array_equal(of(sine, 0 * sine), 0.0)
    assert np.isnan(of(0 * sine, 0 * sine)).all()
    assert of(sine[:1000], sine[:1000]).size == 0


def test_it_is_the_sum_of_products_over_the_window():
    left, right = np.random.default_rng(6).standard_normal((2, RATE)) + 0.2
    found = of(left, right)
    assert found.size == 100 - 39
    for k in (0, 13, 60):
        a, b = left[480 * k : 480 * (k + 40)], right[480 * k : 480 * (k + 40)]
        assert found[k] == pytest.approx(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b)), rel=1e-12)


@pytest.mark.parametrize("rate", [44100, 22050, 11025])
def test_in_blocks_equals_in_one_piece(rate):
    x = np.random.default_rng(7).standard_normal((2, 3 * rate))
    whole, end = correlation.partials(x, rate, None)
    assert whole.shape == (3, 300)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        cuts = [0, *np.sort(rng.integers(0, x.shape[1], 40)), x.shape[1]]
        state, parts = None, []
        for start, stop in pairwise(cuts):
            part, state = correlation.partials(x[:, start:stop], rate, state)
            parts.append(part)
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
        assert state is not None and end is not None
        assert state[0] == end[0]
