"""Electric piano by frequency modulation: a detuned pair of body tones, a tine that rings above them, and the hammer.

Each tone is sin(2 pi f t + I(t) sin(2 pi r f t)), whose index I dies away, so the sound mellows as it rings.
Source: Chowning, The Synthesis of Complex Audio Spectra by Means of Frequency Modulation (JAES 21, 1973), eq. 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp.envelopes import OCTAVES_60_DB, decaying, gated, release_frames
from songbuild.dsp.maths import Array, sin2pi
from songbuild.dsp.voices import decay_life, gain, modes, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Cents, Db, Hz, Ms, Number, Params, Ratio, Seconds

_LEVEL = 0.30  # a note of velocity 0.8 peaks near -12 dBFS
_TURN = 0.15915494309189535  # 1 / (2 pi): index in radians to turns
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
    y = _body(note, p, rate, hz, octave, t60, frames)
    y += _tine(note, p, rate, hz, octave, frames)
    if p.hammer:
        tracking, at_c4, hammer_t60, amplitude = np.array(_HAMMER).T
        pitches = at_c4 * np.array([power_of_2(float(t) * octave) for t in tracking])
        strength = p.hammer * (0.15 + 0.85 * note.velocity)
        y += modes(frames, rate, pitches, hammer_t60, amplitude * (0.5 * strength), np.zeros(len(pitches)))
    y *= velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    y *= gated(note.frames, rate, _ATTACK_MS, p.release_ms)[:frames]
    if not p.tremolo:
        return np.stack([y, y])
    sway = sin2pi(np.arange(frames) * (p.tremolo_hz / rate))
    sway *= 0.5 * p.tremolo
    return np.stack([y * (1.0 - 0.5 * p.tremolo - sway), y * (1.0 - 0.5 * p.tremolo + sway)])


def _body(note: Note, p: FmPiano, rate: int, hz: float, octave: float, t60: float, frames: int) -> Array:
    """Two tones with modulators at their own pitch, one a little flat, one a little sharp."""
    hard = note.velocity * note.velocity
    index = (0.35 + 1.25 * p.brightness * (0.4 + 0.6 * note.velocity) + 2.6 * p.bark * hard) * power_of_2(-0.3 * octave)
    index = min(index, max(0.4 * rate / hz - 2.0, 0.0))  # sidebands reach to about (index + 2) f
    mellow_s = p.mellow_ms * 0.001 * power_of_2(-0.3 * octave)
    out = np.zeros(frames)
    cents = p.detune_cents * power_of_2(-0.5 * octave)  # a beat that isn't hectic in the treble
    for place, share in ((-0.22, 0.78), (0.78, 0.22)):  # their mean is in tune
        turns_per_frame = hz * power_of_2(place * cents / 1200.0) / rate
        out += _tone(frames, rate, turns_per_frame, 1.0, (index * 0.6, mellow_s), (index * 0.4, 4.0 * mellow_s)) * share
    out *= decaying(frames, OCTAVES_60_DB / (t60 * rate))
    return out


def _tine(note: Note, p: FmPiano, rate: int, hz: float, octave: float, frames: int) -> Array:
    """A tone whose modulator is far above it: its first sidebands are the bell."""
    t60 = p.tine_decay_ms * 0.001 * power_of_2(-0.35 * octave)
    out = np.zeros(frames)
    sounding = min(frames, decay_life(t60, rate))
    high = (p.tine_ratio + 1.0) * hz
    room = min(1.0, max(0.0, (0.45 * rate - high) / (0.2 * rate)))  # leaves before its sidebands would alias
    index = (0.25 + 0.75 * note.velocity) * room
    y = _tone(sounding, rate, hz / rate, p.tine_ratio, (index, t60))
    y *= decaying(sounding, OCTAVES_60_DB / (t60 * rate))
    y *= p.tine * (0.2 + 0.6 * note.velocity)
    out[:sounding] = y
    return out


def _tone(frames: int, rate: int, turns_per_frame: float, ratio: float, *indices: tuple[float, float]) -> Array:
    """A sine wave modulated by one at `ratio` times its pitch, with an index (radians, 60 dB time in s) or several."""
    depth, t60 = np.array(indices).T
    hz = np.full(len(depth), turns_per_frame * ratio * rate)
    phase = modes(frames, rate, hz, t60, depth * _TURN, np.zeros(len(depth)))
    phase += np.arange(frames) * turns_per_frame
    return sin2pi(phase)


def _tail(p: FmPiano, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("fm_piano", FmPiano, render, _tail, channels=2)
