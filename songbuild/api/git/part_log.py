"""The commits that changed a part, each with what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from songbuild.api.git.blaming import NEEDED
from songbuild.api.git.history import History, history, working_tree
from songbuild.api.history.revisions import Commit
from songbuild.api.usage import UsageError
from songbuild.diff.change import Change, Difference
from songbuild.diff.compare import compare
from songbuild.diff.facts import Facts
from songbuild.problems import did_you_mean

_DESK = ("mix", "automation", "sound")


@dataclass(frozen=True)
class Logged:
    """What one commit changed of a part, which was called `part` then; the commit is None for the working tree.

    The changes are of the `difference` from the commit before it, the first where it has several.
    """

    commit: Commit | None
    part: str
    changes: tuple[Change, ...]
    difference: Difference


def log(
    song: Path, part: str, *, limit: int | None = None, trusted: bool = False, cache: str | None = None
) -> Iterator[Logged]:
    """The commits that changed a part, newest first, through its renames; a part that is no more has them too.

    Raises UsageError: no git, no such part ever, a song with errors.
    """
    now = working_tree(song, NEEDED, trusted=trusted, cache=cache)
    past = history(song, NEEDED, trusted=trusted, cache=cache)
    found = _logged(now, part, past)
    first = next(found, None)
    if first is None and part not in now.parts:
        hint = did_you_mean(part, now.parts)
        raise UsageError(f"there has never been a part '{part}'" + (f": {hint}" if hint else ""))
    for count, each in enumerate(() if first is None else (first, *found)):
        if limit is not None and count >= limit:
            return
        yield each


def about(changes: Iterable[Change], names: Iterable[str], recordings: Iterable[str]) -> Iterator[Change]:
    """Those of the changes that are of a part, or of the recording that it plays; of one told of many, its share."""
    parts, recorded = set(names), set(recordings)
    for change in changes:
        single = [item for item in change.details if item.area == change.area and item.subject in parts]
        others = any(item.subject not in parts for item in change.details if item.area == change.area)
        if single and others:
            yield from single
        elif change.subject in (recorded if change.area == "recordings" else parts) and not _elsewhere(change):
            yield change


def _elsewhere(change: Change) -> bool:
    """Whether a change is of a bus or a return that has the part's name."""
    return change.area in _DESK and change.path[:1] == ("mix",) and change.path[1:2] != ("channels",)


def _logged(now: Facts, part: str, past: History) -> Iterator[Logged]:
    """Each version beside those it was made from."""
    waiting: dict[str, str] = {}
    yield from _compared(None, now, part, past, waiting)
    for name, commit in past.commits.items():
        if name in waiting:
            own = past.facts(name)
            assert own is not None  # commits that can't be read are passed over
            yield from _compared(commit, own, waiting.pop(name), past, waiting)


def _compared(
    commit: Commit | None, facts: Facts, part: str, past: History, waiting: dict[str, str]
) -> Iterator[Logged]:
    """What a version changed of the part; where it has several parents, what none of them had.

    What the part was called in each of them is added to those `waiting` for their turn.
    """
    told: list[tuple[dict[str, Change], Difference]] = []
    for parent in past.before(commit.id if commit is not None else None):
        old = past.facts(parent)
        assert old is not None
        difference = compare(old, facts)
        before = next((was for was, now in difference.parts if now == part and was is not None), None)
        if before is None and (part in old.parts or part not in facts.parts):
            before = part
        names = {part, before or part}
        recordings = {each.parts[name].recording for each in (old, facts) for name in names if name in each.parts}
        changes = about(difference.changes, names, recordings - {""})
        told.append(({change.text: change for change in changes}, difference))
        if before is not None:
            waiting[parent] = before
    if not told and part in facts.parts:
        first = compare(Facts(facts.kind, facts.title), facts)
        yield Logged(commit, part, tuple(about(first.changes, (part,), ())), first)
    elif told:
        common = tuple(
            change
            for text, change in told[0][0].items()
            if all(text in other or _values(change) & _values(*other.values()) for other, _ in told)
        )
        if common:
            yield Logged(commit, part, common, told[0][1])


def _values(*changes: Change) -> set[tuple[object, ...]]:
    """The single values that changes have led to, by place: what a merge decides is no parent's, in words of each."""
    found = {(change.path, repr(change.new)) for change in changes if change.path and change.new is not None}
    return found.union(*(_values(*change.details) for change in changes))
