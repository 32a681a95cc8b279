"""The versions of a song in git's history, newest first, each with what it came from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from songbuild.api.history.asking import answer, home_of
from songbuild.api.history.differing import Side, side
from songbuild.api.history.revisions import Commit, Repository
from songbuild.api.history.snapshots import home
from songbuild.api.usage import UsageError
from songbuild.diff.facts import Facts
from songbuild.manifest.find import is_album

_ALL = "song"
"""What is lacking of a song of which nothing could be read."""


@dataclass
class History:
    """The commits that changed a song, each before those it was made from; its facts are read when they are wanted.

    commits  by their ids, newest first
    parents  of each commit the nearest ones before it that changed the song too
    skipped  the commits in which the song couldn't be read, as far as they were looked at
    """

    song: Path
    repository: Repository
    commits: dict[str, Commit]
    parents: dict[str, tuple[str, ...]]
    needed: frozenset[str]
    trusted: bool = False
    cache: str | None = None
    skipped: list[str] = field(default_factory=list)
    _known: dict[str, Facts | None] = field(default_factory=dict)

    def before(self, commit: str | None) -> tuple[str, ...]:
        """The nearest commits before one, or before the working tree, in which the song can be read."""
        tip = next(iter(self.commits), None)
        waiting = list(self.parents[commit]) if commit is not None else [tip] if tip is not None else []
        found: list[str] = []
        while waiting:
            name = waiting.pop(0)
            if self.facts(name) is None:
                waiting = [*self.parents[name], *waiting]
            elif name not in found:
                found.append(name)
        return tuple(found)

    def facts(self, commit: str) -> Facts | None:
        """The song at a commit; None where it wasn't there or couldn't be read."""
        if commit not in self._known:
            try:
                found = side(commit, self.song, trusted=self.trusted, cache=self.cache)
            except UsageError:  # it wasn't there, or went by another name
                found = None
            readable = found is not None and not _lacks(found, self.needed)
            self._known[commit] = found.facts if found is not None and readable else None
            if not readable:
                self.skipped.append(commit)
        return self._known[commit]

    def is_cut_off(self, commit: str) -> bool:
        """Whether what came before a commit isn't in this clone."""
        return self.repository.shallow and not self.parents[commit]


def working_tree(song: Path, needed: Collection[str], *, trusted: bool = False, cache: str | None = None) -> Facts:
    """The song as it lies in the working tree.  Raises UsageError where that can't be read."""
    if is_album(song):
        raise UsageError(f"{song} is an album: name one of its songs with --song")
    found = side(None, song, trusted=trusted, cache=cache)
    if _lacks(found, needed):
        if found.unrun:
            raise UsageError(f"{found.unrun[0]} is code: read it, then 'songbuild trust' the song, or use --trust")
        first = f": {found.problems[0].span}: {found.problems[0].message}" if found.problems else ""
        raise UsageError(f"the song can't be read as it is{first}; 'songbuild check' says more")
    return found.facts


def history(song: Path, needed: Collection[str], *, trusted: bool = False, cache: str | None = None) -> History:
    """The history of a song, of which the stages `needed` matter.  Raises UsageError outside of git."""
    folder, found = home(song)
    repository = found if found is not None else home_of(folder)
    parents: dict[str, tuple[str, ...]] = {}
    commits: dict[str, Commit] = {}
    if repository.is_revision("HEAD"):
        place = f":(top,literal){repository.prefix}" if repository.prefix else ":(top)"
        listed = answer(repository, "rev-list", "--topo-order", "--parents", "HEAD", "--", place).decode()
        parents = {line.split()[0]: tuple(line.split()[1:]) for line in listed.splitlines()}
        known = {commit.id: commit for commit in repository.log()}
        commits = {name: known[name] for name in parents}
    return History(song, repository, commits, parents, frozenset(needed), trusted, cache)


def _lacks(found: Side, needed: Collection[str]) -> bool:
    lacking = found.lacking.get("", frozenset())
    return _ALL in lacking or not lacking.isdisjoint(needed)
