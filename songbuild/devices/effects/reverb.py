"""Reverb: the synthesised stereo response of a room, by exact convolution.

`decay_s` is the reverberation time T30 of the bands below `damping_hz` (ISO 3382-1: the time for 60 dB, from the slope
between -5 and -35 dB).  The room itself is fixed over time; `mix` may be automated.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.convolve import Kernel, convolve, prepare
from songbuild.dsp.reverb import Room, frames, responses
from songbuild.units import Hz, Number, Params, Ratio, Seconds, SyncMs, Within


class Reverb(Params):
    """A room, from a small chamber to a cathedral."""

    decay_s: Seconds = Field(1.8, ge=0.1, le=10, description="time in which the sound falls by 60 dB")
    predelay_ms: Annotated[SyncMs, Within(0, 500)] = Field(15.0, description="time before the first reflection")
    size_m: Number = Field(
        14.0, ge=2, le=40, description="width of the room in metres: spaces out the reflections, slows the build-up"
    )
    damping_hz: Hz = Field(
        7000.0, ge=500, le=20_000, description="where the sound decays twice as fast; an octave lower as decay_s says"
    )
    low_cut_hz: Hz = Field(120.0, ge=10, le=1000, description="high-pass of the reverb, 12 dB/octave")
    high_cut_hz: Hz = Field(10_000.0, ge=1000, le=20_000, description="low-pass of the reverb, 12 dB/octave")
    width: Ratio = Field(1.0, ge=0, le=1, description="0 is mono, 1 has two independent sides")
    balance: Ratio = Field(0.75, ge=0, le=1, description="share of the late field: 0 is only early reflections, 1 none")
    mix: Ratio = Field(0.2, ge=0, le=1, description="0 only dry, 1 only reverb (on a return)")


def process(x: Audio, p: Reverb, rate: int, state: State) -> tuple[Audio, State]:
    """x (1 or 2, frames) -> (2, frames); the state is the convolution's."""
    wet, state = convolve(x, _kernel(_room(p), rate, len(x)), state)
    wet *= p.mix
    wet += x * (1.0 - p.mix)
    return wet, state


def _room(p: Reverb) -> Room:
    return Room(
        decay_s=p.decay_s,
        predelay_s=float(p.predelay_ms) * 0.001,
        size_m=p.size_m,
        damping_hz=p.damping_hz,
        low_cut_hz=p.low_cut_hz,
        high_cut_hz=p.high_cut_hz,
        width=p.width,
        balance=p.balance,
    )


@lru_cache(maxsize=4)
def _kernel(room: Room, rate: int, inputs: int) -> Kernel:
    """The room's kernel for a stereo signal, or for a mono one, which is in both of its sources."""
    taps = responses(room, rate)
    return prepare(taps if inputs == 2 else np.sum(taps, axis=0, keepdims=True))


def _tail(p: Reverb, rate: int) -> int:
    return frames(_room(p), rate)


EFFECT = Effect(
    "reverb",
    Reverb,
    process,
    stereo=True,
    tail=_tail,
    static=frozenset(Reverb.model_fields) - {"mix"},
)
