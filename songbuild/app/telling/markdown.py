"""A difference as GitHub-flavoured Markdown, for a comment on a pull request: short, the rest folded away."""

from __future__ import annotations

import re
from collections.abc import Iterator

from songbuild.app.telling.outline import (
    SIGNS,
    Area,
    Part,
    clean,
    headline,
    lines,
    number_of_changes,
    outline,
    where,
    written,
)
from songbuild.diff.change import Change, Difference
from songbuild.diff.words import count

LONGEST = 40_000
"""Characters of details that are kept: a comment may have 65,536."""
_MARKUP = re.compile(r"[\\`*_{}\[\]|~$]|#+$")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
# What GitHub makes links and messages to people of: names, issues, addresses; not F#4, which is a note.
_LINKS = re.compile(r"@(?=[\w-])|(?<![A-G])#(?=\d)|\bGH-(?=\d)|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_GAP = "&#8203;"  # a space of no width


def markdown(difference: Difference, old: str, new: str, *, full: bool = False, form_only: str = "") -> Iterator[str]:
    """The lines of the text; `old` and `new` are the labels of both sides.

    form_only  what to add where nothing differs but how it is written
    """
    yield from told(difference, old, new, full=full, form_only=form_only)
    if not full:
        yield from folded(difference)


def told(difference: Difference, old: str, new: str, *, full: bool = False, form_only: str = "") -> Iterator[str]:
    """What is in view."""
    yield f"### {escaped(headline(difference))}"
    yield ""
    yield f"{escaped(old)} → {escaped(new)}"
    if form_only:
        yield ""
        yield escaped(form_only)
    parts = outline(difference, everything=full)
    for part in parts:
        if part.name:
            yield ""
            yield f"#### {escaped(part.name)}: {count(number_of_changes(part.difference), 'change')}"
        for area in part.areas:
            yield from _area(area, part.difference)


def escaped(text: str) -> str:
    """Text that means itself: no markup, no HTML, no mention, no link."""
    made = _MARKUP.sub(lambda found: "".join(f"\\{letter}" for letter in found[0]), clean(text))
    made = "".join(_ENTITIES.get(letter, letter) for letter in made)
    return _LINKS.sub(lambda found: found[0] + _GAP, made)


def _area(area: Area, difference: Difference) -> Iterator[str]:
    yield ""
    yield f"**{escaped(area.title)}**"
    yield ""
    for change in area.shown:
        yield _item(change, 0, difference)
    if area.more:
        yield f"- … and {area.more} more"


def _item(change: Change, depth: int, difference: Difference, place: str = "") -> str:
    bars = where(change, difference)
    told = f" _({escaped(bars)})_" if bars else ""
    return f"{'  ' * depth}- `{SIGNS[change.act]}` {escaped(change.text)}{told}{f' {place}' if place else ''}"


def folded(difference: Difference, longest: int = LONGEST) -> Iterator[str]:
    """Everything, folded away, where it is more than what was told: as much as `longest` characters hold."""
    parts = outline(difference, everything=True)
    short = outline(difference)
    if not any(area.more or any(change.details for change in area.shown) for part in short for area in part.areas):
        return
    yield ""
    yield "<details><summary>All changes, one by one</summary>"
    left = longest
    for line in _everything(parts):
        left -= len(line) + 1
        if left < 0:
            yield "- … and more: `songbuild diff --full`"
            break
        yield line
    yield ""
    yield "</details>"


def _everything(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        for area in part.areas:
            yield ""
            yield f"**{escaped(': '.join(filter(None, (part.name, area.title))))}**"
            yield ""
            for change in area.shown:
                for depth, item in lines(change):
                    at = written(item, part.difference.old, part.difference.new)
                    yield _item(item, depth, part.difference, f"<sub>{escaped(at)}</sub>" if at else "")
