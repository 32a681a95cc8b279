"""Convolution with long impulse responses, exact: the same bits however the signal is cut, on every machine.

The signal is rounded to a grid of 2**-21 (noise at -137 dBFS) and the response to 2**-24, so that every product and
sum of them is a whole multiple of 2**-45.  What an FFT makes of them is off by far less than half of that, so
rounding its result gives the true sum, and neither the length of the FFT, nor where its blocks lie, nor how it rounds
inside can be seen in the output.  So no grid of partitions is needed, no latency, and no counter in the state.
It holds for a response of energy 1 and signals up to about +12 dBFS RMS; the error of louder ones stays at 1e-16 of
their level.

`convolve` keeps what is still to come, for responses that never change; `slide` keeps what has been, so that each call
may bring another response: that of a filter that automation moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array

Complex = npt.NDArray[np.complex128]

_SIGNAL_GRID = 2.0**21
_RESPONSE_GRID = 2.0**24
_PRODUCT_GRID = _SIGNAL_GRID * _RESPONSE_GRID
_WAITING = 8192  # frames that small blocks gather before the whole response is applied to them
_LEAST_STEP = 196_608  # frames an FFT should serve at least: a tile or so
_SHORT, _LONG = 8192, 65_536  # frames that the two FFTs of a sliding filter should give at least
_BINS = 8192  # of a spectrum worked on at once: they stay in the cache


@dataclass(frozen=True, eq=False)
class Kernel:
    """A matrix of impulse responses, ready to use: `frames` long, for FFTs of `size`.

    `whole` and `head` hold the spectra (2, inputs, outputs, bins), real and imaginary parts apart: of all, and of the
    first frames alone.
    """

    frames: int
    size: int
    whole: Array
    head: Array

    @property
    def outputs(self) -> int:
        return int(self.whole.shape[2])


def prepare(responses: Array) -> Kernel:
    """The kernel of responses (inputs, outputs, frames)."""
    taps = np.rint(responses * _RESPONSE_GRID) / _RESPONSE_GRID
    frames = max(taps.shape[2], _WAITING)
    size = _fast_size(frames + max(frames, _LEAST_STEP))
    head = np.fft.rfft(taps[..., :_WAITING], 2 * _WAITING)
    return Kernel(frames, size, _parts(np.fft.rfft(taps, size)), _parts(head))


def convolve(x: Array, kernel: Kernel, state: Any) -> tuple[Array, Any]:
    """x (inputs, n) through the kernel; returns (y (outputs, n), state), with state None at rest.

    The state is what is still to come of all that has been convolved, and the frames that wait to be.
    """
    after, waiting = state or (np.zeros((kernel.outputs, kernel.frames - 1)), np.zeros((len(x), 0)))
    known = waiting.shape[1]
    whole = np.concatenate([waiting, np.rint(x * _SIGNAL_GRID) / _SIGNAL_GRID], axis=1)
    frames = whole.shape[1]
    if frames < _WAITING:
        y = after[:, known:frames] + _product(whole, kernel.head, 2 * _WAITING)[:, known:frames]
        return y, (after, whole)
    y = np.zeros((kernel.outputs, frames + kernel.frames - 1))
    y[:, : kernel.frames - 1] = after
    step = kernel.size - kernel.frames + 1
    for start in range(0, frames, step):
        part = whole[:, start : start + step]
        if part.any():
            stop = start + part.shape[1] + kernel.frames - 1
            y[:, start:stop] += _product(part, kernel.whole, kernel.size)[:, : stop - start]
    return y[:, known:frames], (y[:, frames:].copy(), whole[:, frames:])


@dataclass(frozen=True, eq=False)
class Filter:
    """A matrix of impulse responses of any level, ready for `slide`; times `scale` they are what was given.

    `frames` long; `short` and `long` hold the spectra for FFTs of two sizes, as in `Kernel`.
    """

    frames: int
    scale: float
    short: Array
    long: Array

    @property
    def inputs(self) -> int:
        return int(self.short.shape[1])


def prepare_filter(responses: Array) -> Filter:
    """The filter of responses (inputs, outputs, frames)."""
    energy = float(np.max(np.sum(responses * responses, axis=(0, 2))))
    scale = 2.0 ** int(np.frexp(np.sqrt(energy))[1])
    taps = np.rint(responses * (_RESPONSE_GRID / scale)) / _RESPONSE_GRID
    short, long = (_parts(np.fft.rfft(taps, _sliding_size(taps.shape[2], size))) for size in (_SHORT, _LONG))
    return Filter(taps.shape[2], scale, short, long)


def slide(x: Array, kernel: Filter, past: Array | None) -> tuple[Array, Array]:
    """x (inputs, n) through the filter; returns (y (outputs, n), past), past None at rest.

    The state is the last frames that came in, so it fits any filter of as many frames.
    """
    known = kernel.frames - 1
    came = np.zeros((len(x), known)) if past is None else past
    line = np.concatenate([came, np.rint(x * _SIGNAL_GRID) / _SIGNAL_GRID], axis=1)
    frames = x.shape[1]
    spectra, least = (kernel.long, _LONG) if frames > _SHORT else (kernel.short, _SHORT)
    size = _sliding_size(kernel.frames, least)
    y = np.empty((spectra.shape[2], frames))
    for start in range(0, frames, size - known):
        stop = min(start + size - known, frames)
        y[:, start:stop] = _product(line[:, start : stop + known], spectra, size)[:, known : known + stop - start]
    y *= kernel.scale
    return y, line[:, frames:].copy()


def _sliding_size(frames: int, least: int) -> int:
    """The size of an FFT that gives `least` new frames or more."""
    return _fast_size(frames - 1 + least)


def _product(x: Array, spectra: Array, size: int) -> Array:
    """x convolved by an FFT of `size`, rounded to the grid that the true result lies on: (outputs, size)."""
    if not x.shape[1]:
        return np.zeros((spectra.shape[2], size))
    given = np.fft.rfft(x, size)
    made = np.empty((spectra.shape[2], given.shape[1]), dtype=np.complex128)
    for a in range(0, given.shape[1], _BINS):
        _multiply(given[:, a : a + _BINS], spectra[..., a : a + _BINS], made[:, a : a + _BINS])
    y: Array = np.fft.irfft(made, size)
    y *= _PRODUCT_GRID
    np.rint(y, out=y)
    y /= _PRODUCT_GRID
    return y


def _multiply(x: Complex, spectra: Array, out: Complex) -> None:
    """out[o] = the sum over i of x[i] * spectra[i, o], by real and imaginary parts: complex products vary by CPU."""
    re, im = np.ascontiguousarray(x.real), np.ascontiguousarray(x.imag)
    total, product = np.empty(x.shape[1]), np.empty(x.shape[1])
    for o in range(len(out)):
        for part, first, second, combine in (
            (out.real, spectra[0], spectra[1], np.subtract),
            (out.imag, spectra[1], spectra[0], np.add),
        ):
            np.multiply(re[0], first[0, o], out=total)
            combine(total, np.multiply(im[0], second[0, o], out=product), out=total)
            for i in range(1, len(x)):
                total += np.multiply(re[i], first[i, o], out=product)
                combine(total, np.multiply(im[i], second[i, o], out=product), out=total)
            part[o] = total


def _parts(spectra: Complex) -> Array:
    return np.stack([spectra.real, spectra.imag])


def _fast_size(least: int) -> int:
    """The smallest of 2**k, 3 * 2**k and 5 * 2**k that is at least this."""
    power = 1 << max(least - 1, 1).bit_length()
    return min(size for size in (power, power // 4 * 3, power // 8 * 5) if size >= least)
