"""Bass: a plucked string heard by a pickup, with thump, a sine below and drive; electric, upright and synth.

The drive is the cubic (3 x - x**3) / 2, which makes nothing above three times the highest overtone, and overtones are
kept below a sixth of the sample rate: it can't alias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp.envelopes import gate, release_frames
from songbuild.dsp.maths import Array
from songbuild.dsp.strings import plucked
from songbuild.dsp.turning import sine
from songbuild.dsp.voices import decay_life, gain, modes, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Db, Hz, Ms, Number, Params, Ratio, Seconds, Semitones

_LEVEL = 0.42  # a note of velocity 0.8 peaks near -12 dBFS
_THUMP = ((62.0, 0.12, 1.0), (118.0, 0.09, 0.8), (235.0, 0.05, 0.5))
"""The finger or hammer on the string and the wood: Hz, 60 dB time in s, amplitude."""


class Bass(Params):
    """An electric or upright bass, or a sine that carries the bottom, or both."""

    string: Ratio = Field(1.0, ge=0, le=1, description="level of the string")
    sub: Ratio = Field(0.0, ge=0, le=1, description="level of a sine wave at the note's pitch that lasts")
    position: Ratio = Field(0.28, ge=0.02, le=0.5, description="where it is plucked, from the bridge")
    pickup: Ratio = Field(0.16, ge=0, le=0.5, description="where it is heard, from the bridge; 0 is the bridge")
    pluck_hz: Hz = Field(1300.0, ge=80, le=12_000, description="hardness of finger or plectrum: overtones up to here")
    velocity_semitones: Semitones = Field(24.0, ge=0, le=48, description="how much softer velocity 0 is plucked")
    tone_hz: Hz = Field(2400.0, ge=80, le=12_000, description="tone knob: overtones fall above here, 12 dB/octave")
    stiffness: Number = Field(0.00012, ge=0, le=0.002, description="inharmonicity")
    decay_s: Seconds = Field(9.0, ge=0.05, le=60, description="time in which E1 falls by 60 dB; treble is shorter")
    damping: Number = Field(1.1, ge=0, le=20, description="loss of overtones; new strings 0.6, flat-wound 3, muted 10")
    thump: Ratio = Field(0.35, ge=0, le=1, description="the finger on the string")
    drive: Ratio = Field(0.25, ge=0, le=1, description="saturation; more of it when played hard")
    attack_ms: Ms = Field(2.0, ge=0.5, le=500, description="rise of the level")
    release_ms: Ms = Field(110.0, ge=5, le=10_000, description="time in which a released note falls by 60 dB")
    velocity_db: Db = Field(18.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    level_db: Db = Field(0.0, ge=-36, le=12, description="output level")


def render(notes: Sequence[Note], p: Bass, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (1, frames)."""
    return [_note(note, p, rate) for note in notes]


def _note(note: Note, p: Bass, rate: int) -> Audio:
    hz = pitch_hz(note.pitch)
    decay_s = p.decay_s * power_of_2(-0.4 * (note.pitch - 28.0) / 12.0)
    held = note.frames + release_frames(p.release_ms, rate)
    frames = held if p.sub else min(held, decay_life(max(decay_s, _THUMP[0][1]), rate))
    y = _string(note, p, rate, hz, decay_s, frames)
    if p.sub:
        y += sine(frames, hz / rate) * p.sub
    peak = float(np.abs(y).max(initial=0.0))
    if peak:
        y *= (0.35 + 0.65 * note.velocity) / peak
    cube = y * y
    cube *= y
    cube *= 0.5 * p.drive
    y *= 1.0 + 0.5 * p.drive
    y -= cube
    y *= velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    gate(y, note.frames, rate, p.attack_ms, p.release_ms)
    return y[None]


def _string(note: Note, p: Bass, rate: int, hz: float, decay_s: float, frames: int) -> Array:
    """The string and its thump."""
    string = plucked(
        hz,
        0.49 * rate / 3.0,
        position=p.position,
        pickup=p.pickup,
        pluck_hz=p.pluck_hz * power_of_2(-p.velocity_semitones / 12.0 * (1.0 - note.velocity)),
        tone_hz=p.tone_hz,
        stiffness=p.stiffness,
        decay_s=decay_s,
        damping=p.damping,
    )
    thump_hz, thump_t60, thump = np.array(_THUMP).T
    thump *= p.thump * (0.2 + 0.8 * note.velocity) * 0.6
    sine = np.concatenate([string.amplitude * p.string, thump * p.string])
    return modes(
        frames,
        rate,
        np.concatenate([string.hz, thump_hz]),
        np.concatenate([string.t60_s, thump_t60]),
        sine,
        np.zeros(sine.size),
    )


def _tail(p: Bass, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("bass", Bass, render, _tail, revision=2)
