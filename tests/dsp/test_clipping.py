"""Clipping's parts: the antiderivatives, the bound that says where to look, and that what is skipped is zero."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp import clipping
from songbuild.dsp.clipping import clipped, quiet
from songbuild.dsp.oversample import raised, resting


@pytest.mark.parametrize("knee", [0.0, 0.2, 1.0])
def test_antiderivatives(knee):
    x = np.linspace(-3, 3, 6001)
    for lower, upper in ((clipping._over, clipping._area), (clipping._area, clipping._volume)):
        slope = np.gradient(upper(x, knee), x)
        np.testing.assert_allclose(slope[1:-1], lower(x, knee)[1:-1], atol=1e-3)
        assert upper(np.zeros(1), knee)[0] == 0


def test_close_samples_make_no_jump():
    """Where differences become small another formula takes over: both agree there."""
    rng = np.random.default_rng(1)
    middle = rng.uniform(0.7, 1.6, 3000)
    for size in (0.5e-3, 0.99e-3, 1.01e-3, 2e-3):
        for a, b, c in ((1, 0, -1), (1, 0, 1), (0, 1, 1), (1, 1, 0), (0, 0, 0)):
            near = clipping._antialiased(middle + a * size, middle + b * size, middle + c * size, 0.3)
            np.testing.assert_allclose(near, clipping._over(middle + b * size, 0.3), atol=2.5e-3)


def test_the_bound_is_that_of_the_filters():
    """The norms of what the way up adds to a straight line between the frames."""
    x = np.zeros((1, 400))
    x[0, 200] = 1.0
    phases = raised(x, resting(1).up)[0].reshape(400, 8).T
    for taps in phases:
        centre = float(np.sum(taps * np.arange(400)))
        line = np.zeros(400)
        whole = int(np.floor(centre + 1e-9))
        line[whole], line[whole + 1] = 1 - (centre - whole), centre - whole
        curve = np.cumsum(np.cumsum(taps - line))
        assert abs(curve[-1]) < 1e-10
        assert np.abs(curve).sum() < clipping._CURVE
        assert np.abs(taps).sum() < clipping._NORM
    assert clipping._CURVE < 0.56
    assert clipping._NORM < 2.85


def test_what_is_skipped_changes_no_bit(monkeypatch):
    n = 40_000
    x = np.random.default_rng(3).standard_normal((2, n)) * np.exp(-(np.arange(n) % 9000) / 900)
    some, looked = clipped(x, 0.8, 0.2, quiet(2))[0], []
    plain = clipping._runs

    def all_of_it(active, frames):
        looked.append(active.mean())
        return plain(np.ones_like(active), frames)

    monkeypatch.setattr(clipping, "_runs", all_of_it)
    every = clipped(x, 0.8, 0.2, quiet(2))[0]
    assert every.tobytes() == some.tobytes()
    assert np.mean(looked) < 0.7


def test_blocks_do_not_matter():
    x = np.random.default_rng(3).standard_normal((2, 30_000))
    whole = clipped(x, 0.8, 0.2, quiet(2))[0]
    state, parts = quiet(2), []
    for block in np.split(x, [0, 1, 3, 300, 17_000], axis=1):
        y, state = clipped(block, 0.8, 0.2, state)
        parts.append(y)
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()
