"""Integer samples as the bytes of a file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int32]


def pack(samples: Integers, bits: int) -> bytes:
    """(channels, frames) as little-endian, interleaved PCM of 16 or 24 bits."""
    if bits == 16:
        return np.ascontiguousarray(samples.T).astype("<i2").tobytes()
    if bits == 24:
        packed = np.empty((samples.shape[1], len(samples), 3), dtype=np.uint8)
        for channel, row in enumerate(samples):
            octets = np.ascontiguousarray(row, dtype="<i4").view(np.uint8).reshape(-1, 4)
            for place in range(3):  # one strided copy for each is many times faster than copies of three
                packed[:, channel, place] = octets[:, place]
        return packed.tobytes()
    raise ValueError(f"{bits} bits")
