"""What a song or album is made from, and how it differs from what a lock says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from songbuild import engine
from songbuild.api import machine
from songbuild.api.lockfile import LockFile, lock_path, spelled
from songbuild.api.project import Part, Project
from songbuild.devices.presets import FOLDER as PACKAGED
from songbuild.manifest.presets import OWN
from songbuild.manifest.source import read_source
from songbuild.manifest.yaml_reader import read_yaml
from songbuild.model.lock import Inputs, Plain
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath

VERSION, PROFILE, VALUE, PRESET, FILE, SONG_LOCK = "LOCK033", "LOCK034", "LOCK035", "LOCK036", "LOCK037", "LOCK043"
LONGEST = 60
"""Text longer than this is locked by its digest."""
LARGEST = 10**17
"""So are whole numbers that not every reader of YAML agrees on."""
_OF_VALUE, _OF_FILE = "blake2:", "blake3:"


def inputs_of(project: Project) -> Inputs:
    """What a project is made from: its text as it was understood, so that comments and layout don't count."""
    return Inputs(
        versions=machine.versions(),
        profile=machine.profile(),
        song=dict(_values(project)),
        presets={name: _OF_VALUE + engine.digest_json(given) for name, given in presets_of(project).items()},
        files=dict(_files(project)),
        locks=dict(_locks(project)),
    )


def _values(project: Project) -> Iterator[tuple[str, Plain]]:
    for part in project.parts:
        for path, value in part.values():
            yield part.name(spelled(path)), _plain(portable(project, path, value))


def portable(project: Project, path: SongPath, value: Any) -> Any:
    """A value without what is this machine's business: where a hosted plugin is installed.

    What is in the plugin is among the files.
    """
    installed = path[-2:] == ("params", "path") and isinstance(value, str)
    return project.named(FilePath(value)) if installed else value


def _plain(value: Any) -> Plain:
    """A value as the lock has it: itself where it is short, else its digest."""
    if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() and not is_digest(value):
        return value
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < LARGEST):
        return value
    if isinstance(value, str | int):
        return _OF_VALUE + engine.digest_json(value)
    return "[]" if isinstance(value, list | tuple) else "{}"


def presets_of(project: Project) -> dict[str, dict[str, Any]]:
    """The presets that a project uses, by their names: what each gives."""
    found: dict[str, dict[str, Any]] = {}
    for part in project.parts:
        own = part.folder / OWN
        for file in part.files:
            home = next((home for home in (own, PACKAGED) if file.is_relative_to(home)), None)
            if home is not None:
                source, _ = read_source(file, file.name)
                data = read_yaml(source)[0] if source is not None else None
                given = {str(k): v for k, v in data.items() if k != "description"} if isinstance(data, dict) else {}
                name = file.relative_to(home).as_posix()
                found[part.name(f"{OWN}/{name}") if home == own else f"songbuild: {name}"] = given
    return found


def sources_of(project: Project) -> dict[str, list[engine.Source]]:
    """The files that nodes read, by their names: recordings, samples, artwork, plugins; a plugin may be several."""
    found: dict[str, dict[str, engine.Source]] = {}
    for node in project.graph.nodes():
        for source in node.sources:
            found.setdefault(project.named(source.path), {})[source.digest] = source
    return {name: [*sources.values()] for name, sources in found.items()}


def _files(project: Project) -> Iterator[tuple[str, str]]:
    for name, sources in sources_of(project).items():
        digests = [source.digest for source in sources]
        yield name, _OF_VALUE + engine.digest_json(digests) if len(digests) > 1 else _OF_FILE + digests[0]


def _locks(project: Project) -> Iterator[tuple[str, str]]:
    """The songs of an album that have locks of their own."""
    for part in project.parts[1:]:
        path = lock_path(part.manifest)
        if path.is_file():
            yield part.label, _OF_FILE + engine.digest_file(path)


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


def is_digest(value: Plain) -> bool:
    """Whether a lock has a value only by its digest."""
    return isinstance(value, str) and value.startswith((_OF_VALUE, _OF_FILE))


def _path(name: str) -> SongPath:
    """Where a value stood that a song doesn't have any more, as well as its name in the lock tells."""
    return tuple(int(part) if part.isascii() and part.isdecimal() else part for part in name.split("."))
