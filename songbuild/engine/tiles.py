"""One tile of a stream, made: the step that every worker does, in whatever process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from songbuild.engine.errors import RecipeError
from songbuild.engine.graph import Json, Node, State, Tile
from songbuild.engine.reader import gather

if TYPE_CHECKING:
    from songbuild.engine.blobs import Stored
    from songbuild.engine.graph import Array
    from songbuild.engine.reader import Piece
    from songbuild.engine.store import Store


@dataclass(frozen=True, slots=True)
class Cut:
    """The frames of an input that are needed to make a tile, by the names of the tiles they are in."""

    channels: int
    pieces: list[Piece]


Input: TypeAlias = Cut | Json
"""A cut of what is audio, else the value itself."""


@dataclass(frozen=True, slots=True)
class Job:
    """A tile that is to be made, as plain data: `place` is where it begins in the stream, `before` the name of the
    state it goes on from."""

    tile: Tile
    place: int
    params: Json
    inputs: list[Input]
    before: str


class Inputs(Sequence[Any]):
    """What a recipe is given to make a tile; audio is read when it is asked for, and not held."""

    def __init__(self, items: Sequence[Input], fetch: Callable[[str], Stored]) -> None:
        self._items, self._fetch = items, fetch

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return Inputs(self._items[place], self._fetch)
        item = self._items[place]
        return gather(item.channels, item.pieces, self._fetch) if isinstance(item, Cut) else item


def make(node: Node, job: Job, store: Store, state: State, fetch: Callable[[str], Stored]) -> tuple[str, str, State]:
    """Run the recipe and store what it puts out: the names of the tile and of the state after it, and that state.

    Raises RecipeError, DamagedBlob, EngineError; a recipe's bug is raised as it is.
    """
    out, after = node.recipe.run(Inputs(job.inputs, fetch), job.params, job.tile, state)
    if out.shape != (node.channels, job.tile.frames):
        raise ValueError(f"{node.name}: made {out.shape}, not {(node.channels, job.tile.frames)}")
    return put(out, store, node.name, job.place, job.tile.rate), *store.put_state(after)


def put(array: Array | Stored, store: Store, name: str, place: int, rate: int) -> str:
    """Store the tile of the node `name` that begins at frame `place`; raises RecipeError for NaN and infinity."""
    try:
        return store.put_audio(array)  # type: ignore[arg-type]
    except ValueError as error:
        raise RecipeError(f"{name} puts out {error}, in the tile that begins at {place / rate:.3f} s") from None
