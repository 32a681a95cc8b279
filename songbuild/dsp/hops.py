"""The grid of 10 ms that a meter's readings lie on."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

HOPS_PER_S = 100
"""Hop k holds the frames from k * rate // HOPS_PER_S on, so that HOPS_PER_S hops are one second at every rate."""

Places = npt.NDArray[np.int64]


@overload
def hop(frame: int, rate: int) -> int: ...
@overload
def hop(frame: Places, rate: int) -> Places: ...
def hop(frame: int | Places, rate: int) -> int | Places:
    """The hop in which a frame lies, which is also how many are complete before it."""
    return ((frame + 1) * HOPS_PER_S - 1) // rate


def edges(first: int, last: int, rate: int) -> Places:
    """The first frame of each hop from `first` to `last`, both included: (last - first + 1,)."""
    return np.arange(first, last + 1) * rate // HOPS_PER_S
