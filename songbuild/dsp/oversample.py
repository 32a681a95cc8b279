"""Eight times the sample rate and back, for what makes new frequencies: linear phase, in blocks, of whole latency.

Three half-band filters in a row, each a Kaiser-windowed sinc: flat to 0.45 of the sample rate, images and aliases
below -100 dB.  Source: Crochiere and Rabiner, Multirate Digital Signal Processing (1983), chapter 4; window: Kaiser and
Schafer, On the use of the I0-sinh window, IEEE Trans. ASSP 28 (1980).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array

FACTOR = 8
LATENCY = 84
"""Frames by which what went up and down comes late."""

_PAIRS = (38, 7, 5)  # pairs of taps of the three half-band filters
_KAISER_BETA = 11.0
_CHUNK = 8192  # frames at once
_CACHED = 8192  # frames of a filter at once: three arrays of them stay in the cache
_PI = 3.141592653589793


def kaiser(at: npt.ArrayLike, beta: float) -> Array:
    """Kaiser's window at each place, 0 in its middle and 1 at its end."""
    inside = np.sqrt(np.maximum(1.0 - np.square(at), 0.0))
    window: Array = _bessel_i0(beta * inside) / _bessel_i0(np.array(beta))
    return window


def _bessel_i0(x: Array) -> Array:
    """The modified Bessel function of the first kind and order 0, by its power series."""
    term = np.ones_like(x)
    total = term.copy()
    k = 1
    while np.any(term > 1e-17 * total):
        term *= (x / (2.0 * k)) ** 2
        total += term
        k += 1
    return total


def _half_band(pairs: int) -> tuple[float, ...]:
    """The taps at odd distances 1, 3, … from the centre, of a filter with a gain of 2; their sum is 1/2."""
    taps = []
    for j in range(pairs):
        distance = 2 * j + 1
        window = float(kaiser(distance / (2.0 * pairs), _KAISER_BETA))
        taps.append((-1.0) ** j * 2.0 / (_PI * distance) * window)
    scale = 0.5 / sum(taps)
    return tuple(tap * scale for tap in taps)


@cache
def _taps() -> tuple[tuple[float, ...], ...]:
    return tuple(_half_band(pairs) for pairs in _PAIRS)


class Up(NamedTuple):
    """The last inputs of each filter on the way up."""

    inputs: tuple[Array, ...]


class Down(NamedTuple):
    """The last inputs of each filter on the way down, even and odd frames, and the frame between."""

    even: tuple[Array, ...]
    odd: tuple[Array, ...]
    between: Array


class Oversampled(NamedTuple):
    """Both ways."""

    up: Up
    down: Down


def resting(channels: int) -> Oversampled:
    """The state after endless silence."""
    return Oversampled(
        Up(tuple(np.zeros((channels, 2 * pairs - 1)) for pairs in _PAIRS)),
        Down(
            even=tuple(np.zeros((channels, pairs - 1)) for pairs in _PAIRS),
            odd=tuple(np.zeros((channels, 2 * pairs - 1)) for pairs in _PAIRS),
            between=np.zeros((channels, 1)),
        ),
    )


def oversampled(
    x: Array, shape: Callable[[Array], Array], state: Oversampled | None = None
) -> tuple[Array, Oversampled]:
    """Run `shape`, a function of each sample alone, at `FACTOR` times the rate of x (channels, frames).

    The result is `LATENCY` frames late; in blocks equals in one piece bit for bit.
    """
    y = np.empty_like(x)
    before = resting(len(x)) if state is None else state
    for start in range(0, x.shape[1], _CHUNK):
        part = slice(start, start + _CHUNK)
        z, up = raised(x[:, part], before.up)
        y[:, part], down = lowered(shape(z), before.down)
        before = Oversampled(up, down)
    return y, before


def raised(x: Array, state: Up) -> tuple[Array, Up]:
    """x (channels, n) at `FACTOR` times the rate; returns (z (channels, FACTOR * n), state)."""
    inputs = list(state.inputs)
    for i, taps in enumerate(_taps()):
        x, inputs[i] = _twice(x, taps, inputs[i])
    return x, Up(tuple(inputs))


def lowered(z: Array, state: Down) -> tuple[Array, Down]:
    """z (channels, FACTOR * n) at the rate it came from, `LATENCY` frames late; returns (y (channels, n), state)."""
    even, odd, between = list(state.even), list(state.odd), state.between
    for i, taps in reversed(tuple(enumerate(_taps()))):
        z, even[i], odd[i] = _half(z, taps, even[i], odd[i])
        if i == len(_PAIRS) - 1:  # the frame that makes the latency whole
            z = np.concatenate([between, z], axis=1)
            z, between = z[:, :-1], z[:, -1:]
    return z, Down(tuple(even), tuple(odd), between)


def sum_of_pairs(x: Array, taps: tuple[float, ...], total: Array, gap: int = 1) -> None:
    """A symmetric filter over each row of x (channels, frames + 2 pairs - 2 + gap), into `total` (channels, frames).

    The first of the `taps` weighs two frames that are `gap` apart, the next the two outside of these, and so on.
    Silence, as between the peaks of what was clipped, costs nothing.
    """
    n, pairs = total.shape[1], len(taps)
    pair = np.empty(min(n, _CACHED))
    for row, out in zip(x, total, strict=True):
        for start in range(0, n, _CACHED):
            part = out[start : start + _CACHED]
            size, near, far = len(part), start + pairs - 1, start + pairs - 1 + gap
            if not row[start : far + size + pairs - 1].any():
                part[:] = 0.0
                continue
            added = pair[:size]
            np.add(row[near : near + size], row[far : far + size], out=part)
            part *= taps[0]
            for j in range(1, pairs):
                np.add(row[near - j : near - j + size], row[far + j : far + j + size], out=added)
                added *= taps[j]
                part += added


def _twice(x: Array, taps: tuple[float, ...], before: Array) -> tuple[Array, Array]:
    """Twice the rate: the frames of x and, between them, the filtered ones."""
    n, pairs = x.shape[1], len(taps)
    known = np.concatenate([before, x], axis=1)
    y = np.empty((len(x), 2 * n))
    y[:, 0::2] = known[:, pairs - 1 : pairs - 1 + n]
    between = np.empty(x.shape)
    sum_of_pairs(known, taps, between)
    y[:, 1::2] = between
    return y, known[:, n:]


def _half(x: Array, taps: tuple[float, ...], even: Array, odd: Array) -> tuple[Array, Array, Array]:
    """Half the rate: the filtered even frames of x (channels, 2 n)."""
    n = x.shape[1] // 2
    evens = np.concatenate([even, x[:, 0::2]], axis=1)
    odds = np.concatenate([odd, x[:, 1::2]], axis=1)
    y = np.empty((len(x), n))
    sum_of_pairs(odds, taps, y)
    y += evens[:, :n]
    y *= 0.5
    return y, evens[:, n:], odds[:, n:]
