"""A difference as data for programs; `schema` says what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from songbuild.app.telling.heard_plain import plain as plain_heard
from songbuild.app.telling.outline import written
from songbuild.diff.change import Change, Difference
from songbuild.problems import Problem

if TYPE_CHECKING:
    from songbuild.diff.heard import Heard

FORMAT = 1


def plain(
    difference: Difference,
    old: str,
    new: str,
    problems: Sequence[tuple[str, Problem]] = (),
    heard: Heard | None = None,
) -> dict[str, Any]:
    """All of it; `old` and `new` are the labels of both sides, of which each of the `problems` names one."""
    return {
        "event": "difference",
        "format": FORMAT,
        "old": {"label": old, "title": difference.old.title},
        "new": {"label": new, "title": difference.new.title},
        **_songs(difference),
        "problems": [
            {
                "side": side,
                "severity": problem.severity,
                "code": problem.code,
                "message": problem.message,
                "file": problem.span.file,
                "line": problem.span.line,
                "column": problem.span.column,
                "hint": problem.hint,
            }
            for side, problem in problems
        ],
        "heard": plain_heard(heard) if heard is not None else None,
    }


def _songs(difference: Difference) -> dict[str, Any]:
    return {
        "kind": difference.new.kind,
        "changes": [change_of(change, difference) for change in difference.changes],
        "songs": {
            name: {"title": song.new.title or song.old.title, **_songs(song)}
            for name, song in difference.songs.items()
            if song
        },
    }


def change_of(change: Change, difference: Difference) -> dict[str, Any]:
    """One change, with what it is made of."""
    return {
        "area": change.area,
        "act": change.act,
        "subject": change.subject,
        "text": change.text,
        "bars": [
            {"first": bars.first, "last": bars.last, "section": bars.section, "side": bars.side} for bars in change.bars
        ],
        "old": change.old,
        "new": change.new,
        "unit": change.unit,
        "path": list(change.path),
        "place": written(change, difference.old, difference.new),
        "weight": round(change.weight, 6),
        "details": [change_of(detail, difference) for detail in change.details],
    }
