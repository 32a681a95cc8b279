"""The impulse responses of a room, synthesised: reflections of a box, then noise that decays by frequency.

Two sources (left, right) are heard at two microphones (left, right), so there are four responses, with the early
reflections of four different ways and independent late noise: what is panned in the dry sound stays so early on, and
becomes wide.  Noise has all echoes at once and no modes, so nothing rings metallically.
Sources: Allen, Berkley, Image Method for Efficiently Simulating Small-Room Acoustics, JASA 65 (1979), eq. 9;
Moorer, About This Reverberation Business, Computer Music Journal 3 (1979), p. 18 (decaying noise as a response).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from songbuild.dsp.filters import highpass, lowpass, sosfilt
from songbuild.dsp.maths import Array, cos2pi, exp2, log2
from songbuild.dsp.noise import noise

_SPEED = 343.0  # of sound, m/s
_DECAY_OCTAVES = 9.965784284662087  # 60 dB
_LENGTH = 1.2  # of the response against decay_s: it ends at -72 dB
_END_S = 0.01
_ORDER = 3
_PROPORTIONS = np.array([[1.0], [1.38], [0.69]])  # of the box: no side is a multiple of another
_SOURCES = np.array([[0.31, 0.71], [0.77, 0.74], [0.42, 0.46]])  # (axis, left and right), in parts of the box
_MICROPHONES = np.array([[0.43, 0.58], [0.22, 0.25], [0.39, 0.37]])
_WAYS = 4  # from each source to each microphone
_BURST_S = 0.003
_BUILD_UP = 40.0  # halvings within the decay at least: a slower build-up would bend the decay
_BANDS = (-2, -1, 0, 1, 2)  # octaves from damping_hz, above a band that takes all that is lower


@dataclass(frozen=True, slots=True)
class Room:
    """What a room sounds like.  See `devices.effects.reverb` for the ranges."""

    decay_s: float
    predelay_s: float
    size_m: float
    damping_hz: float
    low_cut_hz: float
    high_cut_hz: float
    width: float
    balance: float


def frames(room: Room, rate: int) -> int:
    """The length of the responses."""
    return round(room.predelay_s * rate) + _sounding(room, rate)


def _sounding(room: Room, rate: int) -> int:
    return round((_LENGTH * room.decay_s + room.size_m / _SPEED) * rate)


def responses(room: Room, rate: int) -> Array:
    """The responses (source, microphone, frames); the sum of both sources' energy at a microphone is 1 on average."""
    n = _sounding(room, rate)
    size = 1 << (n - 1).bit_length()
    late = _late(room, rate, n, size)
    both = np.zeros((_WAYS, frames(room, rate)))
    for way in range(_WAYS):
        early = _early(room, rate, way, n, size)
        both[way, -n:] = early * np.sqrt((1.0 - room.balance) / _energy(early))
        both[way, -n:] += late[way] * np.sqrt(room.balance / _energy(late[way]))
    both, _ = sosfilt(np.concatenate([highpass(rate, room.low_cut_hz), lowpass(rate, room.high_cut_hz)]), both)
    end = min(round(_END_S * rate), n)
    both[:, -end:] *= 0.5 + 0.5 * cos2pi(np.arange(1, end + 1) / (2 * end))
    out = both.reshape(2, 2, -1)
    middle, sides = (out[:, :1] + out[:, 1:]) * 0.5, (out[:, :1] - out[:, 1:]) * (0.5 * room.width)
    out = np.concatenate([middle + sides, middle - sides], axis=1)
    scaled: Array = out * np.sqrt(2.0 / _energy(out))
    return scaled


def _energy(x: Array) -> float:
    return float(np.sum(x * x))


