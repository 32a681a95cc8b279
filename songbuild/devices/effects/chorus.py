"""Chorus: copies of the sound whose delays sway, each at its own phase."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.delayline import FURTHER, extended, read_between
from songbuild.dsp.maths import sin2pi
from songbuild.units import Hz, Ms, Params, Ratio

_DELAY_MS = 40.0
_DEPTH_MS = 15.0
_VOICES = 6
_TURN = 1 << 40  # the phase is an integer, in this part of a turn: it adds up exactly, however time is cut
_CHUNK = 8192


class Chorus(Params):
    """Thicken and widen with copies that waver in time and so in pitch."""

    rate_hz: Hz = Field(0.6, ge=0.01, le=10, description="how often the delay sways")
    depth_ms: Ms = Field(2.5, ge=0, le=_DEPTH_MS, description="how far the delay sways, from its least to its most")
    delay_ms: Ms = Field(8.0, ge=1, le=_DELAY_MS, description="the least delay")
    voices: int = Field(3, ge=1, le=_VOICES, description="copies, evenly spread over the sway's turn")
    spread: Ratio = Field(
        1.0, ge=0, le=1, description="how much the sides differ: the right sways ahead by up to half a voice's step"
    )
    mix: Ratio = Field(0.5, ge=0, le=1, description="0 only dry, 1 only the copies")


def process(x: Audio, p: Chorus, rate: int, state: State) -> tuple[Audio, State]:
    """x (1 or 2, frames) -> (2, frames); the state is the line of the past and the phase of the sway."""
    line, phase = state or (None, 0)
    past = int((_DELAY_MS + _DEPTH_MS) * 0.001 * rate) + 1 + FURTHER
    step = round(p.rate_hz / rate * _TURN)
    n = x.shape[1]
    signal = extended(line, past, x)
    dry = x if len(x) == 2 else np.repeat(x, 2, axis=0)
    y = dry * (1.0 - p.mix)
    level = p.mix / float(np.sqrt(p.voices))
    for a in range(0, n, _CHUNK):
        b = min(a + _CHUNK, n)
        turns = ((phase + step * np.arange(a, b)) % _TURN) / _TURN
        for side in (0, 1):
            heard = signal[min(side, len(x) - 1), a : past + b]
            copies = np.zeros(b - a)
            for voice in range(p.voices):
                copies += read_between(heard, _delay(turns + (voice + 0.5 * side * p.spread) / p.voices, p, rate))
            y[side, a:b] += copies * level
    return y, (signal[:, n:], (phase + step * n) % _TURN)


def _delay(turns: Audio, p: Chorus, rate: int) -> Audio:
    """The delay in frames at a phase of the sway."""
    sway: Audio = sin2pi(turns)
    sway *= 0.5 * p.depth_ms
    sway += p.delay_ms + 0.5 * p.depth_ms
    sway *= 0.001 * rate
    return sway


def _tail(p: Chorus, rate: int) -> int:
    return int((p.delay_ms + p.depth_ms) * 0.001 * rate) + 1 + FURTHER


EFFECT = Effect("chorus", Chorus, process, stereo=True, tail=_tail, static=frozenset({"voices"}))
