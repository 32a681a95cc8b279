"""Extremes over sliding windows."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.extremes import highest


@pytest.mark.parametrize("width", [1, 2, 3, 7, 64, 100, 300, 301, 1000])
def test_highest_of_every_so_many(width):
    x = np.random.default_rng(width).random(300)
    expected = [x[i : i + width].max() for i in range(300 - width + 1)]
    np.testing.assert_array_equal(highest(x, width), expected)
