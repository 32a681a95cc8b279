"""Second-order filters: their design, and running them in blocks with an explicit state.

A design is one row (1, 6) of b0 b1 b2 1 a1 a2; rows stacked are a cascade.  Designs follow the analogue curves of the
Audio EQ Cookbook (Bristow-Johnson) up to the Nyquist frequency instead of bending to 0 or infinity there as the
bilinear transform does.  Source: Vicanek, Matched Second Order Digital Filters (2016): poles at exp(s), and a
numerator that matches the analogue power response at chosen frequencies.
Everything is made of + - * / sqrt and `dsp.maths`, so coefficients are the same bits on every CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import NamedTuple, ParamSpec, cast

import numpy as np
import numpy.typing as npt

from songbuild.dsp.kernels import linear_filter_kernel, sosfilt_kernel
from songbuild.dsp.maths import Array, cos2pi, db_to_gain, exp2, sin2pi

BUTTERWORTH_Q = 0.7071067811865476
"""The q without resonance: maximally flat, -3.01 dB at the corner."""

_TAU = 6.283185307179586
_LOG2_E = 1.4426950408889634
_P = ParamSpec("_P")
_LOWEST, _HIGHEST = 1e-6, 0.49  # of the sample rate: corners outside are moved here


def sosfilt(sos: Array, x: Array, state: Array | None = None) -> tuple[Array, Array]:
    """Run the cascade `sos` (sections, 6) over x (channels, frames); returns (y, state (channels, sections, 2)).

    Transposed direct form II in float64; in blocks equals in one piece bit for bit.  `state` None is rest.
    """
    y = np.array(x, dtype=np.float64, order="C")
    z = np.zeros((len(y), len(sos), 2)) if state is None else np.array(state, dtype=np.float64, order="C")
    if len(sos) and y.shape[1]:
        sosfilt_kernel()(np.array(sos, dtype=np.float64, order="C"), y, z)
    return y, z


def one_pole(x: Array, keep: float, state: Array | None = None) -> tuple[Array, Array]:
    """Smooth x (channels, frames): y[n] = keep * y[n-1] + (1 - keep) * x[n].

    `keep` comes from `smoothing` or `one_pole_hz`; `state` (channels, 1) is the last y, None is 0.  In blocks equals
    in one piece bit for bit.
    """
    last = np.zeros((len(x), 1)) if state is None else state
    if not x.shape[1]:
        return np.array(x), last
    y, _ = linear_filter_kernel()(np.array([1.0 - keep]), np.array([1.0, -keep]), x, 1, keep * last)
    return y, y[:, -1:].copy()


def smoothing(rate: float, ms: float) -> float:
    """What `one_pole` keeps per frame to cover 63 % (1 - 1/e) of a step in `ms`; 0 ms follows at once."""
    return float(exp2(-_LOG2_E * 1000.0 / (rate * ms))) if ms > 0 else 0.0


def one_pole_hz(rate: float, hz: float) -> float:
    """What `one_pole` keeps per frame for a corner at `hz`, impulse invariant."""
    return float(exp2(-_LOG2_E * _TAU * min(hz / rate, _HIGHEST)))


def response(sos: Array, rate: float, hz: npt.ArrayLike) -> npt.NDArray[np.complex128]:
    """The complex response of the cascade at each frequency."""
    turns = np.asarray(hz, dtype=np.float64) / rate
    z1 = cos2pi(turns) - 1j * sin2pi(turns)
    z2 = cos2pi(2 * turns) - 1j * sin2pi(2 * turns)
    h = np.ones(turns.shape, dtype=np.complex128)
    for b0, b1, b2, a0, a1, a2 in sos:
        h *= (b0 + b1 * z1 + b2 * z2) / (a0 + a1 * z1 + a2 * z2)
    return h


class _Poles(NamedTuple):
    """A denominator, and |A|² = c0 p0 + c1 p1 + c2 p2 of it."""

    a1: float
    a2: float
    c0: float
    c1: float
    c2: float

    def power(self, p: tuple[float, float, float]) -> float:
        return self.c0 * p[0] + self.c1 * p[1] + self.c2 * p[2]


def _poles(turns: float, q: float) -> _Poles:
    """The poles of s² + s/q + 1 at `turns` of the sample rate, mapped by exp(s)."""
    damping, w = 0.5 / q, _TAU * turns
    if damping <= 1.0:
        wd = turns * float(np.sqrt(1.0 - damping * damping))
        e = float(exp2(-_LOG2_E * damping * w))
        a1, a2 = -2.0 * e * float(cos2pi(wd)), e * e
        at_dc = (1.0 - e) ** 2 + 4.0 * e * float(sin2pi(0.5 * wd)) ** 2
    else:
        fast = damping + float(np.sqrt(damping * damping - 1.0))
        e1, e2 = float(exp2(-_LOG2_E * w / fast)), float(exp2(-_LOG2_E * w * fast))
        a1, a2 = -(e1 + e2), e1 * e2
        at_dc = (1.0 - e1) * (1.0 - e2)
    return _Poles(a1, a2, at_dc * at_dc, (1.0 - a1 + a2) ** 2, -4.0 * a2)


def _phis(turns: float) -> tuple[float, float, float]:
    """The functions that a power response of second order is made of."""
    p1 = float(sin2pi(0.5 * turns)) ** 2
    p0 = float(cos2pi(0.5 * turns)) ** 2
    return p0, p1, 4.0 * p0 * p1


def _numerator(c0: float, c1: float, c2: float) -> tuple[float, float, float]:
    """The minimum-phase numerator with the power response c0 p0 + c1 p1 + c2 p2."""
    r0, r1 = float(np.sqrt(c0)), float(np.sqrt(max(c1, 0.0)))
    w = 0.5 * (r0 + r1)
    b0 = 0.5 * (w + float(np.sqrt(max(w * w + c2, 0.0))))
    return b0, 0.5 * (r0 - r1), -c2 / (4.0 * b0)


def _row(b: tuple[float, float, float], a1: float, a2: float) -> Array:
    return np.array([[*b, 1.0, a1, a2]])


def _inverse(row: Array) -> Array:
    """1/H of a minimum-phase H."""
    swapped: Array = np.concatenate([row[:, 3:], row[:, :3]], axis=1) / row[0, 0]
    return swapped


def _scaled(row: Array, gain: float) -> Array:
    """gain * H."""
    return np.concatenate([row[:, :3] * gain, row[:, 3:]], axis=1)


def _turns(rate: float, hz: float) -> float:
    return min(max(hz / rate, _LOWEST), _HIGHEST)


def _remembered(design: Callable[_P, Array]) -> Callable[_P, Array]:
    """Designs are asked for again with every block: keep the latest, read-only."""

    def frozen(*args: _P.args, **kwargs: _P.kwargs) -> Array:
        row = design(*args, **kwargs)
        row.flags.writeable = False
        return row

    return cast("Callable[_P, Array]", wraps(design)(lru_cache(maxsize=1024)(frozen)))


@_remembered
def lowpass(rate: float, hz: float, q: float = BUTTERWORTH_Q) -> Array:
    """12 dB/octave low-pass with |H| = q at `hz`; power matched at 0 and `hz`."""
    turns = _turns(rate, hz)
    poles, p = _poles(turns, q), _phis(turns)
    c1 = (poles.power(p) * q * q - poles.c0 * p[0]) / p[1]
    at_dc, at_nyquist = float(np.sqrt(poles.c0)), float(np.sqrt(max(c1, 0.0)))
    return _row((0.5 * (at_dc + at_nyquist), 0.5 * (at_dc - at_nyquist), 0.0), poles.a1, poles.a2)


@_remembered
def highpass(rate: float, hz: float, q: float = BUTTERWORTH_Q) -> Array:
    """12 dB/octave high-pass with |H| = q at `hz`; a double zero at 0, power matched at `hz`."""
    turns = _turns(rate, hz)
    poles, p = _poles(turns, q), _phis(turns)
    b = 0.25 * q * float(np.sqrt(poles.power(p))) / p[1]
    return _row((b, -2.0 * b, b), poles.a1, poles.a2)


@_remembered
def bandpass(rate: float, hz: float, q: float = BUTTERWORTH_Q) -> Array:
    """Band-pass of gain 1 at `hz`, bandwidth hz/q; a zero at 0, power and its slope matched at `hz`."""
    turns = _turns(rate, hz)
    poles, p = _poles(turns, q), _phis(turns)
    slope = poles.c1 - poles.c0 + 4.0 * (p[0] - p[1]) * poles.c2
    c2 = (poles.power(p) - slope * p[1]) / (4.0 * p[1] * p[1])
    c1 = max(slope + 4.0 * (p[1] - p[0]) * c2, 0.0)
    b1 = -0.5 * float(np.sqrt(c1))
    b0 = 0.5 * (float(np.sqrt(max(c2 + b1 * b1, 0.0))) - b1)
    return _row((b0, b1, -b0 - b1), poles.a1, poles.a2)


@_remembered
def notch(rate: float, hz: float, q: float = BUTTERWORTH_Q) -> Array:
    """Band-stop: 0 at `hz`, 1 at 0 and at Nyquist, exactly hz/q between the -3 dB points.

    Half the sum of 1 and an all-pass: Regalia, Mitra, Vaidyanathan, Proc. IEEE 76 (1988), section IV.
    """
    turns = _turns(rate, hz)
    quarter = min(0.5 * turns / q, 0.24)
    half_width = float(sin2pi(quarter) / cos2pi(quarter))
    b, c = 1.0 / (1.0 + half_width), float(cos2pi(turns))
    return _row((b, -2.0 * c * b, b), -2.0 * c * b, (1.0 - half_width) * b)


@_remembered
def allpass(rate: float, hz: float, q: float = BUTTERWORTH_Q) -> Array:
    """Gain 1 everywhere, phase -180 degrees at `hz`; `q` sets how fast it turns (Audio EQ Cookbook, APF)."""
    turns = _turns(rate, hz)
    alpha = float(sin2pi(turns)) / (2.0 * q)
    a1, a2 = -2.0 * float(cos2pi(turns)) / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)
    return _row((a2, a1, 1.0), a1, a2)


@_remembered
def peak(rate: float, hz: float, q: float, gain_db: float) -> Array:
    """A bell of `gain_db` at `hz`; power matched at 0 and `hz`, and its slope at `hz`.  A cut undoes a boost."""
    if gain_db < 0:
        return _inverse(peak(rate, hz, q, -gain_db))
    gain = float(db_to_gain(gain_db))
    turns = _turns(rate, hz)
    poles, p = _poles(turns, q * float(np.sqrt(gain))), _phis(turns)
    slope = (poles.c1 - poles.c0 + 4.0 * (p[0] - p[1]) * poles.c2) * gain * gain
    c2 = (poles.power(p) * gain * gain - slope * p[1] - poles.c0) / (4.0 * p[1] * p[1])
    c1 = slope + poles.c0 + 4.0 * (p[1] - p[0]) * c2
    return _row(_numerator(poles.c0, c1, c2), poles.a1, poles.a2)


@_remembered
def high_shelf(rate: float, hz: float, q: float, gain_db: float) -> Array:
    """`gain_db` above and 0 dB below, half of it at `hz`; q over 0.7071 overshoots.  A cut undoes a boost.

    The cut is designed, because its poles lie low; power matched at 0, 0.7 `hz` and Nyquist.
    """
    if gain_db > 0:
        return _inverse(high_shelf(rate, hz, q, -gain_db))
    a = float(db_to_gain(0.5 * gain_db))
    turns = _turns(rate, hz)
    r = float(np.sqrt(a))
    poles = _poles(min(turns * r, _HIGHEST), q)

    def power(f: float) -> float:
        """The analogue shelf a (a s² + s r/q + 1) / (s² + s r/q + a) at s = if/hz, squared."""
        u = (f / turns) ** 2
        middle = a * u / (q * q)
        return a * a * ((1.0 - a * u) ** 2 + middle) / ((a - u) ** 2 + middle)

    match = 0.7 * turns
    p = _phis(match)
    c0, c1 = poles.c0, power(0.5) * poles.c1
    c2 = (power(match) * poles.power(p) - c0 * p[0] - c1 * p[1]) / p[2]
    return _row(_numerator(c0, c1, c2), poles.a1, poles.a2)


@_remembered
def low_shelf(rate: float, hz: float, q: float, gain_db: float) -> Array:
    """`gain_db` below and 0 dB above, half of it at `hz`; a high shelf turned round and scaled."""
    return _scaled(high_shelf(rate, hz, q, -gain_db), float(db_to_gain(gain_db)))


@_remembered
def lowpass_order(rate: float, hz: float, order: int, resonance: float = 1.0) -> Array:
    """Butterworth low-pass of 6 dB/octave times `order`, -3.01 dB at `hz`; returns ((order + 1) // 2, 6).

    `resonance` multiplies the q of the sharpest section, and so |H| at `hz`.
    """
    turns = _turns(rate, hz)
    rows = [lowpass(rate, hz, q) for q in _butterworth_qs(order, resonance)]
    if order % 2:
        e = float(exp2(-_LOG2_E * _TAU * turns))
        p0, p1, _ = _phis(turns)
        at_hz = 0.5 * ((1.0 - e) ** 2 * p0 + (1.0 + e) ** 2 * p1)
        at_nyquist = float(np.sqrt(max((at_hz - (1.0 - e) ** 2 * p0) / p1, 0.0)))
        rows.append(_row((0.5 * (1.0 - e + at_nyquist), 0.5 * (1.0 - e - at_nyquist), 0.0), -e, 0.0))
    return np.concatenate(rows)


@_remembered
def highpass_order(rate: float, hz: float, order: int, resonance: float = 1.0) -> Array:
    """Butterworth high-pass of 6 dB/octave times `order`, -3.01 dB at `hz`; returns ((order + 1) // 2, 6).

    `resonance` multiplies the q of the sharpest section, and so |H| at `hz`.
    """
    turns = _turns(rate, hz)
    rows = [highpass(rate, hz, q) for q in _butterworth_qs(order, resonance)]
    if order % 2:
        e = float(exp2(-_LOG2_E * _TAU * turns))
        p0, p1, _ = _phis(turns)
        b = float(np.sqrt(0.5 * ((1.0 - e) ** 2 * p0 + (1.0 + e) ** 2 * p1) / (4.0 * p1)))
        rows.append(_row((b, -b, 0.0), -e, 0.0))
    return np.concatenate(rows)


def _butterworth_qs(order: int, resonance: float) -> list[float]:
    """The q of each pair of poles of a Butterworth filter, sharpest first."""
    qs = [float(0.5 / sin2pi((2 * k + 1) / (4 * order))) for k in range(order // 2)]
    return [qs[0] * resonance, *qs[1:]] if qs else []
