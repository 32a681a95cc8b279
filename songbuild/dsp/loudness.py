"""What a meter reads: loudness (momentary, short-term, integrated, range), peaks and their ratios, correlation.

Sources: ITU-R BS.1770-5, annexes 1 and 2; EBU Tech 3341 (momentary, short-term) and Tech 3342 (loudness range), both of
2023; PSR as proposed by Shepherd, Grimm, Tapper, Kahsnitz and Kerr, Measuring Micro-Dynamics, AES 143, 2017.
Everything is computed from sums and peaks over hops of 10 ms, streams like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.dsp import correlation, kweighting, peaks
from songbuild.dsp.extremes import highest
from songbuild.dsp.hops import HOPS_PER_S
from songbuild.dsp.kweighting import partials
from songbuild.dsp.maths import Array, gain_to_db
from songbuild.dsp.truepeak import to_dbtp

MOMENTARY = 40
"""Hops in 400 ms: the momentary window, and the gating block of BS.1770-5."""
SHORT_TERM = 300
"""Hops in 3 s."""
GATING_STEP = 10
"""Hops from one gating block to the next: 75 % overlap (BS.1770-5, annex 1, eq. 3)."""
_ABSOLUTE_GATE = -70.0  # LUFS (BS.1770-5, annex 1, eq. 5)
_RELATIVE_GATE = -10.0  # LU below what passes the absolute gate (BS.1770-5, annex 1, eq. 6)
_LRA_GATE = -20.0  # LU (Tech 3342, clause 3)
_LRA_PERCENTILES = (10, 95)  # Tech 3342, clause 3
_OFFSET = -0.691  # BS.1770-5, annex 1, eq. 2: a 997 Hz sine at 0 dBFS in one channel reads -3.01
_SURROUND = 1.41  # BS.1770-5, annex 1, table 3
_WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, _SURROUND, _SURROUND),
    5: (1.0, 1.0, 1.0, _SURROUND, _SURROUND),
    6: (1.0, 1.0, 1.0, 0.0, _SURROUND, _SURROUND),  # the LFE channel doesn't count (annex 1)
}
"""By the number of channels: left, right, centre, LFE, left and right surround, as far as there are any."""
MOST_CHANNELS = max(_WEIGHTS)
_STEREO = 2
_BLOCK = 1 << 18  # frames measured at once


def momentary(energies: Array, rate: int) -> Array:
    """Momentary loudness in LUFS, every 10 ms from 400 ms on (EBU Tech 3341): (hops - 39,)."""
    return _lufs(_power(energies, rate, MOMENTARY))


def short_term(energies: Array, rate: int) -> Array:
    """Short-term loudness in LUFS, every 10 ms from 3 s on (EBU Tech 3341): (hops - 299,)."""
    return _lufs(_power(energies, rate, SHORT_TERM))


def integrated(energies: Array, rate: int) -> float:
    """Integrated loudness in LUFS, gated (BS.1770-5, annex 1, eq. 3 to 7); -inf where nothing passes the gate."""
    power = _power(energies, rate, MOMENTARY)[::GATING_STEP]
    return float(_lufs(_mean(power[_passing(power, _RELATIVE_GATE)])))


def gate(energies: Array, rate: int) -> npt.NDArray[np.bool_]:
    """Which of the gating blocks, one every 100 ms from 400 ms on, count for the integrated loudness: (blocks,)."""
    return _passing(_power(energies, rate, MOMENTARY)[::GATING_STEP], _RELATIVE_GATE)


def lra(energies: Array, rate: int) -> float:
    """Loudness range in LU (EBU Tech 3342, clause 3), of short-term loudness every 100 ms; NaN where there is none."""
    power = _power(energies, rate, SHORT_TERM)[::GATING_STEP]
    levels = np.sort(_lufs(power[_passing(power, _LRA_GATE)]))
    if not levels.size:
        return float("nan")
    low, high = (levels[(2 * (levels.size - 1) * percent + 100) // 200] for percent in _LRA_PERCENTILES)
    return float(high - low)


def _power(energies: Array, rate: int, width: int) -> Array:
    """The weighted mean square in every `width` hops in a row (BS.1770-5, annex 1, eq. 1 and 2)."""
    if energies.shape[1] < width:
        return np.zeros(0)
    weights = _WEIGHTS.get(energies.shape[0])
    if weights is None:
        raise ValueError(f"no channel weights for {energies.shape[0]} channels")
    total = np.zeros(energies.shape[1])
    for weight, channel in zip(weights, energies, strict=True):
        total += weight * channel
    sums: Array = np.lib.stride_tricks.sliding_window_view(total, width).sum(axis=1)
    return sums / (width * rate / HOPS_PER_S)


def _passing(power: Array, relative: float) -> npt.NDArray[np.bool_]:
    """Which powers exceed the absolute gate and the one `relative` to the mean of those that do."""
    level = _lufs(power)
    passing = level > _ABSOLUTE_GATE
    return np.asarray(passing & (level > _lufs(_mean(power[passing])) + relative))


def _mean(power: Array) -> Array:
    return np.asarray(power.mean() if power.size else 0.0)


def _lufs(power: Array) -> Array:
    return np.asarray(gain_to_db(np.sqrt(power), floor=-np.inf) + _OFFSET)


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a meter says about a programme.

    Levels of silence, or of less than a window, are -inf; what else there is none of is NaN.
    """

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    lra_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    plr_lu: float
    """True peak less integrated loudness."""
    psr_lu: float
    """The least of true peak less loudness of any 3 s."""
    correlation_min: float
    """Of left and right, over the gating blocks that count for the integrated loudness; NaN unless stereo."""
    correlation_mean: float


