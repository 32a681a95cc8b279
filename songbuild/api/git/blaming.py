"""Who last changed what a part plays: bar by bar back through the history, as `git blame` goes line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from songbuild.api.git.bars import Alignment, Place, Version
from songbuild.api.git.history import History, history, working_tree
from songbuild.api.history.revisions import Commit
from songbuild.api.usage import UsageError
from songbuild.diff.facts import Facts
from songbuild.diff.words import playing, playings
from songbuild.problems import did_you_mean

NEEDED = ("composition", "arrangement")


@dataclass(frozen=True)
class Blamed:
    """Bars that one commit last changed; None is what isn't committed yet.

    where    the playings they lie in: 'verse 1 and 2'
    cut_off  whether the commit is only the first that this shallow clone has
    """

    first: int
    last: int
    where: str
    commit: Commit | None
    cut_off: bool = False


class _Wanted(NamedTuple):
    """A bar that nobody has been blamed for yet: its number now, and where it is in a version."""

    number: int
    version: Version
    place: Place


def blame(
    song: Path, part: str, bars: str | None = None, *, trusted: bool = False, cache: str | None = None
) -> tuple[list[Blamed], list[Commit]]:
    """Who last changed the bars of a part, in order, and the commits that couldn't be read and were passed over.

    bars  '9-16', '9', or a section 'chorus' or 'chorus#2'; None is wherever the part sounds.

    Raises UsageError: no git, no such part, no such bars, a song with errors.
    """
    facts = working_tree(song, NEEDED, trusted=trusted, cache=cache)
    known(part, facts)
    now = Version(facts)
    asked = chosen(bars, facts) if bars is not None else None
    wanted = [
        _Wanted(now.number(place), now, place)
        for place, content in now.contents(part).items()
        if (content if asked is None else now.number(place) in asked)
    ]
    past = history(song, NEEDED, trusted=trusted, cache=cache)
    found = _blame(wanted, past)
    section_of = {item.number: item.place.section for item in wanted}
    return _folded(found, section_of, facts, past), [past.commits[name] for name in past.skipped]


def known(part: str, facts: Facts) -> None:
    """Raise UsageError where a song has no such part."""
    if part not in facts.parts:
        hint = did_you_mean(part, facts.parts)
        raise UsageError(f"there is no part '{part}'" + (f": {hint}" if hint else ""))


def chosen(text: str, facts: Facts) -> set[int]:
    """The bars that '9-16', '9', 'chorus' or 'chorus#2' means.  Raises UsageError."""
    first, dash, last = text.partition("-")
    end = max((section.first_bar + section.bars - 1 for section in facts.sections), default=0)
    if first.strip().isdecimal() and (last.strip().isdecimal() or not dash):
        begin, stop = int(first), int(last or first)
        if not 1 <= begin <= stop <= end:
            raise UsageError(f"'{text}' is not within bars 1-{end} of the song")
        return set(range(begin, stop + 1))
    found = [section for section in facts.sections if text in (section.id, section.name)]
    if not found:
        hint = did_you_mean(text, {section.name for section in facts.sections})
        raise UsageError(f"'{text}' is neither bars such as '9-16' nor a section" + (f": {hint}" if hint else ""))
    return {bar for section in found for bar in range(section.first_bar, section.first_bar + section.bars)}


def _blame(wanted: Iterable[_Wanted], past: History) -> dict[int, str | None]:
    """The commit that last changed each bar, by the bar's number now; None is the working tree."""
    found: dict[int, str | None] = {}
    waiting: dict[str, list[_Wanted]] = {}
    versions: dict[str, Version] = {}
    alignments: dict[tuple[Version, Version], Alignment] = {}

    def before(item: _Wanted, commit: str) -> _Wanted | None:
        """The same bar in a commit, where it sounded the same."""
        if commit not in versions:
            facts = past.facts(commit)
            assert facts is not None  # commits that can't be read are passed over
            versions[commit] = Version(facts)
        both = versions[commit], item.version
        if both not in alignments:
            alignments[both] = Alignment(*both)
        place = alignments[both].before(item.place)
        return _Wanted(item.number, versions[commit], place) if place is not None else None

    _pass_on(wanted, past.before(None), before, waiting, found, None)
    for commit in past.commits:
        if commit in waiting:
            _pass_on(waiting.pop(commit), past.before(commit), before, waiting, found, commit)
    return found


def _pass_on(
    items: Iterable[_Wanted],
    parents: Iterable[str],
    before: Callable[[_Wanted, str], _Wanted | None],
    waiting: dict[str, list[_Wanted]],
    found: dict[int, str | None],
    commit: str | None,
) -> None:
    """Hand each bar to the first parent that has it; blame the commit for the rest."""
    for item in items:
        for parent in parents:
            if (same := before(item, parent)) is not None:
                waiting.setdefault(parent, []).append(same)
                break
        else:
            found[item.number] = commit


def _folded(found: dict[int, str | None], section_of: dict[int, int], facts: Facts, past: History) -> list[Blamed]:
    """Neighbouring bars of one commit together."""
    runs: list[tuple[str | None, list[int]]] = []
    for bar, commit in sorted(found.items()):
        if runs and runs[-1][0] == commit and runs[-1][1][-1] == bar - 1:
            runs[-1][1].append(bar)
        else:
            runs.append((commit, [bar]))
    return [
        Blamed(
            bars[0],
            bars[-1],
            _where([section_of[bar] for bar in bars], facts),
            past.commits[commit] if commit is not None else None,
            commit is not None and past.is_cut_off(commit),
        )
        for commit, bars in runs
    ]


def _where(sections: list[int], facts: Facts) -> str:
    """The playings that a stretch of bars goes through: 'verse 1 and 2', 'verse 1 to bridge', 'throughout'."""
    first, last = sections[0], sections[-1]
    if last - first < 2 or last - first + 1 == len(facts.sections):
        return playings(sections, facts.sections)
    return f"{playing(first, facts.sections)} to {playing(last, facts.sections)}"
