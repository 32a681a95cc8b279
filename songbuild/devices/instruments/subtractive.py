"""Subtractive synthesizer: two band-limited oscillators, sub and noise through a resonant filter with an envelope.

The filter acts on each harmonic's amplitude and phase (dsp/oscillators.py), so nothing aliases however it sweeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from pydantic import Field

from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp import oscillators as osc
from songbuild.dsp.envelopes import adsr, fitted, release_frames
from songbuild.dsp.maths import Array, cos2pi, exp2, log2, sin2pi
from songbuild.dsp.noise import noise
from songbuild.dsp.pan import constant_power
from songbuild.dsp.voices import gain, pitch_hz, power_of_2, velocity_gain
from songbuild.units import Cents, Db, Hz, Ms, Params, Ratio, Semitones

_LEVEL = 0.33  # a note of velocity 0.8 peaks near -12 dBFS
_LOWEST, _HIGHEST = 4.3219280948873626, 14.287712379549449  # the cutoff's range, octaves over 1 Hz: 20 Hz to 20 kHz
_GOLDEN = 0.6180339887498949  # spaces the start phases of voices evenly, however many
_NOISE_WINDOW = 512
_SQRT_2 = 1.4142135623730951
_BANKS: ArrayCache[np.float64] = ArrayCache(32 * 2**20)


class Subtractive(Params):
    """A synthesizer with saw, pulse, triangle and sine waves, unison, and a filter that opens and closes."""

    wave: osc.Wave = Field("saw", description="the first oscillator")
    wave_2: osc.Wave = Field("saw", description="the second oscillator")
    level_2: Ratio = Field(0.8, ge=0, le=1, description="level of the second oscillator")
    semitones_2: Semitones = Field(0.0, ge=-24, le=24, description="interval of the second oscillator")
    cents_2: Cents = Field(6.0, ge=-100, le=100, description="detuning of the oscillators, in tune together")
    pulse_width: Ratio = Field(0.5, ge=0.05, le=0.95, description="duty cycle of square waves")
    sub: Ratio = Field(0.0, ge=0, le=1, description="level of a sine wave an octave below")
    noise: Ratio = Field(0.0, ge=0, le=1, description="level of white noise")
    unison: int = Field(1, ge=1, le=7, description="voices of each oscillator")
    unison_cents: Cents = Field(12.0, ge=0, le=50, description="detuning of the outermost unison voices")
    spread: Ratio = Field(0.7, ge=0, le=1, description="how far unison voices are spread over the stereo field")
    filter: osc.Filter = Field("lowpass", description="what the filter lets through")
    slope_db: Literal[12, 24] = Field(24, description="steepness in dB per octave")
    cutoff_hz: Hz = Field(900.0, ge=20, le=20_000, description="cutoff with the envelope at rest, for middle C")
    resonance: Ratio = Field(0.15, ge=0, le=1, description="peak at the cutoff; 0 is maximally flat")
    key_tracking: Ratio = Field(0.5, ge=0, le=1, description="how far the cutoff follows the key")
    filter_semitones: Semitones = Field(30.0, ge=-96, le=96, description="how far the envelope moves the cutoff")
    velocity_semitones: Semitones = Field(18.0, ge=0, le=60, description="how much lower the cutoff is at velocity 0")
    filter_attack_ms: Ms = Field(4.0, ge=1, le=10_000, description="attack of the filter's envelope")
    filter_decay_ms: Ms = Field(900.0, ge=5, le=30_000, description="its decay by 60 dB")
    filter_sustain: Ratio = Field(0.25, ge=0, le=1, description="its sustain")
    filter_release_ms: Ms = Field(400.0, ge=5, le=20_000, description="its release by 60 dB")
    attack_ms: Ms = Field(4.0, ge=1, le=10_000, description="attack of the level")
    decay_ms: Ms = Field(1500.0, ge=5, le=30_000, description="decay by 60 dB towards the sustain")
    sustain: Ratio = Field(0.7, ge=0, le=1, description="level while held")
    release_ms: Ms = Field(250.0, ge=5, le=20_000, description="release by 60 dB")
    lfo_hz: Hz = Field(5.2, ge=0.02, le=20, description="rate of the low-frequency oscillator; its phase is the note's")
    lfo_delay_ms: Ms = Field(250.0, ge=0, le=10_000, description="time in which it fades in")
    vibrato_cents: Cents = Field(0.0, ge=0, le=200, description="pitch modulation")
    lfo_semitones: Semitones = Field(0.0, ge=0, le=48, description="modulation of the cutoff")
    lfo_width: Ratio = Field(0.0, ge=0, le=0.45, description="modulation of the square waves' duty cycle")
    velocity_db: Db = Field(20.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    level_db: Db = Field(0.0, ge=-36, le=12, description="output level")


@dataclass(frozen=True, slots=True)
class _Voice:
    """One oscillator of one unison voice."""

    wave: osc.Wave
    semitones: float
    cents: float
    level: float
    pan: float
    phase: float


def render(notes: Sequence[Note], p: Subtractive, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (2, frames)."""
    return [_note(note, p, rate) for note in notes]


