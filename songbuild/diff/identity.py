"""What of one song is what of another: parts and playings of sections, through renames, moves and edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Literal

from songbuild.diff.change import Bars
from songbuild.diff.facts import Facts, Json, Note
from songbuild.diff.words import bars_of

Pairs = tuple[tuple[int | None, int | None], ...]
Names = tuple[tuple[str | None, str | None], ...]
Played = Mapping[str, tuple[tuple[Note, ...], ...]]
"""The notes of each part, by the index of the section they are played in."""
Side = Literal["new", "old"]
Keys = frozenset[tuple[int, int]]
"""When what sounds: (start, pitch)."""
LIKE = 0.6
"""From here on what two sections or parts of different names play makes them the same one."""
_NAME = 0.5  # of the likeness of two sections, what an equal name makes
_ALIKE = 0.35  # likeness of what two parts play, where the instrument is the same one
_STILL = 0.35  # of what one of two such parts plays, what the other one plays too


@dataclass(frozen=True)
class Both:
    """Two songs side by side.

    sections  which playing is which, in the order of the new song; what is gone stands after what it followed
    moved     of those, the new indices of what is in another order
    parts     which part is which, in the order of the new song
    """

    old: Facts
    new: Facts
    sections: Pairs
    moved: frozenset[int]
    parts: Names
    old_notes: Played
    new_notes: Played

    @cached_property
    def kept(self) -> tuple[tuple[int, int], ...]:
        """The playings that are in both songs."""
        return tuple((a, b) for a, b in self.sections if a is not None and b is not None)

    @cached_property
    def both_parts(self) -> tuple[tuple[str, str], ...]:
        """The parts that are in both songs."""
        return tuple((a, b) for a, b in self.parts if a is not None and b is not None)

    def bars(self, where: Iterable[int]) -> tuple[Bars, ...]:
        """The bars of playings, by new indices; those of the whole song where every one in both songs is meant."""
        indices = set(where)
        every = indices >= {b for _, b in self.kept}
        return tuple(bars_of(section) for index, section in enumerate(self.new.sections) if every or index in indices)

    def share(self, indices: Sequence[int], side: Side = "new") -> float:
        """How much of the song's time some of its sections take, from 0 to 1."""
        sections = self.new.sections if side == "new" else self.old.sections
        total = sum(section.length for section in sections)
        return sum(sections[index].length for index in set(indices)) / total if total else 0.0


def side_by_side(old: Facts, new: Facts) -> Both:
    """Two songs, with which section and which part is which."""
    old_notes, new_notes = played(old), played(new)
    parts = tuple(_parts(old, new))
    names = {a: b for a, b in parts if a is not None and b is not None}
    sections, moved = _sections(_Material(old, old_notes, names), _Material(new, new_notes, {}))
    return Both(old, new, sections, moved, parts, old_notes, new_notes)


def played(facts: Facts) -> Played:
    """The notes of each part by section."""
    found = {}
    for name, part in facts.parts.items():
        notes: list[list[Note]] = [[] for _ in facts.sections]
        for note in part.notes:
            notes[note.section].append(note)
        found[name] = tuple(map(tuple, notes))
    return found


def _parts(old: Facts, new: Facts) -> Iterator[tuple[str | None, str | None]]:
    """Parts of one name are one; of the others those that play the same, or the same recording."""
    gone = [name for name in old.parts if name not in new.parts]
    came = [name for name in new.parts if name not in old.parts]
    found: dict[str, str] = {}
    likeness = [
        (-like, a, b) for a, name in enumerate(gone) for b, other in enumerate(came)
        if (like := _part_likeness(old, name, new, other)) > 0
    ]  # fmt: skip
    for _, a, b in sorted(likeness):
        if gone[a] not in found.values() and came[b] not in found:
            found[came[b]] = gone[a]
    for name in new.parts:
        yield (name if name in old.parts else found.get(name)), name
    for name in gone:
        if name not in found.values():
            yield name, None


def _part_likeness(old: Facts, name: str, new: Facts, other: str) -> float:
    """From 0 to 1, 0 where two parts aren't the same one."""
    a, b = old.parts[name], new.parts[other]
    if a.recording or b.recording:
        same = a.recording == b.recording or same_recording(old, a.recording, new, b.recording)
        return float(same)
    before, after = (Counter((note.start, note.pitch, note.drum) for note in part.notes) for part in (a, b))
    like = _overlap(before, after)
    if a.instrument != b.instrument:
        return like if like >= LIKE else 0.0
    # A part may have been rewritten in one section and play in others now, and is known by what it still plays.
    still = len(before.keys() & after.keys()) / max(1, min(len(before), len(after)))
    return max(like, still / 2) if like >= _ALIKE or still >= _STILL else 0.0


def same_recording(old: Facts, name: str, new: Facts, other: str) -> bool:
    """Whether two names stand for one recording."""
    take = _recording(old, name)
    return take is not None and take == _recording(new, other)


