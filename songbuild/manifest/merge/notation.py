"""Music strings in bars and events: what each means, and what it takes to move it somewhere else."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction

from songbuild.manifest.merge.roles import Role
from songbuild.model.chords import parse_chords
from songbuild.model.drums import parse_steps
from songbuild.model.layout import Item
from songbuild.model.notes import parse_degrees, parse_notes, written_items
from songbuild.model.scales import parse_key
from songbuild.problems import NotationError

_WORD = re.compile(r"[^\s|]+")
_KEY = parse_key("C major")
_BASE = {
    Fraction(4, note) * dot * third: f"{note}{dots}{triplet}"
    for triplet, third in (("t", Fraction(2, 3)), ("", Fraction(1)))
    for dots, dot in (("..", Fraction(7, 4)), (".", Fraction(3, 2)), ("", Fraction(1)))
    for note in (1, 2, 4, 8, 16, 32, 64)
}
"""Length in quarter notes -> how it is written; the simplest way wins."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something in a bar: characters `start` to `end` of the string.

    meaning   what it is, with the length and octave that it has from what was written before it
    length    how long it lasts, in quarter notes; None for a bar's rest, a repeated bar, and where nothing lasts
    before    (length, octave) as written before it, which hold where it says neither
    open      where a length would have to be written, and where an octave
    after     (length, octave) that it leaves; None where it leaves what was there
    """

    start: int
    end: int
    meaning: Hashable
    length: Fraction | None = None
    before: tuple[Fraction, int | None] = (Fraction(1), None)
    open: tuple[tuple[int, ...], int | None] = ((), None)
    after: tuple[Fraction | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a string with at least one event; `number` counts bars from 1."""

    events: tuple[Event, ...]
    number: int

    @property
    def start(self) -> int:
        """Its first character."""
        return self.events[0].start

    @property
    def end(self) -> int:
        """The character after its last one."""
        return self.events[-1].end

    @property
    def meaning(self) -> Hashable:
        """What it is, whatever its layout."""
        return tuple(event.meaning for event in self.events)

    @property
    def length(self) -> Fraction | None:
        """Its length; None where the string doesn't tell."""
        lengths = [event.length for event in self.events]
        return None if any(length is None for length in lengths) else sum(filter(None, lengths), Fraction(0))


def bars_of(text: str, role: Role) -> list[Bar]:
    """The bars of a music string; raises NotationError."""
    return _READERS[role](text)


def sound(text: str, role: Role, bars: list[Bar]) -> bool:
    """Whether a string can be read and its bars add up, as far as it tells by itself how long they are."""
    lengths = [bar.length for bar in bars]
    known = [length for length in lengths if length]
    usual = max(known, key=known.count, default=Fraction(4))
    meter = tuple(usual if length is None else length or usual for length in lengths) or (usual,)
    try:
        if role == "notes":
            parse_notes(text, meter)
        elif role == "degrees":
            parse_degrees(text, _KEY, meter)
        elif role == "chords":
            parse_chords(text, _KEY, (Fraction(4),))
        elif role == "row":
            most = max(len(bar.events) for bar in bars)
            parse_steps(text, Fraction(most), (Fraction(4),), "-xXofr123456789")
    except (NotationError, ValueError):
        return False
    return True


def length_text(length: Fraction) -> str | None:
    """How a length is written after ':'; None where it takes a tie."""
    return _BASE.get(length)


def _by_bar(text: str, events: list[Event]) -> list[Bar]:
    """Events between bar lines; what repeats or rests several bars counts as many."""
    bars: list[Bar] = []
    number, since = 1, 0
    for index, event in enumerate(events):
        if index + 1 < len(events) and "|" not in text[event.end : events[index + 1].start]:
            continue
        own = tuple(events[since : index + 1])
        bars.append(Bar(own, number))
        many = re.fullmatch(r"R\*(\d+)", text[own[0].start : own[0].end]) if len(own) == 1 else None
        number, since = number + (int(many[1]) if many else 1), index + 1
    return bars


