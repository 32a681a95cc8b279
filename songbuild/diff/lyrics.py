"""What became of the words: lines of each playing, words in them, syllables on other notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from songbuild.diff.change import Act, Change
from songbuild.diff.facts import TICKS, Facts, Json, Note
from songbuild.diff.identity import Both
from songbuild.diff.words import count, listing, places, words
from songbuild.model.words import REST, ends_line, joined

_MATTER = 0.5
_SINGLE = 3
"""So many changed lines of a section are told each; more are counted."""


Line = tuple[str, ...]
"""The words of a line."""
Sung = tuple[Line, ...]


def changes(both: Both) -> list[Change]:
    """Every change of what is sung in sections that are in both songs, and of where the lyrics are taken from."""
    return [*_sung(both), *_source(both)]


def lines_of(notes: Sequence[Note]) -> Sung:
    """The lines that a part sings in one section, as in delivered lyrics."""
    found: list[Line] = []
    text = ""
    ends = 0
    for note in notes:
        if note.text:
            if text and ends_line(text, note.start - ends >= TICKS * REST):
                found.append(tuple(text.split()))
                text = ""
            text = joined(text, note.text)
        ends = max(ends, note.start + note.length)
    return (*found, tuple(text.split())) if text else tuple(found)


def _sung(both: Both) -> Iterator[Change]:
    """Parts and playings whose words change alike are told together."""
    singers = [(a, b) for a, b in both.both_parts if _sings(both.old, a) or _sings(both.new, b)]
    found: dict[tuple[Sung, Sung], dict[str, list[int]]] = {}
    known: dict[tuple[Note, ...], Sung] = {}
    for a, b in singers:
        for i, j in both.kept:
            notes = both.old_notes[a][i], both.new_notes[b][j]
            if not notes[0] or not notes[1] or notes[0] == notes[1]:
                continue  # a part that enters or leaves, or the same
            was, now = (known.setdefault(each, lines_of(each)) for each in notes)
            longer = both.new.sections[j].bars - both.old.sections[i].bars
            if (longer > 0 and _begins(now, was)) or (longer < 0 and _begins(was, now)):
                continue  # the words go on for as long as the section
            if was != now or _shifted(*notes):
                found.setdefault((was, now), {}).setdefault(b, []).append(j)
    for (was, now), spots in found.items():
        together: dict[tuple[int, ...], list[str]] = {}
        for name, indices in spots.items():
            together.setdefault(tuple(indices), []).append(name)
        for where, names in together.items():
            who = "" if len(names) == len(singers) else f"{listing([words(name) for name in names])}, "
            place = f"{who}{places(where, both.new.sections)}"
            yield from _lines(_Place(both, names[0], place, where), was, now)


def _begins(long: Sung, short: Sung) -> bool:
    """Whether words begin with others, wherever their lines break."""
    first, begin = (sum(sung, ()) for sung in (long, short))
    return bool(begin) and first[: len(begin)] == begin


def _shifted(old: Sequence[Note], new: Sequence[Note]) -> bool:
    """Whether the same notes carry their syllables otherwise; where notes have moved too, that is told of them."""
    return [note.start for note in old] == [note.start for note in new] and (
        [note.text for note in old] != [note.text for note in new]
    )


def _sings(facts: Facts, name: str) -> bool:
    return any(note.text for note in facts.parts[name].notes)


class _Place(NamedTuple):
    """Where words are sung: the first of the parts, all of them and the playings in words, the playings."""

    both: Both
    part: str
    words: str
    where: Sequence[int]

    def change(self, text: str, was: str, now: str, share: float, details: tuple[Change, ...] = ()) -> Change:
        act: Act = "changed" if was and now else "added" if now else "removed"
        return Change(
            "lyrics", act, self.part, f"{self.words}{text}",
            self.both.bars(self.where), was, now,
            path=("arrangement", "tracks", self.part),
            weight=self.both.share(self.where) * _MATTER * share, details=details,
        )  # fmt: skip


def _lines(place: _Place, was: Sung, now: Sung) -> Iterator[Change]:
    if was == now:
        yield place.change(": the same words on other notes", _all(was), _all(now), 0.5)
        return
    if not was or not now:
        text = f": words added: {_quoted(now)}" if now else f": no words any more (was {_quoted(was)})"
        yield place.change(text, _all(was), _all(now), 1.0)
        return
    if sum(was, ()) == sum(now, ()):
        return  # where lines break follows from notes, which are told elsewhere
    single = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        for step in range(max(i2 - i1, j2 - j1) if tag != "equal" else 0):
            one = was[i1 + step] if i1 + step < i2 else ()
            other = now[j1 + step] if j1 + step < j2 else ()
            number = (j1 if other else i1) + step + 1
            single.append(place.change(_line(number, one, other), " ".join(one), " ".join(other), 1 / len(now)))
    if len(single) <= _SINGLE:
        yield from single
    elif len(single) >= len(now):
        text = f": new words ({count(len(now), 'line')})"
        yield place.change(text, _all(was), _all(now), 1.0, tuple(single))
    else:
        text = f": {len(single)} of {count(len(now), 'line')} have other words"
        yield place.change(text, _all(was), _all(now), len(single) / len(now), tuple(single))


def _line(number: int, was: Line, now: Line) -> str:
    """', line 3: 'light' -> 'night'': the words that differ, from the first to the last of them."""
    if not was:
        return f", line {number} added: '{' '.join(now)}'"
    if not now:
        return f", line {number} removed: '{' '.join(was)}'"
    head = 0
    while head < min(len(was), len(now)) and was[head] == now[head]:
        head += 1
    tail = 0
    while tail < min(len(was), len(now)) - head and was[-1 - tail] == now[-1 - tail]:
        tail += 1
    one, other = was[head : len(was) - tail], now[head : len(now) - tail]
    if not one or not other:
        verb, some = ("added", other) if other else ("removed", one)
        return f", line {number}: '{' '.join(some)}' {verb}"
    return f", line {number}: '{' '.join(one)}' -> '{' '.join(other)}'"


def _all(lines: Sung) -> str:
    return " / ".join(map(" ".join, lines))


def _quoted(lines: Sung) -> str:
    more = f" and {count(len(lines) - 1, 'line')} more" if len(lines) > 1 else ""
    return f"'{' '.join(lines[0])}'{more}"


def _source(both: Both) -> Iterator[Change]:
    """Where the delivered lyrics are taken from: a track, or a file."""
    was, now = (facts.tree.get("lyrics") for facts in (both.old, both.new))
    renamed: dict[Json, Json] = dict(both.both_parts)
    if was != now and renamed.get(was, was) != now:
        text = f"lyrics: {_taken(was)} -> {_taken(now)}"
        yield Change("lyrics", "changed", "lyrics", text, old=was, new=now, path=("lyrics",), weight=0.05)


def _taken(source: Json) -> str:
    return "from what is sung" if source is None else f"from {source}"
