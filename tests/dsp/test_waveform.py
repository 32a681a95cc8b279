"""The outline of a signal."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.dsp import waveform


@pytest.mark.parametrize("rate", [44_100, 48_000, 11_025])
def test_every_hop_has_its_extremes_whatever_the_blocks(rate: int) -> None:
    x = np.random.default_rng(1).uniform(-1.0, 1.0, (2, rate + 77))
    edges = [hop * rate // 100 for hop in range(101)]
    wanted = [(x[:, a:b].min(axis=1), x[:, a:b].max(axis=1)) for a, b in pairwise(edges)]
    state: waveform.State = None
    found = []
    for start, stop in ((0, 3), (3, 3), (3, 1000), (1000, 9000), (9000, x.shape[1])):
        part, state = waveform.partials(x[:, start:stop], rate, state)
        found.append(part)
    outline = np.concatenate(found, axis=2)
    assert outline.shape == (2, 2, 100)
    assert np.array_equal(outline[0].T, np.array([low for low, _ in wanted]))
    assert np.array_equal(outline[1].T, np.array([high for _, high in wanted]))
    rest = waveform.finish(state)
    assert np.array_equal(rest[:, :, 0], [x[:, rate:].min(axis=1), x[:, rate:].max(axis=1)])


def test_of_nothing_there_is_no_outline() -> None:
    assert waveform.finish(None).size == 0
    part, state = waveform.partials(np.zeros((1, 441)), 44_100, None)
    assert part.shape == (2, 1, 1)
    assert waveform.finish(state).shape == (2, 1, 0)
