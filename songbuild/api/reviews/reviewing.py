"""A song that has changed between two commits, reviewed: what is wrong, what differs, how loud it has become."""

from __future__ import annotations

import posixpath
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from songbuild.api.albums.rendering import render_album
from songbuild.api.heard.hearing import hear
from songbuild.api.history.differing import Side, between, of_snapshot
from songbuild.api.history.revisions import Repository
from songbuild.api.history.snapshots import Snapshot, home, laid_out, of_commit
from songbuild.api.rendering import Rendered, render
from songbuild.api.reviews.changed_songs import Versions
from songbuild.api.song import Listener
from songbuild.api.usage import UsageError
from songbuild.diff.change import Difference
from songbuild.diff.heard import Heard
from songbuild.manifest import codes
from songbuild.manifest.find import is_album
from songbuild.problems import Problem, Span

CLIPS = "diff_audio"
INCOMPLETE = "GIT001"
"""The code of a problem: a version can't be checked out whole."""


class Level(NamedTuple):
    """What a meter says of a master, None where there is nothing to say, and its length."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    lra_lu: float | None
    length_s: float


@dataclass(frozen=True)
class How:
    """How songs are reviewed.

    trusted  whether their .py stages and plugins may run, also where nobody has trusted the project
    audio    whether both versions are heard beside each other, and the new one's files are kept
    """

    trusted: bool = False
    audio: bool = False
    cache: str | None = None
    threads: int | None = None
    on_event: Listener | None = None
    cancel: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Reviewed:
    """A song or album that has changed.

    versions    its manifest before and after
    old, new    both sides; None where it wasn't or isn't there
    difference  None where there is one side only
    problems    what is wrong with the new one, errors first; files are named from the repository's top
    known       those of them that the old one has as well
    unrun       of code that wasn't run, so that nothing was rendered: where the new one names it
    levels      of each master, version or track: what a meter says of it before and after
    heard       what is heard of the difference, where that was asked for
    faults      why the old one could not be rendered
    """

    versions: Versions
    old: Side | None
    new: Side | None
    difference: Difference | None = None
    problems: tuple[Problem, ...] = ()
    known: frozenset[Problem] = frozenset()
    unrun: tuple[Problem, ...] = ()
    levels: Mapping[str, tuple[Level | None, Level | None]] = field(default_factory=dict)
    heard: Heard | None = None
    faults: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called, or where it lies."""
        side = self.new or self.old
        return (side.facts.title if side is not None else "") or posixpath.dirname(self.versions.place) or "song"

    @property
    def errors(self) -> list[Problem]:
        """What makes it no song."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """What may be meant."""
        return [problem for problem in self.problems if problem.severity != "error"]


@dataclass(frozen=True)
class _Made:
    """What became of one version; `folder` is its own while it is laid out, None where it couldn't be."""

    rendered: Rendered
    folder: Path | None = None


def review(
    versions: Versions, found: Repository, commits: tuple[str, str], labels: tuple[str, str], folder: Path, how: How
) -> Reviewed:
    """Check, compare and render a song at both commits; with audio its files go to `folder`/audio, clips to diff_audio.

    Raises UsageError, EngineError, Cancelled.
    """
    snapshots = [
        _snapshot(found, manifest, commit, label)
        for manifest, commit, label in zip(versions, commits, labels, strict=True)
    ]
    sides = [
        of_snapshot(snapshot, trusted=how.trusted, cache=how.cache) if snapshot is not None else None
        for snapshot in snapshots
    ]
    old, new = sides
    difference = between(old, new) if old is not None and new is not None else None
    if snapshots[1] is None or new is None:
        return Reviewed(versions, old, new)
    with (
        tempfile.TemporaryDirectory(prefix="songbuild-") as aside,
        _made(snapshots[0], old, Path(aside) / "old", how) as before,
        _made(snapshots[1], new, folder / "audio" if how.audio else Path(aside) / "new", how) as after,
    ):
        heard = None
        if how.audio and difference and before.folder is not None and after.folder is not None and old is not None:
            heard = _heard(before.folder, after.folder, difference, (old.trusted, new.trusted), folder, how)
    was = set(map(_alike, before.rendered.problems))
    told = {_from_top(each, versions.new or ""): _alike(each) in was for each in after.rendered.problems}
    ordered = sorted(told, key=lambda problem: (problem.severity != "error", problem.span))
    return Reviewed(
        versions,
        old,
        new,
        difference,
        tuple(problem for problem in ordered if problem.code != codes.NOT_TRUSTED),
        frozenset(problem for problem, before_too in told.items() if before_too),
        tuple(problem for problem in ordered if problem.code == codes.NOT_TRUSTED),
        _levels(before.rendered, after.rendered),
        heard,
        tuple(_faults(before.rendered)),
    )


