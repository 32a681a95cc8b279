"""Plucked string by modal synthesis: guitars, harp, koto; with a body that colours it and knocks when it is struck.

Each mode of the string is a sine wave that dies away, so pitch is exact and nothing aliases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp.envelopes import gate, release_frames
from songbuild.dsp.maths import Array
from songbuild.dsp.strings import Modes, plucked
from songbuild.dsp.voices import decay_life, gain, modes, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Db, Hz, Ms, Number, Params, Ratio, Seconds, Semitones

_LEVEL = 0.165  # a note of velocity 0.8 peaks near -12 dBFS
_BODY = (
    (102.0, 14.0, 1.0),
    (205.0, 11.0, 1.2),
    (390.0, 9.0, 0.7),
    (560.0, 9.0, 0.5),
    (1150.0, 3.0, 0.6),
    (2600.0, 1.8, 0.7),
)
"""Resonances of a guitar's body: Hz, q, height.  The air in the hole, the top, the back, the bridge's broad hills."""
_ATTACK_MS = 0.3
_SIDEWAYS = 0.30  # the string also swings along the top, which drains it less: a quieter, longer tone
_SIDEWAYS_RATIO = 1.00017  # 0.3 cents: the two beat slowly
_SIDEWAYS_LIFE = 2.2
_SIDEWAYS_MODES = 12


class Pluck(Params):
    """A plucked string: nylon to steel, thumb to plectrum, box or pickup."""

    position: Ratio = Field(0.17, ge=0.02, le=0.5, description="where it is plucked, from the bridge: near is thin")
    pluck_hz: Hz = Field(3200.0, ge=200, le=20_000, description="hardness of thumb or plectrum: overtones up to here")
    velocity_semitones: Semitones = Field(20.0, ge=0, le=48, description="how much softer velocity 0 is plucked")
    stiffness: Number = Field(0.00008, ge=0, le=0.003, description="inharmonicity; steel 0.0001, piano-like 0.0005")
    decay_s: Seconds = Field(7.0, ge=0.05, le=60, description="time in which A2 falls by 60 dB; treble is shorter")
    damping: Number = Field(0.35, ge=0, le=20, description="loss of overtones; steel 0.3, nylon 1.2, muted 6")
    body: Ratio = Field(0.6, ge=0, le=1, description="colour of the wooden body")
    knock: Ratio = Field(0.4, ge=0, le=1, description="knock of the body as the string is plucked")
    pickup: Ratio = Field(0.0, ge=0, le=0.5, description="place of a magnetic pickup, from the bridge; 0 is none")
    tone_hz: Hz = Field(9000.0, ge=200, le=20_000, description="overtones fall above here, 12 dB/octave")
    release_ms: Ms = Field(220.0, ge=10, le=20_000, description="time in which a released note falls by 60 dB")
    velocity_db: Db = Field(24.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    level_db: Db = Field(0.0, ge=-36, le=12, description="output level")


def render(notes: Sequence[Note], p: Pluck, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (1, frames)."""
    return [_note(note, p, rate) for note in notes]


def _note(note: Note, p: Pluck, rate: int) -> Audio:
    hz = pitch_hz(note.pitch)
    decay_s = p.decay_s * power_of_2(-0.5 * (note.pitch - 45.0) / 12.0)
    string = plucked(
        hz,
        min(0.49 * rate, 16_000.0),
        position=p.position,
        pickup=p.pickup,
        pluck_hz=p.pluck_hz * power_of_2(-p.velocity_semitones / 12.0 * (1.0 - note.velocity)),
        tone_hz=p.tone_hz,
        stiffness=p.stiffness,
        decay_s=decay_s,
        damping=p.damping,
    )
    frames = min(note.frames + release_frames(p.release_ms, rate), decay_life(_SIDEWAYS_LIFE * decay_s, rate))
    every = _all_modes(string, p, note.velocity)
    y = modes(frames, rate, every.hz, every.t60_s, every.amplitude, np.zeros(every.hz.size))
    gate(y, note.frames, rate, _ATTACK_MS, p.release_ms)
    y *= velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    return y[None]


def _all_modes(string: Modes, p: Pluck, velocity: float) -> Modes:
    """Up and down, sideways, and the body's own."""
    centres, q, height = np.array(_BODY).T
    coloured = string.amplitude * _colour(string.hz, p.body)
    few = slice(0, _SIDEWAYS_MODES)
    knock = height * (0.35 * p.knock * (0.3 + 0.7 * velocity))
    return Modes(
        np.concatenate([string.hz, string.hz[few] * _SIDEWAYS_RATIO, centres]),
        np.concatenate([string.t60_s, string.t60_s[few] * _SIDEWAYS_LIFE, 2.2 * q / centres]),
        np.concatenate([coloured, coloured[few] * _SIDEWAYS, knock]),
    )


def _colour(hz: Array, amount: float) -> Array:
    """How strongly the body sounds each frequency: 1 without it, near 1 on average with it."""
    centres, q, height = np.array(_BODY).T
    off = q * (hz[:, None] / centres - centres / hz[:, None])
    resonant = 0.45 + np.add.reduce(1.1 * height / np.sqrt(1.0 + off * off), axis=1)
    colour: Array = 1.0 + amount * (resonant - 1.0)
    return colour


def _tail(p: Pluck, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("pluck", Pluck, render, _tail, revision=2)
