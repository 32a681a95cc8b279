"""Drum kit: kick, snare, hats, toms, cymbals and percussion, synthesized (devices/drum_pieces.py).

Each piece has four slightly different strokes, which the note's identity chooses among, so that a roll doesn't sound
like a machine gun and equal strokes are still rendered once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from pydantic import Field

from songbuild.devices import drum_pieces as pieces
from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note
from songbuild.devices.drum_pieces import plate
from songbuild.dsp.envelopes import release
from songbuild.dsp.filters import high_shelf, highpass, lowpass, sosfilt
from songbuild.dsp.maths import Array, tanh
from songbuild.dsp.noise import noise
from songbuild.dsp.pan import constant_power
from songbuild.dsp.percussion import Metal, decay
from songbuild.dsp.voices import gain, power_of_2, velocity_gain
from songbuild.units import Db, Hz, Ms, Params, Ratio, Semitones

HARDNESSES: Final = 33
"""How many kinds of stroke there are between the softest and the hardest; the level of each is its velocity's own."""
_STROKES: Final = 4
_OPEN_HAT: Final = 46
_CHOKE_MS: Final = 18.0  # a choked or ending sound falls by 60 dB in this time
_ROOM_S: Final = 0.22
_HEARD_S: Final = 0.15
_DRIVE_REFERENCE: Final = 0.4  # the level that drive leaves where it is
_TILT_HZ: Final = 2200.0
_TILT_DB: Final = 10.0
_STRIKES: Final[ArrayCache[np.float64]] = ArrayCache(24 * 2**20)


