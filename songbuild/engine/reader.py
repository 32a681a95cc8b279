"""Audio that was made, as recipes read it: any range, put together from tiles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from songbuild.engine.blobs import NO_STATE, silent_shape

if TYPE_CHECKING:
    from songbuild.engine.blobs import Stored
    from songbuild.engine.graph import Array, Json, State

    Fetch = Callable[[str], Stored]
    Piece = tuple[str | None, int, int]
    """(tile, offset in it, frames); tile None where there is none."""


@dataclass(slots=True)
class Stream:
    """The names of the tiles that make up a stream, in order; `starts` has one entry more, the frames so far."""

    channels: int
    tiles: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])

    @property
    def frames(self) -> int:
        """How many frames there are so far."""
        return self.starts[-1]

    def add(self, name: str, frames: int) -> None:
        """Append a tile."""
        self.tiles.append(name)
        self.starts.append(self.starts[-1] + frames)

    def pieces(self, start: int, stop: int) -> Iterator[Piece]:
        """What frames `start` to `stop` consist of: (tile, offset in it, frames), tile None outside of the stream."""
        if start < 0 < stop - start:
            yield None, 0, min(stop, 0) - start
            start = min(stop, 0)
        index = bisect_right(self.starts, start) - 1
        while start < stop:
            if index >= len(self.tiles):
                yield None, 0, stop - start
                return
            end = min(stop, self.starts[index + 1])
            if end > start:
                yield self.tiles[index], start - self.starts[index], end - start
            start, index = max(start, end), index + 1

    def spelling(self, start: int, stop: int) -> list[Json]:
        """The same as part of a key: [[tile, offset, frames], …]; silence, inside the stream or not, is a number."""
        found: list[Json] = []
        for name, offset, frames in self.pieces(start, stop):
            if name is not None and silent_shape(name) is None:
                found.append([name, offset, frames])
            elif found and isinstance(found[-1], int):
                found[-1] += frames
            else:
                found.append(frames)
        return found

    def gather(self, start: int, stop: int, fetch: Fetch) -> Array:
        """Frames `start` to `stop`: a new array (channels, stop - start), float64, zero outside of the stream."""
        return gather(self.channels, [*self.pieces(start, stop)], fetch)


def gather(channels: int, pieces: Sequence[Piece], fetch: Fetch) -> Array:
    """What `pieces` consist of: a new array (channels, their frames), float64, zero where there is no tile."""
    import numpy as np

    if len(pieces) == 1 and pieces[0][0] is not None and silent_shape(pieces[0][0]) is None:
        name, offset, frames = pieces[0]
        assert name is not None
        return fetch(name)[:, offset : offset + frames].astype(np.float64)
    out = np.zeros((channels, sum(frames for _, _, frames in pieces)))
    place = 0
    for name, offset, frames in pieces:
        if name is not None and silent_shape(name) is None:
            out[:, place : place + frames] = fetch(name)[:, offset : offset + frames]
        place += frames
    return out


class Memo(Protocol):
    """What remembers the steps of a fold."""

    def recall(self, key: Json) -> tuple[State, str, State] | None:
        """What a step put out, the name of the state after it, and that state; None where that isn't known."""

    def keep(self, key: Json, part: State, state: State) -> tuple[State, str, State]:
        """Remember a step; returns what `recall` will."""


class Reader:
    """A finished stream, for recipes that see all of it."""

    def __init__(self, stream: Stream, rate: int, fetch: Fetch, memo: Memo | None = None) -> None:
        self._stream, self._fetch, self._memo, self.rate = stream, fetch, memo, rate

    @property
    def frames(self) -> int:
        """Its length in frames."""
        return self._stream.frames

    @property
    def channels(self) -> int:
        """Its width."""
        return self._stream.channels

    def read(self, start: int, stop: int) -> Array:
        """Frames `start` to `stop`: a new array (channels, stop - start), float64, zero outside of the stream."""
        return self._stream.gather(start, stop, self._fetch)

    def tiles(self) -> Iterator[Array]:
        """The whole of it, tile by tile: new arrays (channels, n), float64."""
        for start, stop in self._spans():
            yield self.read(start, stop)

    def fold(self, params: Json, step: Callable[[Array, State], tuple[State, State]]) -> tuple[list[State], State]:
        """What `step(tile, state) -> (part, state)` makes of each tile, in order, and the last state; None at first.

        `step` depends on its arguments, on `params` and on the recipe's id and revision alone, so that of a stream that
        was folded before only the tiles that have changed are read.
        """
        parts: list[State] = []
        name, state = NO_STATE, None
        for start, stop in self._spans():
            spelling = self._stream.spelling(start, stop)  # of silence it doesn't tell how many channels
            key = [params, self.channels, spelling, name]
            found = self._memo.recall(key) if self._memo else None
            if found is None:
                part, state = step(self.read(start, stop), state)
                found = self._memo.keep(key, part, state) if self._memo else (part, NO_STATE, state)
            part, name, state = found
            parts.append(part)
        return parts, state

    def _spans(self) -> Iterator[tuple[int, int]]:
        yield from zip(self._stream.starts, self._stream.starts[1:], strict=False)
