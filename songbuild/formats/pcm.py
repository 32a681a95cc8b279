"""Samples as the bytes of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int32]
Samples = npt.NDArray[np.int32] | npt.NDArray[np.float64]


def pack(samples: Samples, bits: int) -> bytes:
    """(channels, frames) as little-endian, interleaved PCM: integers of 16 or 24 bits, or floats of 32."""
    if bits == 32:
        return np.ascontiguousarray(samples.T).astype("<f4").tobytes()
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


def recut(blocks: Iterable[npt.NDArray[np.float64]], channels: int, size: int) -> Iterator[npt.NDArray[np.float64]]:
    """Blocks (channels, n) of any n as blocks of `size` frames, the last of which may be shorter."""
    waiting = np.zeros((channels, 0))
    for block in blocks:
        waiting = np.concatenate([waiting, block], axis=1)
        whole = waiting.shape[1] // size * size
        for at in range(0, whole, size):
            yield waiting[:, at : at + size]
        waiting = waiting[:, whole:]
    if waiting.size:
        yield waiting
