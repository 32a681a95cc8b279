"""Two versions of a song beside each other: of the working tree, of revisions in git, of folders.

With facts that are kept in the cache nothing that reads songs is imported.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from songbuild.api.history import kept_facts
from songbuild.api.history.revisions import Repository
from songbuild.api.history.snapshots import Snapshot, holds_still, home, identities, laid_out, of_commit, of_folder
from songbuild.api.usage import UsageError
from songbuild.diff import keeping
from songbuild.diff.change import Change, Difference
from songbuild.diff.compare import compare
from songbuild.diff.facts import Facts, Json
from songbuild.manifest.trust import is_trusted
from songbuild.problems import Problem

WORKING = "working tree"
MUSIC = frozenset(("composition", "arrangement"))
_PLACED = ("recordings", "arrangement", "composition", "notes")
"""What has values that are places in the song's time."""


@dataclass(frozen=True)
class Side:
    """One of two versions.

    label     what people call it
    facts     of as much of it as could be read
    problems  the errors that stand in the way of the rest
    folder    the song's folder, where it is on the disk
    commit    the id of the commit, where it is of one
    lacking   of the song '' or of an album's songs by name: stages that could not be read; 'song' for all of it
    unrun     Python files and plugins that weren't run, for want of trust
    trusted   whether the song's own code may run
    texts     the files it was read from -> what tells one content from another
    """

    label: str
    facts: Facts
    problems: list[Problem]
    folder: Path | None
    commit: str | None = None
    lacking: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unrun: tuple[str, ...] = ()
    trusted: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)


def diff(a: str | None, b: str | None, song: Path, *, trusted: bool = False, cache: str | None = None) -> Difference:
    """What differs between two versions of a song, each as `side` takes it.  Raises UsageError."""
    return between(side(a, song, trusted=trusted, cache=cache), side(b, song, trusted=trusted, cache=cache))


def sides(
    a: str | None, b: str | None, song: Path, *, trusted: bool = False, cache: str | None = None
) -> tuple[Side, Side]:
    """Both sides, with one look at the repository."""
    where = home(song)
    return _side(a, song, where, trusted, cache), _side(b, song, where, trusted, cache)


def side(spec: str | None, song: Path, *, trusted: bool = False, cache: str | None = None) -> Side:
    """One version of a song: None is the working tree, else a revision, a folder or a manifest.  Raises UsageError.

    Code of a revision runs if `trusted`, or in a trusted project if the commit is part of what is checked out.
    """
    return _side(spec, song, home(song), trusted, cache)


def between(old: Side, new: Side) -> Difference:
    """What differs between two sides, as far as both could be read."""
    lacking = {
        name: old.lacking.get(name, frozenset()) | new.lacking.get(name, frozenset())
        for name in sorted({*old.lacking, *new.lacking})
    }
    found = compare(_without(old.facts, lacking), _without(new.facts, lacking))
    code = tuple(_code_changes(old, new))
    return replace(found, changes=(*found.changes, *code)) if code else found


def merge_base(a: str, b: str, song: Path) -> str:
    """The commit that two revisions have in common.  Raises UsageError."""
    found = home(song)[1]
    if found is None:
        raise UsageError(f"{song} isn't in a git repository: '{a}...{b}' means nothing there")
    return found.merge_base(a, b)


@contextmanager
def checked_out(spec: str | None, song: Path, *, audio: bool) -> Iterator[Path]:
    """A version's folder, whole; without `audio` recordings and pictures are empty files.  Raises UsageError.

    A revision is checked out into a temporary folder, through git's filters, so that Git LFS gives its files.
    """
    with laid_out(_snapshot(spec, song, home(song)), audio=audio) as manifest:
        yield manifest.parent


def _side(
    spec: str | None, song: Path, where: tuple[Path, Repository | None], trusted: bool, cache: str | None
) -> Side:
    return of_snapshot(_snapshot(spec, song, where), trusted=trusted, cache=cache)


def of_snapshot(snapshot: Snapshot, *, trusted: bool = False, cache: str | None = None) -> Side:
    """The side that a snapshot is, read or kept.  Raises UsageError."""
    runs = _trust(snapshot, trusted)
    name = kept_facts.name_of(snapshot.texts, snapshot.media, snapshot.manifest, *sorted(runs))
    found = _kept(cache, name) if snapshot.complete else None
    if found is None:
        from songbuild.api.history.song_facts import read

        with laid_out(snapshot, audio=False) as manifest:
            top = os.path.realpath(manifest.parents[snapshot.manifest.count("/")])
            made = read(manifest, lambda folder: trusted or os.path.relpath(os.path.realpath(folder), top) in runs)
        if snapshot.complete and holds_still(snapshot):
            kept_facts.keep(cache, name, made)  # of what was read, not of a file that was saved meanwhile
        facts, problems, lacking, unrun = made.facts, list(made.problems), made.lacking, made.unrun
    else:
        facts, problems, lacking, unrun = found
    facts = _with_files(facts, snapshot)
    folder = snapshot.folder if snapshot.commit is None else None
    own = (snapshot.place or ".") in runs
    return Side(snapshot.label, facts, problems, folder, snapshot.commit, lacking, unrun, own, snapshot.texts)


