"""Elementary functions made of + - * / and bit operations, so that every CPU gives the same bits.

numpy's own exp, log, sin and tanh differ in the last place between CPU features; these don't, because IEEE 754
defines each of their steps exactly.  Every function but `cosine` takes a number or an array of any shape and returns
a new float64 array of that shape, with a relative error of at most 4e-15 where the result isn't near a zero of the
function, and an absolute error below 1e-15 there.  The polynomials interpolate at the Chebyshev nodes, which is within
a few per cent of minimax.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.dsp import scalars

Array: TypeAlias = npt.NDArray[np.float64]

_CHUNK = 8192  # frames worked on at once: the scratch arrays stay in the cache
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, which then stands in the low bits
_BIAS = 1023
_TINY = 2.0**-1022
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_DB_PER_OCTAVE = 6.020599913279624  # 20 log10 2
_OCTAVES_PER_DB = 0.16609640474436813
_LOG2_E = 1.4426950408889634

# (2**f - 1) / f for |f| <= 1/2
_EXP2 = (
    0.6931471805599462,
    0.24022650695910075,
    0.05550410866465167,
    0.009618129107618665,
    0.0013333558200794592,
    0.00015403530424776529,
    1.5252672924850737e-05,
    1.3215451633221434e-06,
    1.0205905413765595e-07,
    7.070977866508138e-09,
)
# log2((1 + s) / (1 - s)) / s in s**2, for 1/sqrt 2 <= (1 + s) / (1 - s) <= sqrt 2
_LOG2 = (
    2.8853900817779268,
    0.9617966939259898,
    0.577078016345514,
    0.4121985858422942,
    0.3205985347650481,
    0.26233436060329546,
    0.22091286734180157,
    0.21366122502798326,
)
# sin(pi r) / r in r**2, for |r| <= 1/2
_SIN = (
    3.1415926535897927,
    -5.1677127800497855,
    2.5501640398618677,
    -0.599264528825224,
    0.08214587881631043,
    -0.0073703643265304155,
    0.0004659870158043378,
    -2.113362735205297e-05,
)
# sin(2 pi u) / u in u**2, for |u| <= 1/4, to 7e-9
_SOUND = (6.283185280154406, -41.34168061334655, 81.60247636893065, -76.58117264449098, 39.759827087639486)


def exp2(x: npt.ArrayLike) -> Array:
    """2 to the power of x; below x = -1022 it is 0, above 1023 infinite."""
    if isinstance(x, float):
        return np.asarray(scalars.exp2(float(x), _EXP2))
    return _map(_exp2, x)


def log2(x: npt.ArrayLike) -> Array:
    """Logarithm to the base 2 of x >= 0; -inf below 2**-1022 (the subnormal numbers count as 0), NaN for x < 0."""
    if isinstance(x, float):
        return np.asarray(scalars.log2(float(x), _LOG2))
    return _map(_log2, x)


def sin2pi(x: npt.ArrayLike) -> Array:
    """Sine of x turns, sin(2 pi x), for |x| < 2**50."""
    if isinstance(x, float):
        return np.asarray(scalars.sin2pi(float(x), _SIN))
    return _map(_sin2pi, x)


def cos2pi(x: npt.ArrayLike) -> Array:
    """Cosine of x turns, cos(2 pi x), for |x| < 2**50."""
    if isinstance(x, float):
        return np.asarray(scalars.cos2pi(float(x), _SIN))
    return _map(_cos2pi, x)


def cosine(x: Array) -> Array:
    """x (contiguous) overwritten with the cosine of x turns, to within 7e-9: for sound, half the work of cos2pi.

    That is -163 dB, far below the rounding of the float32 numbers that sound is stored in.
    """
    flat = x.reshape(-1)
    for start in range(0, flat.size, _CHUNK):
        part = flat[start : start + _CHUNK]
        square = np.rint(part)
        part -= square
        np.abs(part, out=part)
        np.subtract(0.25, part, out=part)
        np.multiply(part, part, out=square)
        part *= _horner(_SOUND, square, np.empty_like(square))
    return x


def tanh(x: npt.ArrayLike) -> Array:
    """Hyperbolic tangent."""
    return _map(_tanh, x)


def db_to_gain(db: npt.ArrayLike) -> Array:
    """Decibels to a factor of amplitude, 10**(db/20); -inf dB is 0."""
    return exp2(np.multiply(db, _OCTAVES_PER_DB))


def gain_to_db(gain: npt.ArrayLike, floor: float = -200.0) -> Array:
    """A factor of amplitude (its absolute value) to decibels, not below `floor`."""
    db = log2(np.abs(gain))
    db *= _DB_PER_OCTAVE
    return np.maximum(db, floor, out=db)


def _map(kernel: Callable[[Array, Array], None], x: npt.ArrayLike) -> Array:
    """Run `kernel(x, out)` over x in chunks that fit the cache."""
    given = np.asarray(x, dtype=np.float64)
    flat = np.ascontiguousarray(given).reshape(-1)
    out = np.empty_like(flat)
    for start in range(0, flat.size, _CHUNK):
        kernel(flat[start : start + _CHUNK], out[start : start + _CHUNK])
    return out.reshape(given.shape)


def _horner(coefficients: tuple[float, ...], x: Array, out: Array) -> Array:
    """The polynomial with rising powers of x, into `out` (which isn't x)."""
    np.multiply(x, coefficients[-1], out=out)
    for c in coefficients[-2:0:-1]:
        out += c
        out *= x
    out += coefficients[0]
    return out


def _exp2m1_parts(x: Array, out: Array) -> Array:
    """2**x = scale * (1 + out) with |x| <= 1022: writes `out`, returns `scale`, a power of two."""
    rounded = x + _ROUND
    bits = rounded.view(np.int64)
    fraction = x - (rounded - _ROUND)
    _horner(_EXP2, fraction, out)
    out *= fraction
    bits += _BIAS
    bits <<= 52
    return rounded


def _exp2(x: Array, out: Array) -> None:
    scale = _exp2m1_parts(np.clip(x, -1022.0, 1023.0), out)
    out += 1.0
    out *= scale
    if not (x.min() >= -1022.0 and x.max() <= 1023.0):
        np.copyto(out, 0.0, where=x < -1022.0)
        np.copyto(out, np.inf, where=x > 1023.0)


def _log2(x: Array, out: Array) -> None:
    bits = x.view(np.int64)
    exponent = bits - _SQRT_HALF_BITS
    exponent >>= 52
    s = (bits - (exponent << 52)).view(np.float64)  # the mantissa, from 1/sqrt 2 to sqrt 2
    square = s + 1.0
    s -= 1.0
    s /= square
    np.multiply(s, s, out=square)
    _horner(_LOG2, square, out)
    out *= s
    out += exponent
    if not (x.min() >= _TINY and x.max() < np.inf):
        np.copyto(out, -np.inf, where=np.abs(x) < _TINY)
        np.copyto(out, np.nan, where=x <= -_TINY)
        np.copyto(out, x, where=~(x < np.inf))


def _sin2pi(x: Array, out: Array) -> None:
    r = x + x
    rounded = r + _ROUND
    r -= rounded - _ROUND
    _half_turn(r, out)
    _negate_where_odd(out, rounded)


def _cos2pi(x: Array, out: Array) -> None:
    r = x - np.rint(x)
    np.abs(r, out=r)
    np.subtract(0.25, r, out=r)
    r += r
    _half_turn(r, out)


def _half_turn(r: Array, out: Array) -> None:
    """sin(pi r) for |r| <= 1/2, into `out`."""
    square = r * r
    _horner(_SIN, square, out)
    out *= r


def _negate_where_odd(out: Array, rounded: Array) -> None:
    """Flip the sign of `out` where the integer in the low bits of `rounded` is odd."""
    sign = rounded.view(np.int64)
    sign <<= 63
    flipped = out.view(np.int64)
    flipped ^= sign


def _tanh(x: Array, out: Array) -> None:
    t = np.clip(x, -20.0, 20.0)
    t *= 2.0 * _LOG2_E
    scale = _exp2m1_parts(t, out)
    out *= scale
    scale -= 1.0
    out += scale  # exp(2x) - 1, exact to the last places also near 0
    np.add(out, 2.0, out=t)
    out /= t
