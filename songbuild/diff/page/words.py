"""Chords and lyrics before and after, where they differ."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeAlias

from songbuild.diff.change import Difference
from songbuild.diff.facts import Facts, Note
from songbuild.diff.harmony import Chord, chords_of
from songbuild.diff.lyrics import lines_of
from songbuild.diff.page.stretches import first_number
from songbuild.diff.words import playings, words
from songbuild.formats.page.markup import escape

Chords: TypeAlias = tuple[Chord, ...]
"""The chords of a bar, their starts counted from its own."""
LINE = "/"
"""Between two lines of lyrics."""


def chords(difference: Difference) -> Iterator[str]:
    """A table for each section whose chords differ, one for all that differ alike: its bars before and after."""
    found: dict[tuple[tuple[int, Chords | None, Chords | None], ...], list[int]] = {}
    was, now = chords_of(difference.old), chords_of(difference.new)
    for old, new in difference.sections:
        if old is None or new is None:
            continue
        before, after = _bars(difference.old, old, was[old]), _bars(difference.new, new, now[new])
        bars = [
            (at, before[at] if at < len(before) else None, after[at] if at < len(after) else None)
            for at in range(max(len(before), len(after)))
        ]
        differing = tuple(bar for bar in bars if _meanings(bar[1]) != _meanings(bar[2]))
        if differing:
            found.setdefault(differing, []).append(new)
    for differing, sections in found.items():
        first = difference.new.sections[sections[0]].first_bar
        heads = "".join(f'<th scope="col">{first + at}</th>' for at, _, _ in differing)
        above = "".join(f"<td>{_cell(old_bar, new_bar, 'del')}</td>" for _, old_bar, new_bar in differing)
        below = "".join(f"<td>{_cell(new_bar, old_bar, 'ins')}</td>" for _, old_bar, new_bar in differing)
        yield (
            f"<h4>{escape(playings(sections, difference.new.sections))}</h4>"
            f'<div class="scroll" tabindex="0"><table class="chords"><thead><tr><th scope="row">bar</th>{heads}</tr>'
            f'</thead><tbody><tr><th scope="row">before</th>{above}</tr>'
            f'<tr><th scope="row">after</th>{below}</tr></tbody></table></div>'
        )


def _cell(own: Chords | None, other: Chords | None, tag: str) -> str:
    there = {chord[:2] for chord in other or ()}
    return " ".join(
        escape(chord.symbol) if chord[:2] in there else f"<{tag}>{escape(chord.symbol)}</{tag}>" for chord in own or ()
    )


def _meanings(bar: Chords | None) -> list[tuple[object, ...]]:
    return [chord[:2] for chord in bar or ()]


def _bars(facts: Facts, index: int, chords: Sequence[Chord]) -> list[Chords]:
    """The chords of each bar of a section; what goes on from the bar before comes first."""
    section = facts.sections[index]
    at = section.first_bar - first_number(facts)
    edges = [tick - section.start for tick in facts.bars[at : at + section.bars + 1]]
    starts = [chord.start for chord in chords]
    found = []
    for start, stop in pairwise(edges):
        sounding = chords[max(0, bisect_right(starts, start) - 1) : bisect_right(starts, stop - 1)]
        found.append(tuple(chord._replace(start=max(0, chord.start - start)) for chord in sounding))
    return found


def lyrics(difference: Difference) -> Iterator[str]:
    """The words of each part and section where they differ, with what is gone and what is new marked."""
    for old_part, new_part in difference.parts:
        if old_part is None or new_part is None:
            continue
        found: dict[str, list[int]] = {}
        before, after = _sung(difference.old, old_part), _sung(difference.new, new_part)
        for old, new in difference.sections:
            if old is not None and new is not None and before.get(old) != after.get(new):
                found.setdefault(_marked(before.get(old, []), after.get(new, [])), []).append(new)
        for marked, sections in found.items():
            where = playings(sections, difference.new.sections)
            yield f'<h4>{escape(words(new_part))}, {escape(where)}</h4><p class="lyrics">{marked}</p>'


def _sung(facts: Facts, part: str) -> dict[int, list[str]]:
    """What a part sings in each section: its words, with '/' between lines."""
    notes: dict[int, list[Note]] = {}
    for note in facts.parts[part].notes:
        notes.setdefault(note.section, []).append(note)
    lines = {section: lines_of(each) for section, each in notes.items()}
    return {
        section: [word for at, line in enumerate(each) for word in ((LINE, *line) if at else line)]
        for section, each in lines.items()
        if each
    }


def _marked(before: Sequence[str], after: Sequence[str]) -> str:
    told = []
    for kind, low, high, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            told.append(escape(" ".join(before[low:high])))
            continue
        if low < high:
            told.append(f"<del>{escape(' '.join(before[low:high]))}</del>")
        if start < stop:
            told.append(f"<ins>{escape(' '.join(after[start:stop]))}</ins>")
    return " ".join(told)
