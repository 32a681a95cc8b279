"""A difference on a terminal: a head line, then area by area; a sign says what colour says too."""

from __future__ import annotations

from collections.abc import Iterator

import click

from songbuild.app.telling.outline import (
    SIGNS,
    Part,
    clean,
    headline,
    lines,
    number_of_changes,
    outline,
    where,
    written,
)
from songbuild.diff.change import Act, Change, Difference
from songbuild.diff.words import count

WIDTH = 76
"""Columns after which bars stand directly behind their sentence."""
_COLOURS: dict[Act, str] = {
    "added": "green",
    "removed": "red",
    "moved": "cyan",
    "renamed": "cyan",
    "changed": "yellow",
}


def terminal(difference: Difference, old: str, new: str, *, full: bool = False, form_only: str = "") -> Iterator[str]:
    """The lines of the text, coloured; `old` and `new` are the labels of both sides.

    form_only  what to add where nothing differs but how it is written
    """
    sides = click.style(f"{clean(old)} -> {clean(new)}", dim=True)
    yield f"{click.style(headline(difference), bold=True)}  {sides}"
    if form_only:
        yield f"  {form_only}"
    for part in outline(difference, everything=full):
        if part.name:
            yield ""
            changes = count(number_of_changes(part.difference), "change")
            yield click.style(f"{part.name}: {changes}", bold=True)
        yield from _part(part, full)


def _part(part: Part, full: bool) -> Iterator[str]:
    margin = _margin(part, full)
    for area in part.areas:
        yield ""
        yield click.style(area.title, bold=True)
        for change in area.shown:
            for depth, item in lines(change) if full else ((0, change),):
                yield _line(item, depth, margin, part.difference, full)
        if area.more:
            yield click.style(f"    and {area.more} more: --full", dim=True)


def _margin(part: Part, full: bool) -> int:
    """The column that bars are told in."""
    widths = [
        _width(item, depth)
        for area in part.areas
        for change in area.shown
        for depth, item in (lines(change) if full else ((0, change),))
        if where(item, part.difference)
    ]
    return max((width for width in widths if width <= WIDTH), default=0)


def _width(change: Change, depth: int) -> int:
    return 2 * depth + len(clean(change.text))


def _line(change: Change, depth: int, margin: int, difference: Difference, full: bool) -> str:
    sign = click.style(SIGNS[change.act], fg=_COLOURS[change.act], bold=True)
    room = max(0, margin - _width(change, depth))
    place = written(change, difference.old, difference.new) if full else ""
    told = [text for text in (where(change, difference), place) if text]
    behind = f"{' ' * room}   {click.style('  '.join(told), dim=True)}" if told else ""
    return f"  {'  ' * depth}{sign} {clean(change.text)}{behind}"
