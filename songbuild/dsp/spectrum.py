"""What a programme is like on the long run: its spectrum in third-octave bands, middle and sides, and its levels.

Bands: IEC 61260-1, base ten, 20 Hz to 20 kHz.  Spectrum: Welch's method, The use of the FFT for the estimation of power
spectra, IEEE Trans. Audio Electroacoust. 15 (1967), with Hann windows that overlap by half.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from songbuild.dsp.dynamics import powers
from songbuild.dsp.maths import Array, cos2pi, exp2, log2

FIRST = -17
"""Bands count from the one at 1 kHz, which is 0: so the first is at 20 Hz."""
BANDS = 31
LEVEL_MS = 50
"""Levels are those of blocks so long."""
PERCENT = tuple(range(0, 101, 5))
"""Of these percentages of the blocks the level is given."""
GATE_DB = -20.0
"""Blocks so far below the mean power count as pauses."""
FLOOR_DB = -200.0

_SIZE = 16384  # frames of a window at 44.1 and 48 kHz: bins 3 Hz apart
_AT_ONCE = 2  # windows: they stay in the cache
_LOG2_10 = 3.321928094887362
_DB_PER_OCTAVE = 3.010299956639812  # of power


class State(NamedTuple):
    """What is known between two blocks: the frames that haven't made a window, the powers that haven't made a level."""

    window: Array
    level: Array


class Partial(NamedTuple):
    """What a block adds: power of middle and sides in each band, summed over windows, and the powers of its levels."""

    bands: Array
    windows: int
    levels: Array


class Spectrum(NamedTuple):
    """Levels in dB re full scale: middle and sides in each band, and of the blocks at each of PERCENT of them.

    A band without power is FLOOR_DB; `levels_db` is empty where all is silent.
    """

    mid_db: tuple[float, ...]
    side_db: tuple[float, ...]
    levels_db: tuple[float, ...]


def centres() -> Array:
    """The bands' centre frequencies in Hz: 20 Hz, 25 Hz, … 20 kHz, exactly."""
    return _tens(np.arange(FIRST, FIRST + BANDS) / 10.0) * 1000.0


def partial(x: Array, rate: int, state: State | None) -> tuple[Partial, State]:
    """What the next frames of a programme x (channels, n) add to its spectrum."""
    window, level = state or State(np.zeros((len(x), 0)), np.zeros(0))
    waiting = np.concatenate([window, x], axis=1)
    size = _size(rate)
    count = max(0, (waiting.shape[1] - size) // (size // 2) + 1)
    bands = _windows(waiting, count, rate)
    block = rate * LEVEL_MS // 1000
    power = np.concatenate([level, powers(x)])
    whole = len(power) // block * block
    levels = power[:whole].reshape(-1, block).sum(axis=1) / block
    rest = State(waiting[:, count * (size // 2) :].copy(), power[whole:].copy())
    return Partial(bands, count, levels), rest


def windows(x: Array, rate: int) -> Array:
    """The power of middle and sides in each band in every window that fits into x (channels, n): (2, BANDS, windows).

    Window k holds the frames from k * step(rate) on, two steps of them.
    """
    count = max(0, x.shape[1] // step(rate) - 1)
    found = np.zeros((2, BANDS, count))
    for k in range(count):
        found[:, :, k] = _windows(x[:, k * step(rate) : (k + 2) * step(rate)], 1, rate)
    return found


def step(rate: int) -> int:
    """Frames from one window to the next."""
    return _size(rate) // 2


def spectrum(parts: Sequence[Partial], state: State | None, rate: int) -> Spectrum:
    """The spectrum of blocks that added `parts`, the last of which left `state`; silence follows what waits there."""
    bands, windows = np.zeros((2, BANDS)), 0
    for part in parts:
        bands, windows = bands + part.bands, windows + part.windows
    if state is not None and state.window.shape[1]:
        size = _size(rate)
        last = np.zeros((len(state.window), size))
        last[:, : state.window.shape[1]] = state.window[:, :size]
        bands, windows = bands + _windows(last, 1, rate), windows + 1
    mid, side = _db(bands / max(windows, 1)).tolist()
    levels = np.concatenate([part.levels for part in parts]) if parts else np.zeros(0)
    return Spectrum(tuple(mid), tuple(side), _levels(levels))


def _levels(values: Array) -> tuple[float, ...]:
    """The levels at each of PERCENT of the blocks that aren't pauses."""
    if not values.any():
        return ()
    heard = np.sort(_db(values[values > values.mean() * float(_tens(GATE_DB / 10.0))]))
    return tuple(float(heard[(len(heard) - 1) * percent // 100]) for percent in PERCENT)


def _windows(x: Array, count: int, rate: int) -> Array:
    """The power of the first `count` windows of x in each band, summed: (2, bands), middle and sides."""
    size = _size(rate)
    total = np.zeros((2, size // 2 + 1))
    sums = (x[:1] + x[-1:]) * 0.5, (x[:1] - x[-1:]) * 0.5
    for row, signal in enumerate(sums):
        if not count or not signal.any():
            continue
        cut = np.lib.stride_tricks.sliding_window_view(signal[0], size)[: count * (size // 2) : size // 2]
        for start in range(0, count, _AT_ONCE):
            bins = np.fft.rfft(cut[start : start + _AT_ONCE] * _hann(size), axis=1)
            total[row] += (np.square(bins.real) + np.square(bins.imag)).sum(axis=0)
    return _pooled(total, rate)


def _pooled(power: Array, rate: int) -> Array:
    """The power of bins (2, bins) in each band: differences of the sums up to the bands' edges."""
    size = 2 * (power.shape[1] - 1)
    # A full-scale sine has power 1/2: one side of the spectrum counts twice, the window takes 3/8 of the power.
    scale = 2.0 / (0.375 * size * size)
    sums = np.concatenate([np.zeros((len(power), 1)), np.cumsum(power, axis=1)], axis=1) * scale
    edges = _tens((np.arange(BANDS + 1, dtype=np.float64) + FIRST - 0.5) / 10.0) * 1000.0
    place = np.clip(edges * size / rate + 0.5, 0.0, power.shape[1])
    whole = np.minimum(place.astype(np.int64), power.shape[1] - 1)
    upto = sums[:, whole] + (sums[:, whole + 1] - sums[:, whole]) * (place - whole)
    found: Array = np.maximum(upto[:, 1:] - upto[:, :-1], 0.0)
    return found


@lru_cache(maxsize=8)
def _hann(size: int) -> Array:
    return 0.5 - 0.5 * cos2pi(np.arange(size) / size)


def _size(rate: int) -> int:
    """Frames of a window: as long at every rate."""
    size = _SIZE
    while size * 64000 < _SIZE * rate:
        size *= 2
    return size


def _tens(exponent: Array | float) -> Array:
    """10 to a power."""
    return exp2(np.multiply(exponent, _LOG2_10))


def _db(power: Array) -> Array:
    """Power in dB, not below FLOOR_DB."""
    return np.maximum(log2(power) * _DB_PER_OCTAVE, FLOOR_DB)
