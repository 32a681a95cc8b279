"""Voice: a singer or a small choir on open vowels; a note's syllable chooses and glides between them.

A glottal pulse through five formants and the poles above, worked out for each harmonic (dsp/formants.py), so that
nothing aliases; breath is noise through the same tract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from pydantic import Field

from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note
from songbuild.devices.singing import targets
from songbuild.dsp.envelopes import decaying
from songbuild.dsp.formants import Singer, Vowel, coloured, formants, glottal, tract
from songbuild.dsp.maths import Array, cos2pi, exp2, sin2pi
from songbuild.dsp.noise import noise
from songbuild.dsp.oscillators import bank, glide
from songbuild.dsp.pan import constant_power
from songbuild.dsp.turning import outer_sum
from songbuild.dsp.voices import pitch_hz, power_of_2, velocity_gain
from songbuild.units import Cents, Db, Hz, Ms, Params, Ratio, Semitones

_LEVEL: Final = 0.17  # RMS at velocity 1; at 0.8 it then peaks near -12 dBFS
_TOP_HZ: Final = 13_000.0  # no harmonic above
_FADE_HZ: Final = 9_000.0  # they fade out from here, so that vibrato moves none in or out
_LATEST_MS: Final = 25.0  # how late the last singer of a choir may come in
_FINE: Final = 16  # points of the pitch curve to a row
_ORDER: Final = ((0,), (0, 1), (0, 2, 1), (0, 2, 1, 3), (0, 2, 4, 1, 3), (0, 2, 4, 1, 3, 5))
_NOISES: Final[ArrayCache[np.float64]] = ArrayCache(16 * 2**20)


class Voice(Params):
    """A singer, or up to six in unison."""

    singer: Singer = Field("alto", description="whose formants: soprano, alto, tenor or bass")
    vowel: Vowel = Field("a", description="sung where a note has no syllable; 'hum' has its mouth closed")
    voices: int = Field(1, ge=1, le=6, description="singers in unison")
    detune_cents: Cents = Field(8.0, ge=0, le=50, description="how far apart the singers are in pitch, at most")
    spread: Ratio = Field(0.7, ge=0, le=1, description="how far apart the singers stand")
    formant_shift: Semitones = Field(0.0, ge=-12, le=12, description="size of the head: up is smaller and younger")
    brightness: Ratio = Field(0.5, ge=0, le=1, description="how pressed the voice is, soft to belting")
    breath: Ratio = Field(0.06, ge=0, le=1, description="share of breath in the tone; 1 is a whisper")
    onset: Ratio = Field(0.15, ge=0, le=1, description="breath let out at a note's start, an 'h'")
    vibrato_hz: Hz = Field(5.4, ge=0.5, le=12, description="speed of the vibrato")
    vibrato_cents: Cents = Field(22.0, ge=0, le=200, description="depth of the vibrato, up and down")
    vibrato_delay_ms: Ms = Field(280.0, ge=0, le=5000, description="time before the vibrato begins to grow")
    scoop_cents: Cents = Field(35.0, ge=-400, le=400, description="how far below its pitch a note begins")
    drift_cents: Cents = Field(3.0, ge=0, le=50, description="unsteadiness of the pitch")
    velocity_db: Db = Field(22.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    attack_ms: Ms = Field(50.0, ge=2, le=2000, description="time to full level")
    release_ms: Ms = Field(90.0, ge=5, le=5000, description="time to silence after the note's end")


@dataclass(frozen=True)
class _Line:
    """One singer's note: its frequency in Hz and envelope, and the tract's path through the targets.

    hop    frames between rows, at which spectra are worked out
    f0     (rows,), turns (frames,) its phase, envelope (frames,)
    at     (targets,) seconds; centres, widths (targets, 5) Hz; resonances the same for a jaw and head at rest
    """

    note: Note
    singer: int
    rate: int
    hop: int
    nominal: float
    f0: Array
    turns: Array
    envelope: Array
    at: Array
    centres: Array
    widths: Array
    resonances: tuple[Array, Array]

    def shaped(self, values: Array) -> Array:
        """`values` (targets, n) at the rows: (rows, n), or (1, n) where they are all equal."""
        if (values == values[0]).all():
            return values[:1]
        times = np.arange(self.f0.size) * (self.hop / self.rate)
        before = np.clip(np.searchsorted(self.at, times, side="right") - 1, 0, self.at.size - 2)
        apart = np.maximum(self.at[before + 1] - self.at[before], 1e-9)
        share = np.clip((times - self.at[before]) / apart, 0.0, 1.0)[:, None]
        shaped: Array = values[before] * (1.0 - share) + values[before + 1] * share
        return shaped


def _line(note: Note, p: Voice, rate: int, singer: int) -> _Line:
    draws = noise(("voice", note.seed, singer, "draws"), 0, 8)
    hop = 1024 * max(1, round(rate / 44_100))
    attack, release = _frames(p.attack_ms, rate), _frames(p.release_ms, rate)
    envelope = np.ones(note.frames + release)
    rise = envelope[:attack]
    rise *= 0.5 - 0.5 * cos2pi(np.arange(rise.size) / (2 * attack))
    envelope[note.frames :] *= 0.5 + 0.5 * cos2pi(np.arange(release) / (2 * release))

    # pitch, on a grid so fine that straight lines between its points are inaudible
    fine = hop // _FINE
    rows = -(-envelope.size // hop) + 1
    t = np.arange(rows * _FINE) * (fine / rate)
    since = t - p.vibrato_delay_ms / 1000
    grown = np.clip(since / 0.35, 0.0, 1.0)
    grown *= grown * (3.0 - 2.0 * grown)
    speed = p.vibrato_hz * (1 + 0.06 * draws[0] * (singer > 0))
    cents = p.vibrato_cents * (1 + 0.15 * draws[7]) * grown * sin2pi(speed * since + draws[1] * (singer > 0))
    for hz, share, phase in ((1.3, 0.6, draws[3]), (3.1, 0.5, draws[4]), (7.3, 0.35, draws[5])):
        cents += p.drift_cents * share * sin2pi(hz * t + phase)
    cents -= p.scoop_cents * (1 + 0.2 * draws[6]) * exp2(t * -20.0)
    cents += p.detune_cents * _place(singer, p.voices)
    nominal = pitch_hz(note.pitch)
    f0 = nominal * exp2(cents / 1200.0)
    turns = _phase(f0, fine, rate)[: envelope.size]
    if singer:
        turns += draws[2]

    path = targets(note, p.vowel, rate)
    shapes = [formants(p.singer, vowel) for _, vowel in path]
    size = power_of_2(p.formant_shift / 12.0) * (1 + 0.03 * draws[7] * (p.voices > 1))
    rest, widths = np.stack([centres for centres, _ in shapes]), np.stack([widths for _, widths in shapes])
    centres = rest * size
    # a high note opens the jaw until the first formant reaches it (Sundberg, The Acoustics of the Singing Voice,
    # Scientific American 236(3), 1977)
    centres[:, 0] = np.maximum(centres[:, 0], min(nominal, 2000.0))
    for i in range(1, centres.shape[1]):
        centres[:, i] = np.maximum(centres[:, i], centres[:, i - 1] + 200.0)
    at = np.array([time for time, _ in path])
    return _Line(note, singer, rate, hop, nominal, f0[::_FINE], turns, envelope, at, centres, widths, (rest, widths))


def _phase(f0: Array, fine: int, rate: int) -> Array:
    """The phase in turns of a pitch that moves in straight lines between points, `fine` frames apart: a running sum.

    f0 (points,) in Hz; returns ((points - 1) * fine,).  Within a line the sum is a parabola, in closed form.
    """
    start, step = f0[:-1] / rate, np.diff(f0) / (rate * fine)
    whole = np.cumsum(start * fine + step * (0.5 * fine * (fine - 1)))
    before = np.concatenate([[0.0], whole[:-1]])
    n = np.arange(1.0, fine + 1.0)
    out = np.empty((start.size, fine))
    outer_sum(
        np.stack([before - np.floor(before), start, step]), np.stack([np.ones(fine), n, 0.5 * n * (n - 1.0)]), out
    )
    return out.reshape(-1)


def _tone(line: _Line, p: Voice) -> Array:
    """The voiced sound, RMS 1 where the envelope is 1."""
    k = np.arange(1.0, max(1, int(_TOP_HZ / line.nominal)) + 1.0)
    effort = 0.6 * line.note.velocity + 0.8 * p.brightness
    open_quotient, tilt = 0.85 - 0.25 * effort, 300.0 * power_of_2(3.2 * effort)

    def spectrum(f0: Array, tilt_hz: Array, centres: Array, widths: Array) -> tuple[Array, Array]:
        hz = k * f0
        (a, b), (c, d) = glottal(hz, f0, open_quotient, tilt_hz), tract(hz, centres, widths)
        fade = np.clip((_TOP_HZ - hz) / (_TOP_HZ - _FADE_HZ), 0.0, 1.0) * (hz < 0.48 * line.rate)
        return (a * c - b * d) * fade, (a * d + b * c) * fade

    # no vowel is louder than another, nor any pitch; vibrato is free to move harmonics over the formants
    centres, widths = line.shaped(line.centres), line.shaped(line.widths)
    re, im = spectrum(np.array([[line.nominal]]), np.array([[tilt]]), centres, widths)
    gain = 1.0 / np.sqrt(0.5 * (re * re + im * im).sum(axis=-1, keepdims=True) + 1e-12)
    loud = line.envelope[np.minimum(np.arange(line.f0.size) * line.hop, line.envelope.size - 1)]
    re, im = spectrum(line.f0[:, None], tilt * exp2(1.5 * (loud - 1.0))[:, None], centres, widths)
    y = glide(bank(im * -gain, re * gain), line.turns, line.hop)
    y *= line.envelope
    return y


def _breath(line: _Line, p: Voice) -> Array:
    """The breath of one alone: noise through the tract as it moves, in puffs at the pitch."""
    gains = _breath_gains(line.centres, line.widths, line.hop, line.rate)
    y = _noise(line, "alone", line.shaped(gains)) * _puffs(line, p)
    y *= _strength(line, p)
    return y


def _breaths(first: _Line, second: _Line, p: Voice) -> Audio:
    """The breath of several, (2, frames): two of them breathe for all, as wide as they stand apart.

    It goes through a head and jaw at rest, so that notes of all pitches share their noise.
    """
    gains = first.shaped(_breath_gains(*first.resonances, first.hop, first.rate))
    strength = _strength(first, p)
    strength *= 1.0 / float(np.sqrt(2.0 * (1.0 + p.spread * p.spread)))
    middle = _noise(first, "middle", gains) * _puffs(first, p)
    middle *= strength
    side = _noise(first, "side", gains) * _puffs(second, p)
    strength *= p.spread
    side *= strength
    return np.stack([middle + side, middle - side])


def _puffs(line: _Line, p: Voice) -> Array:
    """How the folds let breath through in each period, 1 on average."""
    puffs = line.turns - np.floor(line.turns)
    puffs *= 1.0 - puffs
    puffs *= 6.0 * (1.0 - p.breath)
    puffs += p.breath
    return puffs


def _breath_gains(centres: Array, widths: Array, hop: int, rate: int) -> Array:
    """The spectrum of noise that comes through each tract, at the multiples of rate / (2 hop) that are heard."""
    hz = np.arange(1.0, min(hop, int(_TOP_HZ / (rate / 2) * hop)) + 1.0) * (rate / 2 / hop)
    re, im = tract(hz, centres, widths)
    x = hz / 1500.0
    gains = np.sqrt((re * re + im * im) / (1.0 + x * x)) * x  # breath is weak at the first formant
    gains *= np.sqrt(hop / (gains * gains).sum(axis=-1, keepdims=True))
    return gains


def _noise(line: _Line, part: str, gains: Array) -> Array:
    """Noise of these spectra, one for each row or one for all, as long as the note; don't change it."""
    seed, bins, hop = line.note.seed, gains.shape[-1], line.hop

    def made(rows: int) -> Array:
        return coloured(noise(("voice", seed, part, "breath"), 0, 2 * rows * bins).reshape(rows, 2, bins), gains, hop)

    rows = line.f0.size
    if len(gains) > 1:
        return made(rows)[: line.envelope.size]
    rows = 1 << (rows - 1).bit_length()  # a longer noise begins as a shorter one, so few lengths do for all notes
    return _NOISES.made((seed, part, gains.tobytes(), rows, hop), lambda: made(rows))[: line.envelope.size]


