"""What the key of a tile is made of: the same for a build, which makes the tile, and a dry run, which looks it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from songbuild.engine.digests import digest_json
from songbuild.engine.graph import Json, Tile
from songbuild.engine.reader import Stream

if TYPE_CHECKING:
    from songbuild.engine.work import Work


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tile is to be, apart from what goes into it: `params` are those that act in it, `digest` is theirs."""

    tile: Tile
    params: Json
    digest: str

    def key(self, head: str, seen: Sequence[Json], before: str) -> str:
        """The tile's key: `seen` is what it reads, `before` names the state it goes on from."""
        tile = self.tile
        return digest_json([head, self.digest, tile.start, tile.stop, tile.last, seen, before])


def asked(work: Work, at: int) -> Asked:
    """What is asked of tile number `at` of a stream."""
    recipe, start, stop = work.node.recipe, work.grid[at], work.grid[at + 1]
    last = recipe.ending and at == len(work.grid) - 2
    tile = Tile(start, stop, work.rate, last) if recipe.absolute else Tile(0, stop - start, work.rate, last)
    if recipe.act is None:
        return Asked(tile, work.node.params, work.params_digest)
    params = recipe.act(work.node.params, start, stop)
    return Asked(tile, params, digest_json(params))


def needs(work: Work, at: int) -> list[tuple[int, int]]:
    """The frames of each input that is audio that tile number `at` of a stream reads.  Raises ValueError."""
    start, stop, recipe = work.grid[at], work.grid[at + 1], work.node.recipe
    audio = sum(item.audio for item in work.inputs)
    found = [(start, stop)] * audio if recipe.reads is None else list(recipe.reads(work.node.params, start, stop))
    if len(found) != audio:
        raise ValueError(f"{recipe.id}: reads() named {len(found)} ranges for {audio} inputs")
    return found


def seen(inputs: Iterable[Stream | str], ranges: Iterable[tuple[int, int]]) -> list[Json]:
    """What a tile reads, as part of its key: of each input that is audio a range, of another its digest."""
    left = iter(ranges)
    return [item if isinstance(item, str) else item.spelling(*next(left)) for item in inputs]
