"""Which bars of a part are drawn: those around its changes, once where several playings of a section change alike."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from songbuild.diff.change import Difference, NotePair
from songbuild.diff.facts import Facts, Note
from songbuild.diff.words import beat_ticks, stretches

CONTEXT = 1
"""Bars that are drawn before and after a changed one."""


class Spot(NamedTuple):
    """A note where it is drawn: `start` and `length` in ticks, the start from that of the section."""

    start: int
    length: int
    pitch: int
    velocity: int
    drum: str


class Mark(NamedTuple):
    """A changed note: before and after, None where there was or is none."""

    old: Spot | None
    new: Spot | None

    @property
    def kind(self) -> str:
        """'added', 'removed', 'moved' (in time or pitch) or 'changed' (its length or velocity)."""
        if self.old is None or self.new is None:
            return "removed" if self.new is None else "added"
        # a drum keeps its row, whatever key it lies on
        rows = [spot.drum or spot.pitch for spot in (self.old, self.new)]
        return "changed" if self.old.start == self.new.start and rows[0] == rows[1] else "moved"


class Bar(NamedTuple):
    """A bar that is drawn: its number as the song counts, its start from that of the section, its length, its beats'.

    In ticks.
    """

    number: int
    start: int
    length: int
    beat: int


@dataclass(frozen=True)
class Stretch:
    """Bars of one playing of a section around what changed in them, and the other playings that change alike.

    sections  indices of the playings on `side`, the first of which is drawn
    runs      bars that follow each other; what lies between two runs is folded
    """

    side: str
    sections: tuple[int, ...]
    runs: tuple[tuple[Bar, ...], ...]
    marks: tuple[Mark, ...]
    kept: tuple[Spot, ...]

    @property
    def bars(self) -> list[tuple[int, int]]:
        """The numbers of the bars that are drawn, as stretches (first, last)."""
        return [(run[0].number, run[-1].number) for run in self.runs]


def first_number(facts: Facts) -> int:
    """The number of the first of `facts.bars`: 0 for a pickup, else 1."""
    if not facts.sections:
        return 1
    first = facts.sections[0]
    return first.first_bar - max(0, bisect_right(facts.bars, first.start) - 1)


def changed_stretches(difference: Difference, pair: tuple[str | None, str | None]) -> list[Stretch]:
    """All that changes in the notes of a part, in the order of the song."""
    old, new = difference.old, difference.new
    changed = difference.notes.get(pair[1] or pair[0] or "", ())
    if not changed:
        return []
    by_section: dict[tuple[str, int], list[NotePair]] = {}
    for each in changed:
        where = ("new", each.new.section) if each.new else ("old", each.old.section) if each.old else None
        if where is not None:
            by_section.setdefault(where, []).append(each)
    kept = {
        "new": _kept(new, pair[1], (each.new for each in changed)),
        "old": _kept(old, pair[0], (each.old for each in changed)),
    }
    found: dict[object, Stretch] = {}
    for before, after in difference.sections:
        pairs = by_section.pop(("new", after), []) if after is not None else []
        pairs += by_section.pop(("old", before), []) if before is not None else []
        if not pairs:
            continue
        side, index = ("new", after) if after is not None else ("old", before)
        assert index is not None
        marks = tuple(sorted((_mark(each, before) for each in pairs), key=_place))
        stretch = _stretch(new if side == "new" else old, side, index, marks, kept[side])
        alike = (side, _relative(stretch), marks, stretch.kept)
        same = found.get(alike)
        found[alike] = stretch if same is None else _also(same, index)
    return list(found.values())


def _also(stretch: Stretch, section: int) -> Stretch:
    return Stretch(stretch.side, (*stretch.sections, section), stretch.runs, stretch.marks, stretch.kept)


def _relative(stretch: Stretch) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The bars without their numbers."""
    return tuple(tuple((bar.start, bar.length) for bar in run) for run in stretch.runs)


def _place(mark: Mark) -> tuple[Spot, Spot]:
    first = mark.new or mark.old
    assert first
    return first, mark.old or first


def _kept(facts: Facts, part: str | None, changed: Iterable[Note | None]) -> tuple[list[int], list[Note]]:
    """The notes of a part that stay as they are: their starts in ticks of the song, rising, and they themselves."""
    if part is None or part not in facts.parts:
        return [], []
    left: dict[Note, int] = {}
    for note in facts.parts[part].notes:
        left[note] = left.get(note, 0) + 1
    for changes in changed:
        if changes is not None and left.get(changes):
            left[changes] -= 1
    notes = [(facts.sections[note.section].start + note.start, note) for note, times in left.items() if times]
    notes.sort()
    return [start for start, _ in notes], [note for _, note in notes]


def _spot(note: Note, shift: int = 0) -> Spot:
    return Spot(note.start + shift, note.length, note.pitch, note.velocity, note.drum)


def _mark(pair: NotePair, before: int | None) -> Mark:
    """A note that comes from another section than its own is drawn where it is alone."""
    here = pair.old is not None and (pair.new is None or pair.old.section == before)
    return Mark(_spot(pair.old) if here and pair.old else None, _spot(pair.new) if pair.new else None)


def _stretch(
    facts: Facts, side: str, index: int, marks: tuple[Mark, ...], kept: tuple[list[int], list[Note]]
) -> Stretch:
    section, bars = facts.sections[index], facts.bars
    last_bar = max(0, len(bars) - 2)

    def bar_of(tick: int) -> int:
        return min(last_bar, max(0, bisect_right(bars, tick) - 1))

    first, last = bar_of(section.start), bar_of(section.start + section.length - 1)
    touched = {bar_of(section.start + spot.start) for mark in marks for spot in mark if spot is not None}
    around = {bar + step for bar in touched for step in range(-CONTEXT, CONTEXT + 1)}
    wanted = touched | {bar for bar in around if first <= bar <= last}
    # a fold of one bar is no shorter than the bar
    wanted |= {bar for bar in range(first, last + 1) if bar - 1 in wanted and bar + 1 in wanted}
    number = first_number(facts)
    runs = tuple(
        tuple(
            Bar(number + bar, bars[bar] - section.start, bars[bar + 1] - bars[bar], beat_ticks(facts, number + bar))
            for bar in range(low, high + 1)
        )
        for low, high in stretches(wanted)
    )
    spots = tuple(
        _spot(note, facts.sections[note.section].start - section.start)
        for run in runs
        for note in _between(kept, section.start + run[0].start, section.start + run[-1].start + run[-1].length)
    )
    return Stretch(side, (index,), runs, marks, spots)


def _between(notes: tuple[list[int], list[Note]], start: int, stop: int) -> Sequence[Note]:
    starts, items = notes
    return items[bisect_right(starts, start - 1) : bisect_right(starts, stop - 1)]
