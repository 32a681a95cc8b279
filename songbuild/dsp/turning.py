"""Sine waves of constant pitch that die away exponentially, as sums of outer products.

Frame a * FINE + b has a coarse and a fine part, and sin(A + B) = sin A cos B + cos A sin B: two short tables and a
multiplication or two a frame make any stretch of such a wave, the same on every CPU.
"""

from __future__ import annotations

import numpy as np

from songbuild.dsp.maths import Array, exp2, sin2pi

FINE = 256
_SPLIT = 16  # entries of a table that share a coarse part


def tables(turns: Array, octaves: Array, start: int, count: int, step: int) -> Array:
    """Sine and cosine of `turns` a frame, dying away by `octaves` a frame, at frames start, start + step, …

    turns and octaves (waves,); returns (2, waves, count).
    """
    rows = -(-count // _SPLIT)
    at = np.arange(rows + _SPLIT, dtype=np.float64)
    at[rows:] -= rows
    at[:rows] *= _SPLIT
    at *= step
    at[:rows] += start
    phase = np.empty((2, turns.size, at.size))
    np.multiply(turns[:, None], at, out=phase[0])
    np.add(phase[0], 0.25, out=phase[1])
    sine, cosine = sin2pi(phase) * exp2(octaves[:, None] * -at)
    coarse_sine, coarse_cosine = sine[:, :rows, None], cosine[:, :rows, None]
    fine_sine, fine_cosine = sine[:, None, rows:], cosine[:, None, rows:]
    out = np.empty((2, turns.size, rows, _SPLIT))
    scratch = coarse_cosine * fine_sine
    np.multiply(coarse_sine, fine_cosine, out=out[0])
    out[0] += scratch
    np.multiply(coarse_sine, fine_sine, out=scratch)
    np.multiply(coarse_cosine, fine_cosine, out=out[1])
    out[1] -= scratch
    return out.reshape(2, turns.size, rows * _SPLIT)[:, :, :count]


def outer_sum(coarse: Array, fine: Array, out: Array) -> None:
    """out[a, b] = sum over k of coarse[k, a] fine[k, b], in order of k, into `out`.

    einsum without optimize is numpy's own loop, not the BLAS: the same bits on every CPU.
    """
    np.einsum("ka,kb->ab", coarse, fine, out=out)


def sine(frames: int, turns: float, phase: float = 0.0) -> Array:
    """sin(2 pi (turns n + phase)) for n from 0, (frames,)."""
    rows = -(-frames // FINE)
    fine = tables(np.array([turns]), np.zeros(1), 0, FINE, 1)[:, 0]
    at = np.arange(rows, dtype=np.float64) * (FINE * turns) + phase
    out = np.empty((rows, FINE))
    outer_sum(sin2pi(np.stack([at, at + 0.25])), fine[::-1], out)
    return out.reshape(-1)[:frames]
