"""How what a project is made from differs from what a lock says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from songbuild.api.inputs import is_digest
from songbuild.api.locks.lockfile import LockFile
from songbuild.api.project import Part, Project
from songbuild.model.lock import Inputs, Plain
from songbuild.model.plain import spelled
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath

VERSION, PROFILE, VALUE, PRESET, FILE, SONG_LOCK = "LOCK033", "LOCK034", "LOCK035", "LOCK036", "LOCK037", "LOCK043"


def differences(locked: LockFile, now: Inputs, project: Project) -> list[Problem]:
    """Every input that isn't as locked, at its place in the text or, where it has none, in the lock."""
    lock = locked.lock
    written = [(part, path, value) for part in project.parts for path, value in part.values()]
    places = {part.name(spelled(path)): (part, path) for part, path, _ in written}
    named = {part.name(value): (part, path) for part, path, value in written if isinstance(value, str)}
    found = list(_machine(locked, now))
    for name in unlike(lock.song, now.song):
        part, rest = project.part_of(name)
        part, path = places.get(name) or (part, _path(rest))
        found.append(_at(part, VALUE, path, said(name, lock.song, now.song)))
    found += [
        locked.problem(PRESET, ("presets", name), said(name, lock.presets, now.presets))
        for name in unlike(lock.presets, now.presets)
    ]
    for name in unlike(lock.files, now.files):
        message = said(name, lock.files, now.files)
        if name in named:
            part, path = named[name]
            found.append(_at(part, FILE, path, message))
        else:
            found.append(locked.problem(FILE, ("files", name), message))
    for name in unlike(lock.locks, now.locks):
        message = f"{name}: its own lock {_became(name, lock.locks, now.locks)}"
        found.append(locked.problem(SONG_LOCK, ("locks", name), message))
    return found


def _became(name: str, old: Mapping[str, Plain], new: Mapping[str, Plain]) -> str:
    return "is new" if name not in old else "is gone" if name not in new else "is not the one that was locked"


def _at(part: Part, code: str, path: SongPath, message: str) -> Problem:
    # The path is in the message already, also where a .py file yielded the value.
    return replace(part.problem(Fault(code, path, message)), message=message)


def _machine(locked: LockFile, now: Inputs) -> Iterator[Problem]:
    lock = locked.lock
    for name in unlike(lock.versions, now.versions):
        was, found = lock.versions.get(name, "missing"), now.versions.get(name, "missing")
        yield locked.problem(VERSION, ("versions", name), f"{name} is {found} here, locked {was}")
    if lock.profile != now.profile:
        message = f"the platform profile is '{now.profile}' here, locked '{lock.profile}'"
        yield locked.problem(PROFILE, ("profile",), message)


def unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names under which two mappings don't hold the same; 1, 1.0 and true are different."""
    names = dict.fromkeys((*old, *new))
    return [n for n in names if n not in old or n not in new or (type(old[n]), old[n]) != (type(new[n]), new[n])]


def said(name: str, old: Mapping[str, Plain], new: Mapping[str, Plain]) -> str:
    """What has become of a name, with both values where they are short."""
    if name not in old:
        return f"{name}{_shown(' is', new[name])}: not in the lock"
    if name not in new:
        return f"{name}: locked{_shown('', old[name])}, now left out"
    was, found = _shown(", locked", old[name]), _shown(" is", new[name])
    return f"{name}{found}{was}" if was and found else f"{name} is not as locked"


def _shown(word: str, value: Plain) -> str:
    """`word` and the value; nothing where it is only known by a digest."""
    if is_digest(value):
        return ""
    return f"{word} {value!r}" if isinstance(value, str) else f"{word} {str(value).lower()}"


def _path(name: str) -> SongPath:
    """Where a value stood that a song doesn't have any more, as well as its name in the lock tells."""
    return tuple(int(part) if part.isascii() and part.isdecimal() else part for part in name.split("."))
