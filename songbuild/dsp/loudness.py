"""Loudness of programmes: K-weighting, gating, momentary, short-term, integrated, range.

Sources: ITU-R BS.1770-5, annexes 1 and 2; EBU Tech 3341 (momentary, short-term) and Tech 3342 (loudness range).
Everything is computed from `partials`: the K-weighted energy in hops of 10 ms, a stream like any other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from songbuild.dsp import truepeak
from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array, gain_to_db

HOPS_PER_S = 100
MOMENTARY = 40
"""Hops in 400 ms: the momentary window, and the gating block of BS.1770-5."""
SHORT_TERM = 300
"""Hops in 3 s."""
_STEP = 10  # hops from one gating block to the next: 75 % overlap (BS.1770-5, annex 1, eq. 3)
_ABSOLUTE_GATE = -70.0  # LUFS (BS.1770-5, annex 1, eq. 5)
_RELATIVE_GATE = -10.0  # LU below what passes the absolute gate (BS.1770-5, annex 1, eq. 6)
_LRA_GATE = -20.0  # LU (Tech 3342, clause 3)
_LRA_PERCENTILES = (10, 95)  # Tech 3342, clause 3
_OFFSET = -0.691  # BS.1770-5, annex 1, eq. 2: a 997 Hz sine at 0 dBFS in one channel reads -3.01
_SURROUND = 1.41  # BS.1770-5, annex 1, table 3
_WEIGHTS = {1: (1.0,), 2: (1.0, 1.0), 5: (1.0, 1.0, 1.0, _SURROUND, _SURROUND)}
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
    if rate < 8000:
        raise ValueError(f"K-weighting needs a rate of at least 8000 Hz, not {rate}")
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

    x (channels, frames).  Hop k ends at frame (k + 1) * rate // 100, so that 100 hops are one second at every rate.
    A stream in blocks has the partials of the stream in one piece, bit for bit.
    """
    channels = x.shape[0]
    position, memory, waiting = state or (0, np.zeros((channels, 2, 2)), np.zeros((channels, 0)))
    sos = k_weighting(rate)
    energies = [np.zeros((channels, 0))]
    at = 0
    while at < x.shape[1]:
        hop = ((position + 1) * HOPS_PER_S - 1) // rate  # the one in which the frame at `position` lies
        segment = hop // _SEGMENT * _SEGMENT
        edges = np.arange(hop, segment + _SEGMENT + 1) * rate // HOPS_PER_S
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


def momentary(energies: Array, rate: int) -> Array:
    """Momentary loudness in LUFS, every 10 ms from 400 ms on (EBU Tech 3341): (hops - 39,)."""
    return _lufs(_power(energies, rate, MOMENTARY))


def short_term(energies: Array, rate: int) -> Array:
    """Short-term loudness in LUFS, every 10 ms from 3 s on (EBU Tech 3341): (hops - 299,)."""
    return _lufs(_power(energies, rate, SHORT_TERM))


def integrated(energies: Array, rate: int) -> float:
    """Integrated loudness in LUFS, gated (BS.1770-5, annex 1, eq. 3 to 7); -inf where nothing passes the gate."""
    power = _power(energies, rate, MOMENTARY)[::_STEP]
    power = power[_lufs(power) > _ABSOLUTE_GATE]
    return float(_lufs(_mean(_gated(power, _RELATIVE_GATE))))


def lra(energies: Array, rate: int) -> float:
    """Loudness range in LU (EBU Tech 3342, clause 3), of short-term loudness every 100 ms; 0 for less than 3 s."""
    power = _power(energies, rate, SHORT_TERM)[::_STEP]
    power = power[_lufs(power) >= _ABSOLUTE_GATE]
    levels = np.sort(_lufs(_gated(power, _LRA_GATE)))
    if not levels.size:
        return 0.0
    low, high = (levels[(2 * (levels.size - 1) * percent + 100) // 200] for percent in _LRA_PERCENTILES)
    return float(high - low)


def _power(energies: Array, rate: int, hops: int) -> Array:
    """The weighted mean square in every window of `hops` hops (BS.1770-5, annex 1, eq. 1 and 2)."""
    if energies.shape[1] < hops:
        return np.zeros(0)
    weights = _WEIGHTS.get(energies.shape[0])
    if weights is None:
        raise ValueError(f"no channel weights for {energies.shape[0]} channels")
    total = np.zeros(energies.shape[1])
    for weight, channel in zip(weights, energies, strict=True):
        total += weight * channel
    sums: Array = np.lib.stride_tricks.sliding_window_view(total, hops).sum(axis=1)
    return sums / (hops * rate / HOPS_PER_S)


def _gated(power: Array, gate: float) -> Array:
    """The powers less than `gate` LU below the mean of all."""
    return power[_lufs(power) > _lufs(_mean(power)) + gate]


def _mean(power: Array) -> Array:
    return np.asarray(power.mean() if power.size else 0.0)


def _lufs(power: Array) -> Array:
    return np.asarray(gain_to_db(np.sqrt(power), floor=-np.inf) + _OFFSET)


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a meter says about a programme.  Silence, or less than a window, is -inf; `plr_lu` is then 0."""

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    lra_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float

    @property
    def plr_lu(self) -> float:
        """Peak to loudness ratio: true peak less integrated loudness."""
        plr = self.true_peak_dbtp - self.integrated_lufs
        return plr if math.isfinite(plr) else 0.0


class Metered(NamedTuple):
    """What a meter knows between two blocks: the filters, the frames that wait, and the peaks so far (linear)."""

    filters: State = None
    waiting: truepeak.State = None
    true_peak: float = 0.0
    sample_peak: float = 0.0


def metered(x: Array, rate: int, state: Metered | None) -> tuple[Array, Metered]:
    """Measure the next block, (channels, frames): its `partials`, and what is known after it."""
    before = state or Metered()
    energies, filters = partials(x, rate, before.filters)
    sample_peak = max(before.sample_peak, float(x.max()), -float(x.min())) if x.size else before.sample_peak
    true_peak, waiting = truepeak.partial(x, before.waiting, max(before.true_peak, sample_peak))
    return energies, Metered(filters, waiting, true_peak, sample_peak)


def readings(energies: Sequence[Array], state: Metered | None, rate: int) -> Loudness:
    """What a meter says after the blocks whose partials are `energies`, the last of which left `state`."""
    hops, last = np.concatenate(energies, axis=1) if energies else np.zeros((1, 0)), state or Metered()
    return Loudness(
        integrated_lufs=integrated(hops, rate),
        momentary_max_lufs=_highest(momentary(hops, rate)),
        short_term_max_lufs=_highest(short_term(hops, rate)),
        lra_lu=lra(hops, rate),
        true_peak_dbtp=truepeak.to_dbtp(truepeak.finish(last.waiting, last.true_peak)),
        sample_peak_dbfs=truepeak.to_dbtp(last.sample_peak),
    )


def measure(x: Array, rate: int) -> Loudness:
    """The loudness and peaks of x (channels, frames)."""
    state: Metered | None = None
    energies = []
    for start in range(0, x.shape[1], 1 << 17):
        found, state = metered(x[:, start : start + (1 << 17)], rate, state)
        energies.append(found)
    return readings(energies, state, rate)


def _highest(levels: Array) -> float:
    return float(levels.max()) if levels.size else float("-inf")
