"""exp2, log2, sine and cosine of one number: the same operations in the same order as `maths` does on arrays.

For coefficients, of which automation asks thousands one by one; an array of one number takes twenty times as long.
A test holds the two together bit for bit.  `frexp` and `ldexp` are exact.
"""

from __future__ import annotations

from math import frexp, inf, ldexp, nan

SQRT_HALF = 0.7071067811865476
ROUND = 1.5 * 2.0**52
"""Added to a number and taken away again, it leaves the nearest integer."""
TINY = 2.0**-1022


def horner(coefficients: tuple[float, ...], x: float) -> float:
    """The polynomial with rising powers of x."""
    out = x * coefficients[-1]
    for c in coefficients[-2:0:-1]:
        out = (out + c) * x
    return out + coefficients[0]


def exp2(x: float, coefficients: tuple[float, ...]) -> float:
    """2 to the power of x."""
    if not -1022.0 <= x <= 1023.0:
        return 0.0 if x < 0 else inf if x > 0 else nan
    whole = x + ROUND - ROUND
    fraction = x - whole
    return (horner(coefficients, fraction) * fraction + 1.0) * ldexp(1.0, int(whole))


def log2(x: float, coefficients: tuple[float, ...]) -> float:
    """Logarithm to the base 2."""
    if not TINY <= x < inf:
        return -inf if -TINY < x < TINY else nan if x < 0 else x
    s, exponent = frexp(x)
    if s < SQRT_HALF:
        s, exponent = 2.0 * s, exponent - 1
    s = (s - 1.0) / (s + 1.0)
    return horner(coefficients, s * s) * s + exponent


def sin2pi(x: float, coefficients: tuple[float, ...]) -> float:
    """Sine of x turns."""
    r = x + x
    rounded = r + ROUND - ROUND
    out = _half_turn(r - rounded, coefficients)
    return -out if rounded % 2.0 else out


def cos2pi(x: float, coefficients: tuple[float, ...]) -> float:
    """Cosine of x turns."""
    r = 0.25 - abs(x - (x + ROUND - ROUND))
    return _half_turn(r + r, coefficients)


def _half_turn(r: float, coefficients: tuple[float, ...]) -> float:
    return horner(coefficients, r * r) * r
