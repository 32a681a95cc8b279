"""MP3, through pedalboard's LAME: constant bit rate, with the LAME header that makes decoding gapless.

LAME takes 16 bits here, which get the dither of a 16-bit WAV; the encoder's own noise is far above it wherever there
is sound.  libsndfile's LAME takes floats, but is built without optimisation: it needs four times as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from songbuild.dsp.dither import quantise

RATES = (32_000, 44_100, 48_000)


def write_mp3(path: Path, blocks: Iterable[npt.NDArray[np.float64]], rate: int, channels: int, kbps: int) -> int:
    """Write blocks (channels, frames) of full scale 1.0 at `rate`, one of RATES; returns the frames written."""
    from pedalboard.io import AudioFile

    frames = 0
    with path.open("w+b") as file, AudioFile(file, "w", rate, channels, quality=f"{kbps} kbps", format="mp3") as writer:
        for block in blocks:
            if block.shape[1]:
                writer.write(quantise(block, 16, "mp3", frames)[0].astype(np.int16))
                frames += block.shape[1]
    return frames
