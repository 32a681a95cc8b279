"""Functions of one number equal those of arrays, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp import maths

EDGES = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0**-0.5, 1.5, 2.5, -2.5, 1022.5, -1022.5, 1e6, -1e6]
EDGES += [float("inf"), float("-inf"), float("nan"), 2.0**-1022, 2.0**-1030, 2.0**1023, -(2.0**-1030)]


@pytest.mark.parametrize("name", ["exp2", "log2", "sin2pi", "cos2pi"])
def test_one_number_and_an_array_give_the_same_bits(name: str) -> None:
    function = getattr(maths, name)
    random = np.random.Generator(np.random.PCG64(7))
    edges = [x for x in EDGES if np.isfinite(x) and abs(x) < 2.0**50] if name.endswith("pi") else EDGES
    x = np.concatenate([edges, random.uniform(-30, 30, 3000), random.uniform(0, 1, 3000), np.arange(-9, 9) / 4])
    with np.errstate(all="ignore"):
        many = function(x)
        one = np.array([function(float(value)) for value in x])
    assert [value.hex() for value in many.tolist()] == [value.hex() for value in one.tolist()]
    assert function(0.25).shape == ()