@dataclass(frozen=True, slots=True)
class Curves:
    """The readings in time, one every 10 ms, each at the end of its window: the first after 400 ms or after 3 s."""

    momentary_lufs: Array
    short_term_lufs: Array
    psr_lu: Array
    """NaN where the short-term loudness is below the absolute gate."""
    correlation: Array
    """Of windows as long as the momentary one; NaN in digital silence, empty unless stereo."""


class Metered(NamedTuple):
    """What a meter knows between two blocks."""

    energies: kweighting.State = None
    products: correlation.State = None
    peaks: peaks.Maybe = None


Partial: TypeAlias = tuple[Array, Array, Array]
"""What a block adds: energies (channels, hops), products (3, hops) of a stereo stream, peaks (hops,)."""


def metered(x: Array, rate: int, state: Metered | None) -> tuple[Partial, Metered]:
    """Measure the next block, (channels, frames), at least one: what it adds, and what is known after it."""
    before = state or Metered()
    energies, filters = partials(x, rate, before.energies)
    products, both = np.zeros((3, 0)), before.products
    if len(x) == _STEREO:
        products, both = correlation.partials(x, rate, before.products)
    heights, reached = peaks.partial(x, rate, before.peaks)
    return (energies, products, heights), Metered(filters, both, reached)


def readings(parts: Sequence[Partial], state: Metered | None, rate: int) -> Loudness:
    """What a meter says after the blocks that added `parts`, the last of which left `state`."""
    return _read(parts, state, rate)[0]


def follow(blocks: Iterable[Array], rate: int) -> tuple[Loudness, Curves]:
    """What a meter says of a stream of blocks (channels, n), and its curves."""
    state: Metered | None = None
    parts = []
    for block in blocks:
        found, state = metered(block, rate, state)
        parts.append(found)
    return _read(parts, state, rate)


def measure(x: Array, rate: int) -> Loudness:
    """The loudness and peaks of x (channels, frames)."""
    return follow((x[:, at : at + _BLOCK] for at in range(0, x.shape[1], _BLOCK)), rate)[0]


def _read(parts: Sequence[Partial], state: Metered | None, rate: int) -> tuple[Loudness, Curves]:
    energies, products, heights = np.zeros((1, 0)), np.zeros((3, 0)), np.zeros(0)
    true_peak = sample_peak = 0.0
    if state is not None:
        last, true_peak, sample_peak = peaks.finish(state.peaks, rate)
        energies, products = (np.concatenate([part[row] for part in parts], axis=1) for row in range(2))
        heights = np.concatenate([*(part[2] for part in parts), last])[: energies.shape[1]]
    short = short_term(energies, rate)
    true_peaks = gain_to_db(highest(heights, SHORT_TERM), floor=-np.inf)
    curves = Curves(
        momentary_lufs=momentary(energies, rate),
        short_term_lufs=short,
        psr_lu=np.where(short > _ABSOLUTE_GATE, true_peaks - np.maximum(short, _ABSOLUTE_GATE), np.nan),
        correlation=correlation.correlation(products, MOMENTARY),
    )
    counts = curves.correlation[::GATING_STEP]
    counts = counts[gate(energies, rate)] if counts.size else counts  # of blocks that sound, none is NaN
    loudness = integrated(energies, rate)
    return Loudness(
        integrated_lufs=loudness,
        momentary_max_lufs=_highest(curves.momentary_lufs),
        short_term_max_lufs=_highest(short),
        lra_lu=lra(energies, rate),
        true_peak_dbtp=to_dbtp(true_peak),
        sample_peak_dbfs=to_dbtp(sample_peak),
        plr_lu=to_dbtp(true_peak) - loudness if loudness > -np.inf else np.nan,
        psr_lu=_least(curves.psr_lu),
        correlation_min=_least(counts),
        correlation_mean=float(counts.mean()) if counts.size else np.nan,
    ), curves


def _highest(levels: Array) -> float:
    return float(levels.max()) if levels.size else float("-inf")


def _least(values: Array) -> float:
    values = values[~np.isnan(values)]
    return float(values.min()) if values.size else float("nan")
