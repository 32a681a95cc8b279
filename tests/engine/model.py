"""What a graph puts out, worked out without the engine: no keys, no tiles from a cache, no threads, no disk.

This is what a build is compared with.  It runs the same recipes, so it knows nothing about what they compute, and it
takes from the engine only how a state and a value are spelled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.engine import Graph, MadeFile, Node, RecipeError, Tile, digest_file
from songbuild.engine.digests import canonical
from songbuild.engine.state import decode, encode


@dataclass(frozen=True)
class Expected:
    """What a graph puts out: files by their names, values by their nodes', and the nodes that fail by themselves."""

    files: dict[str, bytes]
    values: dict[str, Any]
    culprits: frozenset[str]


class Failed(Exception):  # noqa: N818 - it is an outcome
    """The node can't be made, or something that it needs."""


@dataclass(frozen=True)
class Whole:
    """A finished stream, all of it in memory; a Reader as recipes know it."""

    audio: np.ndarray
    grid: tuple[int, ...]
    rate: int

    @property
    def frames(self) -> int:
        return int(self.audio.shape[1])

    def read(self, start: int, stop: int) -> np.ndarray:
        out = np.zeros((self.audio.shape[0], max(0, stop - start)))
        low, high = max(start, 0), min(stop, self.frames)
        if low < high:
            out[:, low - start : high - start] = self.audio[:, low:high]
        return out

    def tiles(self) -> Iterator[np.ndarray]:
        for start, stop in zip(self.grid, self.grid[1:], strict=False):
            yield self.read(start, stop)

    def fold(self, params: Any, step: Any) -> tuple[list[Any], Any]:
        parts, state = [], None
        for tile in self.tiles():
            part, state = step(tile, state)
            part, state = _read_back(part, snap=False), _read_back(state)
            parts.append(part)
        return parts, state


def expected(graph: Graph, folder: Path) -> Expected:
    """Run every recipe of the graph once, in order; files are made in `folder` and removed."""
    made: dict[Node, Any] = {}
    culprits: set[str] = set()
    for order, node in enumerate(graph.nodes()):
        if all(item in made for item in node.inputs):
            try:
                made[node] = _make(node, [made[item] for item in node.inputs], graph, folder / f"model {order}.raw")
            except (Failed, RecipeError):
                culprits.add(node.name)
    files = {name: made[node].path.read_bytes() for name, node in graph.outputs.items() if node in made}
    for value in made.values():
        if isinstance(value, MadeFile):
            value.path.unlink()
    values = {node.name: value for node, value in made.items() if node.recipe.kind == "value"}
    return Expected(files, values, frozenset(culprits))


def _make(node: Node, inputs: list[Any], graph: Graph, place: Path) -> Any:
    kind, run, files = node.recipe.kind, node.recipe.run, tuple(source.path for source in node.sources)
    if kind == "stream":
        return Whole(_stream(node, inputs, graph), graph.grid, graph.rate)
    if kind == "whole":
        pieces = [_stored(piece) for piece in run(inputs, node.params, graph.rate, files)]
        whole = np.concatenate([np.zeros((node.channels, 0)), *pieces], axis=1)
        return Whole(whole, (0, whole.shape[1]), graph.rate)
    if kind == "value":
        return json.loads(canonical(run(inputs, node.params, graph.rate, files)))
    facts = json.loads(canonical(run(inputs, node.params, graph.rate, files, place)))
    return MadeFile(place, digest_file(place), place.stat().st_size, facts)


def _stream(node: Node, inputs: list[Any], graph: Graph) -> np.ndarray:
    recipe, end, state = node.recipe, graph.grid[-1], None
    out = np.zeros((node.channels, end))
    for start, stop in zip(graph.grid, graph.grid[1:], strict=False):
        first, last = (start, stop) if recipe.absolute else (0, stop - start)
        tile = Tile(first, last, graph.rate, recipe.ending and stop == end and start == graph.grid[-2])
        audio = [item for item in inputs if isinstance(item, Whole)]
        ranges = iter(recipe.reads(node.params, start, stop) if recipe.reads else [(start, stop)] * len(audio))
        seen = [item.read(*next(ranges)) if isinstance(item, Whole) else item for item in inputs]
        params = recipe.act(node.params, start, stop) if recipe.act else node.params
        found, after = _tile(node, seen, params, tile, state)
        out[:, start:stop], state = found, after
    return out


def _tile(node: Node, inputs: list[Any], params: Any, tile: Tile, state: Any) -> tuple[np.ndarray, Any]:
    """One tile, as it is stored, and the state after it, as it is read back."""
    found, after = node.recipe.run(inputs, params, tile, state)
    return _stored(found), _read_back(after)


def _read_back(state: Any, snap: bool = True) -> Any:
    """A state as it comes back from the store."""
    return None if state is None else decode(encode(state, snap=snap))


def _stored(audio: np.ndarray) -> np.ndarray:
    if not np.isfinite(audio).all():
        raise Failed
    return audio.astype(np.float32).astype(np.float64)
