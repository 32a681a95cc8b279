"""Two versions of a song rendered over one cache, and their signals beside each other.

Signals that are made of the same things aren't rendered, tiles that are the same aren't read, and readings of what was
measured before come from the cache.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from songbuild import engine
from songbuild.api.heard.excerpts import excerpts, write_clips
from songbuild.api.heard.readings import depths, sounds, told
from songbuild.api.heard.sides import WHEN, Piece, Version, Which, partings, pieces, whole
from songbuild.api.heard.subtracting import Rest, first_frame, joined, subtract
from songbuild.api.song import Listener
from songbuild.diff.change import Bars, Difference
from songbuild.diff.heard import Clip, Heard, Kind, Place, Stream, Stretch
from songbuild.diff.words import stretches
from songbuild.dsp.hops import HOPS_PER_S
from songbuild.dsp.maths import Array
from songbuild.engine import Built, Cancelled, Graph, Store
from songbuild.engine import Stream as Tiles
from songbuild.stages.hearing import readings_of

Key: TypeAlias = tuple[Kind, str]
_ENOUGH = 3
"""Hops in which something must be heard for its bar to count."""


@dataclass(frozen=True)
class Bench:
    """How versions are rendered and read."""

    store: Store
    threads: int | None
    on_event: Listener | None
    cancel: threading.Event

    def build(self, graph: Graph) -> Built:
        """Make what is missing.  Raises Cancelled, EngineError."""
        return engine.build(graph, self.store, threads=self.threads, on_event=self.on_event, cancel=self.cancel)

    def fetch(self, stream: Tiles, start: int, stop: int) -> Array:
        """Frames of a stream.  Raises Cancelled."""
        if self.cancel.is_set():
            raise Cancelled
        return stream.gather(start, stop, self.store.audio)


@dataclass
class Pair:
    """Two versions of a song, and what has been rendered of them."""

    bench: Bench
    old: Version
    new: Version
    difference: Difference
    streams: dict[tuple[Which, Key], Tiles] = field(default_factory=dict)
    readings: dict[tuple[Which, Key], list[Mapping[str, Any]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def heard(self, clips: Path | None) -> Heard:
        """Render, measure and compare."""
        keys = self._keys()
        identities = self.old.signals.identity(), self.new.signals.identity()
        same = {key for key in keys if identities[0].get(key[0]) == identities[1].get(key[1])}
        self._render([key for key in keys if key not in same])
        lost = {key for key in keys if key not in same and not self._made(key)}
        same |= {key for key in keys if key not in lost and self._equal(key)}
        parts = [whole(self.old, self.new), *pieces(self.old, self.new, self.difference)]
        unlike = [key for key in keys if key not in same | lost]
        self._measure(unlike, parts)
        streams, weights = [], {}
        for key in keys:
            if key in same:
                streams.append(_named(key))
            elif key not in lost:
                stream, weight = self._compare(key, parts)
                streams.append(stream)
                weights[key] = weight
        made: list[Clip] = []
        if clips is not None and unlike and unlike[0][1][0] == "master":
            made = self._clips(streams[0], parts[1:], weights[unlike[0]], unlike[0], clips)
        if self.old.rate != self.new.rate:
            rates = f"{self.old.rate} and {self.new.rate} Hz"
            self.faults.append(f"the sample rates differ ({rates}): neither version can be taken from the other")
        return Heard(tuple(streams), tuple(made), tuple(dict.fromkeys(self.faults)))

    def _keys(self) -> list[tuple[Key, Key]]:
        """Which signal is which: the old key and the new one, in the order of the new version."""
        renamed = {new: old for old, new in self.difference.parts if old is not None and new is not None}
        found = [
            ((kind, renamed.get(name, name) if kind == "track" else name), (kind, name))
            for kind, name in self.new.signals.nodes
        ]
        known = {old for old, _ in found}
        return [*found, *((key, key) for key in self.old.signals.nodes if key not in known)]

    def _render(self, keys: Sequence[tuple[Key, Key]]) -> None:
        """Make what `keys` name, on both sides."""
        for side, at in ((self.old, 0), (self.new, 1)):
            wanted = [key[at] for key in keys]
            built = self.bench.build(side.signals.of(wanted))
            self._note(side, built)
            for key in wanted:
                node = side.signals.nodes.get(key)
                if node is None:
                    self.streams[side.which, key] = Tiles(2)
                elif node.name in built.streams:
                    self.streams[side.which, key] = built.streams[node.name]

    def _note(self, side: Version, built: Built) -> None:
        self.faults += [f"{WHEN[side.which]}: {each.name}: {each.message}" for each in built.failures]

    def _made(self, key: tuple[Key, Key]) -> bool:
        return ("old", key[0]) in self.streams and ("new", key[1]) in self.streams

    def _equal(self, key: tuple[Key, Key]) -> bool:
        """Whether two streams came out the same, though they were made of other things."""
        if not self._made(key):
            return False
        old, new = self.streams["old", key[0]], self.streams["new", key[1]]
        return old.tiles == new.tiles and old.starts == new.starts

    def _measure(self, keys: Sequence[tuple[Key, Key]], parts: Sequence[Piece]) -> None:
        """What a meter says of each part of these signals."""
        for side, at in ((self.old, 0), (self.new, 1)):
            spans = [(part.old, part.new)[at] or (0, 0) for part in parts]
            nodes = {key[at]: readings_of(node, spans) for key in keys if (node := side.signals.nodes.get(key[at]))}
            if nodes:
                built = self.bench.build(Graph({}, side.rate, side.signals.graph.grid, tuple(nodes.values())))
                self._note(side, built)
                self.readings |= {
                    (side.which, key): built.values[node.name]
                    for key, node in nodes.items()
                    if node.name in built.values
                }

    def _compare(self, key: tuple[Key, Key], parts: Sequence[Piece]) -> tuple[Stream, list[dict[int, float]]]:
        """One signal, stretch by stretch, and how much of it is heard to differ in each bar of each."""
        old, new = self.streams["old", key[0]], self.streams["new", key[1]]
        found, rests, weights = [], [], []
        for at, part in enumerate(parts[1:], start=1):
            rest = None
            if part.common:
                assert part.old is not None and part.new is not None, "what is in common is in both"
                rest = subtract(old, part.old[0], new, part.new[0], part.common, self.new.rate, self.bench.fetch)
            before, after = self._reading("old", key[0], at), self._reading("new", key[1], at)
            stretch, weight = self._stretch(part, rest, before, after)
            found.append(stretch)
            rests.append(rest)
            weights.append(weight)
        total = self._whole(key, parts, found, rests)
        first = self._first(key, [*zip(parts[1:], rests, found, strict=True)])
        return Stream(key[1][1], key[1][0], False, total, tuple(found), first), weights

    def _reading(self, which: Which, key: Key, at: int) -> Mapping[str, Any]:
        found = self.readings.get((which, key))
        return found[at] if found is not None else {}

    def _stretch(
        self, part: Piece, rest: Rest | None, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> tuple[Stretch, dict[int, float]]:
        sizes = [frames[1] - frames[0] for frames in (part.old, part.new) if frames is not None]
        sides = told(before, min(sizes) / self.new.rate), told(after, min(sizes) / self.new.rate)
        if rest is not None and rest.same and len(set(sizes)) == 1:
            return Stretch(part.name, part.old_span, part.new_span, True, sides[1], sides[1]), {}
        depth, matched = depths(rest, before, sides, part.common)
        weights = self._heard_bars(part, rest) if rest is not None else {}
        if part.new is not None and part.new_span is not None and (sounds(sides[0]) or sounds(sides[1])):
            bars = part.new_span.bars
            more = [bar for bar in range(bars.first, bars.last + 1) if self._start(bar) >= part.new[0] + part.common]
            much = 2.0 * after.get("power", 0.0) * (part.new[1] - part.new[0]) / (bars.last + 1 - bars.first)
            weights |= dict.fromkeys(more, much)
        section = part.new_span.bars.section if part.new_span is not None else ""
        audible = tuple(Bars(first, last, section) for first, last in stretches(weights))
        return Stretch(part.name, part.old_span, part.new_span, False, *sides, depth, matched, audible), weights

    def _start(self, bar: int) -> int:
        """The frame at which a bar of the new version starts."""
        return self.new.frame(self.new.score.time.beat_at(bar)) if bar > 0 else 0

    def _heard_bars(self, part: Piece, rest: Rest) -> dict[int, float]:
        """The bars in which the difference is heard, and the sum of its squares there."""
        assert part.new is not None, "there is a new side"
        heard = rest.hops[rest.audible]
        if not heard.size:
            return {}
        numbers, starts = self.new.starts
        middles = part.new[0] + (heard * 2 + 1) * self.new.rate // (2 * HOPS_PER_S)
        bars = np.array(numbers)[np.maximum(np.searchsorted(starts, middles, "right") - 1, 0)]
        found, place, times = np.unique(bars, return_inverse=True, return_counts=True)
        power = np.bincount(place, rest.squares[0][rest.audible])
        enough = times >= min(_ENOUGH, int(times.max()))
        return {int(bar): float(much) for bar, much in zip(found[enough], power[enough], strict=True)}

    def _whole(
        self, key: tuple[Key, Key], parts: Sequence[Piece], found: Sequence[Stretch], rests: Sequence[Rest | None]
    ) -> Stretch:
        """All of a signal: what a meter says of it, and what stays where all of both can be compared."""
        before, after = self._reading("old", key[0], 0), self._reading("new", key[1], 0)
        seconds = min(self.old.frames, self.new.frames) / self.new.rate
        sides = told(before, seconds), told(after, seconds)
        rest = joined(rests) if all(part.complete for part in parts[1:]) else None
        depth, matched = depths(rest, before, sides, self.old.frames)
        audible = tuple(bars for stretch in found for bars in stretch.audible)
        return Stretch("", parts[0].old_span, parts[0].new_span, False, *sides, depth, matched, audible)

    def _first(self, key: tuple[Key, Key], found: Sequence[tuple[Piece, Rest | None, Stretch]]) -> Place | None:
        """Where the first difference is that can be heard, by the clock of either version."""
        places = [self._first_in(key, part, rest) for part, rest, _ in found if rest is not None and rest.audible.any()]
        for part, rest, stretch in found:
            if stretch.audible and part.new is not None and (rest is None or not rest.audible.any()):
                places.append(self.new.place(part.new[0] + part.common))
        by_place = {part.indices: stretch for part, _, stretch in found}
        for before, after in partings([part for part, _, _ in found]):
            heard = [by_place[part.indices] for part in (before, after) if part is not None]
            if any(sounds(each.before) or sounds(each.after) for each in heard):
                if after is not None and after.new is not None:
                    places.append(self.new.place(after.new[0]))
                elif before is not None and before.old is not None:
                    places.append(self.old.place(before.old[0]))
                break
        return min(places, key=lambda place: place.seconds, default=None)

    def _first_in(self, key: tuple[Key, Key], part: Piece, rest: Rest) -> Place:
        """The first frame of a stretch at which the difference is heard."""
        assert part.new is not None and part.old is not None, "what was subtracted is in both"
        hop, rate = int(rest.hops[np.argmax(rest.audible)]), self.new.rate
        start, stop = hop * rate // HOPS_PER_S, min((hop + 1) * rate // HOPS_PER_S, part.common)
        one = self.bench.fetch(self.streams["old", key[0]], part.old[0] + start, part.old[0] + stop)
        other = self.bench.fetch(self.streams["new", key[1]], part.new[0] + start, part.new[0] + stop)
        return self.new.place(part.new[0] + start + first_frame(one, other))

    def _clips(
        self,
        master: Stream,
        parts: Sequence[Piece],
        weights: Sequence[dict[int, float]],
        key: tuple[Key, Key],
        folder: Path,
    ) -> list[Clip]:
        """Audio of the bars in which most of the master is heard to differ."""
        places = excerpts([*zip(parts, master.sections, weights, strict=True)], self.old, self.new)
        before = self.bench.store.reader(self.streams["old", key[0]], self.old.rate)
        after = self.bench.store.reader(self.streams["new", key[1]], self.new.rate)
        return write_clips(places, before, after, folder)


def _named(key: tuple[Key, Key]) -> Stream:
    """A signal that is the same in both versions."""
    kind, name = key[1]
    return Stream(name, kind, same=True)
