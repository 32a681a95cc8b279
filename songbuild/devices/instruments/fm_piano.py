"""Electric piano by frequency modulation: a detuned pair of body tones, a tine that rings above them, and the hammer.

Each tone's index of modulation (dsp/fm.py) dies away, so the sound mellows as it rings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp.envelopes import OCTAVES_60_DB, gate, release_frames
from songbuild.dsp.fm import Tone, summed
from songbuild.dsp.maths import Array
from songbuild.dsp.turning import sine
from songbuild.dsp.voices import decay_life, gain, modes, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Cents, Db, Hz, Ms, Number, Params, Ratio, Seconds

_LEVEL = 0.30  # a note of velocity 0.8 peaks near -12 dBFS
_ATTACK_MS = 1.5
_HAMMER = ((0.0, 170.0, 0.11, 1.0), (0.35, 410.0, 0.07, 0.7), (0.2, 980.0, 0.04, 0.45), (0.0, 2300.0, 0.02, 0.2))
"""Modes of the hammer's knock: how far it follows the key, Hz at middle C, 60 dB time in s, amplitude."""


class FmPiano(Params):
    """An electric piano: mellow when played softly, with bark and bell when played hard."""

    brightness: Ratio = Field(0.45, ge=0, le=1, description="overtones of the body at any velocity")
    bark: Ratio = Field(0.5, ge=0, le=1, description="overtones of the body that come with velocity")
    mellow_ms: Ms = Field(1800.0, ge=50, le=20_000, description="time in which the body's overtones fall by 60 dB")
    decay_s: Seconds = Field(9.0, ge=0.1, le=60, description="time in which middle C falls by 60 dB; bass rings longer")
    detune_cents: Cents = Field(2.0, ge=0, le=30, description="interval between the two body tones")
    tine: Ratio = Field(0.4, ge=0, le=1, description="level of the tine")
    tine_ratio: Number = Field(14.0, ge=0.5, le=20, description="pitch of the tine over the note's: 14 bell-like")
    tine_decay_ms: Ms = Field(1400.0, ge=20, le=20_000, description="time in which the tine falls by 60 dB")
    hammer: Ratio = Field(0.35, ge=0, le=1, description="knock of the hammer")
    tremolo: Ratio = Field(0.0, ge=0, le=1, description="depth of the tremolo between left and right")
    tremolo_hz: Hz = Field(4.6, ge=0.1, le=12, description="its rate; its phase is the note's")
    release_ms: Ms = Field(280.0, ge=10, le=10_000, description="time in which a released note falls by 60 dB")
    velocity_db: Db = Field(26.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    level_db: Db = Field(0.0, ge=-36, le=12, description="output level")


def render(notes: Sequence[Note], p: FmPiano, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (2, frames)."""
    return [_note(note, p, rate) for note in notes]


def _note(note: Note, p: FmPiano, rate: int) -> Audio:
    hz = pitch_hz(note.pitch)
    octave = (note.pitch - 60.0) / 12.0
    t60 = p.decay_s * power_of_2(-0.55 * octave)
    frames = min(note.frames + release_frames(p.release_ms, rate), decay_life(t60, rate))
    level = velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    tones = [*_body(note, p, rate, hz, octave, t60, frames, level), _tine(note, p, rate, hz, octave, frames, level)]
    y = summed(tones, frames)
    if p.hammer:
        knock = _knock(octave, rate)[:frames]
        y[: knock.size] += knock * (p.hammer * (0.15 + 0.85 * note.velocity) * level)
    gate(y, note.frames, rate, _ATTACK_MS, p.release_ms)
    if not p.tremolo:
        return np.broadcast_to(y, (2, frames))
    sway = sine(frames, p.tremolo_hz / rate)
    sway *= 0.5 * p.tremolo
    return np.stack([y * (1.0 - 0.5 * p.tremolo - sway), y * (1.0 - 0.5 * p.tremolo + sway)])


@lru_cache(128)
def _knock(octave: float, rate: int) -> Array:
    """The hammer's knock at strength 1, `octave` octaves above middle C; read-only."""
    tracking, at_c4, t60, amplitude = np.array(_HAMMER).T
    hz = at_c4 * np.array([power_of_2(float(t) * octave) for t in tracking])
    y = modes(decay_life(float(t60.max()), rate), rate, hz, t60, 0.5 * amplitude, np.zeros(hz.size))
    y.flags.writeable = False
    return y


def _body(
    note: Note, p: FmPiano, rate: int, hz: float, octave: float, t60: float, frames: int, level: float
) -> list[Tone]:
    """Two tones with modulators at their own pitch, one a little flat, one a little sharp."""
    hard = note.velocity * note.velocity
    index = (0.35 + 1.25 * p.brightness * (0.4 + 0.6 * note.velocity) + 2.6 * p.bark * hard) * power_of_2(-0.3 * octave)
    index = min(index, max(0.4 * rate / hz - 2.0, 0.0))  # sidebands reach to about (index + 2) f
    mellow = OCTAVES_60_DB / (p.mellow_ms * 0.001 * power_of_2(-0.3 * octave) * rate)
    indices = ((index * 0.6, mellow), (index * 0.4, 0.25 * mellow))
    cents = p.detune_cents * power_of_2(-0.5 * octave)  # a beat that isn't hectic in the treble
    return [
        Tone(
            frames,
            hz * power_of_2(place * cents / 1200.0) / rate,
            1.0,
            indices,
            level * share,
            OCTAVES_60_DB / (t60 * rate),
        )
        for place, share in ((-0.22, 0.78), (0.78, 0.22))  # their mean is in tune
    ]


def _tine(note: Note, p: FmPiano, rate: int, hz: float, octave: float, frames: int, level: float) -> Tone:
    """A tone whose modulator is far above it: its first sidebands are the bell."""
    t60 = p.tine_decay_ms * 0.001 * power_of_2(-0.35 * octave)
    falling = OCTAVES_60_DB / (t60 * rate)
    high = (p.tine_ratio + 1.0) * hz
    room = min(1.0, max(0.0, (0.45 * rate - high) / (0.2 * rate)))  # leaves before its sidebands would alias
    index = (0.25 + 0.75 * note.velocity) * room
    level *= p.tine * (0.2 + 0.6 * note.velocity)
    return Tone(min(frames, decay_life(t60, rate)), hz / rate, p.tine_ratio, ((index, falling),), level, falling)


def _tail(p: FmPiano, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("fm_piano", FmPiano, render, _tail, revision=2, channels=2)