def _late(room: Room, rate: int, n: int, size: int) -> Array:
    """Noise for each way, whose bands decay at their own rates, growing dense as reflections in such a room do."""
    colour = _late_colour(rate, size)
    spectra = [np.fft.rfft(noise(("reverb", "late", way), 0, n, "gaussian"), size) * colour for way in range(_WAYS)]
    seconds = np.arange(n) / rate
    y = np.zeros((_WAYS, n))
    lower = np.ones(size // 2 + 1)
    for octave in (None, *_BANDS):
        hz = room.damping_hz * 2.0 ** (_BANDS[0] - 1 if octave is None else octave)
        decay_s = room.decay_s if octave is None else room.decay_s / (1.0 + 16.0**octave)
        upper = np.zeros_like(lower) if octave == _BANDS[-1] else _above(hz * np.sqrt(2.0), rate, size)
        band, lower = lower - upper, upper
        if band.any():
            falling = exp2(seconds * (-_DECAY_OCTAVES / decay_s))
            for way, spectrum in enumerate(spectra):
                y[way] += np.fft.irfft(spectrum * band, size)[:n] * falling
    y *= 1.0 - exp2(seconds * -max(2.0 * _SPEED / room.size_m, _BUILD_UP / room.decay_s))
    return y


def _late_colour(rate: int, size: int) -> Array:
    """The weights of an FFT's bins that take 1.5 dB/octave off above 1 kHz, as walls and air do."""
    hz = np.arange(size // 2 + 1) * (rate / size)
    return exp2(-0.25 * log2(np.maximum(hz * 0.001, 1.0)))


def _above(hz: float, rate: int, size: int) -> Array:
    """The weights of an FFT's bins that pass what is above `hz`: a raised cosine over an octave."""
    first, step = hz / np.sqrt(2.0), rate / size
    bins = np.arange(size // 2 + 1)
    octaves = log2(np.maximum(bins, 1) * (step / first))
    weights: Array = np.where(bins == 0, 0.0, 0.5 - 0.5 * cos2pi(0.5 * np.clip(octaves, 0.0, 1.0)))
    return weights


def _early(room: Room, rate: int, way: int, n: int, size: int) -> Array:
    """The box's reflections up to the third order, each of them diffused over some milliseconds."""
    source, microphone = divmod(way, 2)
    box = _PROPORTIONS * room.size_m
    k = np.stack(np.meshgrid(*[np.arange(-_ORDER, _ORDER + 1)] * 3, indexing="ij")).reshape(3, -1)
    order = np.sum(np.abs(k), axis=0)
    k = k[:, (order >= 1) & (order <= _ORDER)]
    at = _SOURCES[:, source, None]
    images = box * (k + np.where(k % 2 == 0, at, 1.0 - at))
    way_to = images - box * _MICROPHONES[:, microphone, None]
    distance = np.sqrt(np.sum(way_to * way_to, axis=0))
    facing = way_to[0] / distance * (1.0 if microphone else -1.0)
    # the nearest reflection starts the response: the dry sound stands for the direct way
    further = distance - distance.min()
    place = np.rint(further * (rate / _SPEED)).astype(np.int64)
    # the walls take what makes the room decay as it is asked to
    walls = exp2(further * (-_DECAY_OCTAVES / (_SPEED * room.decay_s)))
    level = np.sqrt(0.5 + 0.5 * facing) * walls * room.size_m / distance
    taps = np.zeros(n)
    inside = place < n
    np.add.at(taps, place[inside], level[inside])
    burst = noise(("reverb", "burst", way), 0, max(round(_BURST_S * rate), 1), "gaussian")
    burst *= exp2(np.arange(len(burst)) * (-5.0 / len(burst)))
    burst[0] += np.sqrt(np.sum(burst * burst))
    a, b = np.fft.rfft(taps, size), np.fft.rfft(burst, size)
    product = np.empty_like(a)
    product.real, product.imag = a.real * b.real - a.imag * b.imag, a.real * b.imag + a.imag * b.real
    y: Array = np.fft.irfft(product, size)[:n]
    return y
