"""Two songs as their desks are compared: who is who, which time is which, how much of it is heard."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from songbuild.diff.change import Bars
from songbuild.diff.facts import Facts, Json, Section
from songbuild.diff.words import bar_at, bars_text, beat_text, beat_ticks, playing, stretches

Tree = Mapping[str, Json]
Side = Literal["new", "old"]


def mapping(value: Json) -> dict[str, Json]:
    """A value that is a mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: Json) -> list[dict[str, Json]]:
    """The mappings in a value that is a list of them."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: Json) -> list[str]:
    """The texts in a value that is a list of them."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def at(tree: Json | Tree, *path: str | int) -> Json:
    """The value at a path of a tree; None where there is none."""
    found: Json = dict(tree) if isinstance(tree, Mapping) else tree
    for part in path:
        if isinstance(found, dict) and isinstance(part, str):
            found = found.get(part)
        elif isinstance(found, list) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            return None
    return found


@dataclass(frozen=True)
class Clock:
    """Which tick of the new song is a tick of the old one: playings of sections that are the same one go together."""

    old: Sequence[Section]
    new: Sequence[Section]
    kept: Mapping[int, int]
    """Index of a playing in the old song -> in the new one."""

    @cached_property
    def _starts(self) -> tuple[list[int], list[int]]:
        return [item.start for item in self.old], [item.start for item in self.new]

    @cached_property
    def still(self) -> bool:
        """Whether every playing has kept its place."""
        before, after = ([(item.start, item.length) for item in side] for side in (self.old, self.new))
        return before == after and all(self.kept.get(index) == index for index in range(len(before)))

    def index(self, tick: int, side: Side = "new") -> int:
        """The playing that a tick lies in; -1 before the first, the last one after the end."""
        return bisect_right(self._starts[side == "new"], tick) - 1

    def carried(self, tick: int) -> int | None:
        """The new tick of an old one; None in a playing that is there no more."""
        if self.still:
            return tick
        index = self.index(tick, "old")
        if index < 0:
            return tick
        if index not in self.kept:
            return None
        return self.new[self.kept[index]].start + tick - self.old[index].start

    def stretches(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """A stretch of the old song as stretches of the new one, in pieces where it goes on in another place."""
        if self.still or not self.old:
            yield start, stop
            return
        if start < self.old[0].start:  # the pickup
            yield start, min(stop, self.old[0].start)
        for index, section in enumerate(self.old):
            first, last = max(start, section.start), min(stop, section.start + section.length)
            if index in self.kept and first < last:
                there = self.new[self.kept[index]]
                shift = there.start - section.start
                yield first + shift, min(last + shift, there.start + there.length)


@dataclass(frozen=True)
class Sides:
    """Two songs; `names` holds what parts, buses and returns of the old one are called in the new one."""

    old: Facts
    new: Facts
    clock: Clock
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """The new name of what the old song calls `name`."""
        return self.names.get(name, name)

    def unit(self, *path: str) -> str:
        """The unit of the numbers at a path of a tree, or of 'DEVICE.PARAMETER'."""
        key = ".".join(path)
        return self.new.units.get(key) or self.old.units.get(key, "")

    @cached_property
    def shares(self) -> dict[str, float]:
        """How much of the song's time is heard of each part, bus and return, from 0 to 1."""
        return {**_shares(self.old), **_shares(self.new)}

    def share(self, name: str) -> float:
        """As `shares`; of what isn't a part, a bus or a return all."""
        return self.shares.get(name, 1.0)

    @property
    def first_and_last(self) -> list[int]:
        """The bars in which the new song's first section begins and its last one ends."""
        sections = self.new.sections
        return [sections[0].first_bar, sections[-1].first_bar + sections[-1].bars - 1] if sections else []

    def bar(self, tick: int, side: Side = "new") -> tuple[int, int]:
        """The bar that a tick lies in, and the ticks since its start."""
        return bar_at(self.new if side == "new" else self.old, tick)

    def bar_length(self, tick: int) -> int:
        """The length in ticks of the bar of the new song that a tick lies in."""
        bars = self.new.bars
        index = min(max(1, bisect_right(bars, tick)), len(bars) - 1)
        return bars[index] - bars[index - 1] if index > 0 else 0

    def position(self, tick: int, side: Side = "new") -> str:
        """'9', '9.3': where a tick is, in bars and the beats of its meter."""
        facts = self.new if side == "new" else self.old
        bar, offset = self.bar(tick, side)
        return str(bar) if not offset else f"{bar}.{beat_text(offset, beat_ticks(facts, bar))}"

    def spans(self, start: int, stop: int, side: Side = "new") -> tuple[Bars, ...]:
        """The bars that a stretch of time touches, playing by playing."""
        facts = self.new if side == "new" else self.old
        if not facts.sections:
            return ()
        first, last = self.clock.index(start, side), self.clock.index(max(start, stop - 1), side)
        found = []
        for index in range(max(0, first), max(0, last) + 1):
            section = facts.sections[index]
            a = self.bar(max(start, section.start) if index else start, side)[0]
            b = self.bar(min(stop, section.start + section.length) - 1, side)[0]
            if a <= b:
                found.append(Bars(a, b, section.id, side))
        return tuple(found)

    def where(self, bars: Sequence[Bars]) -> str:
        """'verse 1, bars 5-6': the playing where it is one, and the bars; '' where it is all of the song."""
        if not bars:
            return ""
        told = bars_text(stretches(bar for item in bars for bar in range(item.first, item.last + 1)))
        name = self.playing(bars[0]) if len(bars) == 1 else ""
        if not name:
            return told
        facts = self.new if bars[0].side == "new" else self.old
        section = next(item for item in facts.sections if item.id == bars[0].section)
        whole = bars[0].first <= section.first_bar and bars[0].last >= section.first_bar + section.bars - 1
        return name if whole else f"{name}, {told}"

    def playing(self, bars: Bars) -> str:
        """'verse 1': the playing that some bars lie in; '' where it isn't one."""
        sections = (self.new if bars.side == "new" else self.old).sections
        return next((playing(i, sections) for i, item in enumerate(sections) if item.id == bars.section), "")


def _shares(facts: Facts) -> dict[str, float]:
    """Of parts the sections in which they play, of a bus or return what the loudest of those that feed it have."""
    total = sum(section.length for section in facts.sections)
    found: dict[str, float] = {}
    for name, part in facts.parts.items():
        played = {note.section for note in part.notes}
        heard = sum(facts.sections[index].length for index in played)
        cuts = records(at(facts.tree, "recordings", part.recording, "comp")) if part.recording else []
        for cut in cuts:
            start, stop = cut.get("start"), cut.get("stop")
            heard += stop - start if isinstance(start, int) and isinstance(stop, int) else 0
        found[name] = min(1.0, heard / total) if total and (heard or not part.recording) else 1.0
    strips = {
        name: mapping(strip)
        for kind in ("channels", "buses", "returns")
        for name, strip in mapping(at(facts.tree, "mix", kind)).items()
    }
    for _ in range(4):  # a bus may feed a bus; deeper ones are as good as never written
        for name, strip in strips.items():
            for fed in {str(strip.get("to")), *mapping(strip.get("sends"))} & strips.keys():
                if fed not in facts.parts:
                    found[fed] = max(found.get(fed, 0.0), found.get(name, 0.0))
    return found
