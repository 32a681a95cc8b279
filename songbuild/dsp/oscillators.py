"""Oscillators without alias: one cycle, summed from the harmonics below half the sample rate, read at any pitch.

A bank is a stack of such cycles, (rows, length + 1), that differ in one thing, such as a filter's cutoff.  Reading
between two rows moves smoothly from one to the other, which makes a filter that sweeps: on a harmonic sound that
is what the filter does to it, since each harmonic is scaled and turned by the filter's response.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from songbuild.dsp.maths import Array, cos2pi, sin2pi

Wave = Literal["saw", "square", "triangle", "sine"]
Filter = Literal["lowpass", "highpass", "bandpass"]

_BLOCK = 4096  # frames read at once: the scratch arrays stay in the cache
_MIN_LENGTH = 512
_IMAGES = 280.0  # 2 pi / sqrt(8 * 10**(-84/20)): linear reading of harmonic k leaves images of (2 pi k / length)**2 / 8
_BANK_ROWS = 8  # rows made at once
_PI = 3.141592653589793
_BUTTERWORTH_4 = (0.541196100146197, 1.3065629648763766)  # q of the two stages, 1 / (2 cos(pi/8)), 1 / (2 cos(3 pi/8))


def harmonics_below(hz: float, limit_hz: float) -> int:
    """How many harmonics of `hz` lie below `limit_hz`."""
    return max(0, int(np.ceil(limit_hz / hz)) - 1)


def wave_spectrum(wave: Wave, harmonics: int, width: float = 0.5) -> tuple[Array, Array]:
    """Sine and cosine amplitudes (harmonics,) of a wave between -1 and 1; `width` is the square's duty cycle.

    Source: the waves' Fourier series.  A pulse is the difference of two saws, so it has no direct current.
    """
    k = np.arange(1, harmonics + 1, dtype=np.float64)
    zero = np.zeros(harmonics)
    if wave == "saw":
        return 2.0 / _PI / k, zero
    if wave == "square":
        return (1.0 - cos2pi(k * width)) * (2.0 / _PI) / k, sin2pi(k * width) * (2.0 / _PI) / k
    if wave == "triangle":
        return sin2pi(k * 0.25) * (8.0 / (_PI * _PI)) / (k * k), zero
    return np.where(k == 1.0, 1.0, 0.0), zero


def response(kind: Filter, slope_db: int, u: Array, q: float) -> tuple[Array, Array]:
    """Complex response (real, imaginary) of an analogue filter of 12 or 24 dB/octave at u = frequency / cutoff.

    `q` is 0.7071 for the flattest; at 24 dB the two stages are Butterworth's, the sharper one scaled by `q`.
    The band-pass has gain 1 at its centre.  Source: the second-order sections H(s) = {1, s**2, s/q} / (s**2 + s/q + 1).
    """
    if slope_db == 12:
        return _section(kind, u, q)
    broad, sharp = _BUTTERWORTH_4
    if kind == "bandpass":
        broad = sharp = 0.7071
    a_re, a_im = _section(kind, u, broad)
    b_re, b_im = _section(kind, u, sharp * q / 0.7071)
    return a_re * b_re - a_im * b_im, a_re * b_im + a_im * b_re


def _section(kind: Filter, u: Array, q: float) -> tuple[Array, Array]:
    square = u * u
    across = u / q
    along = 1.0 - square
    size = along * along + across * across
    along /= size
    across /= size
    if kind == "lowpass":
        return along, -across
    if kind == "highpass":
        return -square * along, square * across
    turn = u / q
    return turn * across, turn * along


def bank(sine: Array, cosine: Array) -> Array:
    """Cycles of sum over k of sine[k] sin(2 pi k x) + cosine[k] cos(2 pi k x), k from 1.

    `sine` and `cosine` are (rows, harmonics), with at least one of each; returns (rows, length + 1), the last column
    being the first again.
    """
    rows, harmonics = sine.shape
    length = _length(sine, cosine)
    spectrum = np.zeros((min(rows, _BANK_ROWS), length // 2 + 1), dtype=np.complex128)
    cycles = np.empty((rows, length + 1))
    for start in range(0, rows, _BANK_ROWS):
        part = spectrum[: rows - start]
        np.multiply(cosine[start : start + _BANK_ROWS], 0.5 * length, out=part.real[:, 1 : harmonics + 1])
        np.multiply(sine[start : start + _BANK_ROWS], -0.5 * length, out=part.imag[:, 1 : harmonics + 1])
        np.fft.irfft(part, length, axis=-1, out=cycles[start : start + _BANK_ROWS, :length])
    cycles[:, length] = cycles[:, 0]
    return cycles


def _length(sine: Array, cosine: Array) -> int:
    """A power of 2 that keeps what linear reading adds 84 dB below the loudest harmonic."""
    size = np.sqrt(np.max(sine * sine + cosine * cosine, axis=0))
    k = np.arange(1, size.size + 1, dtype=np.float64)
    wanted = _IMAGES * float(np.max(k * np.sqrt(size / max(float(size.max()), 1e-300))))
    length = _MIN_LENGTH
    while length < wanted or length <= 2 * size.size:
        length *= 2
    return length


def read(cycles: Array, turns: Array, row: Array | None = None) -> Array:
    """The bank read at phase `turns` (any whole number of turns is the same) and between rows `row`, both (frames,).

    `row` lies from 0 to rows - 1; without it the bank has one row.  Linear in both.  Returns (frames,).
    """
    out = np.empty(turns.size)
    flat = cycles.reshape(-1)
    columns = cycles.shape[1]
    for start in range(0, turns.size, _BLOCK):
        stop = min(start + _BLOCK, turns.size)
        part = turns[start:stop]
        phase = part - np.floor(part)
        phase *= columns - 1
        at = phase.astype(np.int64)
        phase -= at
        y = out[start:stop]
        if row is None:
            _between(flat, at, phase, y)
            continue
        share = row[start:stop]
        below = np.minimum(share.astype(np.int64), cycles.shape[0] - 2)
        share = share - below
        below *= columns
        at += below
        _between(flat, at, phase, y)
        at += columns
        upper = np.empty(stop - start)
        _between(flat, at, phase, upper)
        upper -= y
        upper *= share
        y += upper
    return out


def read_each(cycles: Array, turns: Array) -> Array:
    """Every row of the bank read at the same phase `turns` (frames,); returns (rows, frames)."""
    out = np.empty((len(cycles), turns.size))
    for start in range(0, turns.size, _BLOCK):
        phase = turns[start : start + _BLOCK]
        phase = phase - np.floor(phase)
        phase *= cycles.shape[1] - 1
        at = phase.astype(np.int64)
        phase -= at
        for cycle, y in zip(cycles, out, strict=True):
            _between(cycle, at, phase, y[start : start + _BLOCK])
    return out


def glide(cycles: Array, turns: Array, hop: int) -> Array:
    """The bank read from row to row, `hop` frames from each to the next, at phase `turns` (frames,).

    Returns (frames,).  The bank has a row more than the hops begun.
    """
    out = np.empty(turns.size)
    flat = cycles.reshape(-1)
    columns = cycles.shape[1]
    size = max(1, _BLOCK // hop)
    row = np.repeat(np.arange(size) * columns, hop)
    share = np.tile(np.arange(hop) * (1.0 / hop), size)
    for start in range(0, turns.size, row.size):
        part = turns[start : start + row.size]
        phase = part - np.floor(part)
        phase *= columns - 1
        at = phase.astype(np.int64)
        phase -= at
        at += row[: part.size]
        at += start // hop * columns
        y = out[start : start + row.size]
        _between(flat, at, phase, y)
        at += columns
        upper = np.empty(part.size)
        _between(flat, at, phase, upper)
        upper -= y
        upper *= share[: part.size]
        y += upper
    return out


def _between(flat: Array, at: np.ndarray[tuple[int], np.dtype[np.int64]], share: Array, out: Array) -> None:
    flat.take(at, out=out, mode="clip")
    step = flat.take(at + 1, mode="clip")
    step -= out
    step *= share
    out += step
