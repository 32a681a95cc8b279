"""The arrangement before and after: sections on one axis of time, with bands from where each was to where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from songbuild.diff.change import Difference
from songbuild.diff.facts import Facts, Section
from songbuild.diff.identity import side_by_side
from songbuild.diff.page.drawing import box, drawing, fits, path, px, text, titled
from songbuild.diff.words import bars_text, playing, words

_WIDE, _LEAST = 1040.0, 54.0
"""Pixels of the picture, and at least of a section on average: beyond that it scrolls."""
_LEFT = 48.0
_ROW, _BETWEEN = 40.0, 62.0
_UPPER = 20.0
_LOWER = _UPPER + _ROW + _BETWEEN
_SIGNS = {"added": "+", "removed": "−", "moved": "↷", "renamed": "≈", "changed": "↔", "same": ""}
_SAID = {"changed": "longer or shorter", "same": "as it was"}


def changed(difference: Difference) -> bool:
    """Whether sections differ in more than what is played in them."""
    return any(state != "same" for _, _, state in states(difference))


def states(difference: Difference) -> list[tuple[int | None, int | None, str]]:
    """What became of each pair of sections: 'added', 'removed', 'moved', 'renamed', 'changed' (its length), 'same'."""
    moved = side_by_side(difference.old, difference.new).moved
    found = []
    for old, new in difference.sections:
        if old is None or new is None:
            found.append((old, new, "added" if old is None else "removed"))
            continue
        before, after = difference.old.sections[old], difference.new.sections[new]
        state = "moved" if new in moved else "renamed" if before.name != after.name else "same"
        found.append((old, new, "changed" if state == "same" and before.length != after.length else state))
    return found


def arrangement(difference: Difference) -> str:
    """The picture."""
    old, new = difference.old, difference.new
    end = max([side.bars[-1] for side in (old, new) if side.bars], default=0) or 1
    width = max(_WIDE, _LEFT + _LEAST * max(len(old.sections), len(new.sections)))
    scale = (width - _LEFT - 1) / end
    found = states(difference)
    upper = {before: state for before, _, state in found if before is not None}
    lower = {after: state for _, after, state in found if after is not None}
    body = [text(0, _UPPER + 24, "before", "name"), text(0, _LOWER + 24, "after", "name")]
    body += _bands(difference, found, scale)
    body += _row(old, upper, scale, _UPPER, _UPPER - 6)
    body += _row(new, lower, scale, _LOWER, _LOWER + _ROW + 14)
    told = ", ".join(f"{_of(difference, *pair)} {_SAID.get(pair[2], pair[2])}" for pair in found if pair[2] != "same")
    return drawing(f"The sections before and after: {told or 'the same'}", width, _LOWER + _ROW + 20, body, "form")


def _of(difference: Difference, before: int | None, after: int | None, _state: str) -> str:
    return (
        playing(after, difference.new.sections) if after is not None else playing(before or 0, difference.old.sections)
    )


def _row(facts: Facts, states: dict[int, str], scale: float, top: float, numbers: float) -> Iterator[str]:
    """The sections of a side, with the numbers of their first bars where there is room."""
    free = 0.0
    for index, section in enumerate(facts.sections):
        x, width = _LEFT + section.start * scale, section.length * scale
        state = states.get(index, "same")
        name = playing(index, facts.sections)
        said = f"{name}: {bars_text([(section.first_bar, section.first_bar + section.bars - 1)])}"
        said += f", {_SAID.get(state, state)}"
        inner = titled(said) + path("block", box(x + 0.5, top, max(1.0, width - 1.5), _ROW))
        inner += _label(section, name, _SIGNS[state], x, width, top)
        yield f'<g class="section {state}">{inner}</g>'
        number = str(section.first_bar)
        if x >= free:
            yield text(x + 1, numbers, number, "bar")
            free = x + 9 + 7 * len(number)


def _label(section: Section, name: str, sign: str, x: float, width: float, top: float) -> str:
    """Its name, shortened until it fits: 'pre chorus 2', 'pre chorus', 'pc2', and below it what became of it."""
    number = name.removeprefix(words(section.name)).strip()
    short = "".join(word[0] for word in words(section.name).split()) + number
    lines = [line for line in (sign and f"{sign} {section.bars}", f"{section.bars} bars") if line]
    said = next((each for each in (name, words(section.name), short) if fits(each, width - 6)), "")
    below = next((line for line in (f"{sign} {section.bars} bars".strip(), *lines, sign) if fits(line, width - 6)), "")
    return text(x + 4, top + 16, said, "name") + text(x + 4, top + 31, below, "state")


def _bands(difference: Difference, found: Sequence[tuple[int | None, int | None, str]], scale: float) -> Iterator[str]:
    """A band for each section that is on both sides, the moved ones above the others."""
    for old, new, state in sorted(found, key=lambda each: each[2] == "moved"):
        if old is None or new is None:
            continue
        before, after = difference.old.sections[old], difference.new.sections[new]
        x0, x1 = _LEFT + before.start * scale, _LEFT + (before.start + before.length) * scale - 1.5
        x2, x3 = _LEFT + after.start * scale, _LEFT + (after.start + after.length) * scale - 1.5
        top, bottom, middle = _UPPER + _ROW, _LOWER, (_UPPER + _ROW + _LOWER) / 2
        way = (
            f"M{px(x0)} {px(top)}C{px(x0)} {px(middle)} {px(x2)} {px(middle)} {px(x2)} {px(bottom)}H{px(x3)}"
            f"C{px(x3)} {px(middle)} {px(x1)} {px(middle)} {px(x1)} {px(top)}z"
        )
        was, now = playing(old, difference.old.sections), playing(new, difference.new.sections)
        said = f"{was} → {now}, {_SAID.get(state, state)}: from bar {before.first_bar} to bar {after.first_bar}"
        yield f'<g class="band {state}">{path("ribbon", way, said)}</g>'