class DrumKit(Params):
    """A drum kit.  Times are those in which a sound falls by 60 dB."""

    kick_tune_hz: Hz = Field(54.0, ge=25, le=150, description="pitch the kick comes to rest at")
    kick_sweep: Semitones = Field(24.0, ge=0, le=60, description="how far above it the kick starts")
    kick_sweep_ms: Ms = Field(9.0, ge=1, le=100, description="time in which the kick falls half the way to its pitch")
    kick_decay_ms: Ms = Field(380.0, ge=40, le=4000, description="decay of the kick")
    kick_click: Ratio = Field(0.4, ge=0, le=1, description="the beater on the head")
    kick_shell: Ratio = Field(0.35, ge=0, le=1, description="overtones of the kick's head and shell")
    kick_db: Db = Field(0.0, ge=-60, le=12, description="level of the kick")
    snare_tune_hz: Hz = Field(188.0, ge=80, le=400, description="pitch of the snare's head")
    snare_decay_ms: Ms = Field(210.0, ge=20, le=2000, description="decay of the head")
    snare_wires: Ratio = Field(0.6, ge=0, le=1, description="level of the snare wires")
    snare_wires_ms: Ms = Field(260.0, ge=20, le=2000, description="decay of the wires")
    snare_crack: Ratio = Field(0.5, ge=0, le=1, description="the stick on the head")
    snare_db: Db = Field(0.0, ge=-60, le=12, description="level of the snare and the brush")
    clap_tune_hz: Hz = Field(1150.0, ge=400, le=3000, description="centre of the clap")
    clap_decay_ms: Ms = Field(260.0, ge=30, le=2000, description="decay after the clap's last burst")
    clap_db: Db = Field(0.0, ge=-60, le=12, description="level of the clap")
    tom_tune_hz: Hz = Field(132.0, ge=50, le=400, description="pitch of the middle tom")
    tom_decay_ms: Ms = Field(620.0, ge=50, le=4000, description="decay of the middle tom")
    tom_sweep: Semitones = Field(4.0, ge=0, le=36, description="how far above their pitch toms start")
    tom_db: Db = Field(0.0, ge=-60, le=12, description="level of the toms")
    metal: Metal = Field("bronze", description="hats and cymbals of bronze, or of square waves as in drum machines")
    hat_tune: Semitones = Field(0.0, ge=-24, le=24, description="pitch of the hats")
    hat_decay_ms: Ms = Field(130.0, ge=10, le=2000, description="decay of the closed hat")
    open_hat_decay_ms: Ms = Field(1100.0, ge=50, le=6000, description="decay of the open hat")
    hat_db: Db = Field(0.0, ge=-60, le=12, description="level of the hats")
    cymbal_tune: Semitones = Field(0.0, ge=-24, le=24, description="pitch of ride, crash and splash")
    cymbal_decay_ms: Ms = Field(3200.0, ge=100, le=12_000, description="decay of the crash; ride and splash follow")
    cymbal_db: Db = Field(0.0, ge=-60, le=12, description="level of ride, crash and splash")
    percussion_tune: Semitones = Field(0.0, ge=-24, le=24, description="pitch of side stick and percussion")
    percussion_decay: Ratio = Field(1.0, ge=0.2, le=4, description="factor on the decay of side stick and percussion")
    percussion_db: Db = Field(0.0, ge=-60, le=12, description="level of side stick and percussion")
    tone: Ratio = Field(0.0, ge=-1, le=1, description="dark to bright, the whole kit")
    drive: Ratio = Field(0.0, ge=0, le=1, description="saturation: denser and louder tails")
    dust: Ratio = Field(0.0, ge=0, le=1, description="a worn sampler: fewer bits, less treble")
    spread: Ratio = Field(0.6, ge=0, le=1, description="how far the pieces stand apart")
    room: Ratio = Field(0.12, ge=0, le=1, description="the sound of a small room")
    velocity_db: Db = Field(30.0, ge=0, le=60, description="level difference between velocity 0 and 1")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of the kit: its MIDI key and names, its sound, its place, the parameter of its level, and its trim."""

    key: int
    names: tuple[str, ...]
    strike: pieces.Strike
    pan: float
    level: str
    trim_db: float


_KIT: Final = (
    _Piece(36, ("kick", "bd"), pieces.kick, 0.0, "kick_db", -6.7),
    _Piece(37, ("side_stick", "rim", "rs"), pieces.side_stick, 0.1, "percussion_db", -12.3),
    _Piece(38, ("snare", "sd", "sn"), pieces.snare, 0.06, "snare_db", -14.1),
    _Piece(39, ("clap", "cp"), pieces.clap, -0.1, "clap_db", -13.8),
    _Piece(40, ("brush",), pieces.brush, 0.06, "snare_db", -17.1),
    _Piece(41, ("tom_floor",), pieces.tom(0.6), -0.75, "tom_db", -11.5),
    _Piece(42, ("hat", "closed_hat", "hh"), plate(pieces.HAT, "hat_decay_ms", 1.0, "hat_tune"), 0.5, "hat_db", -22.8),
    _Piece(44, ("pedal_hat", "ph"), plate(pieces.PEDAL, "hat_decay_ms", 1.1, "hat_tune"), 0.5, "hat_db", -21.0),
    _Piece(45, ("tom_low", "lt"), pieces.tom(0.77), -0.4, "tom_db", -10.6),
    _Piece(46, ("open_hat", "oh"), plate(pieces.OPEN, "open_hat_decay_ms", 1.0, "hat_tune"), 0.5, "hat_db", -22.0),
    _Piece(47, ("tom_mid", "mt"), pieces.tom(1.0), 0.0, "tom_db", -9.6),
    _Piece(49, ("crash", "cr"), plate(pieces.CRASH, "cymbal_decay_ms", 1.0, "cymbal_tune"), 0.7, "cymbal_db", -20.8),
    _Piece(50, ("tom_high", "ht"), pieces.tom(1.32), 0.35, "tom_db", -10.7),
    _Piece(51, ("ride", "rd"), plate(pieces.RIDE, "cymbal_decay_ms", 0.9, "cymbal_tune"), -0.6, "cymbal_db", -22.8),
    _Piece(53, ("ride_bell",), pieces.bell, -0.6, "cymbal_db", -15.9),
    _Piece(54, ("tambourine", "tb"), pieces.tambourine, 0.3, "percussion_db", -24.1),
    _Piece(55, ("splash",), plate(pieces.SPLASH, "cymbal_decay_ms", 0.35, "cymbal_tune"), 0.25, "cymbal_db", -21.5),
    _Piece(56, ("cowbell", "cb"), pieces.cowbell, -0.25, "percussion_db", -17.4),
    _Piece(62, ("conga_mute",), pieces.conga(235.0, 0.12, 1.1), 0.35, "percussion_db", -13.9),
    _Piece(63, ("conga", "conga_high"), pieces.conga(222.0, 0.42, 0.45), 0.35, "percussion_db", -10.8),
    _Piece(64, ("conga_low",), pieces.conga(160.0, 0.5, 0.35), 0.15, "percussion_db", -8.3),
    _Piece(70, ("shaker", "maracas", "sh"), pieces.shaker, -0.45, "percussion_db", -15.7),
    _Piece(75, ("claves",), pieces.claves, -0.3, "percussion_db", -6.6),
    _Piece(81, ("triangle",), pieces.triangle, 0.4, "percussion_db", -17.3),
)  # fmt: skip
_BY_KEY: Final = {piece.key: piece for piece in _KIT}
_NEAREST: Final = {35: 36, 43: 41, 48: 47, 52: 49, 57: 49, 59: 51, 60: 63, 61: 64, 69: 70, 80: 81, 82: 70}
"""General MIDI keys without a piece of their own -> the piece that plays them."""


def render(notes: Sequence[Note], p: DrumKit, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:  # noqa: ARG001
    """Each note as (2, frames), equal strokes only once; a key without a piece is silent."""
    done: dict[tuple[int, float, int, int], Audio] = {}
    out = []
    for note in notes:
        key = round(note.pitch)
        stroke = (_NEAREST.get(key, key), note.velocity, note.frames, note.seed % _STROKES)
        if stroke not in done:
            done[stroke] = _stroke(*stroke, p, rate)
        out.append(done[stroke])
    return out


def _stroke(key: int, velocity: float, choke: int, stroke: int, p: DrumKit, rate: int) -> Audio:
    piece = _BY_KEY.get(key)
    if piece is None:
        return np.zeros((2, 0))
    damped = release(_CHOKE_MS, rate)
    mono = _strike(piece, velocity, stroke, p, rate)
    if choke:
        mono = mono[: choke + damped.size]
    mono = _coloured(mono, piece, velocity, p, rate)
    y = _in_room(mono, p.room, rate) if p.room else np.zeros((2, mono.size))
    for side, level in zip(y, _sides(piece.pan * p.spread), strict=True):
        side[: mono.size] += mono * level
    end = choke if 0 < choke < y.shape[1] - damped.size else max(0, y.shape[1] - damped.size)
    if end + damped.size < y.shape[1]:
        y = np.array(y[:, : end + damped.size])
    y[:, end:] *= damped[damped.size - (y.shape[1] - end) :]
    return y


def _strike(piece: _Piece, velocity: float, stroke: int, p: DrumKit, rate: int) -> Array:
    """A piece as it is struck, before its level: as hard as the nearest of HARDNESSES, so that strokes can share it."""
    hard = round(velocity * (HARDNESSES - 1)) / (HARDNESSES - 1)
    key = (p, rate, piece.key, stroke, hard)
    return _STRIKES.made(key, lambda: piece.strike(pieces.Hit(p, rate, hard, stroke, piece.names[0])))


def _coloured(y: Array, piece: _Piece, velocity: float, p: DrumKit, rate: int) -> Array:
    """A stroke at its level, through sampler, drive and tone."""
    if p.dust:
        y = sosfilt(lowpass(rate, 18_000.0 * power_of_2(-2.4 * p.dust)), y[None])[0][0]
        steps = power_of_2(13.0 - 7.0 * p.dust)
        y = np.rint(y * steps) / steps
    y = y * (gain(piece.trim_db + getattr(p, piece.level)) * velocity_gain(velocity, p.velocity_db))
    if p.drive:
        hot = 5.0 * p.drive
        y = tanh(y * (hot / _DRIVE_REFERENCE)) * (_DRIVE_REFERENCE / float(tanh(hot)))
    if p.tone:
        tilt = high_shelf(rate, _TILT_HZ, 0.5, _TILT_DB * p.tone)
        y = sosfilt(tilt, y[None])[0][0] * gain(-0.3 * _TILT_DB * p.tone)
    return y


def _in_room(mono: Array, room: float, rate: int) -> Audio:
    """What a small room gives back on either side, (2, frames) at least as long as `mono`."""
    answer = round(_ROOM_S * rate)
    heard = min(mono.size, round(_HEARD_S * rate))  # what a long cymbal sends into the room later is masked by itself
    size = 1 << (heard + answer - 1).bit_length()
    sent = mono[:heard] * room
    sent[heard // 2 :] *= np.arange(heard - heard // 2, 0, -1) / (heard - heard // 2)
    x = np.fft.rfft(sent.astype(np.float32), size)  # a third of the time, and its rounding is 136 dB below the sound
    h = _room(rate, size)
    spectrum = np.empty((2, x.size), dtype=np.complex64)
    spectrum.real = x.real * h.real - x.imag * h.imag
    spectrum.imag = x.real * h.imag + x.imag * h.real
    y = np.zeros((2, max(mono.size, heard + answer)))
    y[:, : heard + answer] = np.fft.irfft(spectrum, size)[:, : heard + answer]
    return y


@lru_cache(64)
def _sides(pan: float) -> tuple[float, float]:
    left, right = constant_power(pan)
    return float(left), float(right)


@lru_cache(maxsize=8)
def _room(rate: int, size: int) -> np.ndarray[tuple[int, int], np.dtype[np.complex64]]:
    """The spectrum of a small room's answer, left and right, at energy 1."""
    frames = round(_ROOM_S * rate)
    gap = round(0.004 * rate)
    h = np.stack([noise(("drum_kit", "room", side), 0, frames) for side in ("left", "right")])
    h *= decay(frames, rate, _ROOM_S)
    h[:, :gap] = 0.0
    h = sosfilt(np.concatenate([highpass(rate, 160.0), lowpass(rate, 5500.0)]), h)[0]
    h /= np.sqrt(np.sum(h * h, axis=-1, keepdims=True))
    spectrum = np.fft.rfft(h, size).astype(np.complex64)
    spectrum.setflags(write=False)
    return spectrum


