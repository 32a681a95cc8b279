"""The merge of music strings: bar by bar, and in a bar that both changed, event by event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from songbuild.manifest.merge.diff3 import Chunk, chunks
from songbuild.manifest.merge.notation import Bar, Event, bars_of, length_text, sound
from songbuild.manifest.merge.pieces import SIDES, Side
from songbuild.manifest.merge.roles import Role
from songbuild.problems import NotationError


class Keep(NamedTuple):
    """Characters of our string that stay as they are."""

    start: int
    end: int


Part: TypeAlias = Keep | str


class Split(NamedTuple):
    """A place that both changed: how each has it."""

    ours: tuple[Part, ...]
    theirs: tuple[Part, ...]


@dataclass(slots=True)
class MergedText:
    """Our string with what they changed; `clashes` names the bars, or points, that both changed."""

    parts: list[Part | Split] = field(default_factory=list)
    clashes: list[str] = field(default_factory=list)

    def value(self, ours: str, side: Side) -> str:
        """The string, every clash decided for one side."""
        return "".join(_text(part, ours) for part in taken(self.parts, side))


def taken(parts: Iterable[Part | Split], side: Side) -> Iterator[Part]:
    """The parts with every split decided for one side."""
    for part in parts:
        if isinstance(part, Split):
            yield from getattr(part, side)
        else:
            yield part


def _text(part: Part, ours: str) -> str:
    return part if isinstance(part, str) else ours[part.start : part.end]


class _Placed(NamedTuple):
    """An event of the result: whose it is, and which of our events' place it takes (bar, event), if one's."""

    side: Side
    event: Event
    text: str | None = None
    place: tuple[int, int] | None = None


_Line: TypeAlias = list[_Placed]


class _Clash(NamedTuple):
    ours: _Line
    theirs: _Line
    number: int


class _ApartError(Exception):
    """The strings are too different to be merged by bar."""


def merge_strings(role: Role, base: str, ours: str, theirs: str) -> MergedText | None:
    """The merge of three music strings; None where it takes a person to see the whole of them."""
    try:
        three = [bars_of(text, role) for text in (base, ours, theirs)]
    except NotationError:
        return None
    if not all(three):
        return None
    try:
        lines = list(_bars(role, *three))
        merged = _Writer(role, ours, theirs, three[1]).write(lines)
    except _ApartError:
        return None
    merged.clashes = [f"bar {line.number}" for line in lines if isinstance(line, _Clash)]
    if sound(ours, role, three[1]) and sound(theirs, role, three[2]):
        for side in SIDES:
            text = merged.value(ours, side)
            try:
                if not sound(text, role, bars_of(text, role)):
                    return None
            except NotationError:
                return None
    return merged


def _bars(role: Role, base: list[Bar], ours: list[Bar], theirs: list[Bar]) -> Iterator[_Line | _Clash]:
    """The bars of the result."""
    if len(base) == len(ours) == len(theirs):
        spans: Iterable[Chunk] = [
            Chunk(range(i, i + 1), range(i, i + 1), range(i, i + 1), False) for i in range(len(base))
        ]
    else:
        spans = chunks(*([bar.meaning for bar in bars] for bars in (base, ours, theirs)))
    for b, o, t, _ in spans:
        old, mine, other = (
            [bar.meaning for bar in bars[span.start : span.stop]] for bars, span in ((base, b), (ours, o), (theirs, t))
        )
        if len(b) == len(o) == len(t):
            for i, j, k in zip(b, o, t, strict=True):
                yield _one(role, base[i], ours[j], theirs[k], j)
        elif other in (old, mine):
            yield from (_whole("ours", ours[j], j) for j in o)
        elif mine == old:
            yield from (_whole("theirs", theirs[k], None) for k in t)
        else:
            raise _ApartError


def _whole(side: Side, bar: Bar, place: int | None) -> _Line:
    return [_Placed(side, event, None, None if place is None else (place, i)) for i, event in enumerate(bar.events)]


def _one(role: Role, base: Bar, ours: Bar, theirs: Bar, place: int) -> _Line | _Clash:
    if theirs.meaning in (base.meaning, ours.meaning):
        return _whole("ours", ours, place)
    if ours.meaning == base.meaning:
        fits = len(ours.events) == len(theirs.events)
        line = _whole("theirs", theirs, place)
        return line if fits else [placed._replace(place=(place, -1)) for placed in line]
    merged = _chord_bar(base, ours, theirs, place) if role == "chords" else _events(role, base, ours, theirs, place)
    if merged is None:
        mine, other = (
            _whole("ours", ours, place),
            [p._replace(place=(place, -1)) for p in _whole("theirs", theirs, place)],
        )
        return _Clash(mine, other, ours.number)
    return merged


def _events(role: Role, base: Bar, ours: Bar, theirs: Bar, place: int) -> _Line | None:
    """A bar that both changed, if each changed other events and it still adds up."""
    line: _Line = []
    for b, o, t, _ in chunks(*([event.meaning for event in bar.events] for bar in (base, ours, theirs))):
        old, mine, other = base.events[b.start : b.stop], ours.events[o.start : o.stop], theirs.events[t.start : t.stop]
        known, own, new = ([event.meaning for event in events] for events in (old, mine, other))
        if new in (known, own):
            line += [_Placed("ours", event, None, (place, i)) for i, event in zip(o, mine, strict=True)]
        elif own == known:
            fits = len(mine) == len(other)
            spots = [(place, i) if fits else (place, -1) for i in (o if fits else t)]
            line += [_Placed("theirs", event, None, spot) for event, spot in zip(other, spots, strict=True)]
        elif len(old) == len(mine) == len(other) and _in_step(old, mine, other):
            for before, left, right, i in zip(old, mine, other, o, strict=True):
                if right.meaning in (before.meaning, left.meaning):
                    line.append(_Placed("ours", left, None, (place, i)))
                elif left.meaning == before.meaning:
                    line.append(_Placed("theirs", right, None, (place, i)))
                else:
                    return None
        else:
            return None
    if role in ("notes", "degrees"):
        lengths = [placed.event.length for placed in line]
        total = None if None in lengths else sum((length or Fraction(0) for length in lengths), Fraction(0))
        return line if total is not None and total == ours.length == theirs.length else None
    return line if role == "lyrics" or len(line) == len(ours.events) == len(theirs.events) else None


def _in_step(*three: Sequence[Event]) -> bool:
    """Whether each event lasts as long on both sides as before, so that one can stand for the other."""
    return all(a.length == b.length == c.length for a, b, c in zip(*three, strict=True))


def _chord_bar(base: Bar, ours: Bar, theirs: Bar, place: int) -> _Line | None:
    """A bar of chords that both changed: symbols one by one, and all lengths together, which have to add up."""
    if not len(base.events) == len(ours.events) == len(theirs.events):
        return None
    bars = [[str(event.meaning).partition(":")[::2] for event in bar.events] for bar in (base, ours, theirs)]
    old, mine, other = ([length for _, length in bar] for bar in bars)
    if mine != old and other not in (old, mine):
        return None
    lengths = other if mine == old else mine
    line: _Line = []
    for i, ((before, _), (left, _), (right, _)) in enumerate(zip(*bars, strict=True)):
        if left != before and right not in (before, left):
            return None
        symbol = right if left == before else left
        text = f"{symbol}:{lengths[i]}" if lengths[i] else symbol
        same = ours.events[i].meaning == text
        line.append(_Placed("ours", ours.events[i], None if same else text, (place, i)))
    return line


_State: TypeAlias = tuple[Fraction | None, int | None]


class _Writer:
    """Writes events one after the other, with the length and octave they need where others stand before them now."""

    def __init__(self, role: Role, ours: str, theirs: str, bars: list[Bar]) -> None:
        self.texts = {"ours": ours, "theirs": theirs}
        self.bars, self.carries = bars, role in ("notes", "degrees")
        self.state: _State = (Fraction(1), None)

    def write(self, lines: list[_Line | _Clash]) -> MergedText:
        """All of the string."""
        merged = MergedText()
        first = self.bars[0].start
        merged.parts.append(Keep(0, first))
        before: int | None = None
        for number, line in enumerate(lines):
            shown = line.ours if isinstance(line, _Clash) else line
            here = shown[0].place[0] if shown and shown[0].place is not None else None
            if number:
                near = before is not None and here == before + 1
                merged.parts.append(Keep(self.bars[here - 1].end, self.bars[here].start) if near and here else " | ")
            merged.parts += self._clash(line) if isinstance(line, _Clash) else self._line(line)
            before = here
        merged.parts.append(Keep(self.bars[-1].end, len(self.texts["ours"])))
        return merged

    def _clash(self, clash: _Clash) -> list[Part | Split]:
        start = self.state
        ours = tuple(self._line(clash.ours))
        left, self.state = self.state, start
        theirs = tuple(self._line(clash.theirs))
        if left != self.state:
            self.state = (left[0] if left[0] == self.state[0] else None, left[1] if left[1] == self.state[1] else None)
        return [Split(ours, theirs)]

    def _line(self, line: _Line) -> list[Part]:
        parts: list[Part] = []
        for index, placed in enumerate(line):
            if index:
                parts.append(self._between(line[index - 1], placed))
            parts += self._event(placed)
        return parts

    def _between(self, left: _Placed, right: _Placed) -> Part:
        """What stands between two events of a bar."""
        if left.place and right.place and left.place[1] >= 0 and right.place[1] == left.place[1] + 1:
            events = self.bars[left.place[0]].events
            return Keep(events[left.place[1]].end, events[right.place[1]].start)
        if left.side == right.side and left.event.end <= right.event.start:
            between = self.texts[left.side][left.event.end : right.event.start]
            return between if not between.strip() and "\n" not in between else " "
        return " "

    def _event(self, placed: _Placed) -> list[Part]:
        event = placed.event
        if placed.text is not None:
            return [placed.text]
        added: dict[int, str] = {}
        if self.carries:
            length, octave = self.state
            places, place = event.open
            if places and length != event.before[0]:
                written = length_text(event.before[0])
                if written is None:
                    raise _ApartError
                added |= dict.fromkeys(places, f":{written}")
            if place is not None and octave != event.before[1]:
                added[place] = f"{event.before[1]}{added.get(place, '')}"
                octave = event.before[1]
            length = event.after[0] if event.after[0] is not None else length
            self.state = (length, event.after[1] if event.after[1] is not None else octave)
        parts: list[Part] = []
        at = event.start
        for place, text in sorted(added.items()):
            parts += [self._slice(placed.side, at, place), text]
            at = place
        parts.append(self._slice(placed.side, at, event.end))
        return parts

    def _slice(self, side: Side, start: int, end: int) -> Part:
        return Keep(start, end) if side == "ours" else re.sub(r"\s+", " ", self.texts[side][start:end])
