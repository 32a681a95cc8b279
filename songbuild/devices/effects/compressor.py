"""Compressor: turns down what is louder than a threshold; with a side-chain, a ducker.

Source: Giannoulis, Massberg, Reiss, Digital Dynamic Range Compressor Design, JAES 60 (2012): feed-forward, level and
smoothing in decibels after the gain computer.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import ballistics, dynamics
from songbuild.dsp.filters import highpass, sosfilt
from songbuild.dsp.maths import Array, db_to_gain, gain_to_db
from songbuild.units import Db, Hz, Ms, Params, Ratio

_RMS_MS = 5.0  # each of two smoothers in a row


class Compressor(Params):
    """Even out levels: everything over `threshold_db` is turned down by `ratio`, both channels alike."""

    threshold_db: Db = Field(-18.0, ge=-80, le=0, description="level from which on it works, peak or RMS by `detector`")
    ratio: Ratio = Field(4.0, ge=1, le=100, description="dB in for one dB out above the threshold")
    knee_db: Db = Field(6.0, ge=0, le=40, description="width of the soft bend around the threshold; 0 is hard")
    attack_ms: Ms = Field(10.0, ge=0.1, le=500, description="time to 63 % of a larger gain reduction")
    release_ms: Ms = Field(120.0, ge=5, le=5000, description="time to 63 % of a smaller gain reduction")
    auto_release: bool = Field(
        False, description="what was turned down for long takes up to eight times the release, a stroke only one"
    )
    makeup_db: Db = Field(0.0, ge=-24, le=36, description="gain after compression")
    mix: Ratio = Field(1.0, ge=0, le=1, description="compressed part; the rest is the dry sound (parallel compression)")
    detector: Literal["peak", "rms"] = Field("peak", description="what level is: the peak, or the power over 10 ms")
    sidechain_hz: Hz = Field(0.0, ge=0, le=2000, description="the detector's high-pass, 12 dB/octave; off under 10")


class _State(NamedTuple):
    filter: Array
    pending: Array
    powers: Array
    moving: ballistics.Moving
    steered: dynamics.Steered


def process(x: Audio, p: Compressor, rate: int, state: State, key: Audio) -> tuple[Audio, State]:
    """Detect on `key` (channels, frames), turn down x (channels, frames); returns (y, state)."""
    y = np.empty_like(x)
    size = dynamics.chunk(dynamics.period(rate, p.attack_ms))
    for start in range(0, max(x.shape[1], 1), size):
        part = slice(start, start + size)
        y[:, part], state = _compress(x[:, part], p, rate, state, key[:, part])
    return y, state


def _compress(x: Audio, p: Compressor, rate: int, state: State, key: Audio) -> tuple[Audio, State]:
    """`process` for as much as the cache holds."""
    frames = dynamics.period(rate, p.attack_ms)
    dry, wet = 1.0 - p.mix, p.mix * float(db_to_gain(p.makeup_db))
    before: _State = state or _start(len(x), len(key), rate, frames, dry + wet)
    heard, filtered = key, before.filter
    if p.sidechain_hz >= 10:
        heard, filtered = sosfilt(highpass(rate, p.sidechain_hz), key, filtered)
    level, pending = dynamics.blocks(heard, frames, before.pending, peak=p.detector == "peak")
    powers = before.powers
    if p.detector == "peak":
        level_db = gain_to_db(level)
    else:
        mean, powers = ballistics.mean_power(level, rate / frames, _RMS_MS, powers)
        level_db = ballistics.power_to_db(mean)
    wanted = dynamics.reduction_db(level_db, p.threshold_db, p.ratio, p.knee_db)
    times = ballistics.ballistics(rate, frames, p.attack_ms, p.release_ms)
    reduced, moving = ballistics.move(wanted, times, before.moving, p.auto_release)
    gains = db_to_gain(-reduced)
    gains *= wet
    gains += dry
    y, steered = dynamics.steered(x, gains, frames, before.steered)
    return y, _State(filtered, pending, powers, moving, steered)


def _start(channels: int, keys: int, rate: int, frames: int, gain: float) -> _State:
    """The state after endless silence."""
    return _State(
        filter=np.zeros((keys, 1, 2)),
        pending=np.zeros(0),
        powers=np.zeros((2, 1)),
        moving=ballistics.unmoved(rate, frames),
        steered=dynamics.steady(channels, frames, gain),
    )


def latency(p: Compressor, rate: int) -> int:
    """Half a block: the gain is reached when the sound that asked for it passes."""
    return dynamics.period(rate, p.attack_ms) // 2


EFFECT = Effect(
    "compressor", Compressor, process, sidechain=True, latency=latency, static=frozenset({"attack_ms", "detector"})
)
