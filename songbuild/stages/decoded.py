"""Streams at another rate; and lossy files decoded again, beside what they were made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.devices.device import Audio
from songbuild.dsp.resampling import resampled
from songbuild.engine import Reader, Recipe
from songbuild.engine.graph import Json, State
from songbuild.formats.audio import blocks as read_blocks
from songbuild.formats.m4a import open_m4a
from songbuild.stages.encoding import BLOCK
from songbuild.stages.master import MEASURE

LAG = 4096
"""Frames that a file may be late or early by, as far as is looked: more than any encoder's delay."""
_SIZE = 1 << 15
_LOOKS = 16  # places at which it is looked


def _convert(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Path]) -> Iterator[Audio]:
    reader, frames = inputs[0], params["frames"]
    blocks = (reader.read(at, min(at + BLOCK, frames)) for at in range(0, frames, BLOCK))
    return resampled(blocks, frames, reader.rate, params["rate"])


@dataclass
class Decoding:
    """A lossy file as it is heard, in the manner of a Reader, beside the stream that it was made of.

    `late` holds the correlation of the two, summed, at the lags from -LAG to LAG.
    """

    blocks: Iterator[Audio]
    source: Reader
    length: int
    frames: int = 0
    late: Audio = field(default_factory=lambda: np.zeros(2 * LAG + 1))

    @property
    def channels(self) -> int:
        return self.source.channels

    def fold(self, _params: Json, step: Callable[[Audio, State], tuple[State, State]]) -> tuple[list[State], State]:
        """What `step` makes of each block, and the last state, as Reader.fold; the file is decoded only once."""
        parts: list[State] = []
        state: State = None
        stride = max(1, self.length // _LOOKS)
        for block in self.blocks:
            if self.frames // stride != (self.frames + block.shape[1]) // stride or not self.frames:
                self.late += _correlation(self.source, self.frames, block)
            self.frames += block.shape[1]
            part, state = step(block, state)
            parts.append(part)
        return parts, state

    @property
    def delay(self) -> int | None:
        """By how many frames the file is late; None where silence, or chance, tells nothing."""
        best = int(np.argmax(self.late))
        return best - LAG if self.late[best] > 0.0 else None


def _correlation(source: Reader, at: int, block: Audio) -> Audio:
    """The correlation of a decoded block, which begins at frame `at`, with the source at every lag.

    Of both it is the sum of the channels, and its steps: they tell more of time than what lies low.
    """
    heard = np.diff(block[:, : _SIZE - 2 * LAG].sum(axis=0))
    given = np.diff(source.read(at - LAG, at + len(heard) + 1 + LAG).sum(axis=0))
    a, b = np.fft.rfft(given, _SIZE), np.fft.rfft(heard, _SIZE)
    return np.fft.irfft(a * np.conj(b), _SIZE)[: 2 * LAG + 1][::-1]


def _decode(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path]) -> Json:
    made, source = inputs
    blocks = open_m4a(made.path)[1] if params["format"] == "aac" else read_blocks(made.path, params["rate"])
    decoding = Decoding(blocks, source, params["frames"])
    values = MEASURE.run([decoding], {}, params["rate"], files)
    heard = {"frames": decoding.frames, "expected_frames": params["frames"], "delay_samples": decoding.delay}
    return {**heard, **values}


CONVERT = Recipe("delivery.convert", 1, "whole", _convert)
"""A stream at another rate.  Params: rate, that of the result in Hz; frames, the stream's own."""
DECODED = Recipe("delivery.decoded", 1, "value", _decode)
"""What a lossy file measures.  Inputs: the file, the stream it was made of.  Params: format, rate, frames."""
