"""Clipping without aliases, and with little overshoot: what exceeds a ceiling is found, band-limited, and taken away.

The excess is computed at eight times the rate by second-order antiderivative antialiasing.  Source: Bilbao, Esqueda,
Parker, Välimäki, Antiderivative Antialiasing for Memoryless Nonlinearities, IEEE Signal Processing Letters 24 (2017),
section III; ill-conditioned differences: clause III-B.  It is the excess that goes through the filters, not the signal:
below the knee nothing changes, not a bit.  Taking away what lies above the band lets peaks grow again, so a second
pass looks for what is left over the ceiling and takes twice that much away, as a filtered peak is about half as high.
What the first pass takes away is kept below 0.455 of the sample rate, where the way up makes no images for the second
to bend.
Source: clipping and filtering repeated, Armstrong, Peak-to-average power reduction for OFDM by repeated clipping and
frequency domain filtering, Electronics Letters 38 (2002).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from songbuild.dsp.delayline import delayed
from songbuild.dsp.maths import Array, sin2pi
from songbuild.dsp.oversample import FACTOR, kaiser, lowered, raised, resting, sum_of_pairs
from songbuild.dsp.oversample import LATENCY as _FILTERS

_CHUNK = 16384  # frames at once
_WINDOW = 256  # frames that are looked at, or not
_MEMORY = 96  # frames that the filters of either way look back, and some more
_WAIT = FACTOR - 1  # the antialiasing takes one sample at the high rate: with these a whole frame
_BAND = 0.425  # of the sample rate: the middle of the edge of what the first pass takes away
_REACH = 64  # frames to each side, of the filter that keeps it in there
_LATE = _FILTERS + 1
LATENCY = 2 * _LATE + _REACH
"""Frames by which what was clipped comes late."""
_KAISER_BETA = 10.0
_CLOSE = 1e-3  # of the ceiling: between samples as near as that, the difference quotient loses too many digits
_NORM, _CURVE, _SLACK = 2.84, 0.551, 1e-9
"""No sample at the high rate exceeds _NORM * max|x|, nor (1 + _SLACK) * max|x| + _CURVE * max|second difference of x|,
over what the filters see: norms of their coefficients, rounded up."""

Runs = list[tuple[int, int, int]]
"""Where there is something to do: (channel, first frame, frame after the last)."""


class Pass(NamedTuple):
    """The state of one pass: the past of the signal, and of the excess at the high rate."""

    line: Array
    found: Array


class Clipped(NamedTuple):
    """The state of `clipped`: both passes, the past of the first excess, and the frames that wait for each pass."""

    first: Pass
    second: Pass
    past: Array
    dry: Array
    bent: Array


def quiet(channels: int) -> Clipped:
    """The state after endless silence."""
    rest = Pass(np.zeros((channels, _MEMORY)), np.zeros((channels, FACTOR * _MEMORY + _WAIT)))
    waiting = [np.zeros((channels, frames)) for frames in (2 * _REACH, _LATE + _REACH, _LATE)]
    return Clipped(rest, rest, *waiting)


def clipped(x: Array, ceiling: float, knee: float, state: Clipped) -> tuple[Array, Clipped]:
    """x (channels, frames) clipped at `ceiling`, `LATENCY` frames late; returns (y, state).

    In units of the ceiling the curve leaves the straight line at 1 - `knee`, 0 to 1, and arrives at 1 with an input of
    1 + `knee`, a parabola between.  In blocks equals in one piece bit for bit.
    """
    y = np.empty_like(x)
    for start in range(0, x.shape[1], _CHUNK):
        part = x[:, start : start + _CHUNK]
        excess, first = _pass(part * (1.0 / ceiling), knee, state.first)
        excess, past = _banded(excess, state.past)
        bent, dry = delayed(part, state.dry, _LATE + _REACH)
        bent = bent - ceiling * excess
        excess, second = _pass(bent * (1.0 / ceiling), 0.0, state.second)
        out, late = delayed(bent, state.bent, _LATE)
        np.subtract(out, 2.0 * ceiling * excess, out=y[:, start : start + _CHUNK])
        state = Clipped(first, second, past, dry, late)
    return y, state


def _pass(x: Array, knee: float, state: Pass) -> tuple[Array, Pass]:
    """What exceeds the curve, `_LATE` frames late.

    Both ways are gone only where something may exceed it.  Each sample is the same sum wherever a stretch begins, so
    what is left out, which is zero, can't be told from what is worked out.
    """
    frames = x.shape[1]
    line = np.concatenate([state.line, x], axis=1)
    found = np.zeros((len(x), FACTOR * (_MEMORY + frames) + _WAIT))
    found[:, : state.found.shape[1]] = state.found
    runs = _loud(line, 1.0 - knee)
    if runs:
        z, _ = raised(_gathered(line, runs, 1), resting(1).up)
        for (channel, start, stop), at in _places(runs):
            known = z[0, FACTOR * at - 2 : FACTOR * (at + stop - start)]
            first = FACTOR * (_MEMORY + start) + _WAIT
            found[channel, first : first + known.size - 2] = _excess(known, knee)
    y = np.zeros_like(x)
    runs = _touched(found, frames)
    if runs:
        z, _ = lowered(_gathered(found, runs, FACTOR), resting(1).down)
        for (channel, start, stop), at in _places(runs):
            y[channel, start:stop] = z[0, at : at + stop - start]
    return y, Pass(line[:, frames:].copy(), found[:, FACTOR * frames :].copy())


def _loud(line: Array, level: float) -> Runs:
    """The runs of windows after the first `_MEMORY` frames of `line` in which the high rate may exceed `level`."""
    frames = line.shape[1] - _MEMORY
    windows = -(-frames // _WINDOW)
    padded = np.zeros((len(line), (windows + 1) * _WINDOW))
    padded[:, : line.shape[1]] = line
    bend = np.zeros_like(padded)
    bend[:, 1:-1] = padded[:, 2:] - 2.0 * padded[:, 1:-1] + padded[:, :-2]
    size, curve = (
        np.maximum(blocks.max(axis=2), -blocks.min(axis=2))
        for blocks in (values.reshape(len(line), windows + 1, _WINDOW) for values in (padded, bend))
    )
    size = np.maximum(size[:, :-1], size[:, 1:])
    curve = np.maximum(curve[:, :-1], curve[:, 1:])
    highest = np.minimum(_NORM * size, (1.0 + _SLACK) * size + _CURVE * curve)
    return _runs(highest > level, frames)


def _touched(found: Array, frames: int) -> Runs:
    """The runs of windows for which the filters on the way down find anything but zeros."""
    active = np.zeros((len(found), -(-frames // _WINDOW)), dtype=np.bool_)
    for row, marks in zip(found[:, : FACTOR * (_MEMORY + frames)], active, strict=True):
        at = np.flatnonzero(row) // FACTOR
        marks[np.maximum(at - _MEMORY, 0) // _WINDOW] = True
        marks[np.minimum(at, frames - 1) // _WINDOW] = True
    return _runs(active, frames)


def _runs(active: npt.NDArray[np.bool_], frames: int) -> Runs:
    """Neighbouring windows taken together, (channels, windows) -> runs in frames."""
    edges = np.diff(np.pad(active, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    channel, start = np.nonzero(edges == 1)
    stop = np.nonzero(edges == -1)[1]
    return [
        (int(c), int(a) * _WINDOW, min(int(b) * _WINDOW, frames)) for c, a, b in zip(channel, start, stop, strict=True)
    ]


def _gathered(line: Array, runs: Runs, factor: int) -> Array:
    """The runs one after the other, each with the `_MEMORY` frames before it: (1, n)."""
    parts = [line[channel, factor * start : factor * (stop + _MEMORY)] for channel, start, stop in runs]
    return np.concatenate(parts)[None]


def _places(runs: Runs) -> Iterator[tuple[tuple[int, int, int], int]]:
    """Each run, and the frame at which it begins, its memory behind it, among the gathered ones."""
    at = 0
    for run in runs:
        at += _MEMORY
        yield run, at
        at += run[2] - run[1]


@lru_cache(maxsize=1)
def _band() -> tuple[float, ...]:
    """A sine cardinal under a Kaiser window, from the middle on: -100 dB from 0.455 of the sample rate on."""
    t = np.arange(1, _REACH + 1)
    side = sin2pi(_BAND * t) / (np.pi * t) * kaiser(t / (_REACH + 1), _KAISER_BETA)
    taps = np.concatenate([[2.0 * _BAND], side])
    return tuple((taps / (taps[0] + 2.0 * np.add.reduce(side))).tolist())


def _banded(x: Array, past: Array) -> tuple[Array, Array]:
    """x (channels, n) kept in the band, `_REACH` frames late."""
    middle, *sides = _band()
    line = np.concatenate([past, x], axis=1)
    y = np.empty_like(x)
    sum_of_pairs(line, tuple(sides), y, gap=2)
    y += middle * line[:, _REACH : _REACH + x.shape[1]]
    return y, line[:, x.shape[1] :]


def _excess(z: Array, knee: float) -> Array:
    """What exceeds the curve at each sample of z (n + 2,) but the first two, antialiased: (n,).

    It is zero wherever none of three samples in a row lies beyond the start of the knee, and only computed elsewhere.
    """
    out = np.zeros(z.size - 2)
    over = np.abs(z) > 1.0 - knee
    near = over[2:] | over[1:-1]
    near |= over[:-2]
    at = np.flatnonzero(near)
    if at.size:
        out[at] = _antialiased(z[at + 2], z[at + 1], z[at], knee)
    return out


def _antialiased(now: Array, last: Array, before: Array, knee: float) -> Array:
    """The mean of the excess over two steps, under a triangle: a second difference of its second antiderivative."""
    first, second = _steep(now, last, knee), _steep(last, before, knee)
    way = now - before
    middle = 0.5 * (now + before)
    bend = middle - last
    far, flat = np.abs(way) >= _CLOSE, np.abs(bend) < _CLOSE
    y = np.empty_like(now)
    y[far] = 2.0 * (first[far] - second[far]) / way[far]
    # there and back again: around the turning point instead
    turn = ~far & ~flat
    to, of, step = middle[turn], last[turn], bend[turn]
    y[turn] = 2.0 / step * (_area(to, knee) + (_volume(of, knee) - _volume(to, knee)) / step)
    rest = ~far & flat
    y[rest] = _over(0.5 * (middle[rest] + last[rest]), knee)
    return y


def _steep(a: Array, b: Array, knee: float) -> Array:
    """The mean of the first antiderivative on the way from b to a."""
    way = a - b
    near = np.abs(way) < _CLOSE
    y: Array = (_volume(a, knee) - _volume(b, knee)) / np.where(near, 1.0, way)
    y[near] = _area(0.5 * (a[near] + b[near]), knee)
    return y


def _parts(x: Array, knee: float) -> tuple[Array, Array]:
    """How far |x| lies within the knee, 0 to 2 `knee`, and how far beyond it."""
    size = np.abs(x)
    return np.clip(size - (1.0 - knee), 0.0, 2.0 * knee), np.maximum(size - (1.0 + knee), 0.0)


def _over(x: Array, knee: float) -> Array:
    """The excess: x less the curve."""
    bent, beyond = _parts(x, knee)
    if knee:
        beyond += bent * bent * (0.25 / knee)
    return np.copysign(beyond, x)


def _area(x: Array, knee: float) -> Array:
    """The antiderivative of the excess, 0 at 0."""
    bent, beyond = _parts(x, knee)
    area = beyond * (0.5 * beyond + knee)
    if knee:
        area += bent * bent * bent * (1.0 / (12.0 * knee))
    return area


def _volume(x: Array, knee: float) -> Array:
    """The antiderivative of `_area`, 0 at 0."""
    bent, beyond = _parts(x, knee)
    volume = beyond * (beyond * (beyond * (1.0 / 6.0) + 0.5 * knee) + knee * knee * (2.0 / 3.0))
    if knee:
        square = bent * bent
        volume += square * square * (1.0 / (48.0 * knee))
    return np.copysign(volume, x)
