"""The audio of a disc, block by block: from arrays, from a WAVE file, into the image of a DDP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from songbuild.formats.audio import AudioError, probe
from songbuild.formats.cd.disc import PAUSE, RATE, SECTOR, SECTOR_BYTES, Disc, DiscError, whole_sectors

Samples = npt.NDArray[np.signedinteger[Any]]
"""(2, frames) of 16-bit values."""
Programme = Path | Iterable[Samples]
"""The audio of a disc without the pause before it: a 16-bit WAVE file at 44.1 kHz, or blocks."""
_BLOCK = 1 << 16


def write_image(path: Path, disc: Disc, audio: Programme) -> None:
    """Write the pause and the programme as raw CD audio: 16-bit, little-endian, left and right in turn, no header.

    Silence fills the last sector.  Raises DiscError if there is less or more audio than the disc's tracks hold,
    AudioError for a WAVE file of another form.
    """
    with path.open("wb") as file:
        file.write(bytes(PAUSE * SECTOR_BYTES))
        frames = 0
        for block in blocks(audio):
            frames += block.shape[1]
            if whole_sectors(frames) > disc.length:
                break
            file.write(np.ascontiguousarray(block.T, dtype="<i2").tobytes())
        if whole_sectors(frames) != disc.length:
            held = "more" if whole_sectors(frames) > disc.length else f"{frames}"
            raise DiscError(f"the tracks are {disc.length * SECTOR} frames long, the audio holds {held}")
        file.write(bytes(disc.length * SECTOR_BYTES - 4 * frames))


def blocks(audio: Programme) -> Iterator[Samples]:
    """The audio of a disc in blocks (2, n).  Raises DiscError or AudioError for what isn't CD audio."""
    for block in _wave(audio) if isinstance(audio, Path) else audio:
        if block.ndim != 2 or len(block) != 2:
            raise DiscError(f"CD audio has 2 channels, not an array of {block.shape}")
        yield block


def _wave(path: Path) -> Iterator[Samples]:
    import soundfile

    info = probe(path)
    with soundfile.SoundFile(path) as file:
        if (file.samplerate, file.channels, file.subtype) != (RATE, 2, "PCM_16"):
            form = f"{info.channels} channels at {info.rate} Hz, {file.subtype}"
            raise AudioError(f"{path.name} has {form}", f"a CD takes 2 channels at {RATE} Hz, PCM_16")
        while len(block := file.read(_BLOCK, dtype="int16", always_2d=True)):
            yield block.T
