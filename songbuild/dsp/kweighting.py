"""K-weighting: the filter of BS.1770-5, and the energy behind it in hops of 10 ms.

Source: ITU-R BS.1770-5, annex 1.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from songbuild.dsp import hops
from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array

LOWEST_RATE = 8000
"""Hz; K-weighting makes no sense below."""
_TABLE_RATE = 48000  # Hz, of BS.1770-5, annex 1, tables 1 and 2
_SEGMENT = 64  # hops filtered at once
_SILENT = 1e-150  # a filter memory below this is 0, before it becomes subnormal and slow

State: TypeAlias = tuple[int, Array, Array] | None
"""(frames seen, filter memory (channels, sections, 2), filtered frames of the hop under way (channels, n))."""


@lru_cache(maxsize=16)
def k_weighting(rate: int) -> Array:
    """The K-weighting filter at `rate` Hz: second-order sections (2, 6).

    BS.1770-5 tabulates it at 48 kHz only.  These are the analogue filters whose bilinear transforms at 48 kHz are those
    tables within 1e-12, transformed at `rate` (parameters: B. De Man, Evaluation of Implementations of the EBU R128
    Loudness Measurement, AES 145, 2018, section 2).  ValueError where the rate is too low for them.
    """
    if rate < LOWEST_RATE:
        raise ValueError(f"K-weighting needs a rate of at least {LOWEST_RATE} Hz, not {rate}")
    shelf_hz, shelf_q, shelf_db = 1681.9744509555319, 0.7071752369554193, 3.99984385397
    k = math.tan(math.pi * shelf_hz / rate)
    high = 10.0 ** (shelf_db / 20.0)
    middle = high**0.499666774155
    a0 = 1.0 + k / shelf_q + k * k
    shelf = (
        (high + middle * k / shelf_q + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - middle * k / shelf_q + k * k) / a0,
        1.0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / shelf_q + k * k) / a0,
    )
    pass_hz, pass_q = 38.13547087613982, 0.5003270373253953

    def denominator(k: float) -> float:
        return 1.0 + k / pass_q + k * k

    k = math.tan(math.pi * pass_hz / rate)
    a0 = denominator(k)
    b = denominator(math.tan(math.pi * pass_hz / _TABLE_RATE)) / a0  # the table has b0 = 1 at 48 kHz
    highpass = (b, -2.0 * b, b, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / pass_q + k * k) / a0)
    # the grid makes the bits independent of the C library's tan and pow
    return np.asarray(np.rint(np.array([shelf, highpass]) * 2.0**44) / 2.0**44)


def partials(x: Array, rate: int, state: State) -> tuple[Array, State]:
    """The K-weighted energy of every hop of 10 ms that this block completes: sums of squares (channels, hops).

    x (channels, frames).  A stream in blocks has the partials of the stream in one piece, bit for bit.
    """
    channels = x.shape[0]
    position, memory, waiting = state or (0, np.zeros((channels, 2, 2)), np.zeros((channels, 0)))
    sos = k_weighting(rate)
    energies = [np.zeros((channels, 0))]
    at = 0
    while at < x.shape[1]:
        hop = hops.hop(position, rate)
        edges = hops.edges(hop, hop // _SEGMENT * _SEGMENT + _SEGMENT, rate)
        stop = int(edges[-1])
        count = min(stop - position, x.shape[1] - at)
        y, memory = sosfilt(sos, x[:, at : at + count], memory)
        at, position = at + count, position + count
        if position == stop:
            memory = np.where(np.abs(memory) < _SILENT, 0.0, memory)
        y = np.concatenate([waiting, y], axis=1)
        edges = edges[edges <= position] - edges[0]
        waiting = y[:, edges[-1] :].copy()
        if len(edges) > 1:
            energies.append(np.add.reduceat(np.square(y[:, : edges[-1]]), edges[:-1], axis=1))
    return np.concatenate(energies, axis=1), (position, memory, waiting)
