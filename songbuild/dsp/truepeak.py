"""True peak: the highest point of the waveform between the samples, as a 16 times oversampled meter sees it.

Two stages: 2 times by FFT of tapered rows, which keeps everything up to the Nyquist frequency (ITU-R BS.1770-5, annex
2, asks for at least 4 times and leaves the filter free), then 8 times by a short kernel.  Only rows, and inside them
only intervals, whose upper bound exceeds the peak known so far are looked at, so the result is that of the full
computation.  Rows lie on a grid counted from the start of the stream, so it doesn't depend on the blocks either.
"""

from __future__ import annotations

from functools import lru_cache, reduce
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi, gain_to_db, sin2pi

WINDOW = 256
"""Frames of which one row tells the peaks."""
MARGIN = 128
"""Frames that a row needs before and after its window."""
ROW = WINDOW + 2 * MARGIN
FINE = 8
"""Points that the second stage makes of each half-sample interval."""
_REACH = 5  # half samples that the second kernel reaches to each side
_TOP = 215  # bins of a row from here on are what meters treat in different ways: 0.84 of the Nyquist frequency
_DIFFER = 3.0  # times their RMS level: what the highest reading may exceed the plain one by
_AGREED = 0.02  # of the threshold: where meters differ by less, the plain one will do
_BATCH = 64  # rows at once: their spectra stay in the cache

# Bounds on what the interpolation can add, norms of its coefficients rounded up; a test computes them anew.
_NORM = 4.44  # |y| <= _NORM * max|x| over the row
_CURVE = 0.95  # |y| <= max|x| over the window + _CURVE * max|second difference| + _SLACK * max|x|, both over the row
_SLACK = 0.0001
LIKELY = 0.55
"""In place of _CURVE: more than any noise needs, clipped or not; random signs need 0.43."""
_FINE_CURVE = 0.25  # |y| <= the larger end of the interval + _FINE_CURVE * max|second difference| + _FINE_SLACK
_FINE_SLACK = 1e-9  # times the level, which is of the order of 1

Spectra: TypeAlias = npt.NDArray[np.complex128]
State: TypeAlias = Array | None
"""The frames that wait for later ones, (channels, fewer than ROW); None before the first block."""


@lru_cache(maxsize=1)
def _taper() -> Array:
    """What a row is multiplied by: 1 in the window, falling to 0 over the margins as a squared sine."""
    rise = sin2pi((np.arange(MARGIN) + 0.5) / (4 * MARGIN)) ** 2
    return np.concatenate([rise, np.ones(WINDOW), rise[::-1]])


@lru_cache(maxsize=1)
def _kernel() -> Array:
    """The second stage: (FINE - 1 phases, 2 * _REACH taps), a sine cardinal under a Blackman window."""
    t = np.arange(1, FINE)[:, None] / FINE + np.arange(_REACH - 1, -_REACH - 1, -1)[None, :]
    window = 0.42 + 0.5 * cos2pi(t / (2 * _REACH)) + 0.08 * cos2pi(t / _REACH)
    taps = sin2pi(t / 2) / (np.pi * t) * window
    taps /= np.add.reduce(taps, axis=1, keepdims=True)
    return np.asarray(np.rint(taps * 2.0**40) / 2.0**40)


@lru_cache(maxsize=1)
def _other_meters() -> tuple[Array, ...]:
    """The responses of filters that other meters interpolate with, at the ROW + 1 bins up to the sample rate.

    The first rolls off gently around the Nyquist frequency (a short kernel, as in BS.1770-5, annex 2), the second
    steeply below it (a sample-rate converter).
    """
    bins = np.arange(ROW + 1)
    t = np.arange(1, 20) / 2.0
    window = np.i0(5.0 * np.sqrt(1.0 - (t / 10.0) ** 2)) / np.i0(5.0)
    taps = sin2pi(t / 2) / (np.pi * t) * window
    short = np.full(bins.size, 0.5)
    for k, tap in enumerate(taps, start=1):
        short += tap * cos2pi(bins * k / (2 * ROW))
    above = np.clip((bins / (ROW / 2) - 0.913) / (1.0 - 0.913), 0.0, 1.0)
    steep = 0.5 + 0.5 * cos2pi(above / 2)
    return tuple(np.asarray(np.rint(h * 2.0**40) / 2.0**40) for h in (short, steep))


