"""Pad: a slow, wide sound of many voices around a steady core, that opens as it is held and moves from side to side.

Two layers, one below a cutoff and the rest above it, are mixed over time: that opens the sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from pydantic import Field

from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp import oscillators as osc
from songbuild.dsp.ensembles import Single as Loops
from songbuild.dsp.ensembles import bands, loop
from songbuild.dsp.envelopes import adsr, decaying, release_frames
from songbuild.dsp.maths import Array, exp2, log2
from songbuild.dsp.turning import sine
from songbuild.dsp.voices import gain, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Cents, Db, Hz, Ms, Params, Ratio

_LEVEL = 0.17  # a note of velocity 0.8 peaks near -12 dBFS
_LOOP_S = 2.6  # a loop is at least this long, and twice that for notes that outlast it
_FORMANTS = ((650.0, 4.0, 1.0), (1080.0, 6.0, 0.55), (2650.0, 9.0, 0.35), (3300.0, 9.0, 0.2))
"""A choir's 'ah': Hz, q, height; from tenor averages in Sundberg, The Science of the Singing Voice (1987), ch. 5."""
_TOP_HZ = 14_000.0
_STRETCH = 8192  # frames put together at once; divides every loop
_LOOPS: ArrayCache[np.float32] = ArrayCache(96 * 2**20)


