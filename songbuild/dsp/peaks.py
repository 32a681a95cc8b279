"""Peaks of a stream hop by hop, for the ratio of peak to short-term loudness, and the largest of all.

To know the true peak of every hop would take longer than all other readings.  Only the largest of any 3 s and of the
whole is wanted, so rows that can't hold it are left out: the hops are exact where they are that, and may be too low
elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np

from songbuild.dsp import truepeak
from songbuild.dsp.extremes import highest
from songbuild.dsp.hops import Places, hop
from songbuild.dsp.maths import Array
from songbuild.dsp.truepeak import MARGIN, ROW, WINDOW

SPAN_S = 3
_BATCH = 64  # rows at once: their spectra stay in the cache


class State(NamedTuple):
    """What is known of a stream so far; peaks are factors of full scale."""

    frames: int  # whose peaks are known
    pending: Array  # frames that wait for later ones (channels, n), as in `truepeak`
    levels: Array  # what the true peak of the last rows reaches at least
    hop: float  # the peak of the hop under way
    true_peak: float  # of all
    sample_peak: float


Maybe: TypeAlias = State | None


def partial(x: Array, rate: int, state: Maybe) -> tuple[Array, State]:
    """The peaks of the hops of 10 ms that have become measurable with this block, as factors of full scale: (hops,).

    x (channels, frames).  Hops are those of `loudness.partials`.  The largest of any 3 s of them is the true peak of
    these over all channels, bit for bit however the stream is cut into blocks.
    """
    reach = SPAN_S * rate // WINDOW - 1
    if state is None:  # no 3 s reach back before the start, so nothing there keeps a row from being left out
        state = State(0, np.zeros((len(x), MARGIN)), np.full(reach, np.inf), 0.0, 0.0, 0.0)
    pending = np.concatenate([state.pending, x], axis=1)
    rows = truepeak.rows_of(pending)
    count = rows.shape[1]
    if not count:
        return np.zeros(0), state._replace(pending=pending)
    begin, end = state.frames, state.frames + count * WINDOW
    first = hop(begin, rate)
    hops = np.zeros(hop(end, rate) - first + 1)
    hops[0] = state.hop
    reached, bounds = truepeak.levels_and_bounds(pending, count)
    levels = np.concatenate([state.levels, np.maximum.reduce(reached, axis=0)])
    sample_peak = max(state.sample_peak, float(levels[reach:].max()))
    peak = max(state.true_peak, sample_peak)

    def note(row: Places, frame: Places, found: Array) -> None:
        np.maximum.at(hops, hop(begin + row * WINDOW + frame, rate) - first, found)

    least = np.minimum(_least(levels, reach), peak)
    channel, row = np.nonzero((reached >= least) & (reached > 0.0))
    for at in range(0, row.size, _BATCH):
        some = row[at : at + _BATCH]
        samples = np.abs(rows[channel[at : at + _BATCH], some, MARGIN : MARGIN + WINDOW + 1])
        note(some[:, None], np.arange(WINDOW + 1), samples)
    left = np.argsort(-bounds, axis=None, kind="stable")
    while True:
        left = left[bounds.reshape(-1)[left] > least[left % count]]
        if not left.size:
            break
        channel, row = np.divmod(left[:_BATCH], count)
        left = left[_BATCH:]
        found = truepeak.interval_peaks(rows[channel, row], least[row])
        which, interval = np.divmod(np.flatnonzero(found > least[row][:, None]), found.shape[1])
        note(row[which], interval // 2, found[which, interval])
        np.maximum.at(levels, reach + row, np.maximum.reduce(found, axis=1))
        peak = max(peak, float(levels[reach + row].max()))
        least = np.minimum(_least(levels, reach), peak)
    kept = np.ascontiguousarray(pending[:, end - begin :])
    return hops[:-1], State(end, kept, levels[count:].copy(), float(hops[-1]), peak, sample_peak)


def finish(state: Maybe, rate: int) -> tuple[Array, float, float]:
    """The peaks of the hops that still wait at the end of a stream, silence following it; its true and sample peak."""
    if state is None:
        return np.zeros(0), 0.0, 0.0
    hops, end = partial(np.zeros((len(state.pending), ROW)), rate, state)
    return np.append(hops, end.hop), end.true_peak, end.sample_peak


def _least(levels: Array, reach: int) -> Array:
    """What each row's true peak must exceed to be the largest of some 3 s: (reach + rows,) -> (rows,).

    Any 3 s that touch a row hold at least reach - 2 rows whole, the first of which is at most `reach` rows before it
    and 3 after it; what is still to come may be silence.
    """
    runs = highest(np.concatenate([levels, np.zeros(reach)]), reach - 2)
    return -highest(-runs, reach + 4)
