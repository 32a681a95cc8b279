"""Which findings are told in one sentence: what is the same in several bars, playings and parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from songbuild.diff.change import NotePair
from songbuild.diff.notes.explain import Finding
from songbuild.diff.notes.singles import name
from songbuild.diff.notes.stretch import Claim, Frame, when


class Place(NamedTuple):
    """A finding, and the part and playing that it is about."""

    part: str
    frame: Frame
    finding: Finding

    @property
    def whole(self) -> bool:
        """Whether it is about all of the playing."""
        return self.finding.first == 0 and self.to_end

    @property
    def to_end(self) -> bool:
        """Whether it is about the playing's last bar."""
        return self.finding.last == len(self.frame.bars) - 2

    @property
    def span(self) -> tuple[int, int] | None:
        """The bars within the playing; None for all of it."""
        return None if self.whole else (self.finding.first, self.finding.last)


class Group(NamedTuple):
    """Places of one part of which the same words hold."""

    words: str
    places: list[Place]

    @property
    def claim(self) -> Claim:
        """The claim about the first of them."""
        return self.places[0].finding.claim

    @property
    def playings(self) -> list[int]:
        """The playings' indices, in order."""
        return sorted({place.frame.new for place in self.places})


def grouped(places: Iterable[Place], every: Callable[[Place], list[int]]) -> list[Group]:
    """Each part's findings by what they say; `every` gives the playings that a part or drum has notes in."""
    by_words: dict[tuple[object, ...], list[Place]] = {}
    for place in places:
        claim = place.finding.claim
        key = (place.part, place.finding.drum, claim.words, claim.beat, exceptions(place), place.span)
        by_words.setdefault(key, []).append(place)
    _lead_in(by_words, every)
    return _in_short(_by_bars(by_words))


def exceptions(place: Place) -> tuple[tuple[int, str], ...]:
    """The notes that a claim doesn't hold for: when, and which."""
    return tuple((when(pair), _name(pair, place.frame)) for pair in place.finding.claim.but)


def _name(pair: NotePair, frame: Frame) -> str:
    note = pair[1] or pair[0]
    return "" if note is None else name(note, frame)


def _lead_in(by_words: dict[tuple[object, ...], list[Place]], every: Callable[[Place], list[int]]) -> None:
    """Join what holds from within a playing to its end to the same claim about all that the part plays then."""
    for key, places in list(by_words.items()):
        later = by_words.get((*key[:-1], None))
        if later is None or len(places) > 1 or key[-1] is None or not places[0].to_end:
            continue
        playings = every(places[0])
        if playings[playings.index(places[0].frame.new) + 1 :] == [place.frame.new for place in later]:
            by_words[*key[:-1], None] = [places[0], *later]
            del by_words[key]


def _by_bars(by_words: dict[tuple[object, ...], list[Place]]) -> list[Group]:
    """Bars of the same playings that say the same are one group."""
    found: dict[tuple[object, ...], list[list[Place]]] = {}
    for key, places in by_words.items():
        found.setdefault((*key[:-1], tuple(place.frame.new for place in places)), []).append(places)
    return [
        Group(bars[0][0].finding.claim.words, [place for places in zip(*bars, strict=True) for place in places])
        for bars in found.values()
    ]


def _in_short(groups: Sequence[Group]) -> list[Group]:
    """What differs only in its numbers from playing to playing, without them: 'softer' for 'softer, velocity …'."""
    found: dict[tuple[object, ...], list[Group]] = {}
    for group in groups:
        first = group.places[0]
        gist = group.words if group.claim.whole or not first.whole else group.words.rpartition(", ")[0]
        key = (first.part, first.finding.drum, gist, *((id(group),) if gist in ("", group.words) else ()))
        found.setdefault(key, []).append(group)
    return [
        same[0]
        if len(same) == 1
        else Group(str(gist), sorted((place for group in same for place in group.places), key=in_time))
        for (_, _, gist, *_), same in found.items()
    ]


def in_time(place: Place) -> tuple[int, int]:
    """For sorting places by when they are heard."""
    return place.frame.new, place.finding.first
