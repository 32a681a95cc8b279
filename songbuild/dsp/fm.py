"""Frequency modulation of one sine wave by another, with an index and a level that die away.

Source: Chowning, The Synthesis of Complex Audio Spectra by Means of Frequency Modulation (JAES 21, 1973), eq. 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from songbuild.dsp.maths import Array, cosine, exp2
from songbuild.dsp.turning import FINE, outer_sum, tables

_ROWS = 32  # rows of FINE frames worked on at once: the scratch arrays stay in the cache
_TURN = 0.15915494309189535  # 1 / (2 pi): index in radians to turns


@dataclass(frozen=True, slots=True)
class Tone:
    """level 2**(-octaves n) sin(2 pi turns n + I(n) sin(2 pi ratio turns n)) at frame n, for `frames` frames.

    turns    the carrier's, a frame
    ratio    the modulator's frequency over the carrier's
    indices  (radians, octaves a frame): I(n) is the sum of these, each dying away
    octaves  by which the level falls a frame
    """

    frames: int
    turns: float
    ratio: float
    indices: tuple[tuple[float, float], ...]
    level: float
    octaves: float


def summed(tones: Sequence[Tone], frames: int) -> Array:
    """The sum of some tones, (frames,)."""
    out = np.zeros((-(-frames // FINE), FINE))
    for tone in tones:
        _add(tone, out[: -(-tone.frames // FINE)])
    return out.reshape(-1)[:frames]


def _add(tone: Tone, out: Array) -> None:
    """Add a tone to `out` (rows, FINE), in stretches that fit the cache."""
    rows = len(out)
    kept = 1 << max(rows - 1, 1).bit_length()  # a longer table begins as a shorter one, so few do for all lengths
    depth, octaves = zip(*tone.indices, strict=True)
    coarse, fine = _phases(tone.turns, tone.ratio, octaves, kept)
    depths = np.concatenate([np.ones(2), np.repeat(depth, 2) * _TURN])
    falling, falling_fine = _levels(tone.octaves, kept)
    scratch = np.empty((_ROWS, FINE))
    for start in range(0, rows, _ROWS):
        part = out[start : start + _ROWS]
        phase = scratch[: len(part)]
        outer_sum(coarse[:, start : start + len(part)] * depths[:, None], fine, phase)
        cosine(phase)
        phase *= falling_fine
        phase *= falling[start : start + len(part), None] * tone.level
        part += phase


@lru_cache(96)
def _phases(turns: float, ratio: float, octaves: tuple[float, ...], rows: int) -> tuple[Array, Array]:
    """Tables of the phase, a quarter turn late, as a sum of outer products: (k, rows) and (k, FINE).

    The carrier's coarse part, its fine part, and two for each index at 1.
    """
    at = np.arange(rows, dtype=np.float64) * (FINE * turns) - 0.25
    falling = np.array(octaves)
    modulators = np.full(falling.size, turns * ratio)
    sine, cosine_ = tables(modulators, falling, 0, rows, FINE)
    fine_sine, fine_cosine = tables(modulators, falling, 0, FINE, 1)
    coarse = np.concatenate([[at - np.floor(at), np.ones(rows)], np.stack([sine, cosine_], axis=1).reshape(-1, rows)])
    fine = np.concatenate(
        [
            [np.ones(FINE), np.arange(FINE) * turns],
            np.stack([fine_cosine, fine_sine], axis=1).reshape(-1, FINE),
        ]
    )
    return coarse, fine


@lru_cache(96)
def _levels(octaves: float, rows: int) -> tuple[Array, Array]:
    """What falls by `octaves` a frame as an outer product, (rows,) and (FINE,)."""
    return exp2(np.arange(rows) * (-FINE * octaves)), exp2(np.arange(FINE) * -octaves)
