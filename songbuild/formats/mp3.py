"""MP3, through libsndfile's LAME: constant bit rate, with the LAME header that makes decoding gapless."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATES = (32_000, 44_100, 48_000)
_HIGHEST, _LOWEST = 320, 32


def write_mp3(path: Path, blocks: Iterable[npt.NDArray[np.float64]], rate: int, channels: int, kbps: int) -> int:
    """Write blocks (channels, frames) of full scale 1.0 at `rate`, one of RATES; returns the frames written.

    libsndfile spells a bit rate as a compression level: 0 is 320 kbit/s, 1 is 32.
    """
    import soundfile

    level = (_HIGHEST - kbps) / (_HIGHEST - _LOWEST)
    frames = 0
    with soundfile.SoundFile(
        path,
        "w",
        rate,
        channels,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=level,
        bitrate_mode="CONSTANT",
    ) as file:
        for block in blocks:
            file.write(np.clip(block.T, -1.0, 1.0))
            frames += block.shape[1]
    return frames
