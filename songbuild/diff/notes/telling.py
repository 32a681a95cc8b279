"""From what was found in single playings to sentences: what is the same in several places is told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from songbuild.diff.change import Act, Bars, Change, NotePair
from songbuild.diff.facts import Facts
from songbuild.diff.notes.grouping import Group, Place, exceptions, grouped, in_time
from songbuild.diff.notes.singles import named, on_beat
from songbuild.diff.notes.stretch import Item, differs, when
from songbuild.diff.words import bars_text, listing, playings, stretches, words
from songbuild.problems import Path

_PLURALS = {"hat": "hats", "tom": "toms"}
"""Drums that are spoken of as several."""
_HEADS = 4
"""The most parts that are named in a sentence."""
_LEFT = 2
"""The most playings that are named as those for which something doesn't hold."""


class Teller:
    """Sentences about the notes of two songs.

    played  for each part, and for each of its drums as (part, drum), the playings that both songs have it in
    """

    def __init__(self, new: Facts, played: Mapping[tuple[str, str], frozenset[int]]) -> None:
        self.new, self.played = new, played
        self.total = max(1, new.bars[-1] if new.bars else sum(section.length for section in new.sections))
        drums = [drum for _, drum in played if drum]
        self.shared = {drum for drum in drums if drums.count(drum) > 1} | {part for part, _ in played}

    def changes(self, places: Iterable[Place]) -> list[Change]:
        """Everything that was found, each sentence once."""
        told: dict[tuple[object, ...], list[Group]] = {}
        for group in grouped(places, self._every):
            where = self._where(group)
            at = tuple((place.frame.new, place.span) for place in group.places) if where != "throughout" else where
            told.setdefault((group.words, group.claim.beat, exceptions(group.places[0]), at), []).append(group)
        return [self._change(groups) for groups in told.values()]

    def _every(self, place: Place) -> list[int]:
        """The playings that a part or drum has notes in."""
        return sorted(self.played[place.part, place.finding.drum or ""])

    def _change(self, groups: Sequence[Group]) -> Change:
        """The change that tells of a sentence's parts and places."""
        first = groups[0]
        heads = list(dict.fromkeys(self._head(group.places[0]) for group in groups))
        parts = list(dict.fromkeys(group.places[0].part for group in groups))
        text = self._text(_shortened(heads), first)
        places = [place for group in groups for place in group.places]
        bars = tuple(dict.fromkeys(self._bars(place) for place in sorted(places, key=in_time)))
        claim = first.claim
        pairs = [item[0] for place in places for item in place.finding.items]
        single = len({(place.part, place.frame.new, place.finding.drum) for place in places}) == 1
        details = self._details(places) if single else tuple(self._change([own]) for own in _apart(places))
        heard = sum(self._ticks(bar) for bar in {(bar.first, bar.last) for bar in bars}) / self.total
        return Change(
            "notes",
            _act(pairs),
            ", ".join(parts),
            text,
            bars,
            claim.old,
            claim.new,
            path=self._path(first.places[0], pairs),
            weight=round(min(1.0, heard * claim.heard), 4),
            details=details,
        )

    def _head(self, place: Place) -> str:
        drum = place.finding.drum
        if not drum or drum == place.part:
            return words(place.part)
        told = _PLURALS.get(drum, words(drum))
        return f"{words(place.part)} {told}" if drum in self.shared else told

    def _text(self, head: str, group: Group) -> str:
        """'bass, verse 2: up an octave', 'hats: eighths to sixteenths from bar 17'."""
        said = f"{group.words}, but {self._but(group)}" if group.claim.but else group.words
        where = self._where(group)
        if where is not None:
            return f"{head}: {said} {where}"
        told = playings(group.playings, self.new.sections)
        if all(place.whole for place in group.places):
            return f"{head}, {told}: {said}"
        told = f"{head}, {'all sections' if told == 'throughout' else told}, {self._bars_text(group)}"
        return f"{told}, beat {group.claim.beat}: {said}" if group.claim.beat else f"{told}: {said}"

    def _where(self, group: Group) -> str | None:
        """'throughout' or 'from bar 17', where the playings are all or the last ones of a part."""
        first, indices, sections = group.places[0], group.playings, self.new.sections
        if not all(place.whole for place in group.places[1:]):
            return None
        if not first.whole:
            alone = len(group.places) == 1
            return None if alone else f"from bar {sections[indices[0]].first_bar + first.finding.first}"
        every = self._every(first)
        names = {sections[index].name for index in indices}
        if indices == every and (len(names) > 1 or len({section.name for section in sections}) == 1):
            return "throughout"
        if len(names) > 1 and every[-len(indices) :] == indices:
            return f"from bar {sections[indices[0]].first_bar}"
        left = [index for index in every if index not in indices]
        if len(left) <= _LEFT and len(indices) > 2 * _LEFT:
            return f"throughout, except {playings(left, sections)}"
        return None

    def _bars_text(self, group: Group) -> str:
        """'bars 5-6'; in several playings counted in each: 'bar 2 of each'."""
        bars = [bar for place in group.places for bar in range(place.finding.first, place.finding.last + 1)]
        if len(group.playings) > 1:
            return f"{bars_text(stretches(1 + bar for bar in bars))} of each"
        first = self.new.sections[group.playings[0]].first_bar
        return bars_text(stretches(first + bar for bar in bars))

    def _but(self, group: Group) -> str:
        """The notes that a claim doesn't hold for: 'bar 6: A3 -> C4'."""
        frame, several = group.places[0].frame, len(group.playings) > 1
        start = 1 if several else self.new.sections[frame.new].first_bar
        told = []
        for bar, pairs in groupby(group.claim.but, key=lambda pair: frame.bar_of(when(pair))):
            where = bars_text([(start + bar, start + bar)]) + (" of each" if several else "")
            told.append(f"{where}: {listing([named(pair, frame, differs(pair)) for pair in pairs])}")
        return "; ".join(told)

    def _bars(self, place: Place) -> Bars:
        section = self.new.sections[place.frame.new]
        finding = place.finding
        return Bars(section.first_bar + finding.first, section.first_bar + finding.last, section.id)

    def _ticks(self, bars: tuple[int, int]) -> int:
        """The time that bars of the song take."""
        for section in self.new.sections:
            if section.first_bar <= bars[0] < section.first_bar + section.bars:
                return section.length * (bars[1] - bars[0] + 1) // max(1, section.bars)
        return 0

    def _details(self, places: Sequence[Place]) -> tuple[Change, ...]:
        """The notes that a claim doesn't tell of, bar by bar."""
        found = []
        for place in places:
            if place.finding.claim.whole:
                continue
            section = self.new.sections[place.frame.new]
            by_bar: dict[int, list[Item]] = {}
            for item in place.finding.items:
                by_bar.setdefault(item[1], []).append(item)
            for bar, items in sorted(by_bar.items()):
                pairs = [item[0] for item in items]
                number = section.first_bar + bar
                told = ", ".join([on_beat(item, place.frame) for item in items])
                text = f"{self._head(place)}, {bars_text([(number, number)])}: {told}"
                where = (Bars(number, number, section.id),)
                found.append(Change("notes", _act(pairs), place.part, text, where, path=self._path(place, pairs)))
        return tuple(found)

    def _path(self, place: Place, pairs: Iterable[NotePair]) -> Path:
        """The one pattern that the notes come from, else the part of the section."""
        patterns = {(pair[1] or pair[0] or ("",))[-1] for pair in pairs}
        pattern = patterns.pop() if len(patterns) == 1 else ""
        if pattern and isinstance(pattern, str):
            return ("composition", "patterns", pattern)
        return ("arrangement", "sections", self.new.sections[place.frame.new].name, "parts", place.part)


def _shortened(heads: Sequence[str]) -> str:
    """'bass and keys'; of many the first ones: 'keys, bass, pad and 4 more'."""
    return listing(heads) if len(heads) <= _HEADS else f"{', '.join(heads[:3])} and {len(heads) - 3} more"


def _apart(places: Sequence[Place]) -> list[Group]:
    """The places of each part, drum and playing, in the words of their own."""
    found: dict[tuple[str, str | None, int], list[Place]] = {}
    for place in places:
        found.setdefault((place.part, place.finding.drum, place.frame.new), []).append(place)
    return [Group(own[0].finding.claim.words, own) for own in found.values()]


def _act(pairs: Sequence[NotePair]) -> Act:
    if all(pair[0] is None for pair in pairs):
        return "added"
    return "removed" if all(pair[1] is None for pair in pairs) else "changed"
