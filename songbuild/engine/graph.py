"""What is to be built: recipes, nodes and the grid of tiles.  Blind to music.

A node is `(recipe, params, inputs)`.  Its key is the digest of the recipe's id and revision, the canonical params and
the digests of what its inputs put out; names, files' paths and origins are for people and never part of a key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]

Json: TypeAlias = Any
"""null, bool, int, float, str, list or dict with string keys, canonical: the same meaning has one spelling."""
State: TypeAlias = Any
"""What a stream hands from tile to tile: None, numbers, text, arrays, and lists, tuples and dicts of these."""
Kind = Literal["stream", "whole", "value", "file"]


@dataclass(frozen=True, slots=True)
class Tile:
    """The stretch of a stream that is being made: frames `start` to `stop` of a stream at `rate` Hz.

    `start` and `stop` are the true positions only where the recipe declares `absolute`; else `start` is 0, so that
    equal material at another place has an equal key.  `last` is true at the end of the stream, only where the recipe
    declares `ending`.
    """

    start: int
    stop: int
    rate: int
    last: bool

    @property
    def frames(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of node is made.  `id` and `revision` are part of every key; a new output needs a new revision.

    stream  run(inputs, params, tile, state) -> (array (channels, tile.frames), state).  Pure; called tile by tile in
            order, with state None at the first.  `inputs` holds, for each input that is audio, the frames that
            `reads` asks for (default: the tile's own), zero outside of the stream; for each value input, the value.
            Each time it is asked for one, audio is read anew, so that many inputs need not be held at once.
    whole   run(inputs, params, rate, files) -> iterator of arrays (channels, n), any n: a stream of its own length,
            cut into tiles of 2**18 frames.  `inputs` holds Readers and values.
    value   run(inputs, params, rate, files) -> Json.
    file    run(inputs, params, rate, files, path) -> Json: writes one file at `path`, returns facts about it.

    act(params, start, stop) -> Json   the parameters that act in a tile, with positions relative to `start`; default:
                                       all of them.  A stream's `run` is given these and no others.
    reads(params, start, stop) -> [(start, stop), …]   for each audio input, the frames needed to make a tile;
                                       default: [(start, stop)] each.
    absolute                           whether `run` depends on a tile's position in the song.
    ending                             whether `run` depends on a tile's being the last.

    `files` are the paths of the node's sources, in order.  An input that is a file is a MadeFile (path, digest, size,
    facts).  NaN or infinity in audio, and NaN in a value, fails the node.
    """

    id: str
    revision: int
    kind: Kind
    run: Callable[..., Any]
    act: Callable[[Json, int, int], Json] | None = None
    reads: Callable[[Json, int, int], Sequence[tuple[int, int]]] | None = None
    absolute: bool = False
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a node reads: its path is for opening it, its digest (in the key) is what it was when planned."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where streams are cut, frames 0, …, their length, at `rate` Hz.

    `begins` is the frame at which it is heard among a graph's timelines: what is heard earlier is made earlier.
    """

    rate: int
    grid: tuple[int, ...]
    begins: int = 0


@dataclass(frozen=True, eq=False)
class Node:
    """One thing to make.  `name` is unique in a graph; `channels` is the width of what a stream puts out.

    `origins` maps a prefix of a path in `params` to the path in the song it comes from, for `explain`; `timeline` is
    given where it isn't the graph's own.  A stream that reads another's names ranges of frames of that one.
    """

    name: str
    stage: str
    recipe: Recipe
    params: Mapping[str, Json]
    inputs: tuple[Node, ...] = ()
    sources: tuple[Source, ...] = ()
    channels: int = 2
    origins: Mapping[tuple[str | int, ...], tuple[str | int, ...]] = field(default_factory=dict)
    timeline: Timeline | None = None


@dataclass(frozen=True)
class Graph:
    """Everything to build: `outputs` maps a file's name below out/ to the node (kind "file") that makes it.

    `grid` holds the frames at which streams are cut: 0, …, the length of the song; at `rate` Hz.
    """

    outputs: Mapping[str, Node]
    rate: int
    grid: tuple[int, ...]
    values: tuple[Node, ...] = ()

    def nodes(self) -> tuple[Node, ...]:
        """Every node that is needed, inputs before users, in an order that depends on the graph alone."""
        seen: dict[int, Node] = {}

        def visit(node: Node) -> None:
            if id(node) not in seen:
                for item in node.inputs:
                    visit(item)
                seen[id(node)] = node

        for node in (*self.outputs.values(), *self.values):
            visit(node)
        return tuple(seen.values())
