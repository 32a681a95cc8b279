"""Levels and gains below the audio rate: what compressors, gates and duckers are made of.

A detector looks at blocks of `period` frames, so that levels, curves and smoothing cost little, and the gain is
interpolated between blocks.  Blocks lie on a grid that starts with the stream and is carried in the state; a
recursion is either a one-pole filter or a running maximum over numbers on a grid, so in blocks equals in one piece
bit for bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from songbuild.dsp.filters import one_pole
from songbuild.dsp.maths import Array, exp2, log2

_CHUNK = 16384  # frames at once: the working arrays stay in the cache
_SLOWEST_PERIOD = 32
_GRID = 2.0**30  # running maxima add logarithms on this grid, exactly
_EXACT = 8192  # so many of them stay exact
_SILENT = -4000.0  # the logarithm that stands for nothing
_LOG2_E = 1.4426950408889634


def period(rate: int, attack_ms: float) -> int:
    """The frames from one look at the level to the next: a power of two, at most a 16th of the attack.

    A step lies anywhere in a block, which moves the attack's 63 % point by half a block: 3 % at most.
    """
    frames = 2
    while frames < _SLOWEST_PERIOD and frames * 32000.0 <= attack_ms * rate:
        frames *= 2
    return frames


def chunk(frames: int) -> int:
    """How many frames to give to a detector with blocks of `frames` at once: its numbers fit the cache."""
    return frames * 8192


def peaks(x: Array) -> Array:
    """The larger magnitude of linked channels, (frames,)."""
    level: Array = np.abs(x[0])
    return level if len(x) == 1 else np.maximum(level, np.abs(x[1]), out=level)


def powers(x: Array) -> Array:
    """The mean power of linked channels, (frames,)."""
    power: Array = x[0] * x[0]
    if len(x) > 1:
        power += x[1] * x[1]
        power *= 0.5
    return power


def blocks(x: Array, frames: int, pending: Array, peak: bool) -> tuple[Array, Array]:
    """The peak, or the mean power, of each block of `frames`, a power of two, of linked channels x (channels, n).

    `pending` holds the measured frames that haven't made a block; returns (a value a block, pending).
    """
    values, combine = [], np.maximum if peak else np.add
    for start in range(0, x.shape[1], _CHUNK):
        part = x[:, start : start + _CHUNK]
        waiting = np.concatenate([pending, peaks(part) if peak else powers(part)])
        whole = len(waiting) // frames * frames
        level, pending, size = waiting[:whole], waiting[whole:], frames
        while size > 1:
            level = combine(level[0::2], level[1::2])
            size //= 2
        values.append(level if peak else level / frames)
    return np.concatenate(values) if values else np.zeros(0), pending


def reduction_db(level_db: Array, threshold_db: float, ratio: float, knee_db: float) -> Array:
    """By how many dB a compressor turns down at each level, >= 0, with a quadratic knee.

    Source: Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design, JAES 60 (2012), eq. 4.
    """
    over = level_db - threshold_db
    slope = 1.0 - 1.0 / ratio
    if knee_db <= 0:
        return slope * np.maximum(over, 0.0)
    bend = np.clip(over + 0.5 * knee_db, 0.0, knee_db)
    reduced: Array = slope * (bend * bend / (2.0 * knee_db) + np.maximum(over - 0.5 * knee_db, 0.0))
    return reduced


def decaying_max(x: Array, octaves: float, state: float = _SILENT) -> tuple[Array, float]:
    """y[n] = max(x[n], y[n-1] / 2**octaves, 0) of x (n,), to a relative 1e-9; state is log2 of the last y.

    Logarithms and their steps lie on a grid on which sums of floats are exact, so it doesn't matter where blocks
    begin.
    """
    step = np.rint(min(octaves, 256.0) * _GRID) / _GRID
    logs = log2(np.maximum(x, 0.0))
    logs *= _GRID
    np.floor(logs, out=logs)
    logs *= 1.0 / _GRID
    np.maximum(logs, _SILENT, out=logs)
    for start in range(0, len(x), _EXACT):
        part = logs[start : start + _EXACT]
        fallen = step * np.arange(len(part))
        part += fallen
        part[0] = max(part[0], state - step)
        np.maximum.accumulate(part, out=part)
        part -= fallen
        state = float(part[-1])
    return exp2(logs), state


class Follow(NamedTuple):
    """The state of `follow`."""

    falling: float
    above: float
    rising: float
    below: float


def resting(value: float) -> Follow:
    """The state of a `follow` that has always been at `value`."""
    return Follow(value, _SILENT, value, _SILENT)


def follow(x: Array, rise: float, fall: float, state: Follow) -> tuple[Array, Follow]:
    """Follow x (n,) upwards and downwards, each exponentially: in `rise` and `fall` samples 63 % of a step.

    Two stages: y1[n] = max(x[n], a y1[n-1] + (1-a) x[n]) rises at once and falls slowly (eq. 17 of Giannoulis et al.,
    above); the second stage, turned upside down, rises slowly towards y1 and falls with it.  Each is a one-pole filter
    plus the running maximum of what is above it: with e = y1 - onepole(x), e[n] = max(x[n] - onepole(x)[n], a e[n-1]).
    """
    slow, last = one_pole(x[None], float(exp2(-_LOG2_E / fall)), np.array([[state.falling]]))
    excess, above = decaying_max(x - slow[0], _LOG2_E / fall, state.above)
    held = slow[0] + excess
    late, rising = one_pole(held[None], float(exp2(-_LOG2_E / rise)), np.array([[state.rising]]))
    lack, below = decaying_max(late[0] - held, _LOG2_E / rise, state.below)
    return late[0] - lack, Follow(float(last[0, 0]), above, float(rising[0, 0]), below)


def hold(x: Array, samples: int, before: Array) -> tuple[Array, Array]:
    """The highest of the last `samples` + 1 values at each value of x (n,); `before` holds at least `samples`."""
    window = np.concatenate([before, x])
    start, width, highest = len(before) - samples, 1, window
    highest = highest[start:]
    while width < samples + 1:
        shift = min(width, samples + 1 - width)
        highest = np.maximum(highest[shift:], highest[:-shift])
        width += shift
    return highest, window[len(x) :]


class Steered(NamedTuple):
    """The state of `steered`: the place in a block, the frames on their way, the last two gains."""

    phase: int
    delayed: Array
    gains: Array


def steady(channels: int, frames: int, gain: float) -> Steered:
    """The state of `steered` before the first frame: silence, at `gain`."""
    return Steered(0, np.zeros((channels, frames // 2)), np.array([gain, gain]))


def steered(x: Array, gains: Array, frames: int, state: Steered) -> tuple[Array, Steered]:
    """Multiply x (channels, n) by gains, one for each block of `frames` that x completes; late by `frames` // 2.

    A gain is reached half a block after the end of its block, on a straight line from the one before; the delay lets
    that line begin in time.
    """
    y = np.empty_like(x)
    phase, delayed, before = state
    n, late = x.shape[1], frames // 2
    gains = np.concatenate([before, gains])
    early, step = min(late, n), _CHUNK // frames
    for first in range(0, len(gains) - 1, step):
        line = _straight(gains[first : first + step + 1], frames)
        start, stop = max(first * frames - phase, 0), min(first * frames + len(line) - phase, n)
        line = line[start + phase - first * frames :]
        split = min(max(start, early), stop)
        np.multiply(delayed[:, start:split], line[: split - start], out=y[:, start:split])
        np.multiply(x[:, split - early : stop - early], line[split - start : stop - start], out=y[:, split:stop])
    delayed = np.concatenate([delayed[:, early:], x[:, n - early :]], axis=1)
    return y, Steered((phase + n) % frames, delayed, gains[-2:])


def _straight(points: Array, frames: int) -> Array:
    """`frames` values from each of the points towards the next, by halving: frames is a power of two."""
    while frames > 1:
        finer = np.empty(2 * len(points) - 1)
        finer[0::2] = points
        middle = points[1:] + points[:-1]
        np.multiply(middle, 0.5, out=finer[1::2])
        points = finer
        frames //= 2
    return points[:-1]
