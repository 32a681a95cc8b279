"""True peak: the highest point of the waveform between the samples, as a 16 times oversampled meter sees it.

Two stages: 2 times by FFT of tapered rows, which keeps everything up to the Nyquist frequency (ITU-R BS.1770-5, annex
2, asks for at least 4 times and leaves the filter free), then 8 times by a short kernel.  Only rows, and inside them
only intervals, whose upper bound exceeds the peak known so far are looked at, so the result is that of the full
computation.  Rows lie on a grid counted from the start of the stream, so it doesn't depend on the blocks either.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np

from songbuild.dsp.maths import Array, cos2pi, gain_to_db, sin2pi

WINDOW = 256
"""Frames of which one row tells the peaks."""
MARGIN = 128
"""Frames that a row needs before and after its window."""
ROW = WINDOW + 2 * MARGIN
FINE = 8
"""Points that the second stage makes of each half-sample interval."""
_REACH = 5  # half samples that the second kernel reaches to each side
_BATCH = 64  # rows at once: their spectra stay in the cache

# Bounds on what the interpolation can add, norms of its coefficients rounded up; a test computes them anew.
_NORM = 3.36  # |y| <= _NORM * max|x| over the row
_CURVE = 0.99  # |y| <= max|x| over the window + _CURVE * max|second difference| + _SLACK * max|x|, both over the row
_SLACK = 0.02
_FINE_NORM = 1.6  # |y| <= _FINE_NORM * max of the 2 * _REACH half samples around

State: TypeAlias = Array | None
"""The frames that wait for later ones, (channels, fewer than ROW); None before the first block."""


@lru_cache(maxsize=1)
def _taper() -> Array:
    """What a row is multiplied by: 1 in the window, falling to 0 over the margins as a squared sine."""
    rise = sin2pi((np.arange(MARGIN) + 0.5) / (4 * MARGIN)) ** 2
    return np.concatenate([rise, np.ones(WINDOW), rise[::-1]])


@lru_cache(maxsize=1)
def _kernel() -> Array:
    """The second stage: (FINE - 1 phases, 2 * _REACH taps), a sine cardinal under a Blackman-Harris-like window."""
    t = np.arange(1, FINE)[:, None] / FINE + np.arange(_REACH - 1, -_REACH - 1, -1)[None, :]
    window = 0.42 + 0.5 * cos2pi(t / (2 * _REACH)) + 0.08 * cos2pi(t / _REACH)
    taps = sin2pi(t / 2) / (np.pi * t) * window
    taps /= np.add.reduce(taps, axis=1, keepdims=True)
    return np.asarray(np.rint(taps * 2.0**40) / 2.0**40)


def rows_of(pending: Array) -> Array:
    """The complete rows in `pending`, whose frame 0 is the first of a row: a view (channels, rows, ROW)."""
    if pending.shape[1] < ROW:
        return np.empty((pending.shape[0], 0, ROW))
    return np.lib.stride_tricks.sliding_window_view(pending, ROW, axis=1)[:, ::WINDOW]


def bounds(pending: Array, rows: int) -> Array:
    """What the true peak of each of the first `rows` windows of `pending` can't exceed: (channels, rows)."""
    half = WINDOW // 2
    channels = pending.shape[0]
    level = np.zeros((channels, 2 * rows + 2))
    curve = np.zeros_like(level)
    step = 64  # halves of windows at once, for the cache
    for first in range(0, 2 * rows + 2, step):
        count = min(step, 2 * rows + 2 - first)
        x = pending[:, first * half : (first + count) * half]
        blocks = x.reshape(channels, count, half)
        level[:, first : first + count] = np.maximum(blocks.max(axis=2), -blocks.min(axis=2))
        d = np.zeros((channels, count * half))
        inner = pending[:, max(first * half - 1, 0) : (first + count) * half + 1]
        bend = inner[:, 2:] - inner[:, 1:-1]
        bend -= inner[:, 1:-1] - inner[:, :-2]
        offset = 1 if first == 0 else 0
        d[:, offset : offset + bend.shape[1]] = bend
        blocks = d.reshape(channels, count, half)
        curve[:, first : first + count] = np.maximum(blocks.max(axis=2), -blocks.min(axis=2))
    level = level.reshape(channels, rows + 1, 2)
    curve = curve.reshape(channels, rows + 1, 2)
    # a window is the last half of one pair and the first of the next; its end point is one frame further on
    inside = np.maximum(level[:, :-1, 1], level[:, 1:, 0])
    end = np.abs(pending[:, MARGIN + WINDOW : MARGIN + WINDOW * rows + 1 : WINDOW])
    inside = np.maximum(inside, end)
    pairs = level.max(axis=2)
    wide = np.maximum(pairs[:, :-1], pairs[:, 1:])
    bends = curve.max(axis=2)
    bend_wide = np.maximum(bends[:, :-1], bends[:, 1:])
    return np.minimum(_NORM * wide, inside + _CURVE * bend_wide + _SLACK * wide)
