"""One version of a signal taken from the other: how much stays, and in which hops of 10 ms it can be heard.

Tiles with the same name hold the same samples: they are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np
import numpy.typing as npt

from songbuild.dsp.hops import HOPS_PER_S
from songbuild.dsp.maths import Array
from songbuild.engine import Stream
from songbuild.engine.blobs import silent_shape

Fetch = Callable[[Stream, int, int], Array]
"""Frames of a stream from the first to the one before the second: (channels, frames)."""
Piece = tuple[str | None, int, int]
"""(tile, offset in it, frames); tile None for silence."""
FLOOR = 1e-7
"""-70 dBFS, as mean square: with music at 83 dB SPL for -20 dBFS (SMPTE RP 200) it is 33 dB SPL, a quiet room."""
BELOW = 1e-6
"""What is 60 dB below the music at the same moment isn't heard beside it, however loud it is played."""
STEP_DB = 0.3
"""A level that moves by less isn't heard to: just noticeable are 0.3 to 0.5 dB (Zwicker and Fastl, Psychoacoustics)."""
_AT_ONCE = 100  # hops: they stay in the cache
_LOWEST_DB = -200.0


@dataclass(frozen=True)
class Rest:
    """What stays of a stretch: sums over the hops that were read, of both channels, per hop (hops,).

    hops     their numbers, counted from the stretch's start; where all are equal there are none
    squares  of the difference, the old and the new, and the products of the latter two: (4, hops)
    count    hops in the stretch
    audible  which of them can be heard to differ
    """

    hops: npt.NDArray[np.int64]
    squares: Array
    audible: npt.NDArray[np.bool_]
    count: int

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.squares[0].any()

    def depth_db(self, power: float) -> float | None:
        """The power of the difference re the old one's, whose sum of squares over the stretch is `power`, in dB."""
        difference, old = self.squares[:2].sum(axis=1).tolist()
        return _ratio_db(difference, max(power, old))

    def matched_db(self, power: float, gain_db: float) -> float | None:
        """The same after the new one has been given a gain."""
        _, old, new, both = self.squares.sum(axis=1).tolist()
        gain = 10.0 ** (gain_db / 20.0)
        equal = max(0.0, power - old)
        rest = gain * gain * new - 2.0 * gain * both + old + equal * (gain - 1.0) ** 2
        return _ratio_db(max(rest, 0.0), max(power, old))


def _ratio_db(power: float, reference: float) -> float | None:
    if reference <= 0.0:
        return None
    return round(max(10.0 * log10(power / reference), _LOWEST_DB), 2) + 0.0 if power > 0.0 else _LOWEST_DB  # not -0.0


def subtract(old: Stream, old_start: int, new: Stream, new_start: int, frames: int, rate: int, fetch: Fetch) -> Rest:
    """Take `frames` frames of the old stream from those of the new one, from their starts on."""
    count = -(-frames * HOPS_PER_S // rate)
    edges = np.minimum(np.arange(count + 1) * rate // HOPS_PER_S, frames)
    unlike = np.zeros(count, dtype=bool)
    for start, stop in _unlike(old, old_start, new, new_start, frames):
        unlike[np.searchsorted(edges, start, "right") - 1 : np.searchsorted(edges, stop, "left")] = True
    hops = np.flatnonzero(unlike)
    sums = [np.zeros((4, 0))]
    for at in range(0, hops.size, _AT_ONCE):
        for run in np.split(some := hops[at : at + _AT_ONCE], np.flatnonzero(np.diff(some) > 1) + 1):
            first, stop = int(edges[run[0]]), int(edges[run[-1] + 1])
            one, other = (
                fetch(old, old_start + first, old_start + stop),
                fetch(new, new_start + first, new_start + stop),
            )
            sums.append(_sums(one[[0, -1]], other[[0, -1]], edges[run] - first))
    squares = np.concatenate(sums, axis=1)
    sizes = np.diff(edges)[hops]
    return Rest(hops, squares, _audible(squares, sizes), count)


def _sums(old: Array, new: Array, starts: npt.NDArray[np.int64]) -> Array:
    products = (np.square(new - old), np.square(old), np.square(new), old * new)
    return np.array([np.add.reduceat(each[0] + each[1], starts) for each in products])


def _audible(squares: Array, frames: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which hops can be heard to differ: more than the level has changed, or the level by more than STEP_DB."""
    difference, old, new, both = squares / (2.0 * frames)
    floor = np.maximum(FLOOR, BELOW * np.maximum(old, new))
    scale = np.where(old > 0.0, old, 1.0)
    other = np.where(old > 0.0, new - np.square(both) / scale, new)  # what no gain makes of the old one
    gain = np.where(old > 0.0, both / scale, 0.0)
    low, high = 10.0 ** (-STEP_DB / 20.0), 10.0 ** (STEP_DB / 20.0)
    return np.asarray((difference > floor) & ((other > floor) | (gain < low) | (gain > high)))


def joined(found: Sequence[Rest | None]) -> Rest | None:
    """What stays of several stretches; their hops are counted on."""
    rests = [rest for rest in found if rest is not None]
    if not rests:
        return None
    starts = np.cumsum([0, *(rest.count for rest in rests)])
    return Rest(
        np.concatenate([rest.hops + start for rest, start in zip(rests, starts, strict=False)]),
        np.concatenate([rest.squares for rest in rests], axis=1),
        np.concatenate([rest.audible for rest in rests]),
        int(starts[-1]),
    )


def first_frame(old: Array, new: Array) -> int:
    """The first frame at which the difference is loud enough to be heard; the first of all where none is by itself."""
    power = np.square(new - old).max(axis=0)
    level = max(float(np.square(old).mean()), float(np.square(new).mean()))
    return int(np.argmax(power > max(FLOOR, BELOW * level)))


def _unlike(old: Stream, old_start: int, new: Stream, new_start: int, frames: int) -> Iterator[tuple[int, int]]:
    """The stretches, counted from the starts, that aren't the same frames of the same tiles on both sides."""
    sides = _pieces(old, old_start, frames), _pieces(new, new_start, frames)
    one, other = next(sides[0], None), next(sides[1], None)
    at = 0
    while one is not None and other is not None:
        length = min(one[2], other[2])
        if one[0] != other[0] or (one[0] is not None and one[1] != other[1]):
            yield at, at + length
        at += length
        one, other = _after(one, length, sides[0]), _after(other, length, sides[1])


def _after(piece: Piece, length: int, following: Iterator[Piece]) -> Piece | None:
    """What is left of a piece after `length` frames, or the next one."""
    name, offset, left = piece
    return (name, offset + length, left - length) if left > length else next(following, None)


def _pieces(stream: Stream, start: int, frames: int) -> Iterator[Piece]:
    for name, offset, length in stream.pieces(start, start + frames):
        yield None if name is None or silent_shape(name) is not None else name, offset, length
