"""What drums are made of: swept sines, membranes, bands of noise in bursts, and the dense spectra of cymbals.

Sounds are (frames,), peaks near 1; `key` names the random numbers (dsp/noise.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal

import numpy as np

from songbuild.dsp.envelopes import OCTAVES_60_DB, decaying
from songbuild.dsp.filters import bandpass, highpass, lowpass, sosfilt
from songbuild.dsp.maths import Array, cos2pi, cosine, exp2, log2, sin2pi
from songbuild.dsp.noise import Key, noise
from songbuild.dsp.voices import modes

Metal = Literal["bronze", "square"]

MEMBRANE: Final = (1.0, 1.594, 2.136, 2.296, 2.653, 2.918)
"""Frequencies of an ideal circular membrane, zeros of Bessel functions over the first (Rossing, Science of Percussion
Instruments, 2000, chapter 2)."""
BANDS_HZ: Final = (500.0, 1800.0, 4200.0, 7800.0, 14_000.0)
"""Centres of the bands in which a cymbal decays; between two centres one fades into the other."""

_SQUARES_HZ: Final = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)  # Werner, Abel, Smith, The TR-808 Cymbal, ICMC 2014
_INV_LN2: Final = 1.4426950408889634
_TOP_HZ: Final = 18_000.0
_INAUDIBLE: Final = 1.5  # what falls by 60 dB in a time is cut after this many of it, 90 dB down
_SHORT: Final = 1 << 15  # frames of a decay that is worth keeping for the next stroke
_ATTACK_S: Final = 0.0004  # the softest start that still sounds like a blow


def decay(frames: int, rate: int, t60_s: float) -> Array:
    """Exponential decay from 1 that falls by 60 dB in `t60_s`; read-only."""
    per_frame = OCTAVES_60_DB / (max(t60_s, 1e-4) * rate)
    return _short_decay(frames, per_frame) if frames <= _SHORT else decaying(frames, per_frame)


@lru_cache(64)
def _short_decay(frames: int, octaves_per_frame: float) -> Array:
    curve = decaying(frames, octaves_per_frame)
    curve.flags.writeable = False
    return curve


def swept(frames: int, rate: int, hz: float, octaves: float, half_life_s: float) -> Array:
    """A sine that starts at phase 0, `octaves` above `hz`, and falls there, half of the way in each half-life.

    The phase is the integral of hz (1 + (2**octaves - 1) 2**(-t / half_life)) in closed form.
    """
    above = (float(exp2(octaves)) - 1.0) * half_life_s * _INV_LN2
    turns = decaying(frames, 1.0 / (half_life_s * rate), -hz * above)
    turns += np.arange(frames) * (hz / rate)
    turns += hz * above - 0.25
    return cosine(turns)


def membrane(frames: int, rate: int, hz: float, t60_s: float, brightness: float) -> Array:
    """The overtones of a struck drum head over its lowest one at `hz`: the higher, the weaker and the shorter."""
    ratios = np.array(MEMBRANE[1:])
    order = np.arange(ratios.size)
    gains = exp2(-(order + 1.0) * (1.6 - 1.2 * brightness))
    return modes(frames, rate, hz * ratios, t60_s / (0.6 + 0.5 * ratios), gains, np.zeros(ratios.size))


def hiss(key: Key, frames: int, rate: int, low_hz: float, high_hz: float, t60_s: float) -> Array:
    """Noise between two frequencies (12 dB/octave), RMS about 1 at the start, dying away; ends when it is inaudible."""
    sections = np.concatenate([highpass(rate, low_hz), lowpass(rate, min(high_hz, 0.45 * rate))])
    width = max(min(high_hz, 0.45 * rate) - low_hz, 100.0)
    n = min(frames, int(_INAUDIBLE * t60_s * rate) + 1)
    y = sosfilt(sections, noise(key, 0, n)[None])[0][0]
    y *= decay(n, rate, t60_s)
    y *= float(np.sqrt(1.5 * rate / width))
    return soft_start(y, rate)


def clapped(key: Key, frames: int, rate: int, hz: float, t60_s: float) -> Array:
    """Hands: four bursts of noise around `hz` within 30 ms, and the room after the last."""
    jitter = noise((key, "times") if not isinstance(key, tuple) else (*key, "times"), 0, 3) * 0.0012
    starts = [0.0, 0.0095 + jitter[0], 0.0190 + jitter[1], 0.0275 + jitter[2]]
    envelope = np.zeros(frames)
    for i, start in enumerate(starts):
        at = min(frames, round(start * rate))
        last = i == len(starts) - 1
        envelope[at:] += decay(frames - at, rate, 0.02) * (0.75 if i else 0.6)
        if last:
            envelope[at:] += decay(frames - at, rate, t60_s) * 0.45
    x = noise(key, 0, frames)[None]
    y = sosfilt(bandpass(rate, hz, 1.3), x)[0][0] * float(np.sqrt(rate / hz)) * 1.2
    y += sosfilt(highpass(rate, 2.2 * hz), x)[0][0] * 0.35
    y *= envelope
    return soft_start(y, rate)


def add(y: Array, x: Array, gain: float = 1.0) -> None:
    """Add a shorter or equally long sound to y, in place."""
    if gain != 1.0:
        x = x * gain
    y[: x.size] += x


def soft_start(y: Array, rate: int) -> Array:
    """y, changed in place, with its first fraction of a millisecond rising from 0."""
    n = min(y.size, max(2, round(_ATTACK_S * rate)))
    y[:n] *= _rise(n)
    return y


@lru_cache(64)
def _rise(frames: int) -> Array:
    return 0.5 - 0.5 * cos2pi(np.arange(frames) / (2 * frames))


@lru_cache(maxsize=32)
def cymbal_bands(
    name: str, variant: int, rate: int, metal: Metal, lowest_hz: float, per_khz: float, octaves: float, size: int
) -> Array:
    """A plate that rings for ever, one row for each of BANDS_HZ, each of RMS 1: (bands, size), read-only.

    Its frequencies are drawn once for `name`, `per_khz` of them in each kHz (a plate's modes lie evenly in frequency:
    Fletcher, Rossing, The Physics of Musical Instruments, section 3.6); "square" takes the harmonics of six square
    waves instead.  Where and how hard it is struck, `variant`, changes their phases and levels.  `octaves` moves all of
    them.  Each lies on a multiple of rate / size, so that a row may be repeated without a seam; nothing aliases.
    """
    top = min(_TOP_HZ, 0.45 * rate)
    factor = float(exp2(octaves))
    if metal == "square":
        hz = np.concatenate([base * factor * np.arange(1.0, top / (base * factor), 2.0) for base in _SQUARES_HZ])
        level = np.concatenate([1.0 / np.arange(1.0, top / (base * factor), 2.0) for base in _SQUARES_HZ])
        level *= hz / 800.0  # evens out the squares' slope: the bands' gains set the spectrum
    else:
        count = int(per_khz * top / 1000.0)
        hz = (np.arange(count) + 0.5 + 0.5 * noise(("cymbal", name), 0, count)) * (1000.0 / per_khz) * factor
        level = np.ones(count)
    hz, level = hz[(hz > lowest_hz * factor) & (hz < top)], level[(hz > lowest_hz * factor) & (hz < top)]
    draws = noise(("cymbal", name, variant), 0, 2 * hz.size)
    level = level * (1.0 + 0.7 * draws[: hz.size])
    turns = draws[hz.size :]
    bins = np.rint(hz * (size / rate)).astype(np.int64)
    spectrum = np.zeros((len(BANDS_HZ), size // 2 + 1), dtype=np.complex128)
    place = np.interp(log2(hz), log2(np.array(BANDS_HZ)), np.arange(float(len(BANDS_HZ))))
    band = np.minimum(place.astype(np.int64), len(BANDS_HZ) - 2)
    for side, share in ((0, 1.0 - (place - band)), (1, place - band)):
        np.add.at(spectrum.real, (band + side, bins), share * level * cos2pi(turns))
        np.add.at(spectrum.imag, (band + side, bins), share * level * sin2pi(turns))
    rows = np.fft.irfft(spectrum, size)
    rows /= np.maximum(np.sqrt(np.mean(rows * rows, axis=-1, keepdims=True)), 1e-9)
    rows.setflags(write=False)
    return rows


def cymbal(rows: Array, frames: int, rate: int, gains: Array, t60_s: Array, rise_s: Array, splash: float) -> Array:
    """Sum of cymbal bands, each with a level, a decay, and a rise: a plate's energy spreads upwards as it rings.

    `splash` is the level of the first moment, in which everything rings at once.
    """
    y = np.zeros(frames)
    for row, gain, t60, rise in zip(rows, gains, t60_s, rise_s, strict=True):
        n = min(frames, int(_INAUDIBLE * t60 * rate) + 1)
        first = min(n, row.size)
        ring = decay(first, rate, t60) * gain
        ring *= row[:first]
        if rise > 0:
            start = decaying(first, 1.0 / (rise * rate))
            start *= ring
            start -= ring
            y[:first] -= start
        else:
            y[:first] += ring
        brief = min(first, int(_INAUDIBLE * _brief(t60) * rate) + 1)
        y[:brief] += (splash * gain) * decay(brief, rate, _brief(t60)) * row[:brief]
        for at in range(row.size, n, row.size):  # the row repeats, and the decay is the same in every repeat
            part = y[at : min(at + row.size, n)]
            part += ring[: part.size] * float(exp2(-OCTAVES_60_DB * at / (t60 * rate)))
    return soft_start(y, rate)


def _brief(t60_s: float) -> float:
    return min(t60_s, 0.06 + 0.05 * t60_s)