class Pad(Params):
    """A pad: warm strings, choirs, glass, from dark to bright."""

    brightness: Ratio = Field(0.6, ge=0, le=1, description="level of the overtones")
    hollow: Ratio = Field(0.0, ge=0, le=1, description="how far even overtones are left out, as in a clarinet")
    octave: Ratio = Field(0.2, ge=0, le=1, description="level of a voice an octave above")
    choir: Ratio = Field(0.0, ge=0, le=1, description="how far it sings 'ah'")
    ensemble: Ratio = Field(0.5, ge=0, le=1, description="share of the many voices; the rest is one steady voice")
    ensemble_cents: Cents = Field(9.0, ge=1, le=60, description="how far the many voices stray (standard deviation)")
    width: Ratio = Field(0.85, ge=0, le=1, description="stereo width of the many voices")
    cutoff_hz: Hz = Field(1100.0, ge=60, le=12_000, description="above it the sound opens and moves; for middle C")
    bloom: Ratio = Field(0.7, ge=0, le=1, description="how far it is closed when a note begins")
    bloom_ms: Ms = Field(1600.0, ge=20, le=30_000, description="time in which it has half opened")
    motion: Ratio = Field(0.35, ge=0, le=1, description="how far it opens and closes from side to side")
    motion_hz: Hz = Field(0.23, ge=0.02, le=8, description="how fast; the phase is the note's")
    attack_ms: Ms = Field(420.0, ge=2, le=20_000, description="rise of the level")
    decay_ms: Ms = Field(4000.0, ge=5, le=60_000, description="decay by 60 dB towards the sustain")
    sustain: Ratio = Field(0.85, ge=0, le=1, description="level while held")
    release_ms: Ms = Field(1300.0, ge=10, le=30_000, description="time in which a released note falls by 60 dB")
    velocity_bright: Ratio = Field(0.6, ge=0, le=1, description="how far it is closed at velocity 0")
    velocity_db: Db = Field(16.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    level_db: Db = Field(0.0, ge=-36, le=12, description="output level")


def render(notes: Sequence[Note], p: Pad, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (2, frames)."""
    return [_note(note, p, rate) for note in notes]


def _note(note: Note, p: Pad, rate: int) -> Audio:
    hz = pitch_hz(note.pitch)
    level = adsr(note.frames, rate, p.attack_ms, p.decay_ms, p.sustain, p.release_ms)
    level *= velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    low, high = _layers(p, note.pitch, hz, osc.harmonics_below(hz, min(0.49 * rate, _TOP_HZ)))
    core_low, core_high = _core(p, hz, low, high, rate, level.size)
    low_voices, high_voices = (_voices(p, hz, amplitudes, rate, level.size) for amplitudes in (low, high))
    out = np.empty((2, level.size))
    opening = _opening(note, p, rate, level.size)
    for start, stop, at in _stretches(level.size, low_voices.shape[1]):
        here, there = slice(start, stop), slice(at, at + stop - start)
        for channel, y in enumerate(out[:, here]):
            np.add(core_high[here], high_voices[channel, there], out=y)
            y *= opening[channel][here]
            y += core_low[here]
            y += low_voices[channel, there]
            y *= level[here]
    return out


def _stretches(frames: int, length: int) -> Iterator[tuple[int, int, int]]:
    """(start, stop, place in a loop of `length`) of stretches that fit the processor's cache."""
    for start in range(0, frames, _STRETCH):
        yield start, min(start + _STRETCH, frames), start % length


def _core(p: Pad, hz: float, low: Array, high: Array, rate: int, frames: int) -> Array:
    """The steady voice below and above the cutoff, (2, frames)."""
    if p.ensemble == 1.0 or low.size == 0:
        return np.zeros((2, frames))
    layers = np.stack([low, high]) * float(np.sqrt(1.0 - p.ensemble))
    cycles = osc.bank(layers, np.zeros_like(layers))
    return osc.read_each(cycles, np.arange(frames, dtype=np.float64) * (hz / rate))


def _layers(p: Pad, pitch: float, hz: float, harmonics: int) -> tuple[Array, Array]:
    """Amplitudes of the harmonics below and above the cutoff, of energy near 1 together."""
    k = np.arange(1, harmonics + 1, dtype=np.float64)
    every = exp2(log2(k) * -(2.4 - 1.6 * p.brightness))
    every[1::2] *= 1.0 - p.hollow
    every[1::2] += p.octave * every[: harmonics // 2]
    if p.choir:
        centres, q, height = np.array(_FORMANTS).T
        off = q * (k[:, None] * hz / centres - centres / (k[:, None] * hz))
        sung = 0.06 + np.add.reduce(2.2 * height / np.sqrt(1.0 + off * off), axis=1)
        every *= 1.0 + p.choir * (sung - 1.0)
    cutoff = p.cutoff_hz * power_of_2(0.5 * (pitch - 60.0) / 12.0)
    low = every / (1.0 + np.square(np.square(k * (hz / cutoff))))
    half_open = low + 0.5 * (every - low)
    scale = 1.0 / max(float(np.sqrt(np.add.reduce(half_open * half_open))), 1e-6)
    return low * scale, (every - low) * scale


def _opening(note: Note, p: Pad, rate: int, frames: int) -> tuple[Array, Array]:
    """How much of the upper layer is heard at each frame, left and right, from 0 to 1."""
    most = 1.0 - p.velocity_bright * (1.0 - note.velocity)
    opening = decaying(frames, 1000.0 / (p.bloom_ms * rate), most * p.bloom)
    np.subtract(most, opening, out=opening)
    if not p.motion:
        return opening, opening
    sway = sine(frames, p.motion_hz / rate)
    sway *= 0.5 * p.motion
    rest = 1.0 - 0.5 * p.motion
    left = rest - sway
    left *= opening
    sway += rest
    sway *= opening
    return left, sway


def _voices(p: Pad, hz: float, amplitudes: Array, rate: int, frames: int) -> Loops:
    """The many voices, (2, length): what the channels share, and what makes them differ; to be repeated."""
    length = 1 << int(np.ceil(_LOOP_S * rate)).bit_length()
    if frames > length:
        length *= 2
    if p.ensemble == 0.0:
        return np.zeros((2, length), dtype=np.float32)
    key = (hz, amplitudes.tobytes(), p.ensemble, p.ensemble_cents, p.width, length, rate)
    return _LOOPS.made(key, lambda: _loops(p, hz, amplitudes, rate, length))


def _loops(p: Pad, hz: float, amplitudes: Array, rate: int, length: int) -> Loops:
    """Middle and side loops, put together for the two channels."""
    magnitudes = bands(hz, amplitudes * float(np.sqrt(p.ensemble)), p.ensemble_cents, length, rate)
    if not p.width:
        return np.broadcast_to(loop(magnitudes, side=False), (2, length))
    magnitudes *= 1.0 / float(np.sqrt(1.0 + p.width * p.width))
    middle, side = loop(magnitudes, side=False), loop(magnitudes, side=True)
    side *= np.float32(p.width)
    return np.stack([middle + side, middle - side])


def _tail(p: Pad, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("pad", Pad, render, _tail, revision=2, channels=2)