def rows_of(pending: Array) -> Array:
    """The complete rows in `pending`, whose frame 0 is the first of a row: a view (channels, rows, ROW)."""
    if pending.shape[1] < ROW:
        return np.empty((pending.shape[0], 0, ROW))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(pending, ROW, axis=1)[:, ::WINDOW])


def bounds(pending: Array, rows: int, curve: float = _CURVE) -> Array:
    """What the true peak of each of the first `rows` windows of `pending` can't exceed: (channels, rows).

    With `curve` = LIKELY it is what only a signal made for the purpose exceeds, and much nearer to the peak.
    """
    return levels_and_bounds(pending, rows, curve)[1]


def levels_and_bounds(pending: Array, rows: int, curve: float = _CURVE) -> tuple[Array, Array]:
    """The largest sample of each of the first `rows` windows, both ends included, and their `bounds`."""
    level, bend = _extremes(pending, rows + 1)
    # a row is two stretches of WINDOW frames, and its window is the later half of one and the earlier of the next
    ends = np.abs(pending[:, MARGIN + WINDOW : MARGIN + WINDOW * rows + 1 : WINDOW])
    inside = np.maximum(np.maximum(level[:, :-1, 1], level[:, 1:, 0]), ends)
    level, bend = np.maximum.reduce(level, axis=2), np.maximum.reduce(bend, axis=2)
    wide = np.maximum(level[:, :-1], level[:, 1:])
    bent = curve * np.maximum(bend[:, :-1], bend[:, 1:])
    bound: Array = np.minimum(_NORM * wide, inside + bent + _SLACK * wide)
    return inside, bound


def _extremes(x: Array, stretches: int) -> tuple[Array, Array]:
    """The largest |x| and |second difference of x| in each half of each stretch: two of (channels, stretches, 2)."""
    half = WINDOW // 2
    shape = (x.shape[0], stretches, 2)
    level, curve = np.empty(shape), np.empty(shape)
    for first in range(0, stretches, 32):
        count = min(32, stretches - first)
        start, stop = first * WINDOW, (first + count) * WINDOW
        around = np.zeros((x.shape[0], stop - start + 2))
        low, high = max(start - 1, 0), min(stop + 1, x.shape[1])
        around[:, low - start + 1 : high - start + 1] = x[:, low:high]
        bend = around[:, 1:] - around[:, :-1]
        bend = bend[:, 1:] - bend[:, :-1]
        for values, out in ((around[:, 1:-1], level), (bend, curve)):
            blocks = values.reshape(x.shape[0], count, 2, half)
            np.maximum(blocks.max(axis=3), -blocks.min(axis=3), out=out[:, first : first + count])
    return level, curve


def interval_peaks(rows: Array, threshold: float | Array) -> Array:
    """The true peak of each half-sample interval of each row's window: (rows, ROW) -> (rows, 2 * WINDOW).

    Exact wherever it exceeds `threshold`, one for all or one a row; below, it may be too low.  Each interval includes
    both its ends.
    """
    y = _doubled(np.fft.rfft(rows * _taper(), axis=1), None)
    peaks = _ends(y)
    _refine(peaks, y, peaks > (threshold - _beyond(y))[:, None])
    return peaks


def cautious_peaks(rows: Array, needed: Array, doubt: float) -> Array:
    """As `interval_peaks`, but the highest that meters of any kind read, and `doubt` of their differences on top.

    rows (rows, ROW), needed (rows,): exact wherever it exceeds its row's `needed`; rows that don't reach it are 0.
    Where the spectrum reaches up to the Nyquist frequency, meters differ by more than 1 dB, for each removes another
    part of it; elsewhere, and so in most music, they agree and the work is done once.
    """
    out = np.zeros((len(rows), 2 * WINDOW))
    spectra = np.fft.rfft(rows * _taper(), axis=1)
    top = spectra[:, _TOP:]
    power = np.add.reduce(np.square(top.real) + np.square(top.imag), axis=1)
    differ = _DIFFER * np.sqrt(power * (2.0 / (ROW * (WINDOW + 0.75 * MARGIN))))  # 3/8 is the mean of a taper squared
    y = _doubled(spectra, None)
    highest = np.maximum(y.max(axis=1), -y.min(axis=1))
    alive = np.flatnonzero(highest + _beyond(y) + differ > needed)
    agree = differ[alive] <= _AGREED * needed[alive]
    for some, responses in ((alive[agree], ()), (alive[~agree], _other_meters())):
        if not some.size:
            continue
        meters = [y[some], *(_doubled(spectra[some], response) for response in responses)]
        ends = [_ends(meter) for meter in meters]
        room = doubt * (reduce(np.maximum, ends) - reduce(np.minimum, ends))
        reach = needed[some][:, None] - room
        for meter, peaks in zip(meters, ends, strict=True):
            _refine(peaks, meter, peaks > reach - _beyond(meter)[:, None])
        out[some] = reduce(np.maximum, ends) + room
    return out