def _recording(facts: Facts, name: str) -> Json:
    recordings = facts.tree.get("recordings")
    return recordings.get(name) if isinstance(recordings, dict) else None


def _overlap(a: Counter[tuple[int, int, str]], b: Counter[tuple[int, int, str]]) -> float:
    both = (a & b).total()
    every = a.total() + b.total() - both
    return both / every if every else 0.0


_KEY = itemgetter(Note._fields.index("start"), Note._fields.index("pitch"))
_Exact = tuple[str, int, tuple[tuple[int, str], ...], frozenset[tuple[str, Keys]]]
"""All that tells playings from each other: name, bars, chords, notes of each part."""


class _Material:
    """What the playings of a song are made of; `names` says what its parts are called in the other song."""

    def __init__(self, facts: Facts, notes: Played, names: Mapping[str, str]) -> None:
        self.sections = facts.sections
        self.names = {section.name for section in facts.sections}
        chords: list[list[tuple[int, str]]] = [[] for _ in facts.sections]
        index = 0
        for start, _, symbol in facts.chords:
            while index < len(facts.sections) - 1 and start >= facts.sections[index + 1].start:
                index += 1
            chords[index].append((start - facts.sections[index].start, symbol))
        self.notes: list[dict[str, Keys]] = [{} for _ in facts.sections]
        for name, by_section in notes.items():
            for index, own in enumerate(by_section):
                if own:
                    self.notes[index][names.get(name, name)] = frozenset(map(_KEY, own))
        self.exact = [
            (section.name, section.bars, tuple(chords[index]), frozenset(self.notes[index].items()))
            for index, section in enumerate(facts.sections)
        ]


def _sections(old: _Material, new: _Material) -> tuple[Pairs, frozenset[int]]:
    """The pairs of playings, and the new indices of those that have moved."""
    a, b = len(old.sections), len(new.sections)
    head = 0
    while head < min(a, b) and old.exact[head] == new.exact[head]:
        head += 1
    likeness = _likenesses(old, new, range(head, a), range(head, b))
    found = {index: index for index in range(head)} | _in_order(likeness, range(head, a), range(head, b))
    moved = set()
    taken = set(found.values())
    for (i, j), _ in sorted(likeness.items(), key=lambda item: (-item[1], item[0])):
        a_name, b_name = old.sections[i].name, new.sections[j].name
        exchanged = a_name != b_name and (a_name in new.names or b_name in old.names)
        if i not in taken and j not in found and not exchanged:
            found[j] = i
            taken.add(i)
            moved.add(j)
    pairs: list[tuple[int | None, int | None]] = [(found.get(j), j) for j in range(b)]
    for i in range(a):
        if i not in taken:
            before = next((place for place, (index, _) in enumerate(pairs) if i and index == i - 1), -1)
            pairs.insert(before + 1, (i, None))
    return tuple(pairs), frozenset(moved)


def _likenesses(old: _Material, new: _Material, rows: range, columns: range) -> dict[tuple[int, int], int]:
    """How alike playings are, in thousandths times their bars, for those that may be the same one."""
    found: dict[tuple[int, int], int] = {}
    kinds: dict[_Exact, int] = {}  # playings repeat: each kind is compared once
    of_old, of_new = ([kinds.setdefault(each, len(kinds)) for each in song.exact] for song in (old, new))
    known: dict[tuple[int, int], float] = {}
    for i in rows:
        for j in columns:
            kind = of_old[i], of_new[j]
            if kind not in known:
                known[kind] = _likeness(old.exact[i], new.exact[j])
            if like := known[kind]:
                found[i, j] = round(1000 * like) * min(old.sections[i].bars, new.sections[j].bars)
    return found


def _likeness(a: _Exact, b: _Exact) -> float:
    """From 0 to 1, 0 where two playings aren't the same one."""
    one, other = dict(a[3]), dict(b[3])
    common = sum(len(keys & other[name]) for name, keys in one.items() if name in other)
    every = sum(map(len, one.values())) + sum(map(len, other.values())) - common
    same_harmony = a[1:3] == b[1:3] and bool(a[2])
    content = common / every if every else float(same_harmony)
    if a[0] == b[0]:
        return _NAME + (1 - _NAME) * content
    return (1 - _NAME / 2) * content if content >= LIKE else 0.0


def _in_order(likeness: Mapping[tuple[int, int], int], rows: range, columns: range) -> dict[int, int]:
    """New index -> old index of playings in the same order, as much and as long a music as can be, the first first."""
    best = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in reversed(range(len(rows))):
        row, below = best[i], best[i + 1]
        for j in reversed(range(len(columns))):
            like = likeness.get((rows[i], columns[j]), 0)
            row[j] = max(below[j], row[j + 1], below[j + 1] + like if like else 0)
    found = {}
    i = j = 0
    while i < len(rows) and j < len(columns):
        like = likeness.get((rows[i], columns[j]), 0)
        if like and best[i][j] == best[i + 1][j + 1] + like:
            found[columns[j]] = rows[i]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found