@dataclass(frozen=True, slots=True)
class _Controls:
    """What changes over a note: level, cutoff in octaves over 1 Hz, time in frames as vibrato bends it, duty cycle."""

    level: Array
    cutoff: Array
    time: Array
    width: Array | None


def _controls(note: Note, p: Subtractive, rate: int) -> _Controls:
    level = adsr(note.frames, rate, p.attack_ms, p.decay_ms, p.sustain, p.release_ms)
    frames = level.size
    time = np.arange(frames, dtype=np.float64)
    width = None
    octaves = _rest(p, note.pitch) - p.velocity_semitones / 12.0 * (1.0 - note.velocity)
    cutoff = np.full(1, octaves)
    if p.filter_semitones:
        curve = adsr(note.frames, rate, p.filter_attack_ms, p.filter_decay_ms, p.filter_sustain, p.filter_release_ms)
        cutoff = fitted(curve, frames) * (p.filter_semitones / 12.0) + cutoff
    if p.vibrato_cents or p.lfo_semitones or p.lfo_width:
        fade = max(p.lfo_delay_ms * 0.001 * rate, 1.0)
        lfo = sin2pi(time * (p.lfo_hz / rate)) * np.minimum(time / fade, 1.0)
        if p.lfo_semitones:
            cutoff = cutoff + lfo * (p.lfo_semitones / 12.0)
        if p.lfo_width:
            width = np.clip(p.pulse_width + lfo * p.lfo_width, 0.02, 0.98)
        if p.vibrato_cents:
            time = np.cumsum(exp2(lfo * (p.vibrato_cents / 1200.0))) - 1.0
    np.clip(cutoff, _LOWEST, _HIGHEST, out=cutoff)
    return _Controls(level, cutoff, time, width)


@lru_cache(64)
def _octaves(hz: float) -> float:
    return float(log2(hz))


def _rest(p: Subtractive, pitch: float) -> float:
    """The cutoff at rest and full velocity, in octaves over 1 Hz."""
    return _octaves(p.cutoff_hz) + p.key_tracking * (pitch - 60.0) / 12.0


def _still(p: Subtractive) -> bool:
    """Whether the cutoff stays where it is while a note sounds."""
    return not (p.filter_semitones or p.lfo_semitones)


def _range(p: Subtractive, pitch: float) -> tuple[float, float]:
    """The lowest and highest cutoff of a pitch at any velocity, so that every velocity finds the same bank."""
    rest = _rest(p, pitch)
    low = rest - (p.velocity_semitones + max(-p.filter_semitones, 0.0) + p.lfo_semitones) / 12.0
    high = rest + (max(p.filter_semitones, 0.0) + p.lfo_semitones) / 12.0
    return min(max(low, _LOWEST), _HIGHEST), min(max(high, _LOWEST), _HIGHEST)


class _Banks:
    """The filtered cycles of one pitch, for cutoffs on a fixed grid, or for the only one where the filter is still."""

    def __init__(self, p: Subtractive, rate: int, pitch: float, cutoff: float) -> None:
        self.p, self.rate, self.pitch = p, rate, pitch
        self.q = power_of_2(p.resonance * (5.0 if p.slope_db == 12 else 4.0)) * 0.7071
        sharp = self.q * (1.0 if p.slope_db == 12 else 1.85)
        self.steps = 16 if sharp < 2.5 else 32 if sharp < 6.0 else 64  # rows an octave: few degrees of phase apart
        self.still = _still(p)
        lowest, self.highest = _range(p, pitch)
        self.first = int(np.floor(lowest * self.steps))
        last = max(int(np.ceil(self.highest * self.steps)), self.first + 1)
        self.cutoffs = np.array([cutoff]) if self.still else np.arange(self.first, last + 1) / self.steps
        self.limit = 0.5 * rate / power_of_2((abs(p.cents_2) + p.unison_cents + p.vibrato_cents) / 1200.0)

    def cycles(self, wave: osc.Wave, semitones: float) -> Array | None:
        """(rows, length + 1), or None where the pitch is above half the sample rate."""
        hz = pitch_hz(self.pitch + semitones)
        harmonics = self._harmonics(wave, hz)
        if harmonics == 0:
            return None
        p = self.p
        key = (wave, harmonics, hz, p.pulse_width, p.filter, p.slope_db, self.q, self.cutoffs.tobytes())
        return _BANKS.made(key, lambda: self._make(wave, hz, harmonics))

    def _harmonics(self, wave: osc.Wave, hz: float) -> int:
        p = self.p
        harmonics = osc.harmonics_below(hz, self.limit)
        if wave == "sine":
            return min(harmonics, 1)
        if p.filter == "lowpass":  # what it takes down by 120 dB need not be made
            top = self.highest + 120.0 / p.slope_db
            harmonics = min(harmonics, osc.harmonics_below(hz, power_of_2(top)) + 1)
        return harmonics

    def _make(self, wave: osc.Wave, hz: float, harmonics: int) -> Array:
        p = self.p
        sine, cosine = osc.wave_spectrum(wave, harmonics, p.pulse_width)
        k = np.arange(1, harmonics + 1, dtype=np.float64)
        re, im = osc.response(p.filter, p.slope_db, k * hz / exp2(self.cutoffs)[:, None], self.q)
        return osc.bank(sine * re - cosine * im, sine * im + cosine * re)

    def row(self, cutoff: Array) -> Array | None:
        """Where between the rows each cutoff lies."""
        return None if self.still else cutoff * self.steps - self.first


