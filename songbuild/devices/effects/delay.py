"""Delay: echoes with feedback, darker from turn to turn, straight or from side to side."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.delayline import delayed, loop
from songbuild.dsp.filters import highpass_order, lowpass_order, sosfilt
from songbuild.dsp.maths import log2
from songbuild.units import Hz, Ms, Params, Ratio, SyncMs, Within

_SILENT_OCTAVES = 20.0  # -120 dB
_FILTER_TAIL_S = 0.25


class Delay(Params):
    """Repeat the sound after `time_ms`, again and again."""

    time_ms: Annotated[SyncMs, Within(5, 5000)] = Field(375.0, description="time to the first echo and between echoes")
    feedback: Ratio = Field(0.35, ge=0, le=0.95, description="level of each echo against the one before")
    low_cut_hz: Hz = Field(
        120.0, ge=20, le=2000, description="high-pass in the loop, 6 dB/octave: thinner from echo to echo"
    )
    high_cut_hz: Hz = Field(
        5000.0, ge=500, le=20_000, description="low-pass in the loop, 6 dB/octave: darker from echo to echo"
    )
    ping_pong: bool = Field(False, description="the echoes of both sides' sum, left and right in turn")
    spread_ms: Ms = Field(0.0, ge=0, le=50, description="the right side's echoes come later by this")
    mix: Ratio = Field(0.3, ge=0, le=1, description="0 only dry, 1 only echoes (on a return)")


def process(x: Audio, p: Delay, rate: int, state: State) -> tuple[Audio, State]:
    """x (1 or 2, frames) -> (2, frames); the state is the loop's line, its filters and the line of the spread."""
    line, filters, spread = state or (None, None, None)
    dry = x if len(x) == 2 else np.repeat(x, 2, axis=0)
    sos = np.concatenate([highpass_order(rate, p.low_cut_hz, 1), lowpass_order(rate, p.high_cut_hz, 1)])

    def turn(late: Audio, filters: State) -> tuple[Audio, Audio, State]:
        echo, filters = sosfilt(sos, late, filters)
        return echo, (echo[::-1] if p.ping_pong else echo) * p.feedback, filters

    into = dry
    if p.ping_pong:
        into = np.concatenate([(dry[:1] + dry[1:]) * 0.5, np.zeros((1, dry.shape[1]))])
    wet, line, filters = loop(into, line, _frames(p.time_ms, rate), turn, filters)
    right, spread = delayed(wet[1:], spread, _frames(p.spread_ms, rate))
    wet = np.concatenate([wet[:1], right])
    return dry * (1.0 - p.mix) + wet * p.mix, (line, filters, spread)


def _frames(ms: float | str, rate: int) -> int:
    return round(float(ms) * 0.001 * rate)


def _tail(p: Delay, rate: int) -> int:
    """Until the echoes are 120 dB down."""
    echoes = 1 + (_SILENT_OCTAVES / -float(log2(p.feedback)) if p.feedback > 1e-6 else 0.0)
    return round(echoes * _frames(p.time_ms, rate) + _FILTER_TAIL_S * rate) + _frames(p.spread_ms, rate)


EFFECT = Effect(
    "delay", Delay, process, stereo=True, tail=_tail, static=frozenset({"time_ms", "ping_pong", "spread_ms"})
)