def _strength(line: _Line, p: Voice) -> Array:
    """How strongly breath is heard at each frame of a note."""
    note, rate = line.note, line.rate
    strength = p.breath * line.envelope
    burst = decaying(min(strength.size, round(0.4 * rate)), 1.0 / (0.03 * rate))
    burst *= np.minimum(np.arange(burst.size) * (1.0 / (0.012 * rate)), 1.0)
    burst *= p.onset * (2.0 if note.text.lower().lstrip("('\"").startswith("h") else 1.0)
    late = burst[note.frames :]
    late *= line.envelope[note.frames :][: late.size]
    strength[: burst.size] += burst
    return strength


def render(notes: Sequence[Note], p: Voice, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (2, frames)."""
    return [_render(note, p, rate) for note in notes]


def _render(note: Note, p: Voice, rate: int) -> Audio:
    late = [round(abs(d) * _LATEST_MS / 1000 * rate) for d in noise(("voice", note.seed, "late"), 0, p.voices)]
    late[0] = 0
    out = np.zeros((2, note.frames + _frames(p.release_ms, rate) + max(late)))
    level = _LEVEL * velocity_gain(note.velocity, p.velocity_db)
    voiced = level * float(np.sqrt((1.0 - p.breath * p.breath) / p.voices))
    lines = [_line(note, p, rate, singer) for singer in range(p.voices)]
    for singer, line in enumerate(lines):
        y = _tone(line, p)
        y *= voiced
        # neighbours in pitch don't stand side by side
        left, right = constant_power(p.spread * _place(_ORDER[p.voices - 1][singer], p.voices))
        if p.voices == 1:
            breath = _breath(line, p)
            breath *= level
            y += breath
        out[0, late[singer] : late[singer] + y.size] += y * left
        out[1, late[singer] : late[singer] + y.size] += y * right
    if p.voices > 1:
        breaths = _breaths(lines[0], lines[1], p)
        breaths *= level
        out[:, : breaths.shape[1]] += breaths
    return out


def _place(singer: int, voices: int) -> float:
    """Evenly from -1 to 1; 0 for one alone."""
    return 2.0 * singer / (voices - 1) - 1.0 if voices > 1 else 0.0


def _frames(ms: float, rate: int) -> int:
    return max(1, round(ms * rate / 1000))


def tail(p: Voice, rate: int) -> int:
    """Frames that a note may sound after its end."""
    return _frames(p.release_ms, rate) + _frames(_LATEST_MS, rate)


INSTRUMENT = Instrument("voice", Voice, render, tail, revision=2, channels=2, random=True)
