"""A node while it is looked at or built: what it puts out so far, and its keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.engine.blobs import is_blob
from songbuild.engine.digests import digest_json
from songbuild.engine.graph import Graph, Json, Node, Timeline
from songbuild.engine.reader import Stream

if TYPE_CHECKING:
    from songbuild.engine.store import Store

FORMAT = 2
"""Part of every key: raised when what a recipe is given, or how its output is stored, changes."""
WHOLE_TILE = 1 << 18
"""Frames in a tile of what a `whole` recipe puts out."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that was made: `path` is its blob, for reading only."""

    path: Path
    digest: str
    size: int
    facts: Json


@dataclass(slots=True, eq=False)
class Work:
    """One node of one build.  `order` is its place in the graph; `head` is the part of its keys that tiles share."""

    node: Node
    order: int
    rate: int
    grid: tuple[int, ...]
    inputs: list[Work]
    begins: int = 0
    users: list[Work] = field(default_factory=list)
    params_digest: str = ""
    head: str = ""
    stream: Stream = field(default_factory=lambda: Stream(2))
    states: list[str] = field(default_factory=list)
    value: Json = None
    file: MadeFile | None = None
    content: str = ""

    @property
    def audio(self) -> bool:
        """Whether it puts out audio."""
        return self.node.recipe.kind in ("stream", "whole")

    @property
    def complete(self) -> bool:
        """Whether all of its output is known."""
        return bool(self.content)

    @property
    def ready_to_key(self) -> bool:
        """Whether all of its inputs are known."""
        return all(item.content for item in self.inputs)

    @property
    def size(self) -> int:
        """How many tiles it is, or how many tiles' worth of work it is taken for."""
        if self.node.recipe.kind == "whole" and self.complete:
            return max(1, len(self.stream.tiles))
        return max(1, len(self.grid) - 1)

    def key(self) -> str:
        """The key of the node as a whole; needs all inputs."""
        grid = self.grid if self.node.recipe.kind == "stream" else None
        return digest_json([self.head, self.params_digest, grid, [item.content for item in self.inputs]])

    def blobs(self) -> Iterator[str]:
        """The names of all blobs it consists of."""
        yield from filter(is_blob, self.stream.tiles)
        yield from filter(is_blob, self.states)
        if self.file is not None:
            yield self.file.digest

    def outputs(self) -> Json:
        """What a trace of the node as a whole records."""
        kind = self.node.recipe.kind
        if kind == "stream":
            return {"tiles": self.stream.tiles, "states": [*filter(is_blob, self.states)]}
        if kind == "whole":
            return {"tiles": self.stream.tiles, "frames": self.stream.frames}
        if kind == "value":
            return {"value": self.value}
        assert self.file is not None
        return {"file": self.file.digest, "size": self.file.size, "facts": self.file.facts}

    def restore(self, outputs: Json, store: Store) -> bool:
        """Take over what a trace recorded; False, and nothing taken, where a blob of it is known to be lost."""
        kind = self.node.recipe.kind
        names: list[str] = [*outputs.get("tiles", ()), *outputs.get("states", ())]
        if store.blobs.lost and not store.blobs.lost.isdisjoint(names):
            return False
        if self.audio:
            ends = self.grid[1:] if kind == "stream" else _whole_ends(int(outputs["frames"]))
            self.reset()
            for name, end in zip(outputs["tiles"], ends, strict=True):
                self.stream.add(name, end - self.stream.frames)
            self.states = list(outputs.get("states", ()))
        elif kind == "value":
            self.value = outputs["value"]
        else:
            path = store.file_blob(outputs["file"])
            if path is None:
                return False
            self.file = MadeFile(path, outputs["file"], outputs["size"], outputs["facts"])
        self.finish()
        return True

    def reset(self) -> None:
        """Forget what was put out."""
        self.stream, self.states, self.content = Stream(self.node.channels), [], ""

    def finish(self) -> None:
        """All of the output is there: give it its digest."""
        if self.audio:
            self.content = digest_json([self.node.channels, self.stream.frames, self.stream.tiles])
        elif self.file is not None:
            self.content = digest_json([self.file.digest, self.file.facts])
        else:
            self.content = digest_json([self.value])

    def preimage(self) -> Json:
        """What the node's key is made of, in a form that can be compared with another build's."""
        recipe = self.node.recipe
        return {
            "recipe": [recipe.id, recipe.revision],
            "rate": self.rate,
            "channels": self.node.channels,
            "grid": digest_json(self.grid) if recipe.kind == "stream" else None,
            "params": self.node.params,
            "inputs": [[item.node.name, item.content] for item in self.inputs],
            "sources": [[source.path.name, source.digest] for source in self.node.sources],
        }


def works(graph: Graph, targets: Iterable[str] | None = None) -> list[Work]:
    """The work that a graph is, inputs before users; `targets` are the outputs and value nodes that are wanted.

    Raises KeyError for a target that the graph doesn't have, ValueError for two nodes of one name.
    """
    wanted = None if targets is None else set(_closure(graph, targets))
    own = Timeline(graph.rate, tuple(graph.grid))
    made: dict[Node, Work] = {}
    names: set[str] = set()
    digests: dict[int, str] = {}
    for order, node in enumerate(graph.nodes()):
        if wanted is not None and node not in wanted:
            continue
        if node.name in names:
            raise ValueError(f"two nodes are called {node.name!r}")
        names.add(node.name)
        line = node.timeline or own
        work = Work(node, order, line.rate, line.grid, [made[item] for item in node.inputs], line.begins)
        shared = digests.get(id(node.params))
        work.params_digest = shared or digests.setdefault(id(node.params), digest_json(node.params))
        work.head = _head(work)
        work.reset()
        for item in set(node.inputs):
            made[item].users.append(work)
        made[node] = work
    return list(made.values())


def _head(work: Work) -> str:
    recipe = work.node.recipe
    inputs = [[item.node.recipe.kind, item.node.channels if item.audio else 0] for item in work.inputs]
    sources = [source.digest for source in work.node.sources]
    own = [FORMAT, recipe.kind, recipe.id, recipe.revision, recipe.absolute, work.rate, work.node.channels]
    return digest_json([own, inputs, sources])


def _closure(graph: Graph, targets: Iterable[str]) -> Sequence[Node]:
    values = {node.name: node for node in graph.values}
    roots: list[Any] = [graph.outputs[name] if name in graph.outputs else values[name] for name in targets]
    return Graph({str(place): node for place, node in enumerate(roots)}, graph.rate, graph.grid).nodes()


def _whole_ends(frames: int) -> list[int]:
    return [min(start + WHOLE_TILE, frames) for start in range(0, frames, WHOLE_TILE)]
