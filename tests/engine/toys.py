"""Toy recipes: every kind of node the engine knows, small enough to be checked by hand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.engine import Graph, MadeFile, Node, Recipe, RecipeError, Source, digest_file

RATE = 1000


class Toys:
    """Recipes that count their calls in `calls`, and short ways to make nodes of them."""

    rate = RATE

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.hooks: dict[str, Any] = {}

    def count(self, name: str, *facts: Any) -> None:
        with self._lock:
            self.calls[name] += 1
        if name in self.hooks:
            self.hooks[name](*facts)

    def taken(self) -> dict[str, int]:
        """The calls since the last time."""
        with self._lock:
            found = dict(self.calls)
            self.calls.clear()
        return found

    # --- streams

    def notes(self, name: str, events: list[Any], revision: int = 1, absolute: bool = False) -> Node:
        """Adds [start, length, level] events; a stateless source with tile-local params."""

        def act(params: Mapping[str, Any], start: int, stop: int) -> Any:
            return [
                [max(at, start) - start, min(at + n, stop) - start, level, start - at if at < start else 0]
                for at, n, level in params["events"]
                if at < stop and at + n > start
            ]

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("notes", tile)
            out = np.zeros((2, tile.frames))
            for start, stop, level, skip in params:
                wave = level * np.sin(np.arange(skip, skip + stop - start) * 0.1) if level == level else np.nan
                out[:, start:stop] += wave
            if absolute:
                out += tile.start / 1e6
            return out, None

        recipe = Recipe("notes", revision, "stream", run, act=act, absolute=absolute)
        return Node(name, "arrangement", recipe, {"events": events})

    def gain(self, name: str, source: Node, gain: float, **more: Any) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("gain", tile, params)
            return inputs[0] * params["gain"], None

        return Node(name, "mix", Recipe("gain", 1, "stream", run), {"gain": gain, **more}, (source,))

    def clip(self, name: str, source: Node, limit: float) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("clip")
            return np.clip(inputs[0], -params["limit"], params["limit"]), None

        return Node(name, "mix", Recipe("clip", 1, "stream", run), {"limit": limit}, (source,))

    def total(self, name: str, sources: list[Node]) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("total", tile)
            out = np.zeros((2, tile.frames))
            for item in inputs:
                out = out + item
            return out, None

        return Node(name, "mix", Recipe("total", 1, "stream", run), {}, tuple(sources))

    def delay(self, name: str, source: Node, frames: int) -> Node:
        """A feedback-free delay line with its line as state: nested, so that the codec is exercised."""

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("delay")
            line = np.zeros((2, params["frames"])) if state is None else state["line"]
            both = np.concatenate([line, inputs[0]], axis=1)
            seen = (0 if state is None else state["seen"][0]) + tile.frames
            rest = both[:, both.shape[1] - params["frames"] :]
            return both[:, : tile.frames], {"line": rest, "seen": (min(seen, params["frames"]),)}

        return Node(name, "mix", Recipe("delay", 1, "stream", run), {"frames": frames}, (source,))

    def hold(self, name: str, source: Node) -> Node:
        """Adds the peak so far: a state that converges again after an edit only if the peak does."""

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("hold")
            peaks = np.maximum.accumulate(np.abs(inputs[0]), axis=1)
            if state is not None:
                peaks = np.maximum(peaks, state[:, None])
            return inputs[0] + peaks / 8, peaks[:, -1] if tile.frames else state

        return Node(name, "mix", Recipe("hold", 1, "stream", run), {}, (source,))

    def look(self, name: str, source: Node, before: int, after: int) -> Node:
        """out[n] = in[n - before] + in[n + after]: reads beyond its tile on both sides, and beyond the stream."""

        def reads(params: Mapping[str, Any], start: int, stop: int) -> Any:
            return [(start - params["before"], stop + params["after"])]

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("look")
            span = params["before"] + params["after"]
            return inputs[0][:, : tile.frames] + inputs[0][:, span : span + tile.frames], None

        recipe = Recipe("look", 1, "stream", run, reads=reads)
        return Node(name, "mix", recipe, {"before": before, "after": after}, (source,))

    def scaled(self, name: str, source: Node, value: Node) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("scaled")
            return inputs[0] * inputs[1]["gain"], None

        return Node(name, "master", Recipe("scaled", 1, "stream", run), {}, (source, value))

    def ending(self, name: str, source: Node) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("ending", tile)
            out = inputs[0].copy()
            if tile.last:
                out[:, -1] = 0.75
            return out, None

        return Node(name, "mix", Recipe("ending", 1, "stream", run, ending=True), {}, (source,))

    def where(self, name: str, source: Node) -> Node:
        """Adds its position in seconds: a tile's place in the song, and the rate, are part of what it is."""

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("where", tile)
            return inputs[0] + np.arange(tile.start, tile.stop) / tile.rate, None

        return Node(name, "mix", Recipe("where", 1, "stream", run, absolute=True), {}, (source,))

    def bump(self, name: str, source: Node, revision: int) -> Node:
        """Puts out something else in each revision."""

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("bump")
            return inputs[0] + revision / 16, None

        return Node(name, "mix", Recipe("bump", revision, "stream", run), {}, (source,))

    def mono(self, name: str, source: Node) -> Node:
        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("mono")
            return inputs[0][:1], None

        return Node(name, "mix", Recipe("mono", 1, "stream", run), {}, (source,), channels=1)

    # --- the other kinds

    def take(self, name: str, path: Path, digest: str | None = None, piece: int = 1000) -> Node:
        """Reads raw float32 mono from a file, in pieces."""

        def run(inputs: Any, params: Any, rate: int, files: tuple[Path, ...]) -> Iterator[Any]:
            with files[0].open("rb", buffering=0) as file:
                mark = file.read(4)
                self.count("take", files[0])
                data = file.read()
            if mark != b"TAKE":
                raise RecipeError("not a take", "record it again", str(files[0]))
            wave = np.frombuffer(data, "<f4").astype(np.float64)[None]
            for start in range(0, wave.shape[1], params["piece"]):
                self.count("take piece", start)
                yield wave[:, start : start + params["piece"]]

        recipe = Recipe("take", 1, "whole", run)
        source = Source(path, digest or digest_file(path))
        return Node(name, "recordings", recipe, {"piece": piece}, (), (source,), channels=1)

    def placed(self, name: str, take: Node, at: int) -> Node:
        """Places a mono recording in the song."""

        def reads(params: Mapping[str, Any], start: int, stop: int) -> Any:
            return [(start - params["at"], stop - params["at"])]

        def act(params: Mapping[str, Any], start: int, stop: int) -> Any:
            return None

        def run(inputs: Any, params: Any, tile: Any, state: Any) -> Any:
            self.count("placed")
            return np.repeat(inputs[0], 2, axis=0), None

        return Node(name, "recordings", Recipe("placed", 1, "stream", run, act=act, reads=reads), {"at": at}, (take,))

    def peak(self, name: str, source: Node, step: float = 0.1) -> Node:
        """The gain that brings the peak to 1, on a grid."""

        def run(inputs: Any, params: Any, rate: int, files: Any) -> Any:
            self.count("peak")
            peak = max((float(np.abs(tile).max(initial=0.0)) for tile in inputs[0].tiles()), default=0.0)
            return {"gain": round((1 / peak if peak else 1.0) / params["step"]) * params["step"]}

        return Node(name, "master", Recipe("peak", 1, "value", run), {"step": step}, (source,))

    def levels(self, name: str, source: Node, step: float) -> Node:
        """Every channel's peak in each tile, and a gain that goes by the peak of all: a value folded tile by tile."""

        def run(inputs: Any, params: Any, rate: int, files: Any) -> Any:
            def fold(tile: Any, state: Any) -> Any:
                self.count("levels")
                peaks = np.round(np.abs(tile).max(axis=1, initial=0.0) / params["step"])
                return peaks, peaks if state is None else np.maximum(peaks, state)

            parts, state = inputs[0].fold(params, fold)
            return {
                "gain": 1.0 if state is None else float(1 / (1 + state.max())),
                "parts": [[*map(float, p)] for p in parts],
            }

        return Node(name, "master", Recipe("levels", 1, "value", run), {"step": step}, (source,))

    def file(self, name: str, source: Node, *more: Node) -> Node:
        def run(inputs: Any, params: Any, rate: int, files: Any, path: Path) -> Any:
            self.count("file")
            with path.open("wb") as file:
                for tile in inputs[0].tiles():
                    file.write(tile.astype("<f4").tobytes("F"))
            return {"frames": inputs[0].frames, "suffix": path.suffix, "values": list(inputs[1:])}

        return Node(name, "delivery", Recipe("file", 1, "file", run), {}, (source, *more))

    def checksum(self, name: str, file: Node) -> Node:
        def run(inputs: Any, params: Any, rate: int, files: Any) -> Any:
            self.count("checksum")
            made: MadeFile = inputs[0]
            return {"digest": digest_file(made.path), "frames": made.facts["frames"]}

        return Node(name, "delivery", Recipe("checksum", 1, "value", run), {}, (file,))

    def graph(self, out: Node, grid: tuple[int, ...] = tuple(range(0, 900, 100)), *values: Node) -> Graph:
        """One output, `mix.raw`, of a stream."""
        return Graph({"mix.raw": self.file("out", out)}, RATE, grid, values)


def read(built: Any, name: str = "mix.raw") -> np.ndarray:
    """What an output holds, (2, frames)."""
    return np.frombuffer(built.outputs[name].path.read_bytes(), "<f4").reshape(-1, 2).T