def _snapshot(found: Repository, manifest: str | None, commit: str, label: str) -> Snapshot | None:
    if manifest is None:
        return None
    song = found.top / manifest
    return of_commit(song, label, commit, home(song)[1] or found)


@contextmanager
def _made(snapshot: Snapshot | None, side: Side | None, out: Path, how: How) -> Iterator[_Made]:
    """A version rendered, laid out as long as it is looked at."""
    if snapshot is None or side is None:
        yield _Made(Rendered([]))
        return
    with ExitStack() as stack:
        try:
            manifest = stack.enter_context(laid_out(snapshot, audio=True))
        except UsageError as error:
            yield _Made(Rendered([Problem(INCOMPLETE, str(error), Span(posixpath.basename(snapshot.manifest)))]))
            return
        build: dict[str, Any] = {"out": out, "threads": how.threads, "trusted": side.trusted, "cache": how.cache}
        build |= {"on_event": how.on_event, "cancel": how.cancel}
        made = render_album(manifest, **build) if is_album(manifest) else render(manifest, **build)
        yield _Made(made, manifest.parent)


def _heard(old: Path, new: Path, difference: Difference, trusted: tuple[bool, bool], folder: Path, how: How) -> Heard:
    return hear(
        old,
        new,
        difference,
        cache=how.cache,
        threads=how.threads,
        trusted=trusted,
        on_event=how.on_event,
        cancel=how.cancel,
        clips=folder / CLIPS,
    )


def _from_top(problem: Problem, manifest: str) -> Problem:
    """The problem with its file named from the repository's top; of what isn't in it, the manifest."""
    folder, file = posixpath.dirname(manifest), problem.span.file
    name = posixpath.normpath(posixpath.join(folder, file))
    if posixpath.isabs(file) or name.startswith("../"):
        return replace(problem, span=Span(manifest))
    return replace(problem, span=replace(problem.span, file=name))


def _alike(problem: Problem) -> tuple[str, str, str]:
    """What makes it the same problem, wherever in its file it has gone."""
    return problem.code, problem.span.file, problem.message


def _faults(before: Rendered) -> Iterator[str]:
    """Why the old version has no levels."""
    errors = [problem for problem in before.problems if problem.severity == "error"]
    if errors and all(problem.code != codes.NOT_TRUSTED for problem in errors):
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        yield f"before: it can't be rendered: {errors[0].span}: {errors[0].message}{more}"


def _levels(before: Rendered, after: Rendered) -> dict[str, tuple[Level | None, Level | None]]:
    """What was measured of each master, in the order of the new version."""
    old, new = _measured(before.facts), _measured(after.facts)
    return {name: (old.get(name), new.get(name)) for name in (*new, *(name for name in old if name not in new))}


def _measured(facts: Mapping[str, Any]) -> dict[str, Level]:
    if "album" in facts:
        found = {"album": _level(facts["album"], facts["album"]["length_s"])}
        for track in facts["tracks"]:
            found[_free(track["title"], found)] = _level(track, track["length_s"])
        return found
    masters = {"master": facts.get("master"), **facts.get("versions", {})}
    return {name: _level(each, facts["length_s"]) for name, each in masters.items() if each}


def _free(title: str, taken: Mapping[str, Level]) -> str:
    """The title, numbered where it is taken."""
    name, number = title, 2
    while name in taken:
        name, number = f"{title} {number}", number + 1
    return name


def _level(found: Mapping[str, Any], length_s: float) -> Level:
    return Level(found["integrated_lufs"], found["true_peak_dbtp"], found["lra_lu"], length_s)
