"""What a part plays in each bar of a song, and where that bar was in an earlier version."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import Any, NamedTuple

from songbuild.diff.facts import Facts
from songbuild.diff.identity import side_by_side
from songbuild.diff.lines import key
from songbuild.diff.words import bar_at

Content = tuple[Hashable, ...]
"""What sounds in a bar, counted from the bar's start; () is silence."""


class Place(NamedTuple):
    """A bar of a part: the index of the section's playing, and the bar in it, from 0; -1 is a pickup before it."""

    part: str
    section: int
    bar: int


class Version:
    """A song's bars."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._contents: dict[str, dict[Place, Content]] = {}

    def contents(self, part: str) -> dict[Place, Content]:
        """Each bar of a part, in order, with what sounds in it."""
        if part not in self._contents:
            self._contents[part] = {place: tuple(found) for place, found in self._sounding(part).items()}
        return self._contents[part]

    def number(self, place: Place) -> int:
        """The bar's number in the song; a pickup is 0."""
        return self.facts.sections[place.section].first_bar + place.bar

    def row(self, part: str, section: int) -> list[Content]:
        """The bars of a part in one playing."""
        return [content for place, content in self.contents(part).items() if place.section == section]

    def _sounding(self, part: str) -> dict[Place, list[Hashable]]:
        facts = self.facts
        found: dict[Place, list[Hashable]] = {}
        for index, section in enumerate(facts.sections):
            for bar in range(section.bars):
                found[Place(part, index, bar)] = []
        for note in facts.parts[part].notes:
            section = facts.sections[note.section]
            bar, inside = bar_at(facts, section.start + note.start)
            place = Place(part, note.section, bar - section.first_bar)
            # The pattern is how it was written, not what sounds.
            found.setdefault(place, []).append((inside, *note[1:6]))
        for start, stop, what in self._regions(facts.parts[part].recording):
            for place, content in found.items():
                begin, end = self._span(place)
                if start < end and stop > begin:
                    content.append((max(start, begin) - begin, min(stop, end) - begin, *(_since(what, begin))))
        return dict(sorted(found.items()))

    def _span(self, place: Place) -> tuple[int, int]:
        """The ticks at which a bar starts and ends."""
        bars, first = self.facts.bars, self.facts.sections[0]
        index = self.number(place) - (0 if first.start > 0 else 1)
        return bars[index], bars[index + 1] if index + 1 < len(bars) else bars[-1]

    def _regions(self, recording: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """What of a recording sounds when, in ticks: its comp, or the first take whole."""
        tree: Any = self.facts.tree
        recorded = tree.get("recordings", {}).get(recording)
        if not recording or not recorded or not recorded["takes"]:
            return
        regions = recorded["comp"] or [{"take": next(iter(recorded["takes"])), "start": 0, "stop": self.facts.bars[-1]}]
        for region in regions:
            if region["start"] is not None and region["take"] in recorded["takes"]:
                take = recorded["takes"][region["take"]]
                held = {name: value for name, value in region.items() if name not in ("take", "start", "stop")}
                content = self.facts.files.get(take["file"], take["file"])
                yield region["start"], region["stop"], {**held, "of": {**take, "file": content}}


def _since(what: dict[str, Any], begin: int) -> tuple[Hashable, ...]:
    """A take's place and settings, its start counted from a bar's."""
    take = dict(what["of"])
    at = take.pop("at")
    rest = {name: value for name, value in what.items() if name != "of"}
    return at - begin if isinstance(at, int) else at, key((str(sorted(rest.items())), str(sorted(take.items()))))


class Alignment:
    """Two versions, the newer of which was made from the older."""

    def __init__(self, old: Version, new: Version) -> None:
        self.old, self.new = old, new
        both = side_by_side(old.facts, new.facts)
        self._sections = {new: old for old, new in both.sections if old is not None and new is not None}
        self._parts = {new: old for old, new in both.parts if old is not None and new is not None}
        self._bars = cache(self._aligned)

    def part(self, name: str) -> str | None:
        """What a part was called; None where there was no such part."""
        return self._parts.get(name)

    def before(self, place: Place) -> Place | None:
        """Where a bar was that sounded the same; None where it was different, or wasn't there."""
        part, section = self._parts.get(place.part), self._sections.get(place.section)
        if part is None or section is None:
            return None
        now = self.new.contents(place.part)[place]
        same = Place(part, section, place.bar)
        if self.old.contents(part).get(same) == now:
            return same
        if self.old.facts.sections[section].bars == self.new.facts.sections[place.section].bars:
            return None  # no bar came or went: one that is like its neighbour was is another one
        bar = self._bars(place.part, place.section).get(place.bar)
        return Place(part, section, bar) if bar is not None else None

    def _aligned(self, part: str, section: int) -> dict[int, int]:
        """Which bar of a playing was which, where bars came or went before it."""
        was = self.old.row(self._parts[part], self._sections[section])
        now = self.new.row(part, section)
        blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        return {new + step: old + step for old, new, size in blocks for step in range(size)}
