"""Automation: lanes of points with named curves, cut to a stretch and worked out sample by sample.

A lane is a list of points [frame, value, curve] in rising order of frames, which may be negative; `curve` leads to
the next point.  Before the first point and after the last one the value stays.  Of points on one frame the last one
holds from there on; the first is where the curve before it arrives.

    lin     straight line
    exp     equal ratios in equal times where both values are positive (frequencies, times); else the same shape from
            value to value as a rise from 1 to 16: slow to leave, fast to arrive
    smooth  raised cosine
    hold    stays, then jumps on the next point

A value of -inf (silence of a lane in decibels) is approached as if it were -96 dB, or the other end of the curve
where that is lower, and becomes -inf on the point itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi, exp2, log2

Point: TypeAlias = Sequence[Any]
"""[frame: int, value: float, curve: str]"""
Frames: TypeAlias = npt.NDArray[np.int64]

CURVES = ("lin", "exp", "smooth", "hold")
FLOOR_DB = -96.0
_EXP_OCTAVES = 4.0  # the rise of `exp` between values that have no ratio
_EXP_RISE = 15.0  # 2**4 - 1


def cut(points: Sequence[Point], start: int, stop: int) -> list[list[Any]]:
    """What of a lane acts in frames `start` to `stop`, with frames relative to `start`, in its one spelling.

    Lanes that mean the same in [start, stop) come out equal; a constant is a single [0, value, "hold"].
    """
    kept = [[int(f), float(v), curve] for f, v, curve in points]
    if not kept:
        raise ValueError("a lane needs a point")
    first = max((i for i, p in enumerate(kept) if p[0] <= start), default=-1)
    beyond = next((i for i, p in enumerate(kept) if p[0] >= stop and i > first), len(kept) - 1)
    kept = kept[max(first, 0) : beyond + 1]
    if first < 0:
        kept.insert(0, [start, kept[0][1], "hold"])
    kept[-1][2] = "hold"
    for here, there in pairwise(kept):
        if here[1] == there[1] or here[0] == there[0]:
            here[2] = "hold"
    if kept[0][2] == "hold":
        kept[0][0] = start
    spelled: list[list[Any]] = []
    for i, (frame, value, curve) in enumerate(kept):
        arrived = bool(spelled) and spelled[-1][2] != "hold"  # it is where a curve ends
        if i and frame >= stop and not arrived:
            break
        if not arrived and i + 1 < len(kept) and kept[i + 1][0] == frame:
            continue
        if spelled and spelled[-1][:2] == [frame - start, value]:
            spelled[-1][2] = curve
        elif arrived or not spelled or curve != "hold" or value != spelled[-1][1]:
            spelled.append([frame - start, value, curve])
    return spelled


def moving(points: Sequence[Point]) -> list[tuple[int, int]]:
    """The stretches [from, to) of a lane where its value moves along a curve; a jump is (frame, frame)."""
    found: list[tuple[int, int]] = []
    for here, there in pairwise(points):
        if here[1] != there[1]:
            jump = here[2] == "hold" or here[0] == there[0]
            found.append((there[0], there[0]) if jump else (here[0], there[0]))
    return found


def values(points: Sequence[Point], n: int) -> Array:
    """A lane's value at frames 0 to n, (n,); the same at the same place however the lane was cut."""
    return sample(points, np.arange(n))


def sample(points: Sequence[Point], frames: Frames, before: bool = False) -> Array:
    """A lane's values at rising `frames`, (n,); with `before`, the values just before them, ahead of any jump there."""
    side: Any = "right" if before else "left"
    edges = np.searchsorted(frames, np.array([p[0] for p in points], dtype=np.int64), side=side)
    out = np.empty(len(frames))
    out[: edges[0]] = points[0][1]
    out[edges[-1] :] = points[-1][1]
    for (f0, v0, curve), (f1, v1, _), lo, hi in zip(points, points[1:], edges, edges[1:], strict=False):
        if hi > lo:
            # a quotient of two exact integers: it doesn't depend on where the frames count from
            out[lo:hi] = _between(v0, v1, curve, (frames[lo:hi] - f0) / (f1 - f0))
    return out


def _between(v0: float, v1: float, curve: str, t: Array) -> Array | float:
    """The values along one curve, t from 0 to 1."""
    if curve == "hold" or v0 == v1:
        return v0
    a = min(v1, FLOOR_DB) if v0 == -np.inf else v0
    b = min(v0, FLOOR_DB) if v1 == -np.inf else v1
    ratio = curve == "exp" and a > 0.0 and b > 0.0
    out: Array = a * exp2(t * log2(b / a)) if ratio else a + (b - a) * _shape(curve, t)
    np.copyto(out, v0, where=t == 0.0)
    np.copyto(out, v1, where=t == 1.0)
    return out


def _shape(curve: str, t: Array) -> Array:
    if curve == "lin":
        return t
    if curve == "smooth":
        return 0.5 - 0.5 * cos2pi(0.5 * t)
    if curve == "exp":
        return (exp2(_EXP_OCTAVES * t) - 1.0) / _EXP_RISE
    raise ValueError(f"unknown curve '{curve}'")