def _life_ms(p: DrumKit, piece: _Piece) -> float:
    """The time in which a piece falls by 60 dB, at most."""
    if piece.level == "hat_db":
        return p.open_hat_decay_ms if piece.key == _OPEN_HAT else 1.1 * p.hat_decay_ms
    return {
        "kick_db": p.kick_decay_ms,
        "snare_db": max(p.snare_decay_ms, p.snare_wires_ms),
        "clap_db": p.clap_decay_ms + 30.0,
        "tom_db": 1.3 * p.tom_decay_ms,
        "cymbal_db": p.cymbal_decay_ms,
        "percussion_db": 2200.0 * p.percussion_decay,
    }[piece.level]


def _frames(life_ms: float, rate: int) -> int:
    return round((pieces.LIFE * life_ms / 1000 + _ROOM_S) * rate) + 2


def tail(p: DrumKit, rate: int) -> int:
    """Frames that a stroke may sound."""
    return _frames(max(_life_ms(p, piece) for piece in _KIT), rate)


def ring(p: DrumKit, rate: int, note: Note) -> int:
    """Frames that this stroke may sound."""
    key = round(note.pitch)
    piece = _BY_KEY.get(_NEAREST.get(key, key))
    if piece is None:
        return 0
    frames = _frames(_life_ms(p, piece), rate)
    return min(frames, note.frames + release(_CHOKE_MS, rate).size) if note.frames else frames


INSTRUMENT = Instrument(
    "drum_kit",
    DrumKit,
    render,
    tail,
    revision=2,
    channels=2,
    random=True,
    one_shot=True,
    keys={name: piece.key for piece in _KIT for name in piece.names},
    chokes=(frozenset({42, 44, _OPEN_HAT}),),
    ring=ring,
)
