"""Gate: turns down what lies between the sounds; with a side-chain, it lets one sound open another.

Source: Zölzer (ed.), DAFX: Digital Audio Effects, 2nd edition (2011), chapter 4: noise gate with hysteresis and hold.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import dynamics
from songbuild.dsp.filters import highpass, sosfilt
from songbuild.dsp.maths import Array, db_to_gain
from songbuild.units import Db, Hz, Ms, Params

_PEAK_MS = 12.5  # a level is the highest peak for so long: half a period of 40 Hz, so that a bass doesn't rattle
_LONGEST_HOLD_MS = 2000.0


class Gate(Params):
    """Open where the level exceeds `threshold_db`, turn down by `range_db` elsewhere, both channels alike."""

    threshold_db: Db = Field(-45.0, ge=-100, le=0, description="peak level that opens it")
    hysteresis_db: Db = Field(6.0, ge=0, le=40, description="how far below the threshold the level falls to close it")
    range_db: Db = Field(-80.0, ge=-120, le=0, description="gain while it is closed")
    attack_ms: Ms = Field(0.5, ge=0.1, le=100, description="time to 63 % of the way to open")
    hold_ms: Ms = Field(30.0, ge=0, le=_LONGEST_HOLD_MS, description="time it stays open after the level has fallen")
    release_ms: Ms = Field(100.0, ge=5, le=5000, description="time to 63 % of the way to closed")
    sidechain_hz: Hz = Field(0.0, ge=0, le=2000, description="the detector's high-pass, 12 dB/octave; off under 10")


class _State(NamedTuple):
    filter: Array
    pending: Array
    levels: Array
    open: bool
    quiet: int
    follow: dynamics.Follow
    steered: dynamics.Steered


def process(x: Audio, p: Gate, rate: int, state: State, key: Audio) -> tuple[Audio, State]:
    """Detect on `key` (channels, frames), open and close for x (channels, frames); returns (y, state)."""
    y = np.empty_like(x)
    size = dynamics.chunk(dynamics.period(rate, p.attack_ms))
    for start in range(0, max(x.shape[1], 1), size):
        part = slice(start, start + size)
        y[:, part], state = _gate(x[:, part], p, rate, state, key[:, part])
    return y, state


def _gate(x: Audio, p: Gate, rate: int, state: State, key: Audio) -> tuple[Audio, State]:
    """`process` for as much as the cache holds."""
    frames = dynamics.period(rate, p.attack_ms)
    floor = float(db_to_gain(p.range_db))
    before: _State = state or _start(len(x), len(key), rate, frames, floor)
    heard, filtered = key, before.filter
    if p.sidechain_hz >= 10:
        heard, filtered = sosfilt(highpass(rate, p.sidechain_hz), key, filtered)
    peaks, pending = dynamics.blocks(heard, frames, before.pending, peak=True)
    level, levels = dynamics.hold(peaks, len(before.levels), before.levels)
    loud = level > float(db_to_gain(p.threshold_db))
    alive = level > float(db_to_gain(p.threshold_db - p.hysteresis_db))
    per_ms = rate / (1000.0 * frames)
    hold, most = int(p.hold_ms * per_ms), int(_LONGEST_HOLD_MS * per_ms) + 1
    is_open, quiet = _latched(loud, alive, hold, most, before.open, before.quiet)
    gains, follow = dynamics.follow(
        np.where(is_open, 1.0, floor), p.attack_ms * per_ms, p.release_ms * per_ms, before.follow
    )
    y, steered = dynamics.steered(x, gains, frames, before.steered)
    now_open = bool(is_open[-1]) if len(is_open) else before.open
    return y, _State(filtered, pending, levels, now_open, quiet, follow, steered)


def _latched(
    loud: npt.NDArray[np.bool_], alive: npt.NDArray[np.bool_], hold: int, most: int, was_open: bool, quiet: int
) -> tuple[npt.NDArray[np.bool_], int]:
    """Where a gate is open that opens when loud, and closes when not alive for more than `hold` blocks.

    `quiet` counts the blocks since it was alive, up to `most`; returns (open, quiet).
    """
    index = np.arange(len(loud))
    last_alive = np.maximum.accumulate(np.where(alive, index, -1 - quiet))
    since = index - last_alive
    shut = since > hold
    event = np.maximum.accumulate(np.where(loud | shut, index, -1))
    is_open = np.where(event < 0, was_open, loud[event])
    return is_open, min(int(since[-1]), most) if len(since) else quiet


def _start(channels: int, keys: int, rate: int, frames: int, floor: float) -> _State:
    """The state after endless silence: closed."""
    return _State(
        filter=np.zeros((keys, 1, 2)),
        pending=np.zeros(0),
        levels=np.zeros(int(_PEAK_MS * rate / (1000.0 * frames))),
        open=False,
        quiet=int(_LONGEST_HOLD_MS * rate / (1000.0 * frames)) + 1,
        follow=dynamics.resting(floor),
        steered=dynamics.steady(channels, frames, floor),
    )


def latency(p: Gate, rate: int) -> int:
    """Half a block: the gain is reached when the sound that asked for it passes."""
    return dynamics.period(rate, p.attack_ms) // 2


EFFECT = Effect("gate", Gate, process, sidechain=True, latency=latency, static=frozenset({"attack_ms"}))
