"""The pieces of the drum kit: how each sounds when it is struck (kernels in dsp/percussion.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from songbuild.dsp.maths import Array, cos2pi
from songbuild.dsp.noise import Key, noise
from songbuild.dsp.percussion import add, clapped, cymbal, cymbal_bands, decay, hiss, membrane, soft_start, swept
from songbuild.dsp.voices import gain, modes, power_of_2

if TYPE_CHECKING:
    from songbuild.devices.instruments.drum_kit import DrumKit

LIFE: Final = 1.35
"""A sound lasts this many times its 60 dB time: 81 dB down."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One stroke on one piece."""

    p: DrumKit
    rate: int
    hard: float
    stroke: int
    name: str

    def key(self, part: str) -> Key:
        return ("drum_kit", self.name, part, self.stroke)

    def frames(self, t60_s: float) -> int:
        return max(1, round(LIFE * t60_s * self.rate))

    @property
    def detune(self) -> float:
        """Where the stick lands changes a drum's pitch by a few cents."""
        return 1.0 + 0.004 * (self.stroke - 1.5) / 1.5


Strike: TypeAlias = Callable[[Hit], Array]


def kick(hit: Hit) -> Array:
    p, rate = hit.p, hit.rate
    t60 = p.kick_decay_ms / 1000
    frames, hz = hit.frames(t60), p.kick_tune_hz * hit.detune
    y = swept(frames, rate, hz, p.kick_sweep / 12 * (0.75 + 0.25 * hit.hard), p.kick_sweep_ms / 1000)
    y *= decay(frames, rate, t60) * (1.0 + 0.7 * decay(frames, rate, 0.12))
    y -= 0.05 * y * y * y  # the head stretches: a little third harmonic
    shell = membrane(frames, rate, 1.4 * hz, 0.45 * t60, hit.hard)
    y += (0.5 * p.kick_shell) * soft_start(shell, rate)
    click = hiss(hit.key("click"), frames, rate, 900.0, 2800.0 + 4000.0 * hit.hard, 0.012)
    add(y, click, 1.2 * p.kick_click * hit.hard)
    add(y, hiss(hit.key("air"), frames, rate, 90.0, 420.0, 0.09), 0.25 * p.kick_shell)
    return y


def snare(hit: Hit) -> Array:
    p, rate = hit.p, hit.rate
    head, wires = p.snare_decay_ms / 1000, p.snare_wires_ms / 1000
    frames, hz = hit.frames(max(head, wires)), p.snare_tune_hz * hit.detune
    y = swept(frames, rate, hz, 0.25 + 0.2 * hit.hard, 0.007) * decay(frames, rate, head)
    y += soft_start(membrane(frames, rate, hz, head, hit.hard), rate)
    treble = 2600.0 + 5200.0 * hit.hard
    rattle = p.snare_wires * (0.6 + 0.6 * hit.hard)
    add(y, hiss(hit.key("wires"), frames, rate, 1700.0, treble, wires), rattle)
    add(y, hiss(hit.key("wires low"), frames, rate, 500.0, 2200.0, 0.6 * wires), 0.5 * rattle)
    add(y, hiss(hit.key("burst"), frames, rate, 2400.0, treble, 0.05), 1.1 * rattle)
    add(y, hiss(hit.key("crack"), frames, rate, 1100.0, 7000.0, 0.016), 1.6 * p.snare_crack * hit.hard)
    return y


