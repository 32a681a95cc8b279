"""Sample-rate conversion of a stream: without delay, of exact length.

soxr's VHQ: linear phase, images and aliases below -120 dB; in blocks equals in one piece, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from songbuild.dsp.maths import Array


def resampled_length(frames: int, source: int, target: int) -> int:
    """The length at `target` Hz of `frames` frames at `source` Hz."""
    return round(frames * target / source)


def resampled(blocks: Iterable[Array], frames: int, source: int, target: int) -> Iterator[Array]:
    """A stream of `frames` frames at `source` Hz in blocks (channels, n), as blocks at `target` Hz.

    They are resampled_length(frames, source, target) frames in all; frame 0 stays frame 0.
    """
    if source == target:
        yield from blocks
        return
    import soxr

    resampler, channels = None, 1
    left = resampled_length(frames, source, target)
    for block in blocks:
        if resampler is None:
            channels = len(block)
            resampler = soxr.ResampleStream(source, target, channels, dtype="float64", quality="VHQ")
        made = resampler.resample_chunk(np.ascontiguousarray(block.T))[:left]
        left -= len(made)
        if len(made):
            yield np.ascontiguousarray(made.T)
    if resampler is not None and left:
        made = resampler.resample_chunk(np.zeros((0, channels)), last=True)[:left]
        y = np.zeros((channels, left))
        y[:, : len(made)] = made.T
        yield y
