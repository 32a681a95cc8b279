"""Audio against audio: where two first differ, and how deep they cancel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from math import inf, log10
from pathlib import Path

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from songbuild.formats.audio import Audio, AudioError, blocks, probe

Samples = npt.NDArray[np.float32] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Null:
    """What is left when one is taken from the other: the first frame and channel that differ (both count from 0; None
    where nothing does), and the largest sample of the rest in dBFS."""

    frame: int | None = None
    channel: int = 0
    depth_db: float = -inf


def null(pairs: Iterable[tuple[int, Samples, Samples]]) -> Null:
    """The null of stretches (frame of the first sample, one side (channels, n), the other); what only one has counts
    as against silence."""
    found, peak = Null(), 0.0
    for start, one, other in pairs:
        rest = np.abs(_padded(one, other) - _padded(other, one))
        unlike = rest.any(axis=0)
        if found.frame is None and unlike.any():
            at = int(np.argmax(unlike))
            found = Null(start + at, int(np.argmax(rest[:, at] > 0)))
        peak = max(peak, float(rest.max(initial=0.0)))
    return Null(found.frame, found.channel, 20.0 * log10(peak) if peak > 0 else -inf)


def _padded(one: Samples, other: Samples) -> Audio:
    """One side in the shape that holds both, float64."""
    out = np.zeros((max(one.shape[0], other.shape[0]), max(one.shape[1], other.shape[1])))
    out[: one.shape[0], : one.shape[1]] = one
    return out


def null_files(one: Path, other: Path) -> Null | None:
    """The null of two audio files; None where one can't be read as audio, or their rates differ."""
    try:
        rates = {probe(path).rate for path in (one, other)}
        return null(_side_by_side(one, other, rates.pop())) if len(rates) == 1 else None
    except AudioError:
        return None


def _side_by_side(one: Path, other: Path, rate: int) -> Iterator[tuple[int, Samples, Samples]]:
    start, silent = 0, np.zeros((1, 0))
    for a, b in zip_longest(blocks(one, rate), blocks(other, rate), fillvalue=silent):
        yield start, a, b
        start += max(a.shape[1], b.shape[1])


def audio_digest(path: Path) -> str | None:
    """The BLAKE3 digest of a file's samples (rate, channels, then float64 frame by frame); None if it isn't audio."""
    try:
        info = probe(path)
        state = blake3(f"{info.rate} Hz, {info.channels} channels\n".encode())
        for block in blocks(path, info.rate):
            state.update(np.ascontiguousarray(block.T, dtype="<f8").tobytes())
    except AudioError:
        return None
    return state.hexdigest()