def _words(text: str) -> list[Bar]:
    return _by_bar(text, [Event(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)])


def _steps(text: str) -> list[Bar]:
    return _by_bar(text, [Event(m.start(), m.end(), m[0]) for m in re.finditer(r"[^\s|]", text)])


def _notes(text: str) -> list[Bar]:
    return _tune(text, written_items(text))


def _degrees(text: str) -> list[Bar]:
    return _tune(text, written_items(text, _KEY))


_READERS: dict[Role, Callable[[str], list[Bar]]] = {
    "notes": _notes,
    "degrees": _degrees,
    "row": _steps,
    "chords": _words,
    "lyrics": _words,
}


def _tune(text: str, items: list[Item]) -> list[Bar]:
    length, octave = Fraction(1), None
    events: list[Event] = []
    for item in items:
        if item.kind == "bar":
            continue
        places, _ = _lengthless(item, text)
        after = _leaves(item), _octave(item, text)
        events.append(
            Event(
                item.offset,
                item.offset + item.size,
                _meaning(item),
                _duration(item),
                (length, octave),
                (tuple(places), _octaveless(item, text)),
                after,
            )
        )
        length, octave = after[0] or length, after[1] if after[1] is not None else octave
    return _by_bar(text, events)


def _meaning(item: Item) -> Hashable:
    pitches = tuple((pitch.pitch, pitch.velocity, pitch.tied) for pitch in item.pitches)
    inner = tuple(map(_meaning, item.items))
    return item.kind, item.length, item.times, pitches, inner, item.value, item.gate, item.stress


def _duration(item: Item) -> Fraction | None:
    if item.kind in ("rest_bar", "again"):
        return None
    if item.kind != "group":
        return item.length * item.times
    inner = [_duration(each) for each in item.items if each.kind != "bar"]
    return None if any(each is None for each in inner) else sum(filter(None, inner), Fraction(0)) * item.times


def _leaves(item: Item) -> Fraction | None:
    """The length that holds after an item; None where it has none."""
    if item.kind == "group":
        return next((found for each in reversed(item.items) if (found := _leaves(each)) is not None), None)
    return item.length if item.kind in ("note", "rest", "tuplet") else None


def _pitches(item: Item) -> list[tuple[int, int]]:
    """Start and end of every pitch, in the order of reading."""
    own = [(pitch.offset, pitch.offset + pitch.size) for pitch in item.pitches]
    return own + [place for each in item.items for place in _pitches(each)]


def _octave(item: Item, text: str) -> int | None:
    """The octave that holds after an item; None where it names none."""
    named = [text[start:end] for start, end in _pitches(item) if text[start].isalpha() and text[end - 1].isdecimal()]
    match = re.search(r"-?\d$", named[-1]) if named else None
    return int(match[0]) if match else None


def _octaveless(item: Item, text: str) -> int | None:
    """Where the octave of an item's first pitch would stand, if it isn't written."""
    found = _pitches(item)
    if not found or not text[found[0][0]].isalpha() or text[found[0][1] - 1].isdecimal():
        return None
    return found[0][1]


def _lengthless(item: Item, text: str) -> tuple[list[int], bool]:
    """Where lengths would have to be written to make an item say its own; whether what follows in it needs none."""
    end = item.offset + item.size
    if item.kind == "note":
        last = item.pitches[-1].offset + item.pitches[-1].size
        at = text.index("]", last) + 1 if text[item.offset] == "[" else last
    elif item.kind == "rest":
        at = item.offset + 1
    elif item.kind in ("tuplet", "group"):
        places, done = [], False
        for each in item.items:
            found, done = _lengthless(each, text)
            places += found
            if done:
                break
        if item.kind == "group":
            return places, done
        inside = text.index("}", item.items[-1].offset + item.items[-1].size) + 1
        return (places if ":" in text[inside:end] else [*places, inside]), True
    else:
        return [], False
    return ([], True) if ":" in text[at:end] else ([at], True)
