"""Correlation of two channels: +1 mono, 0 unrelated or one channel alone, -1 out of phase.

It is the sum of the products of left and right over the root of the product of their energies, as a phase meter shows
it, of the plain signal: what is in the bass, where a cutter or a mono fold fails, counts in full.  Everything is
computed from `partials`: sums over hops of 10 ms, a stream like any other.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from songbuild.dsp import hops
from songbuild.dsp.maths import Array

_BATCH = 64  # hops multiplied at once: the products stay in the cache

State: TypeAlias = tuple[int, Array] | None
"""(frames in complete hops so far, the frames of the hop under way (2, n))."""


def partials(x: Array, rate: int, state: State) -> tuple[Array, State]:
    """Sums over every hop of 10 ms that this block completes: left squared, right squared, left times right (3, hops).

    x (2, frames).  Hops are those of `loudness.partials`.  In blocks equals in one piece, bit for bit.
    """
    done, waiting = state or (0, np.zeros((2, 0)))
    if waiting.shape[1]:
        x = np.concatenate([waiting, x], axis=1)
    first, last = hops.hop(done, rate), hops.hop(done + x.shape[1], rate)
    edges = hops.edges(first, last, rate) - done
    sums = np.empty((3, last - first))
    for at in range(0, last - first, _BATCH):
        some = edges[at : at + _BATCH + 1]
        left, right = x[:, some[0] : some[-1]]
        starts = some[:-1] - some[0]
        for row, product in enumerate((left * left, right * right, left * right)):
            sums[row, at : at + starts.size] = np.add.reduceat(product, starts)
    return sums, (done + int(edges[-1]), x[:, edges[-1] :].copy())


def correlation(sums: Array, width: int) -> Array:
    """The correlation of every `width` hops in a row, (3, n) -> (n - width + 1,): -1 to 1, NaN in digital silence."""
    if sums.shape[1] < width:
        return np.zeros(0)
    left, right, both = np.lib.stride_tricks.sliding_window_view(sums, width, axis=1).sum(axis=2)
    energy = np.sqrt(left) * np.sqrt(right)
    found = np.zeros(energy.size)
    np.divide(both, energy, out=found, where=energy > 0.0)
    found[(left == 0.0) & (right == 0.0)] = np.nan
    return np.clip(found, -1.0, 1.0, out=found)
