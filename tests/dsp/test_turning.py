"""Outer products are the waves they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.turning import outer_sum, sine, tables


@pytest.mark.parametrize(("start", "count", "step"), [(0, 256, 1), (0, 1, 1), (512, 37, 256), (0, 0, 1), (3, 16, 5)])
def test_tables_are_sine_and_cosine_dying_away(start: int, count: int, step: int) -> None:
    turns, octaves = np.array([0.01, 0.37]), np.array([0.0, 1e-3])
    n = start + step * np.arange(count)
    fallen = 2.0 ** (-octaves[:, None] * n)
    made = tables(turns, octaves, start, count, step)
    assert made.shape == (2, 2, count)
    assert np.allclose(made[0], np.sin(2 * np.pi * turns[:, None] * n) * fallen, atol=1e-11)
    assert np.allclose(made[1], np.cos(2 * np.pi * turns[:, None] * n) * fallen, atol=1e-11)


def test_tables_of_no_waves_are_empty() -> None:
    assert tables(np.zeros(0), np.zeros(0), 0, 256, 1).shape == (2, 0, 256)


def test_an_outer_sum_is_the_sum_of_outer_products() -> None:
    rng = np.random.default_rng(1)
    coarse, fine = rng.standard_normal((3, 7)), rng.standard_normal((3, 256))
    out = np.empty((7, 256))
    outer_sum(coarse, fine, out)
    assert np.allclose(out, sum(np.outer(a, b) for a, b in zip(coarse, fine, strict=True)), atol=1e-12)


@pytest.mark.parametrize("frames", [0, 1, 255, 257, 50_000])
def test_sine_is_one_and_a_longer_one_begins_as_a_shorter(frames: int) -> None:
    wanted = np.sin(2 * np.pi * (0.0123 * np.arange(frames) + 0.3))
    made = sine(frames, 0.0123, 0.3)
    assert made.shape == (frames,)
    assert np.allclose(made, wanted, atol=1e-10)
    assert np.array_equal(sine(50_000, 0.0123, 0.3)[:frames], made)
