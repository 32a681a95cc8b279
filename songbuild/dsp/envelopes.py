"""Envelopes of single notes, in closed form: exponentials are products of two short tables, so they cost one
multiplication a frame and are the same on every CPU.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from songbuild.dsp.maths import Array, exp2, sin2pi

OCTAVES_60_DB = 9.965784284662087  # log2 1000
SILENT = 1.35  # a release goes on for this many times its 60 dB time, down to -81 dB, and ends at exactly 0
_FINE = 256
_ATTACK_BEND = 2.0  # the attack rises as 1 - 2**-x does up to this x: a capacitor that charges


def decaying(frames: int, octaves_per_frame: float, level: float = 1.0) -> Array:
    """level * 2 ** -(octaves_per_frame * n) for n from 0; returns (frames,)."""
    rows = -(-frames // _FINE)
    steps = np.arange(_FINE + rows, dtype=np.float64)
    steps[_FINE:] -= _FINE
    steps[_FINE:] *= _FINE
    steps *= -octaves_per_frame
    levels = exp2(steps)
    levels[:_FINE] *= level
    return (levels[_FINE:, None] * levels[:_FINE]).reshape(-1)[:frames]


def release_frames(release_ms: float, rate: int) -> int:
    """Frames from the end of the gate to silence, for a release that falls by 60 dB in `release_ms`."""
    return int(np.ceil(SILENT * release_ms * 0.001 * rate)) + 1


@lru_cache(32)
def release(release_ms: float, rate: int) -> Array:
    """From 1 down to exactly 0, exponential; returns (release_frames(release_ms, rate),), read-only."""
    frames = release_frames(release_ms, rate)
    per_frame = SILENT * OCTAVES_60_DB / max(frames - 1, 1)
    curve = decaying(frames, per_frame)
    floor = curve[-1]
    curve -= floor
    curve /= 1.0 - floor
    curve.flags.writeable = False
    return curve


def gate(y: Array, held: int, rate: int, attack_ms: float, release_ms: float) -> None:
    """Shape what decays by itself, in place: a raised-cosine attack, and the release after `held` frames.

    y (frames,) ends with the release or before.
    """
    rise = min(max(1, round(attack_ms * 0.001 * rate)), held + release_frames(release_ms, rate))
    begun = y[:rise]
    begun *= np.square(sin2pi(np.arange(begun.size) / (4.0 * rise)))
    released = y[held:]
    released *= release(release_ms, rate)[: released.size]


def adsr(gate: int, rate: int, attack_ms: float, decay_ms: float, sustain: float, release_ms: float) -> Array:
    """Attack, decay, sustain, release: starts at 0, peaks at 1, ends at 0; returns (gate + release,).

    `attack_ms` is the whole rise; `decay_ms` the time in which the distance to `sustain` falls by 60 dB;
    `release_ms` the time in which the level falls by 60 dB.  A note let go early is released from where it is.
    """
    rise = max(1, round(attack_ms * 0.001 * rate))
    curve = np.empty(gate + release_frames(release_ms, rate))
    rising = curve[: min(rise, gate + 1)]
    scale = 1.0 / (1.0 - 2.0**-_ATTACK_BEND)
    np.subtract(scale, decaying(rising.size, _ATTACK_BEND / rise, scale), out=rising)
    if gate >= rise:
        per_frame = OCTAVES_60_DB / max(decay_ms * 0.001 * rate, 1.0)
        np.add(decaying(gate + 1 - rise, per_frame, 1.0 - sustain), sustain, out=curve[rise : gate + 1])
    np.multiply(release(release_ms, rate), curve[gate], out=curve[gate:])
    return curve


def fitted(curve: Array, frames: int) -> Array:
    """`curve` cut, or continued with its last value, to `frames`."""
    if curve.size >= frames:
        return curve[:frames]
    return np.concatenate([curve, np.full(frames - curve.size, curve[-1] if curve.size else 0.0)])
