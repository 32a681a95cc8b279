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
_SCALES = {128: 0.95, 160: 0.95, 192: 0.97, 224: 0.98}
"""kbps -> what LAME's presets multiply the sound by, against overshoot: up to 0.45 dB that nobody asked for."""


def write_mp3(
    path: Path,
    blocks: Iterable[npt.NDArray[np.float64]],
    rate: int,
    channels: int,
    kbps: int,
    peak: float = 1.0,
) -> int:
    """Write blocks (channels, frames) of full scale 1.0 at `rate`, one of RATES; returns the frames written.

    No sample is beyond `peak`: as far as that leaves room, the loudness is that of the blocks at every bit rate.
    """
    from pedalboard.io import AudioFile

    gain = min(1.0 / _SCALES.get(kbps, 1.0), max(1.0, 1.0 / peak))
    frames = 0
    with path.open("w+b") as file, AudioFile(file, "w", rate, channels, quality=f"{kbps} kbps", format="mp3") as writer:
        for block in blocks:
            if block.shape[1]:
                writer.write(quantise(gain * block, 16, "mp3", frames)[0].astype(np.int16))
                frames += block.shape[1]
    return frames
