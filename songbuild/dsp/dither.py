"""Quantising to whole numbers with seeded TPDF dither, with noise shaping where it is asked for.

Sources: Lipshitz, Wannamaker, Vanderkooy, Quantization and Dither: A Theoretical Survey, JAES 40 (1992), section 4:
triangular dither of 2 LSB peak to peak makes the error's mean and variance independent of the signal.  Gerzon, Craven,
Optimal Noise Shaping and Dither of Digital Signals, 87th AES Convention (1989), preprint 2822: the error's spectrum,
averaged in dB over frequency, can't be lowered, only shaped.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi, db_to_gain, exp2, log2
from songbuild.dsp.noise import Key, noise

Integers = npt.NDArray[np.int32]

SEGMENT = 4096
"""Frames after which shaping starts anew, counted from the start of the stream."""
ORDER = 9
_DEPTH = 0.6  # of the threshold of hearing, in dB, that the noise follows
_CAP_DB = 30.0  # of the threshold: where less is heard than at this level, nothing is won
_BINS = 2048
_GRID = 2.0**20
_LOG2_E = 1.4426950408889634


def quantise(x: Array, bits: int, key: Key | None, start: int) -> tuple[Integers, int]:
    """x (channels, frames) of full scale 1.0 as integers of `bits` bits, and how many samples were clipped.

    The dither of channel c at frame n, counted from `start`, depends on (key, c, start + n) alone, so that the result
    is the same however the signal is cut; key None rounds without dither.  Samples beyond full scale are clipped.
    """
    y = x * float(1 << (bits - 1))
    if key is not None:
        y += _dither(key, start, *y.shape)
    np.rint(y, out=y)
    return _clipped(x, y, bits)


def quantise_shaped(x: Array, bits: int, key: Key, start: int, rate: int) -> tuple[Integers, int]:
    """As `quantise`, with dither and quantising error shaped by `shaping_filter`; `start` is a multiple of SEGMENT.

    The error is fed back through the filter (Gerzon and Craven, section 2), which goes from sample to sample.  Every
    segment starts without a past, so that all of them go side by side; what the nine first frames of 4096 lack of the
    shape is 26 dB below unshaped noise.  In blocks that begin on segments equals in one piece, bit for bit.
    """
    if start % SEGMENT:
        raise ValueError(f"frame {start} is not the start of a segment of {SEGMENT}")
    channels, frames = x.shape
    segments = -(-frames // SEGMENT)
    padded = np.zeros((2, channels, segments * SEGMENT))
    np.multiply(x, float(1 << (bits - 1)), out=padded[0, :, :frames])
    padded[1, :, :frames] = _dither(key, start, channels, frames)
    # one row for each place in a segment, one column for each segment of each channel
    wanted, dither = (np.ascontiguousarray(each.reshape(-1, SEGMENT).T) for each in padded)
    _feed_back(wanted, dither, shaping_filter(rate))
    y = np.ascontiguousarray(wanted.T).reshape(channels, -1)[:, :frames]
    return _clipped(x, y, bits)


def _feed_back(x: Array, dither: Array, taps: tuple[float, ...]) -> None:
    """Quantise the columns of x (frames, columns) in place, each with its error fed back.

    `coming` holds, in a ring, what the errors so far add to the next frames: sums are of single columns and in one
    order, so that a column doesn't depend on its neighbours.
    """
    columns = x.shape[1]
    coming = np.zeros((ORDER, columns))
    spread = [np.roll(taps[1:], at + 1)[:, None] for at in range(ORDER)]
    wanted, error, added = np.empty(columns), np.empty(columns), np.empty_like(coming)
    for at, (here, random) in enumerate(zip(x, dither, strict=True)):  # a frame of all segments at once
        slot = at % ORDER
        np.add(here, coming[slot], out=wanted)
        coming[slot] = 0.0
        np.add(wanted, random, out=here)
        np.rint(here, out=here)
        np.subtract(here, wanted, out=error)
        np.multiply(spread[slot], error, out=added)
        np.add(coming, added, out=coming)


@lru_cache
def shaping_filter(rate: int) -> tuple[float, ...]:
    """The taps of the filter that shapes the error at `rate` Hz: 1, then ORDER more; minimum phase.

    Its response follows the threshold of hearing in quiet (Terhardt, Calculating virtual pitch, Hearing Research 1
    (1979), eq. 1), by linear prediction: of all filters of this order and first tap 1 it makes the least noise when
    that is weighted by the inverse of the threshold (Levinson's recursion; Makhoul, Linear Prediction, 1975).
    """
    at = (np.arange(_BINS) + 0.5) / _BINS
    weight = db_to_gain(-2.0 * _DEPTH * np.minimum(_threshold_db(at * rate / 2.0), _CAP_DB))
    likeness = [float(np.sum(weight * cos2pi(lag * at / 2.0))) for lag in range(ORDER + 1)]
    taps, power = [1.0], likeness[0]
    for order in range(1, ORDER + 1):
        reflection = -sum(tap * likeness[order - i] for i, tap in enumerate(taps)) / power
        back = [*reversed(taps)]
        taps = [1.0, *(a + reflection * b for a, b in zip(taps[1:], back, strict=False)), reflection]
        power *= 1.0 - reflection * reflection
    return tuple(round(tap * _GRID) / _GRID for tap in taps)


def _threshold_db(hz: Array) -> Array:
    """The threshold of hearing in quiet, in dB SPL."""
    khz = np.maximum(hz, 20.0) / 1000.0
    ear_canal = exp2(-0.6 * _LOG2_E * np.square(khz - 3.3))
    return np.asarray(3.64 * exp2(-0.8 * log2(khz)) - 6.5 * ear_canal + 1e-3 * np.square(np.square(khz)))


def _dither(key: Key, start: int, channels: int, frames: int) -> Array:
    """TPDF dither in steps (channels, frames)."""
    parts = key if isinstance(key, tuple) else (key,)
    return np.stack([noise((*parts, channel), start, frames, "triangular") for channel in range(channels)])


def _clipped(x: Array, y: Array, bits: int) -> tuple[Integers, int]:
    """Steps y of the signal x, cut off at full scale, as integers; and how many samples of x lie beyond it."""
    scale = float(1 << (bits - 1))
    np.clip(y, -scale, scale - 1.0, out=y)
    return y.astype(np.int32), int(np.count_nonzero(np.abs(x) > 1.0))