def _note(note: Note, p: Subtractive, rate: int) -> Audio:
    control = _controls(note, p, rate)
    banks = _Banks(p, rate, note.pitch, float(control.cutoff[0]))
    frames = control.level.size
    row = banks.row(control.cutoff)
    left = np.zeros(frames)
    right = left if p.unison == 1 or p.spread == 0.0 else np.zeros(frames)
    for voice in _voices(p, note.pitch):
        hz = pitch_hz(note.pitch + voice.semitones + voice.cents / 100.0)
        moving = voice.wave == "square" and control.width is not None
        cycles = banks.cycles("saw" if moving else voice.wave, voice.semitones)
        if cycles is None:
            continue
        turns = control.time * (hz / rate) + voice.phase
        y = osc.read(cycles, turns, row)
        if moving and control.width is not None:
            y -= osc.read(cycles, turns + control.width, row)
        _add(left, right, y, voice.level, voice.pan)
    if p.noise:
        y = _filtered_noise(note, banks, fitted(control.cutoff, frames), p, rate)
        left += y * p.noise
        if right is not left:
            right += y * p.noise
    level = velocity_gain(note.velocity, p.velocity_db) * gain(p.level_db) * _LEVEL
    loudness = 1.0 + p.level_2 * p.level_2 + p.sub * p.sub + p.noise * p.noise
    shape = control.level * (level / float(np.sqrt(loudness * np.sqrt(banks.q / 0.7071))))
    return np.stack([left * shape, right * shape]) if right is not left else np.tile(left * shape, (2, 1))


def _add(left: Array, right: Array, y: Array, level: float, pan: float) -> None:
    """Add a voice at `pan` with constant power, unity in the centre."""
    if right is left:
        y *= level
        left += y
        return
    to_left, to_right = _sides(pan)
    left += y * (level * to_left)
    y *= level * to_right
    right += y


@lru_cache(64)
def _sides(pan: float) -> tuple[float, float]:
    left, right = constant_power(pan)
    return float(left) * _SQRT_2, float(right) * _SQRT_2


def _voices(p: Subtractive, pitch: float) -> list[_Voice]:
    """Every oscillator: unison voices evenly detuned, neighbours in pitch on opposite sides."""
    voices = []
    level = 1.0 / float(np.sqrt(p.unison))
    flat = p.cents_2 * p.level_2 * p.level_2 / (1.0 + p.level_2 * p.level_2)  # keeps the two in tune together
    for number in range(p.unison):
        place = 2.0 * number / (p.unison - 1) - 1.0 if p.unison > 1 else 0.0
        pan = place * p.spread * (1.0 if number % 2 else -1.0)
        phase = (number * _GOLDEN + (pitch * 0.137 if number else 0.0)) % 1.0
        cents = place * p.unison_cents - flat
        voices.append(_Voice(p.wave, 0.0, cents, level, pan, phase))
        if p.level_2:
            cents_2, phase_2 = cents + p.cents_2, (phase + 0.37) % 1.0
            voices.append(_Voice(p.wave_2, p.semitones_2, cents_2, level * p.level_2, -pan, phase_2))
    if p.sub:
        voices.append(_Voice("sine", -12.0, 0.0, p.sub, 0.0, 0.0))
    return voices


def _filtered_noise(note: Note, banks: _Banks, cutoff: Array, p: Subtractive, rate: int) -> Array:
    """White noise through the same filter, in windows that overlap by half."""
    hop = _NOISE_WINDOW // 2
    count = cutoff.size // hop + 2
    x = noise(("subtractive", note.seed, str(note.pitch)), 0, (count + 1) * hop)
    window = 0.5 - 0.5 * cos2pi(np.arange(_NOISE_WINDOW) / _NOISE_WINDOW)
    grains = np.lib.stride_tricks.sliding_window_view(x, _NOISE_WINDOW)[::hop] * window
    centres = np.minimum(np.arange(count) * hop, cutoff.size - 1)
    hz = np.arange(hop + 1) * (rate / _NOISE_WINDOW)
    re, im = osc.response(p.filter, p.slope_db, hz / exp2(cutoff[centres])[:, None], banks.q)
    grains = np.fft.irfft(np.fft.rfft(grains, axis=-1) * np.sqrt(re * re + im * im), _NOISE_WINDOW, axis=-1)
    y = np.zeros((count + 1, hop))
    y[:-1] += grains[:, :hop]
    y[1:] += grains[:, hop:]
    return y.reshape(-1)[hop : hop + cutoff.size]


def _tail(p: Subtractive, rate: int) -> int:
    return release_frames(p.release_ms, rate)


INSTRUMENT = Instrument("subtractive", Subtractive, render, _tail, revision=2, channels=2)
