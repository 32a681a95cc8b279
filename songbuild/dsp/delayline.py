"""Delay lines: reading between samples, and loops longer than a block.

A line is the past of a signal, (channels, past) with the latest frame last; it is the state that goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from songbuild.dsp.maths import Array

NEAREST = 1
FURTHER = 2
"""A delay that is read between samples lies from NEAREST frames up to the line's length less FURTHER."""

_S = TypeVar("_S")


def extended(line: Array | None, past: int, x: Array) -> Array:
    """The line (zeros where None) with x (channels, frames) behind it: (channels, past + frames)."""
    return np.concatenate([np.zeros((len(x), past)) if line is None else line, x], axis=1)


def delayed(x: Array, line: Array | None, frames: int) -> tuple[Array, Array]:
    """x (channels, n) late by `frames`; returns (y, line)."""
    signal = extended(line, frames, x)
    return signal[:, : x.shape[1]], signal[:, x.shape[1] :]


def read_between(signal: Array, delay: Array) -> Array:
    """The last n samples of a signal (past + n,), each late by its own `delay` (n,) in frames.

    Lagrange interpolation through four samples, the delay between the middle two.  Source: Laakso et al., Splitting
    the Unit Delay, IEEE Signal Processing Magazine 13 (1996), eq. 42 with N = 3.
    """
    whole = np.floor(delay)
    t = delay - whole
    index = np.arange(len(signal) - len(delay), len(signal)) - whole.astype(np.int64)
    up, down, more = t + 1.0, 1.0 - t, 2.0 - t
    y: Array = signal[index] * (up * down * more * 0.5)
    y += signal[index - 1] * (up * t * more * 0.5)
    y -= signal[index + 1] * (t * down * more / 6.0)
    y -= signal[index - 2] * (up * t * down / 6.0)
    return y


def loop(
    x: Array, line: Array | None, frames: int, turn: Callable[[Array, _S], tuple[Array, Array, _S]], state: _S
) -> tuple[Array, Array, _S]:
    """A delay of `frames` with feedback over x (channels, n); returns (what comes out, line, state).

    `turn(late, state) -> (out, fed, state)` takes a stretch that leaves the line and says what is heard of it and what
    goes back in beside x.  It is called for stretches no longer than the delay, in order.
    """
    n = x.shape[1]
    signal = extended(line, frames, x)
    out = np.empty_like(x)
    for a in range(0, n, frames):
        b = min(a + frames, n)
        out[:, a:b], fed, state = turn(signal[:, a:b], state)
        signal[:, frames + a : frames + b] += fed
    return out, signal[:, n:], state
