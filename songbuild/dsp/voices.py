"""What single notes are made of: pitch, velocity, and sums of decaying sine waves (modal synthesis)."""

from __future__ import annotations

import numpy as np

from songbuild.dsp.envelopes import OCTAVES_60_DB
from songbuild.dsp.maths import Array, cos2pi, db_to_gain, exp2, log2, sin2pi

_FINE = 256
_OCTAVES_PER_DB = 0.16609640474436813
_ROWS = 32  # coarse steps summed at once: modes that have died away are left out of the next


def pitch_hz(pitch: float) -> float:
    """Frequency of a MIDI key, equal temperament, A4 (69) = 440 Hz (ISO 16)."""
    return 440.0 * float(exp2((pitch - 69.0) / 12.0))


def velocity_gain(velocity: float, range_db: float) -> float:
    """1 at velocity 1, falling by `range_db` towards velocity 0."""
    return float(db_to_gain(-range_db * (1.0 - velocity)))


def modes(
    frames: int, rate: int, hz: Array, t60_s: Array, sine: Array, cosine: Array, floor_db: float = -96.0
) -> Array:
    """Sum of sine waves that die away, (frames,): each a row of frequency, 60 dB time and amplitudes at the start.

    A mode ends where it is `floor_db` below the loudest one's start.  The phase of frame a * 256 + b is the sum of
    a coarse and a fine one, so each mode is an outer product, and a stretch of frames a sum of outer products,
    always taken in the order of the modes' lives.
    """
    out = np.zeros((-(-frames // _FINE), _FINE))
    size = np.sqrt(sine * sine + cosine * cosine)
    if frames == 0 or size.size == 0 or not size.max() > 0.0:
        return out.reshape(-1)[:frames]
    over = log2(size) - log2(size.max()) - floor_db * _OCTAVES_PER_DB
    per_frame = OCTAVES_60_DB / (t60_s * rate)
    life = np.where(hz < 0.5 * rate, over / per_frame, 0.0)
    order = np.argsort(-life, kind="stable")
    order = order[life[order] > 0.0]
    life, per_frame, turns = life[order], per_frame[order], hz[order] / rate
    sine, cosine = sine[order], cosine[order]

    fine = np.arange(_FINE, dtype=np.float64)
    phase = turns[:, None] * fine
    level = exp2(-per_frame[:, None] * fine)
    fine_sin, fine_cos = sin2pi(phase) * level, cos2pi(phase) * level
    for start in range(0, len(out), _ROWS):
        alive = int(np.count_nonzero(life > start * _FINE))
        if alive == 0:
            break
        block = out[start : start + _ROWS]
        coarse = np.arange(start, start + len(block), dtype=np.float64) * _FINE
        phase = turns[:alive, None] * coarse
        level = exp2(-per_frame[:alive, None] * coarse)
        s, c = sin2pi(phase) * level, cos2pi(phase) * level
        s, c = sine[:alive, None] * c - cosine[:alive, None] * s, sine[:alive, None] * s + cosine[:alive, None] * c
        # einsum without optimize is numpy's own loop over modes, not the BLAS: the same bits on every CPU
        np.einsum("ka,kb->ab", s, fine_sin[:alive], out=block)
        block += np.einsum("ka,kb->ab", c, fine_cos[:alive])
    return out.reshape(-1)[:frames]
