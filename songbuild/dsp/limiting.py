"""A look-ahead limiter of the true peak, channels linked.

The gain lives on points, 8 frames apart at 44.1 and 48 kHz, linear between them.  Where the true peak around a point
exceeds the ceiling, the point asks for the reduction that brings it there; the largest request within the look-ahead
and a hold stays; then it decays exponentially; then three moving averages, together as long as the look-ahead, turn
steps into smooth ramps that arrive in time.  Where nothing exceeds the ceiling the gain is exactly 1.

Source: the look-ahead limiter as hold and smoothing window, U. Zoelzer (ed.), DAFX, 2nd ed., clause 4.2.2, with the
true peak of `dsp.truepeak` as detector.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from songbuild.dsp import truepeak
from songbuild.dsp.extremes import highest
from songbuild.dsp.maths import Array, exp2

_HOLD_MS = 15.0  # longer than half a period of a bass at 35 Hz: its gain is constant, so it isn't distorted
_SEGMENT = 1024  # points over which one scaled maximum runs: the scale stays within the range of numbers
_SILENT = 1e-12  # a reduction below this has ended
_MARGIN = 0.9942  # -0.05 dB: for what a changing gain adds between the samples, and for differences of meters
_DOUBT = 0.25  # of the difference between meters is left as room for yet other meters
_NEARLY = 1.0 - 1e-9
_LOG2_E = 1.4426950408889634


class Timing(NamedTuple):
    """The limiter's constants in frames and points; `timing` makes them."""

    spacing: int  # frames from point to point
    averages: tuple[int, int, int]  # points of the three moving averages
    ahead: int  # points that a ramp takes
    hold: int  # points
    decay: float  # octaves that the reduction decays in a point
    latency: int  # frames


class State(NamedTuple):
    """What one block leaves to the next; every array's last element is the newest."""

    pending: Array  # frames that wait for their true peak (channels, n)
    delayed: Array  # frames that wait for their gain (channels, latency)
    sampled: Array  # reductions that the samples alone ask for, as many as look-ahead and hold see
    sampled_running: float  # as `running`, of the samples alone
    requests: Array  # reductions asked for, as many as look-ahead and hold see
    reductions: Array  # after the release, as many as the moving averages see
    running: float  # the scaled maximum under way
    position: int  # its place in the segment
    points: Array  # the smooth reductions that are still to be used
    phase: int  # frames since the first of `points`


Maybe: TypeAlias = State | None


@lru_cache(maxsize=32)
def timing(rate: int, lookahead_ms: float, release_ms: float) -> Timing:
    """The constants of a limiter at `rate` Hz."""
    spacing = 8
    while spacing < 32 and rate >= 64000 * spacing // 8:
        spacing *= 2
    per_ms = rate / (1000.0 * spacing)
    wanted = max(3, round(lookahead_ms * per_ms))
    third = (wanted + 2) // 3
    averages = (third, third, wanted + 2 - 2 * third)
    hold = round(min(_HOLD_MS, release_ms) * per_ms)
    latency = truepeak.WINDOW + truepeak.MARGIN + (wanted + 1) * spacing
    return Timing(spacing, averages, wanted, hold, _LOG2_E / (release_ms * per_ms), latency)


def limit(x: Array, ceiling: float, times: Timing, state: Maybe) -> tuple[Array, Maybe]:
    """Keep the true peak of x (channels, frames) at or below `ceiling`, a factor of full scale; returns (y, state).

    y is `times.latency` frames late.  In blocks equals in one piece, bit for bit.
    """
    if state is None:
        state = _rest(x.shape[0], times)
    pending = np.concatenate([state.pending, x], axis=1)
    level = ceiling * _MARGIN
    sampled = np.concatenate([state.sampled, _asked(_sample_peaks(pending, times.spacing), level)])
    staying, sampled_running, _ = _hold(sampled, times, state.sampled_running, state.position)
    wanted = _requests(pending, level, times, staying)
    requests = np.concatenate([state.requests, wanted])
    released, running, position = _hold(requests, times, state.running, state.position)
    reductions = np.concatenate([state.reductions, released])
    points = np.concatenate([state.points, _smooth(reductions, times.averages)])
    line = np.concatenate([state.delayed, x], axis=1)
    frames = x.shape[1]
    used, phase = divmod(state.phase + frames, times.spacing)
    y = line[:, :frames].copy()
    around = points[: used + 2]
    if around.any():
        y *= _gains(around, times.spacing)[state.phase : state.phase + frames]
    return y, State(
        pending[:, wanted.size * times.spacing :].copy(),
        line[:, frames:].copy(),
        sampled[wanted.size :],
        sampled_running,
        requests[wanted.size :],
        reductions[released.size :],
        running,
        position,
        points[used:],
        phase,
    )


