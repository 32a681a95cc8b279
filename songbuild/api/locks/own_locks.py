"""The songs of an album that have locks of their own: whether these agree with what the album makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from songbuild.api.inputs import inputs_of
from songbuild.api.locks.agreeing import differences
from songbuild.api.locks.lockfile import LockFile, read_lock
from songbuild.api.project import Part, Project
from songbuild.manifest.find import lock_path
from songbuild.problems import Problem

OWN_NODE = "LOCK044"


def own_locks(project: Project) -> list[Problem]:
    """Every input of the songs that isn't as the song's own lock says, and what is wrong with such a lock."""
    found: list[Problem] = []
    for part, song, (locked, problems) in _locked(project):
        wrong = problems if locked is None else differences(locked, inputs_of(song), song)
        found += [_told(part, problem) for problem in wrong]
    return found


def own_nodes(project: Project, made: Mapping[str, str]) -> list[Problem]:
    """The first node of each song that the album has made otherwise than the song's own lock says.

    `made` maps the names of the album's nodes to what they put out, as a lock has it.
    """
    found: list[Problem] = []
    for part, song, (locked, _) in _locked(project):
        names = [node.name for node in song.graph.nodes()] if locked is not None else []
        for name in names:
            was, now = locked.lock.nodes.get(name) if locked else None, made.get(part.name(name))
            if locked is not None and was and now and was != now:
                found.append(_told(part, locked.problem(OWN_NODE, ("nodes", name), f"{name} is not as locked")))
                break
    return found


def _locked(project: Project) -> Iterator[tuple[Part, Project, tuple[LockFile | None, list[Problem]]]]:
    for part, song in zip(project.parts[1:], project.songs, strict=True):
        path = lock_path(part.manifest)
        if path.is_file():
            yield part, song, read_lock(path)


def _told(part: Part, problem: Problem) -> Problem:
    """A problem of a song, named from the album's folder, as one of the song's own lock."""
    from songbuild.api.project import in_album

    hint = problem.hint or f"'songbuild lock {part.label}' writes that lock anew"
    message = f"by the lock of {part.label}, {problem.message}"
    return in_album(replace(problem, message=message, hint=hint), part.root, part.folder)
