"""Noise by position: sample n of a key's noise is the same however the stretch around it is cut into blocks.

The generator is counter-based.  Source: Salmon, Moraes, Dror, Shaw, Parallel Random Numbers: As Easy as 1, 2, 3
(SC 2011), Philox4x64-10, as numpy implements it: one step of the counter gives four words of 64 bits.
"""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.dsp.maths import Array, cos2pi, log2, sin2pi

Part: TypeAlias = int | str | bytes
Key: TypeAlias = Part | tuple[Part, ...]
Shape = Literal["uniform", "triangular", "gaussian"]

_WORDS_PER_STEP = 4
_ONE = np.uint64(0x3FF0000000000000)  # the exponent bits of 1.0
_TWO_LN_2 = 1.3862943611198906


def noise(key: Key, start: int, frames: int, shape: Shape = "uniform") -> Array:
    """White noise of `key` at positions `start` to `start + frames`, start >= 0; returns (frames,) float64.

    uniform     from -1 up to 1; RMS 1/sqrt 3
    triangular  from -1 to 1, the difference of two uniform numbers (TPDF); RMS 1/sqrt 6
    gaussian    RMS 1, peaks to 8.6 (Box and Muller, Ann. Math. Stat. 29, 1958, eq. 1)

    `key` is a number, text, bytes, or a tuple of these; different keys give independent noise.
    """
    if shape == "gaussian":
        first = start & ~1
        u = _fraction(_words(key, first, (frames + start - first + 1) & ~1))
        radius = np.sqrt(-_TWO_LN_2 * log2(2.0 - u[0::2]))
        pairs = np.empty((u.size // 2, 2))
        np.multiply(radius, cos2pi(u[1::2]), out=pairs[:, 0])
        np.multiply(radius, sin2pi(u[1::2]), out=pairs[:, 1])
        return pairs.reshape(-1)[start - first : start - first + frames]
    words = _words(key, start, frames)
    if shape == "triangular":
        lower = _fraction((words & np.uint64(0xFFFFFFFF)) << np.uint64(32))
        y = _fraction(words & np.uint64(0xFFFFFFFF00000000))
        y -= lower
        return y
    y = _fraction(words)
    y *= 2.0
    y -= 3.0
    return y


def _fraction(words: npt.NDArray[np.uint64]) -> Array:
    """Words of 64 bits, which are overwritten, as numbers from 1 up to 2, by their upper 52 bits."""
    words >>= np.uint64(12)
    words |= _ONE
    return words.view(np.float64)


def hash_key(key: Key) -> int:
    """The 128-bit number that stands for a key; equal only for equal keys."""
    parts = key if isinstance(key, tuple) else (key,)
    digest = hashlib.blake2b(digest_size=16, person=b"songbuild.noise")
    for part in parts:
        kind, data = (
            ("bytes", part)
            if isinstance(part, bytes)
            else (("str", part.encode()) if isinstance(part, str) else ("int", str(int(part)).encode()))
        )
        digest.update(f"{kind} {len(data)} ".encode())
        digest.update(data)
    return int.from_bytes(digest.digest(), "little")


def _words(key: Key, start: int, n: int) -> npt.NDArray[np.uint64]:
    """Words number `start` to `start + n` of a key's sequence."""
    if start < 0:
        raise ValueError(f"noise has no position {start}")
    step, skip = divmod(start, _WORDS_PER_STEP)
    words = np.random.Philox(key=hash_key(key), counter=step).random_raw(skip + n)
    return np.asarray(words[skip:], dtype=np.uint64)
