"""FLAC, through libsndfile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from songbuild.formats.pcm import Integers


def write_flac(path: Path, blocks: Iterable[Integers], rate: int, channels: int, bits: int) -> int:
    """Write blocks (channels, frames) of 16- or 24-bit integers; returns the frames written."""
    import soundfile

    frames = 0
    with soundfile.SoundFile(
        path, "w", rate, channels, format="FLAC", subtype=f"PCM_{bits}", compression_level=0.6
    ) as file:
        for block in blocks:
            # libsndfile takes the upper bits of 32
            file.write(np.ascontiguousarray(block.T) << (32 - bits))
            frames += block.shape[1]
    return frames