def _doubled(spectra: Spectra, response: Array | None) -> Array:
    """The windows at twice the rate, and what the second stage needs around: (rows, 2 * WINDOW + 2 * _REACH - 1)."""
    if response is None:
        bins = spectra.copy()
        bins.real[:, -1] *= 0.5  # the Nyquist bin, which twice the rate splits in two
        bins.imag[:, -1] *= 0.5
    else:
        bins = np.concatenate([spectra, spectra[:, -2::-1].conj()], axis=1)
        bins.real *= response  # real and imaginary parts apart: a complex product differs between CPUs
        bins.imag *= response
    y = np.fft.irfft(bins, n=2 * ROW, axis=1)[:, 2 * MARGIN - _REACH + 1 : 2 * (MARGIN + WINDOW) + _REACH]
    y *= 2.0
    return np.ascontiguousarray(y)


def _beyond(y: Array) -> Array:
    """How far the second stage may go beyond the half samples of each row: (rows,)."""
    step = y[:, 1:] - y[:, :-1]
    bend = step[:, 1:] - step[:, :-1]
    return np.asarray(_FINE_CURVE * np.maximum(bend.max(axis=1), -bend.min(axis=1)) + _FINE_SLACK)


def _ends(y: Array) -> Array:
    """The larger end of each interval of the windows: (rows, 2 * WINDOW)."""
    size = np.abs(y)
    return np.maximum(size[:, _REACH - 1 : -_REACH], size[:, _REACH : 1 - _REACH])


def _refine(peaks: Array, y: Array, where: npt.NDArray[np.bool_]) -> None:
    """Raise the peaks of the marked intervals to what the second stage finds inside them."""
    marked = np.flatnonzero(where)
    flat, found = y.reshape(-1), peaks.reshape(-1)
    for start in range(0, marked.size, 1024):
        chosen = marked[start : start + 1024]
        row, column = np.divmod(chosen, peaks.shape[1])
        first = row * y.shape[1] + column
        points = _kernel()[:, :1] * flat[first]
        for k in range(1, 2 * _REACH):
            points += _kernel()[:, k : k + 1] * flat[first + k]
        highest = np.maximum(points.max(axis=0), -points.min(axis=0))
        found[chosen] = np.maximum(found[chosen], highest)


def partial(x: Array, state: State, known: float = 0.0) -> tuple[float, State]:
    """The true peak of what has become measurable with this block, as a factor of full scale, and the state.

    x (channels, frames).  The largest of all partials, `finish` included, is the stream's true peak, however it is cut
    into blocks.  A peak already `known` saves work: what is returned is then the larger of the two.
    """
    pending = np.concatenate([np.zeros((x.shape[0], MARGIN)) if state is None else state, x], axis=1)
    rows = rows_of(pending)
    count = rows.shape[1]
    if not count:
        return known, pending
    bound = bounds(pending, count)
    window = pending[:, MARGIN : MARGIN + count * WINDOW + 1]
    peak = float(max(window.max(), -window.min(), known))
    order = np.argsort(-bound, axis=None, kind="stable")
    ranked = bound.reshape(-1)[order]
    done, batch = 0, 8
    while done < order.size and ranked[done] > peak:
        chosen = order[done : min(done + batch, int(np.searchsorted(-ranked, -peak)))]
        peak = max(peak, float(interval_peaks(rows[np.unravel_index(chosen, bound.shape)], peak).max()))
        done, batch = done + batch, _BATCH
    return peak, np.ascontiguousarray(pending[:, count * WINDOW :])


def finish(state: State, known: float = 0.0) -> float:
    """The true peak of what still waits at the end of the stream, silence following it, or `known` if that is more."""
    return known if state is None else partial(np.zeros((state.shape[0], ROW)), state, known)[0]


def true_peak(x: Array) -> float:
    """The true peak of x (channels, frames) as a factor of full scale, the largest over the channels."""
    peak, state = partial(x, None)
    return finish(state, peak)


def to_dbtp(peak: float) -> float:
    """A peak factor in dBTP; -inf for silence."""
    return float(gain_to_db(peak)) if peak > 0.0 else float("-inf")
