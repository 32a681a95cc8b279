"""The recipes that write a stream to a file, one a format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.devices.device import Audio
from songbuild.dsp.dither import SEGMENT, Integers, quantise, quantise_shaped
from songbuild.dsp.maths import db_to_gain
from songbuild.engine import MadeFile, Reader, Recipe
from songbuild.engine.graph import Json
from songbuild.formats.bwf import Broadcast, bext
from songbuild.formats.flac import write_flac
from songbuild.formats.m4a import write_m4a
from songbuild.formats.mp3 import write_mp3
from songbuild.formats.ogg import write_ogg
from songbuild.formats.opus import write_opus
from songbuild.formats.sums import write_sums
from songbuild.formats.tags import Tags, wave_chunks, write_tags
from songbuild.formats.wav import write_wav
from songbuild.stages.tags import tags_of

BLOCK = 1 << 16
"""Frames quantised and written at once."""
SHAPED_BLOCK = 128 * SEGMENT
"""The same with noise shaping, which is faster the more segments it has."""


@dataclass
class Taken:
    """The stream that a file is made of, block by block: what the node says of it, and what was seen of it."""

    reader: Reader
    params: Mapping[str, Json]
    measured: Mapping[str, Json] | None
    clipped: int = 0

    @property
    def rate(self) -> int:
        """Sample rate in Hz: that of a converted stream isn't the graph's."""
        rate: int = self.params["rate"]
        return rate

    @property
    def channels(self) -> int:
        return self.reader.channels

    @property
    def peak(self) -> float:
        """The highest sample, 1.0 where it isn't known; more than silence has."""
        level = (self.measured or {}).get("sample_peak_dbfs")
        return float(db_to_gain(level)) if level is not None else 1.0

    def blocks(self, size: int = BLOCK) -> Iterator[tuple[int, Audio]]:
        """(frames since the start, samples (channels, n)) of the frames that the file holds."""
        start, stop = self.params["start"], self.params["stop"]
        for at in range(start, stop, size):
            yield at - start, self.reader.read(at, min(at + size, stop))

    def integers(self) -> Iterator[Integers]:
        """The blocks as whole numbers of `bits` bits, with the dither that the node asks for."""
        bits, dither = self.params["bits"], self.params["dither"]
        key = ("dither", *self.params["seed"], bits)
        for at, x in self.blocks(SHAPED_BLOCK if dither == "shaped" else BLOCK):
            if dither == "shaped":
                y, clipped = quantise_shaped(x, bits, key, at, self.rate)
            else:
                y, clipped = quantise(x, bits, key if dither == "tpdf" else None, at)
            self.clipped += clipped
            yield y

    def floats(self) -> Iterator[Audio]:
        """The blocks as they are."""
        for _, x in self.blocks():
            self.clipped += int(np.count_nonzero(np.abs(x) > 1.0))
            yield x


def _wav(taken: Taken, tags: Tags, path: Path) -> int:
    bits = taken.params["bits"]
    blocks = taken.floats() if bits == 32 else taken.integers()
    return write_wav(path, blocks, taken.rate, taken.channels, bits, wave_chunks(tags))


def _bwf(taken: Taken, tags: Tags, path: Path) -> int:
    bits, measured = taken.params["bits"], taken.measured or {}
    said = Broadcast(tags.title, reference=tags.isrc, date=tags.date, levels=measured)
    head, tail = bext(said, taken.rate, taken.channels, bits), wave_chunks(tags, broadcast=True)
    return write_wav(path, taken.integers(), taken.rate, taken.channels, bits, tail, head)


def _flac(taken: Taken, tags: Tags, path: Path) -> int:
    frames = write_flac(path, taken.integers(), taken.rate, taken.channels, taken.params["bits"])
    write_tags(path, "flac", tags)
    return frames


def _mp3(taken: Taken, tags: Tags, path: Path) -> int:
    frames = write_mp3(path, taken.floats(), taken.rate, taken.channels, taken.params["kbps"], taken.peak)
    write_tags(path, "mp3", tags)
    return frames


def _ogg(taken: Taken, tags: Tags, path: Path) -> int:
    frames = write_ogg(path, taken.floats(), taken.rate, taken.channels, taken.params["quality"])
    write_tags(path, "ogg", tags)
    return frames


def _opus(taken: Taken, tags: Tags, path: Path) -> int:
    frames = write_opus(path, taken.floats(), taken.channels, taken.params["kbps"])
    write_tags(path, "opus", tags)
    return frames


def _aac(taken: Taken, tags: Tags, path: Path) -> int:
    frames = write_m4a(path, taken.floats(), taken.rate, taken.channels, taken.params["kbps"])
    write_tags(path, "m4a", tags)
    return frames


def _recipe(name: str, revision: int, write: Callable[[Taken, Tags, Path], int]) -> Recipe:
    """The recipe of a format.  Inputs: the stream and, where the node has them, what it and its album measure."""

    def run(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
        measured, album = (*inputs[1:], None, None)[:2]
        taken = Taken(inputs[0], params, measured)
        frames = write(taken, tags_of(params["tags"], files, measured, album), path)
        return {"frames": frames, "clipped": taken.clipped}

    return Recipe(f"delivery.{name}", revision, "file", run)


RECIPES: Mapping[str, Recipe] = {
    "wav": _recipe("wav", 3, _wav),
    "bwf": _recipe("bwf", 1, _bwf),
    "flac": _recipe("flac", 3, _flac),
    "mp3": _recipe("mp3", 3, _mp3),
    "ogg": _recipe("ogg", 1, _ogg),
    "opus": _recipe("opus", 1, _opus),
    "aac": _recipe("aac", 1, _aac),
}
"""File format -> the recipe that writes it.

Params: rate; start and stop, in frames of the stream; tags; bits, dither and seed, or kbps, or quality.
"""


def _sums(
    inputs: Sequence[MadeFile],
    params: Mapping[str, Json],
    rate: int,
    files: Sequence[Path],
    path: Path,
) -> Json:
    write_sums(path, [(name, made.path) for name, made in zip(params["names"], inputs, strict=True)])
    return {}


SUMS = Recipe("delivery.sums", 1, "file", _sums)
