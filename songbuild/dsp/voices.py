"""What single notes are made of: pitch, velocity, and sums of decaying sine waves (modal synthesis)."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from songbuild.dsp.envelopes import OCTAVES_60_DB
from songbuild.dsp.maths import Array, exp2, log2
from songbuild.dsp.turning import FINE, outer_sum, tables

_OCTAVES_PER_DB = 0.16609640474436813
_ROWS = 8  # coarse steps summed at first, then twice as many, …: modes that have died away are left out of the next
_FEW = 4  # so few modes are summed in one go


@lru_cache(4096)
def power_of_2(octaves: float) -> float:
    """2 ** octaves of one number, the same on every CPU."""
    return float(exp2(octaves))


def pitch_hz(pitch: float) -> float:
    """Frequency of a MIDI key, equal temperament, A4 (69) = 440 Hz (ISO 16)."""
    return 440.0 * power_of_2((pitch - 69.0) / 12.0)


def velocity_gain(velocity: float, range_db: float) -> float:
    """1 at velocity 1, falling by `range_db` towards velocity 0."""
    return gain(-range_db * (1.0 - velocity))


def gain(level_db: float) -> float:
    """The factor of amplitude of a level in dB."""
    return power_of_2(level_db * _OCTAVES_PER_DB)


def decay_life(t60_s: float, rate: int) -> int:
    """Frames in which a 60 dB time of `t60_s` falls by 84 dB, to silence."""
    return int(np.ceil(1.4 * t60_s * rate))


def modes(
    frames: int, rate: int, hz: Array, t60_s: Array, sine: Array, cosine: Array, floor_db: float = -84.0
) -> Array:
    """Sum of sine waves that die away, (frames,): each a row of frequency, 60 dB time and amplitudes at the start.

    A mode ends where it is `floor_db` below the loudest one's start.  A stretch of frames is a sum of outer products
    (dsp/turning.py), always taken in the order of the modes' lives.
    """
    out = np.zeros((-(-frames // FINE), FINE))
    size = np.sqrt(sine * sine + cosine * cosine)
    if frames == 0 or size.size == 0 or not size.max() > 0.0:
        return out.reshape(-1)[:frames]
    over = log2(size)
    over -= over.max() + floor_db * _OCTAVES_PER_DB
    per_frame = OCTAVES_60_DB / (t60_s * rate)
    life = np.where(hz < 0.5 * rate, over / per_frame, 0.0)
    order = np.argsort(-life, kind="stable")
    order = order[life[order] > 0.0]
    life, per_frame, turns = life[order], per_frame[order], hz[order] / rate
    sine, cosine = sine[order, None], cosine[order, None]
    fine = np.ascontiguousarray(tables(turns, per_frame, 0, FINE, 1).swapaxes(0, 1))
    start, rows = 0, len(out) if len(life) <= _FEW else _ROWS
    while start < len(out):
        alive = int(np.count_nonzero(life > start * FINE))
        if alive == 0:
            break
        block = out[start : start + rows]
        s, c = tables(turns[:alive], per_frame[:alive], start * FINE, len(block), FINE)
        coarse = np.stack([sine[:alive] * c - cosine[:alive] * s, sine[:alive] * s + cosine[:alive] * c], axis=1)
        outer_sum(coarse.reshape(2 * alive, -1), fine[:alive].reshape(2 * alive, -1), block)
        start += rows
        rows *= 2
    return out.reshape(-1)[:frames]