def _rest(channels: int, times: Timing) -> State:
    """The state before the first block: silence."""
    return State(
        pending=np.zeros((channels, truepeak.MARGIN)),
        delayed=np.zeros((channels, times.latency)),
        sampled=np.zeros(times.ahead + times.hold),
        sampled_running=0.0,
        requests=np.zeros(times.ahead + times.hold),
        reductions=np.zeros(sum(times.averages) - 3),
        running=0.0,
        position=0,
        points=np.zeros(times.latency // times.spacing - times.ahead + 1),
        phase=0,
    )


def _requests(pending: Array, ceiling: float, times: Timing, staying: Array) -> Array:
    """The reductions (1 less gain) that the true peak asks for, a point each, in all windows that can be known.

    The true peak is the highest that any kind of meter reads.  It is sought only in windows that may ask for more than
    what is `staying` of the requests of the samples alone; those left out would change no gain.
    """
    rows = truepeak.rows_of(pending)
    count = rows.shape[1]
    per_row = truepeak.WINDOW // times.spacing
    if not count:
        return np.zeros(0)
    bound = truepeak.bounds(pending, count, truepeak.LIKELY)
    # a window's requests count from `ahead` points before it to `hold` points after it; there it has decayed so far
    least = np.minimum.reduce(staying.reshape(count, per_row), axis=1)
    least *= float(exp2(-times.decay * (times.ahead + times.hold))) * _NEARLY
    channel, row = np.nonzero(_asked(bound, ceiling) > least)
    found = np.zeros((len(bound), count, per_row))
    for start in range(0, row.size, 64):
        which = channel[start : start + 64], row[start : start + 64]
        peaks = truepeak.cautious_peaks(rows[which], ceiling / (1.0 - least[which[1]]), _DOUBT)
        found[which] = np.maximum.reduce(peaks.reshape(-1, per_row, 2 * times.spacing), axis=2)
    return _asked(np.maximum.reduce(found, axis=0).reshape(-1), ceiling)


def _asked(peaks: Array, ceiling: float) -> Array:
    """The reduction that brings each peak to the ceiling; exactly 0 for a peak below it."""
    return np.asarray(1.0 - ceiling / np.maximum(peaks, ceiling))


def _sample_peaks(pending: Array, spacing: int) -> Array:
    """The largest sample of any channel between each point and the next, in all windows that can be known."""
    count = max(0, pending.shape[1] - 2 * truepeak.MARGIN) // truepeak.WINDOW
    window = pending[:, truepeak.MARGIN : truepeak.MARGIN + count * truepeak.WINDOW]
    linked: Array = np.maximum.reduce(np.abs(window), axis=0)
    peaks = linked[::spacing].copy()
    for k in range(1, spacing):
        np.maximum(peaks, linked[k::spacing], out=peaks)
    return peaks


def _hold(requests: Array, times: Timing, running: float, position: int) -> tuple[Array, float, int]:
    """Requests held over look-ahead and hold, then released; as many as are new, and the maximum under way."""
    return _release(highest(requests, times.ahead + times.hold + 1), times.decay, running, position)


@lru_cache(maxsize=32)
def _falling(decay: float) -> Array:
    return exp2(np.arange(_SEGMENT + 1) * -decay)


def _release(held: Array, decay: float, running: float, position: int) -> tuple[Array, float, int]:
    """Let the reductions fall no faster than `decay` octaves a point; returns them and the maximum under way.

    The maximum of exponentials that decay alike is one running maximum of values scaled by a growing exponential.
    """
    falling = _falling(decay)
    out = np.empty_like(held)
    at = 0
    while at < held.size:
        count = min(held.size - at, _SEGMENT - position)
        slope = falling[position : position + count]
        part = np.maximum.accumulate(np.concatenate([[running], held[at : at + count] / slope]))
        np.multiply(part[1:], slope, out=out[at : at + count])
        running, position, at = float(part[-1]), position + count, at + count
        if position == _SEGMENT:
            running, position = running * float(falling[_SEGMENT]), 0
            if running < _SILENT:
                running = 0.0
    return out, running, position


def _smooth(values: Array, averages: tuple[int, ...]) -> Array:
    """Moving averages one after the other, by plain sums in a fixed order: of zeros exactly zero."""
    for length in averages:
        count = values.size - length + 1
        total = values[:count].copy()
        for k in range(1, length):
            total += values[k : k + count]
        total /= length
        values = total
    return values


def _gains(points: Array, spacing: int) -> Array:
    """1 less the reduction, linear from point to point: (n,) -> ((n - 1) * spacing,)."""
    steps = np.arange(spacing) / spacing
    gains: Array = points[:-1, None] + (points[1:] - points[:-1])[:, None] * steps
    np.subtract(1.0, gains, out=gains)
    return gains.reshape(-1)
