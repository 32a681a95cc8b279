"""Integer samples as the bytes of a file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int32]


def pack(samples: Integers, bits: int) -> bytes:
    """(channels, frames) as little-endian, interleaved PCM of 16 or 24 bits."""
    interleaved = np.ascontiguousarray(samples.T)
    if bits == 16:
        return interleaved.astype("<i2").tobytes()
    if bits == 24:
        return interleaved.astype("<i4", copy=False).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    raise ValueError(f"{bits} bits")