def _kept(
    cache: str | None, name: str
) -> tuple[Facts, list[Problem], dict[str, frozenset[str]], tuple[str, ...]] | None:
    known = kept_facts.kept(cache, name)
    if known is None:
        return None
    head, data = known
    try:
        facts, problems = keeping.from_json(data), kept_facts.problems(head)
        lacking = {song: frozenset(stages) for song, stages in head["lacking"].items()}
        return facts, problems, lacking, tuple(head["unrun"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _snapshot(spec: str | None, song: Path, where: tuple[Path, Repository | None]) -> Snapshot:
    folder, found = where
    if spec is None:
        return of_folder(song, WORKING, found)
    there = Path(spec).exists()
    if there and found is not None and found.is_revision(spec):
        raise UsageError(f"'{spec}' is a file and a revision: './{spec}' means the file, '{spec}^0' the revision")
    if there:
        return of_folder(Path(spec), spec, home(Path(spec))[1])
    if found is None:
        raise UsageError(f"'{spec}' is no folder or file, and no revision: {folder} isn't in a git repository")
    commit = found.resolve(spec)
    label = spec if commit.startswith(spec) else f"{spec} ({commit[:7]})"
    return of_commit(song, label if spec != commit else commit[:10], commit, found)


def _trust(snapshot: Snapshot, trusted: bool) -> set[str]:
    """The folders in a snapshot, by their path from its root, whose code may run."""
    homes = {posixpath.dirname(path) or "." for path in snapshot.texts if path.endswith((".yaml", ".yml"))}
    if trusted:
        return homes
    runs = {place for place in homes if is_trusted(snapshot.root / place)}
    merged = snapshot.commit is None or (
        snapshot.repository is not None and snapshot.repository.is_merged(snapshot.commit)
    )
    return runs if runs and merged else set()


def _with_files(facts: Facts, snapshot: Snapshot) -> Facts:
    """The facts with what tells the contents of the files apart that the song, or an album's songs, name."""
    homes = {"": snapshot.place} | {name: _joined(snapshot.place, name) for name in facts.songs}
    named = {home: (facts if not home else facts.songs[home]).files for home in homes}
    paths = {(home, name): _joined(homes[home], name) for home, names in named.items() for name in names}
    if not paths:
        return facts
    known = identities(snapshot, paths.values())
    files = {home: {name: known[paths[home, name]] for name in names} for home, names in named.items()}
    songs = {name: replace(song, files=files[name]) for name, song in facts.songs.items()}
    return replace(facts, files=files[""], songs=songs)


def _joined(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name))


def _without(facts: Facts, lacking: Mapping[str, frozenset[str]]) -> Facts:
    """The facts without what one of the sides doesn't have."""
    if not lacking:
        return facts
    if "song" in lacking.get("", ()):
        return Facts(facts.kind, facts.title)
    songs = {
        name: _song_without(song, lacking[name]) if name in lacking else song for name, song in facts.songs.items()
    }
    return _song_without(replace(facts, songs=songs), lacking.get("", frozenset()))


def _song_without(facts: Facts, stages: frozenset[str]) -> Facts:
    if "song" in stages:
        return Facts(facts.kind, facts.title)
    if stages & MUSIC:  # without bars no place in the song means anything
        tree = {name: _unplaced(value) for name, value in facts.tree.items() if name not in {*stages, *_PLACED}}
        return Facts(facts.kind, facts.title, tree=tree, units=facts.units, files=facts.files, lines=facts.lines)
    return replace(facts, tree={name: value for name, value in facts.tree.items() if name not in stages})


def _unplaced(value: Json) -> Json:
    """A value without the automation in it."""
    if isinstance(value, dict):
        return {name: _unplaced(item) for name, item in value.items() if name != "automation"}
    return [_unplaced(item) for item in value] if isinstance(value, list) else value


def _code_changes(old: Side, new: Side) -> Iterator[Change]:
    """Code that was not run and isn't the same: that it changed is all that can be said."""
    for name in sorted({*old.unrun, *new.unrun}):
        before, after = old.texts.get(name), new.texts.get(name)
        if before != after:
            act: Any = "added" if before is None else "removed" if after is None else "changed"
            yield Change("other", act, name, f"{name} {act}: not run without trust")
