"""De-esser: turns down the treble where there is more of it than belongs to the voice.

What decides is the level of the band above `freq_hz` relative to the level of the whole, so a quiet singer and a loud
one are treated alike.  Source: split bands of `dsp.crossover`; curve and smoothing as in `compressor` (Giannoulis,
Massberg, Reiss, JAES 60, 2012).  Both bands add up flat where nothing is turned down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import ballistics, dynamics
from songbuild.dsp.crossover import Split, corner, split
from songbuild.dsp.delayline import delayed
from songbuild.dsp.maths import Array, db_to_gain
from songbuild.units import Db, Hz, Ms, Params, Ratio

_CHUNK = 16384  # frames at once: the bands of so many stay in the cache
_RMS_MS = 2.0  # each of two smoothers in a row
_AHEAD_MS = 2.0 * _RMS_MS  # the sound waits for what the smoothers take
_HOLD_MS = 2.0
_SILENCE = 1e-12  # -120 dBFS, as a power: treble far below it is no sibilance, however little else there is
_TAIL_PERIODS = 4.0  # of the corner: in that time its filters fall by 120 dB


class Deesser(Params):
    """Soften s and sh, or the hardness of a mix, where the treble exceeds its share; both channels alike."""

    freq_hz: Hz = Field(5500.0, ge=1000, le=16_000, description="where the treble begins, 24 dB/octave")
    threshold_db: Db = Field(-8.0, ge=-40, le=0, description="level of the treble relative to the whole's; RMS of 8 ms")
    ratio: Ratio = Field(4.0, ge=1, le=100, description="dB more treble for one dB more of it that stays")
    knee_db: Db = Field(6.0, ge=0, le=24, description="width of the soft bend around the threshold; 0 is hard")
    range_db: Db = Field(10.0, ge=0, le=40, description="the most that it turns down")
    attack_ms: Ms = Field(2.0, ge=0.1, le=50, description="time to 63 % of a larger gain reduction, after 4 ms ahead")
    release_ms: Ms = Field(40.0, ge=5, le=1000, description="time to 63 % of a smaller gain reduction")
    listen: bool = Field(False, description="hear only what is taken away, to find the settings")


class _State(NamedTuple):
    split: Split
    treble_pending: Array
    whole_pending: Array
    treble_power: Array
    whole_power: Array
    moving: ballistics.Moving
    low: Array
    high: Array
    steered: dynamics.Steered


def process(x: Audio, p: Deesser, rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames) -> y alike, `latency` frames late."""
    y = np.empty_like(x)
    before: _State = state or _start(len(x), p, rate)
    for start in range(0, x.shape[1], _CHUNK):
        part = slice(start, start + _CHUNK)
        y[:, part], before = _soften(x[:, part], p, rate, before)
    return y, before


def _soften(x: Audio, p: Deesser, rate: int, before: _State) -> tuple[Audio, _State]:
    """`process` for as much as the cache holds."""
    frames, ahead = dynamics.period(rate, p.attack_ms), _ahead(rate)
    (low, high), filtered = split(x, (corner(rate, p.freq_hz),), before.split)
    share, powers = _share_db(x, high, rate, frames, before)
    wanted = np.minimum(dynamics.reduction_db(share, p.threshold_db, p.ratio, p.knee_db), p.range_db)
    times = ballistics.ballistics(rate, frames, p.attack_ms, p.release_ms, _HOLD_MS)
    reduced, moving = ballistics.move(wanted, times, before.moving)
    gains = db_to_gain(-reduced)
    high, high_line = delayed(high, before.high, ahead)
    low, low_line = delayed(low, before.low, ahead + frames // 2)
    if p.listen:
        y, steered = dynamics.steered(high, 1.0 - gains, frames, before.steered)
    else:
        y, steered = dynamics.steered(high, gains, frames, before.steered)
        y += low
    return y, _State(filtered, *powers, moving, low_line, high_line, steered)


def _share_db(
    x: Audio, high: Audio, rate: int, frames: int, before: _State
) -> tuple[Array, tuple[Array, Array, Array, Array]]:
    """The level of the treble relative to the whole's, a value a block, and the state of both."""
    treble, treble_pending = dynamics.blocks(high, frames, before.treble_pending, peak=False)
    whole, whole_pending = dynamics.blocks(x, frames, before.whole_pending, peak=False)
    treble, treble_power = ballistics.mean_power(treble, rate / frames, _RMS_MS, before.treble_power)
    whole, whole_power = ballistics.mean_power(whole, rate / frames, _RMS_MS, before.whole_power)
    share = ballistics.power_to_db(treble) - ballistics.power_to_db(whole + _SILENCE)
    return share, (treble_pending, whole_pending, treble_power, whole_power)


def _start(channels: int, p: Deesser, rate: int) -> _State:
    """The state after endless silence."""
    frames, ahead = dynamics.period(rate, p.attack_ms), _ahead(rate)
    return _State(
        split=None,
        treble_pending=np.zeros(0),
        whole_pending=np.zeros(0),
        treble_power=np.zeros((2, 1)),
        whole_power=np.zeros((2, 1)),
        moving=ballistics.unmoved(rate, frames, _HOLD_MS),
        low=np.zeros((channels, ahead + frames // 2)),
        high=np.zeros((channels, ahead)),
        steered=dynamics.steady(channels, frames, 0.0 if p.listen else 1.0),
    )


def _ahead(rate: int) -> int:
    return round(_AHEAD_MS * rate / 1000.0)


def latency(p: Deesser, rate: int) -> int:
    """What the detector looks ahead, and half a block: the gain is reached when the sound that asked for it passes."""
    return _ahead(rate) + dynamics.period(rate, p.attack_ms) // 2


def tail(p: Deesser, rate: int) -> int:
    """What the crossover rings on."""
    return round(_TAIL_PERIODS * rate / p.freq_hz)


EFFECT = Effect("deesser", Deesser, process, latency=latency, tail=tail, static=frozenset({"attack_ms", "listen"}))
