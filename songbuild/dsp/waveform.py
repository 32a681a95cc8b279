"""The outline of a signal: its least and greatest sample in every 10 ms, a stream like any other."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from songbuild.dsp import hops
from songbuild.dsp.maths import Array

State: TypeAlias = tuple[int, Array] | None
"""(frames in complete hops so far, the frames of the hop under way (channels, n))."""


def partials(x: Array, rate: int, state: State) -> tuple[Array, State]:
    """The extremes of every hop of 10 ms that this block completes: (2, channels, hops), the least ones first.

    x (channels, frames).  Hops are those of `loudness.partials`.  In blocks equals in one piece, bit for bit.
    """
    done, waiting = state or (0, np.zeros((len(x), 0)))
    x = np.concatenate([waiting, x], axis=1)
    edges = hops.edges(hops.hop(done, rate), hops.hop(done + x.shape[1], rate), rate) - done
    end = int(edges[-1])
    return _extremes(x[:, :end], edges[:-1]), (done + end, x[:, end:].copy())


def finish(state: State) -> Array:
    """The extremes of the hop under way at the end of a stream, or of none: (2, channels, 0 or 1)."""
    if state is None or not state[1].shape[1]:
        return np.zeros((2, len(state[1]) if state else 1, 0))
    return _extremes(state[1], np.zeros(1, dtype=np.int64))


def _extremes(x: Array, starts: hops.Places) -> Array:
    if not starts.size:
        return np.zeros((2, len(x), 0))
    return np.stack([np.minimum.reduceat(x, starts, axis=1), np.maximum.reduceat(x, starts, axis=1)])
