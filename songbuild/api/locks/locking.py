"""Locking a song or an album: its lock written, or a render held to it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songbuild import engine
from songbuild.api.inputs import inputs_of
from songbuild.api.locks.agreeing import differences
from songbuild.api.locks.comparing import Comparison, Outcome, outcome_of
from songbuild.api.locks.lockfile import LockFile, read_lock, write_lock
from songbuild.api.locks.nulling import audio_digest
from songbuild.api.locks.own_locks import own_locks, own_nodes
from songbuild.api.project import Planned, Project, project_of
from songbuild.api.rendering import Rendered, render
from songbuild.api.song import Listener, Song
from songbuild.engine import Built, Store
from songbuild.manifest.find import is_album, lock_path, song_file
from songbuild.model.lock import DeliveredFile, Inputs, Lock
from songbuild.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.api.albums.planning import PlannedAlbum

UNFINISHED = "LOCK041"


@dataclass(frozen=True)
class LockWritten:
    """What locking came to: the render, and where the lock is (None where there is none).

    `changed` tells whether the file holds anything new.
    """

    rendered: Rendered
    path: Path | None = None
    changed: bool = False


def lock(
    song: Song,
    *,
    out: Path | None = None,
    threads: int | None = None,
    trusted: bool = False,
    cache: str | None = None,
    on_event: Listener | None = None,
    cancel: threading.Event | None = None,
) -> LockWritten:
    """Render a song or an album whole and, if nothing is wrong with it, write its lock.

    Raises what `render` raises, OSError.
    """
    clerk = _Clerk(song)
    options: dict[str, Any] = {"out": out, "threads": threads, "trusted": trusted, "cache": cache}
    options |= {"on_event": on_event, "cancel": cancel, "guard": clerk}
    if is_album(song):
        from songbuild.api.albums.rendering import render_album

        done = render_album(song, **options)
    else:
        done = render(song, **options)
    if clerk.lock is None or any(problem.severity == "error" for problem in done.problems):
        return LockWritten(done)
    path = lock_path(song)
    return LockWritten(done, path, write_lock(path, clerk.lock))


@dataclass
class Locked:
    """The guard of a render that is held to a lock: the same inputs, the same nodes, the same files."""

    song: Song
    _file: LockFile | None = None
    _project: Project | None = None

    def planned(self, planned: Planned | PlannedAlbum) -> list[Problem]:
        """Every input that isn't as locked, or what is wrong with the lock; also by the songs' own locks."""
        project = self._project = project_of(self.song, planned)
        self._file, problems = read_lock(lock_path(self.song))
        if self._file is None:
            return problems
        return [*differences(self._file, inputs_of(project), project), *own_locks(project)]

    def built(self, built: Built, store: Store, folder: Path) -> list[Problem]:
        """Where what was built begins to differ from what was locked; what failed has been said."""
        assert self._file is not None
        assert self._project is not None
        if not built.ok:
            return [_unfinished(self._file)]
        comparison = Comparison(self._file, self._project, store, store, folder)
        found = comparison.findings(outcome_of(built, self._project.graph))
        if not found:
            keep(store, self.song)
        return [finding.problem for finding in found]


def _unfinished(file: LockFile) -> Problem:
    return file.problem(UNFINISHED, ("delivered",), "not all that is locked can be made: no file is delivered")


@dataclass
class _Clerk:
    """The guard of a render that takes down what there is to lock; it objects where the songs of an album have locks
    that say otherwise."""

    song: Song
    lock: Lock | None = None
    _inputs: Inputs | None = field(default=None, repr=False)
    _project: Project | None = field(default=None, repr=False)

    def planned(self, planned: Planned | PlannedAlbum) -> list[Problem]:
        self._project = project_of(self.song, planned)
        self._inputs = inputs_of(self._project)
        return own_locks(self._project)

    def built(self, built: Built, store: Store, folder: Path) -> list[Problem]:  # noqa: ARG002
        if not built.ok or self._inputs is None or self._project is None:
            return []
        outcome = outcome_of(built, self._project.graph)
        wrong = own_nodes(self._project, outcome.nodes())
        if not wrong:
            self.lock = _taken(self._inputs, outcome, built)
            keep(store, self.song)
        return wrong


def _taken(inputs: Inputs, made: Outcome, built: Built) -> Lock:
    files = {
        name: DeliveredFile(size=file.size, digest=file.digest, audio=audio_digest(file.path))
        for name, file in built.outputs.items()
    }
    return Lock(**inputs.model_dump(), loudness_gain_db=made.gain_db, nodes=made.nodes(), delivered=files)


def keep(store: Store, song: Song) -> None:
    """Have the cache keep what the last build of a song made for as long as its lock is there."""
    engine.keep_song(store, engine.song_id(song_file(song)), os.path.abspath(lock_path(song)))  # noqa: PTH100