def brush(hit: Hit) -> Array:
    """Wire brushes drawn over the snare's head."""
    length = 0.42 * hit.p.percussion_decay
    frames = max(2, round(length * hit.rate))
    x = np.arange(frames) / frames
    swell = 0.5 - 0.5 * cos2pi(np.sqrt(x))
    grains = noise(hit.key("grains"), 0, frames // 64 + 2)
    stir = np.interp(np.arange(frames) / 64.0, np.arange(grains.size), 0.75 + 0.35 * grains)
    y = hiss(hit.key("brush"), frames, hit.rate, 900.0, 4200.0 + 4500.0 * hit.hard, 100.0)
    add(y, hiss(hit.key("head"), frames, hit.rate, 180.0, 700.0, 100.0), 0.35)
    return np.asarray(y * swell * swell * stir)


def side_stick(hit: Hit) -> Array:
    p = hit.p
    t60 = 0.085 * p.percussion_decay
    hz = _tuned(hit, (455.0, 830.0, 1720.0, 2480.0, 3710.0))
    level = np.array([0.45, 0.5, 1.0, 0.6 * hit.hard, 0.4 * hit.hard])
    frames = hit.frames(2 * t60)
    y = modes(frames, hit.rate, hz, t60 * np.array([1.6, 1.3, 1.0, 0.7, 0.5]), level, np.zeros(5))
    add(y, hiss(hit.key("stick"), frames, hit.rate, 1800.0, 9000.0, 0.012), hit.hard)
    return soft_start(y, hit.rate)


def clap(hit: Hit) -> Array:
    t60 = hit.p.clap_decay_ms / 1000
    hz = hit.p.clap_tune_hz * (0.85 + 0.2 * hit.hard)
    return clapped(hit.key("clap"), hit.frames(t60) + round(0.03 * hit.rate), hit.rate, hz, t60)


def tom(size: float) -> Strike:
    def strike(hit: Hit) -> Array:
        p, rate = hit.p, hit.rate
        t60 = p.tom_decay_ms / 1000 / float(np.sqrt(size))
        hz, frames = p.tom_tune_hz * size * hit.detune, hit.frames(t60)
        y = swept(frames, rate, hz, p.tom_sweep / 12 * (0.5 + 0.5 * hit.hard), 0.028) * decay(frames, rate, t60)
        y += 0.8 * soft_start(membrane(frames, rate, hz, 0.7 * t60, 0.8 * hit.hard), rate)
        add(y, hiss(hit.key("stick"), frames, rate, 700.0, 2500.0 + 4000.0 * hit.hard, 0.02), 0.7 * hit.hard)
        return y

    return strike


@dataclass(frozen=True, slots=True)
class Plate:
    """A cymbal: for each of BANDS_HZ its level in dB, decay relative to the longest, rise in ms; its stick in dB."""

    name: str
    lowest_hz: float
    per_khz: float
    level_db: tuple[float, ...]
    decays: tuple[float, ...]
    rise_ms: tuple[float, ...]
    stick_db: float
    soft_db: tuple[float, ...] = (0.0, 2.0, 5.0, 9.0, 14.0)  # how much of each band a soft stroke loses


HAT: Final = Plate("hat", 320.0, 70.0, (-26, -14, -5, 0, 0), (0.5, 0.8, 1.0, 1.0, 0.75), (0, 0, 0, 0, 0), -4.0)
OPEN: Final = Plate("hat", 320.0, 70.0, (-23, -12, -4, 0, -1), (0.7, 1.0, 1.0, 0.85, 0.55), (0, 0, 4, 5, 5), -8.0)
PEDAL: Final = Plate("hat", 280.0, 70.0, (-16, -7, 0, -2, -8), (0.6, 0.9, 1.0, 0.9, 0.6), (2, 3, 5, 6, 6), -30.0)
CRASH: Final = Plate("crash", 260.0, 90.0, (-9, -4, 0, -1, -3), (0.9, 1.0, 0.75, 0.5, 0.32), (0, 4, 12, 16, 10), -8.0)
SPLASH: Final = Plate("splash", 480.0, 80.0, (-16, -6, 0, 0, -2), (0.9, 1.0, 0.8, 0.6, 0.45), (0, 2, 4, 5, 4), -8.0)
RIDE: Final = Plate("ride", 330.0, 42.0, (-17, -10, -5, -6, -12), (0.8, 1.0, 0.8, 0.5, 0.3), (6, 8, 0, 0, 0), 6.0)
CHIMES: Final = Plate("chimes", 4200.0, 14.0, (-60, -60, -6, 0, -2), (1, 1, 0.9, 1.0, 0.8), (0, 0, 0, 0, 0), -10.0)


def plate(kind: Plate, decay_ms: str, factor: float, tune: str) -> Strike:
    """A stroke on a cymbal; its decay is `factor` times a parameter, and it is tuned by another."""

    def strike(hit: Hit) -> Array:
        return _ring(hit, kind, factor * getattr(hit.p, decay_ms) / 1000, getattr(hit.p, tune) / 12)

    return strike


def _ring(hit: Hit, plate: Plate, t60: float, octaves: float) -> Array:
    """A stroke on a plate: its bands, a first moment in which everything rings, and the stick."""
    rate, frames = hit.rate, hit.frames(t60)
    size = 1 << min(max((frames - 1).bit_length(), 13), 16 + (rate > 50_000))
    metal = hit.p.metal
    rows = cymbal_bands(plate.name, hit.stroke, rate, metal, plate.lowest_hz, plate.per_khz, octaves, size)
    soft = 1.0 - hit.hard
    gains = np.array([gain(level - loss * soft) for level, loss in zip(plate.level_db, plate.soft_db, strict=True)])
    t60s, rises = t60 * np.array(plate.decays), np.array(plate.rise_ms) / 1000
    y = cymbal(rows, frames, rate, gains, t60s, rises, 0.8)
    stick = gain(plate.stick_db - 8.0 * soft)
    add(y, hiss(hit.key("stick"), frames, rate, 2800.0 * power_of_2(0.3 * octaves), 12_000.0, 0.03), stick)
    return y


def bell(hit: Hit) -> Array:
    """The cup of the ride: a few clear overtones over a little of the plate."""
    t60 = 0.55 * hit.p.cymbal_decay_ms / 1000
    y = 0.35 * _ring(hit, RIDE, t60, hit.p.cymbal_tune / 12)
    hz = np.array([780.0, 1415.0, 2090.0, 2930.0, 3890.0, 5230.0]) * power_of_2(hit.p.cymbal_tune / 12)
    level = np.array([0.35, 0.5, 0.6, 0.6, 0.5 * hit.hard, 0.4 * hit.hard])
    y += modes(y.size, hit.rate, hz, t60 * np.array([1.0, 0.9, 0.8, 0.65, 0.5, 0.4]), level, np.zeros(6))
    return soft_start(y, hit.rate)


def shaker(hit: Hit) -> Array:
    """Beads thrown forward: a swell, then the stop."""
    t60 = 0.11 * hit.p.percussion_decay
    frames = hit.frames(t60) + round(0.035 * hit.rate)
    tune = power_of_2(hit.p.percussion_tune / 12)
    n = np.arange(frames) / (0.035 * hit.rate)
    swell = np.where(n < 1.0, n * n * (0.5 + 0.5 * n), 0.0)
    after = round(0.035 * hit.rate)
    swell[after:] = decay(frames - after, hit.rate, t60)
    beads = noise(hit.key("beads"), 0, frames // 24 + 2)
    rattle = np.interp(np.arange(frames) / 24.0, np.arange(beads.size), 0.3 + 0.9 * beads * beads)
    y = hiss(hit.key("shaker"), frames, hit.rate, 4200.0 * tune, (6500.0 + 6000.0 * hit.hard) * tune, 100.0)
    return np.asarray(y * swell * rattle)


def tambourine(hit: Hit) -> Array:
    """Jingles that hit twice."""
    t60 = 0.32 * hit.p.percussion_decay
    octaves = hit.p.percussion_tune / 12
    y = _ring(hit, CHIMES, t60, octaves)
    again = round((0.024 - 0.006 * hit.hard) * hit.rate)
    y[again:] += 0.55 * y[: y.size - again].copy()
    return y


def cowbell(hit: Hit) -> Array:
    t60 = 0.34 * hit.p.percussion_decay
    hz = _tuned(hit, (562.0, 845.0, 1690.0, 2530.0, 3370.0, 4480.0))
    level = np.array([0.8, 1.0, 0.3, 0.35, 0.2 * hit.hard, 0.2 * hit.hard])
    frames = hit.frames(t60)
    y = modes(frames, hit.rate, hz, t60 * np.array([1.0, 0.9, 0.5, 0.4, 0.3, 0.2]), level, np.zeros(6))
    y *= 1.0 + 1.5 * decay(frames, hit.rate, 0.05)
    return soft_start(y, hit.rate)


def conga(hz: float, t60_s: float, slap: float) -> Strike:
    def strike(hit: Hit) -> Array:
        t60 = t60_s * hit.p.percussion_decay
        low = float(_tuned(hit, (hz,))[0])
        frames = hit.frames(t60)
        y = swept(frames, hit.rate, low, 0.12 * hit.hard, 0.02) * decay(frames, hit.rate, t60)
        y += 0.6 * soft_start(membrane(frames, hit.rate, low, 0.4 * t60, 0.7 * hit.hard), hit.rate)
        add(y, hiss(hit.key("hand"), frames, hit.rate, 500.0, 1800.0 + 3000.0 * hit.hard, 0.025), slap * hit.hard)
        return y

    return strike


def claves(hit: Hit) -> Array:
    t60 = 0.075 * hit.p.percussion_decay
    y = modes(hit.frames(t60), hit.rate, _tuned(hit, (2480.0, 5150.0)), t60 * np.array([1.0, 0.4]),
              np.array([1.0, 0.25 * hit.hard]), np.zeros(2))  # fmt: skip
    return soft_start(y, hit.rate)


def triangle(hit: Hit) -> Array:
    t60 = 2.2 * hit.p.percussion_decay
    hz = _tuned(hit, (1236.0, 2974.0, 3983.0, 5478.0, 7312.0, 9125.0, 11_870.0))
    level = np.array([0.2, 0.5, 0.7, 0.9, 0.7 * hit.hard, 0.6 * hit.hard, 0.4 * hit.hard])
    t60s = t60 * np.array([1.0, 0.95, 0.9, 0.7, 0.55, 0.45, 0.3])
    return soft_start(modes(hit.frames(t60), hit.rate, hz, t60s, level, np.zeros(7)), hit.rate)


def _tuned(hit: Hit, hz: tuple[float, ...]) -> Array:
    return np.array(hz) * (power_of_2(hit.p.percussion_tune / 12) * hit.detune)
