"""What a song is made from, and how it differs from what a lock says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from songbuild import engine
from songbuild.api import machine
from songbuild.api.lockfile import LockFile, flat, spelled
from songbuild.devices.presets import FOLDER as PACKAGED
from songbuild.engine import Graph
from songbuild.manifest import Loaded
from songbuild.manifest.presets import OWN
from songbuild.manifest.source import read_source
from songbuild.manifest.yaml_reader import read_yaml
from songbuild.model.lock import Inputs, Plain
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath

VERSION, PROFILE, VALUE, PRESET, FILE = "LOCK033", "LOCK034", "LOCK035", "LOCK036", "LOCK037"
LONGEST = 60
"""Text longer than this is locked by its digest."""
LARGEST = 10**17
"""So are whole numbers that not every reader of YAML agrees on."""
_OF_VALUE, _OF_FILE = "blake2:", "blake3:"


def inputs_of(loaded: Loaded, graph: Graph) -> Inputs:
    """What a song is made from: its text as it was understood, so that comments and layout don't count."""
    return Inputs(
        versions=machine.versions(),
        profile=machine.profile(),
        song={spelled(path): _plain(value) for path, value in _values(loaded)},
        presets=dict(_presets(loaded)),
        files=dict(_files(loaded, graph)),
    )


def _values(loaded: Loaded) -> Iterator[tuple[SongPath, Any]]:
    """Every value of a song that isn't at its default, and the seed.

    Defaults are songbuild's, whose version is locked; a key that a new version adds is no difference by itself.
    """
    assert loaded.song is not None
    for path, value in flat({"seed": loaded.song.seed, **loaded.song.model_dump(exclude_defaults=True)}):
        # Where a hosted plugin is installed is this machine's business; what is in it is among the files.
        installed = path[-2:] == ("params", "path") and isinstance(value, str)
        yield path, _named(loaded, FilePath(value)) if installed else value


def _plain(value: Any) -> Plain:
    """A value as the lock has it: itself where it is short, else its digest."""
    if isinstance(value, str) and len(value) <= LONGEST and value.isprintable() and not _is_digest(value):
        return value
    if value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < LARGEST):
        return value
    if isinstance(value, str | int):
        return _OF_VALUE + engine.digest_json(value)
    return "[]" if isinstance(value, list | tuple) else "{}"


def _presets(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """The presets that a song uses, by what they give."""
    own = loaded.folder / OWN
    for file in loaded.files:
        home = next((home for home in (own, PACKAGED) if file.is_relative_to(home)), None)
        if home is not None:
            source, _ = read_source(file, file.name)
            data = read_yaml(source)[0] if source is not None else None
            given = {key: item for key, item in data.items() if key != "description"} if isinstance(data, dict) else {}
            name = file.relative_to(home).as_posix()
            yield f"{OWN}/{name}" if home == own else f"songbuild: {name}", _OF_VALUE + engine.digest_json(given)


def _files(loaded: Loaded, graph: Graph) -> Iterator[tuple[str, str]]:
    """The files that nodes read: recordings, samples, artwork, plugins; several of one name share a digest."""
    found: dict[str, dict[str, None]] = {}
    for node in graph.nodes():
        for source in node.sources:
            found.setdefault(_named(loaded, source.path), {})[source.digest] = None
    for name, digests in found.items():
        several = len(digests) > 1
        yield name, _OF_VALUE + engine.digest_json([*digests]) if several else _OF_FILE + next(iter(digests))


def _named(loaded: Loaded, file: FilePath) -> str:
    """A file's name wherever the song is: its path below the song's folder, else its last part."""
    return file.relative_to(loaded.folder).as_posix() if file.is_relative_to(loaded.folder) else file.name


def differences(locked: LockFile, now: Inputs, loaded: Loaded) -> list[Problem]:
    """Every input that isn't as locked, at its place in the song or, where it has none, in the lock."""
    lock = locked.lock
    written = list(_values(loaded))
    paths = {spelled(path): path for path, _ in written}
    named = {value: path for path, value in written if isinstance(value, str)}
    found = list(_machine(locked, now))
    for name in _unlike(lock.song, now.song):
        said = _said(name, lock.song, now.song)
        place = Fault(VALUE, paths.get(name) or _path(name), said)
        # The path is in the message already, also where a .py file yielded the value.
        found.append(replace(loaded.places.problem(place), message=said))
    found += [
        locked.problem(PRESET, ("presets", name), _said(name, lock.presets, now.presets))
        for name in _unlike(lock.presets, now.presets)
    ]
    for name in _unlike(lock.files, now.files):
        message = _said(name, lock.files, now.files)
        if name in named:
            found.append(replace(loaded.places.problem(Fault(FILE, named[name], message)), message=message))
        else:
            found.append(locked.problem(FILE, ("files", name), message))
    return found


def _machine(locked: LockFile, now: Inputs) -> Iterator[Problem]:
    lock = locked.lock
    for name in _unlike(lock.versions, now.versions):
        was, found = lock.versions.get(name, "missing"), now.versions.get(name, "missing")
        yield locked.problem(VERSION, ("versions", name), f"{name} is {found} here, locked {was}")
    if lock.profile != now.profile:
        message = f"the platform profile is '{now.profile}' here, locked '{lock.profile}'"
        yield locked.problem(PROFILE, ("profile",), message)


def _unlike(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names under which two mappings don't hold the same; 1, 1.0 and true are different."""
    names = dict.fromkeys((*old, *new))
    return [n for n in names if n not in old or n not in new or (type(old[n]), old[n]) != (type(new[n]), new[n])]


def _said(name: str, old: Mapping[str, Plain], new: Mapping[str, Plain]) -> str:
    """What has become of a name, with both values where they are short."""
    if name not in old:
        return f"{name}{_shown(' is', new[name])}: not in the lock"
    if name not in new:
        return f"{name}: locked{_shown('', old[name])}, now left out"
    was, found = _shown(", locked", old[name]), _shown(" is", new[name])
    return f"{name}{found}{was}" if was and found else f"{name} is not as locked"


def _shown(word: str, value: Plain) -> str:
    """`word` and the value; nothing where it is only known by a digest."""
    if _is_digest(value):
        return ""
    return f"{word} {value!r}" if isinstance(value, str) else f"{word} {str(value).lower()}"


def _is_digest(value: Plain) -> bool:
    return isinstance(value, str) and value.startswith((_OF_VALUE, _OF_FILE))


def _path(name: str) -> SongPath:
    """Where a value stood that a song doesn't have any more, as well as its name in the lock tells."""
    return tuple(int(part) if part.isascii() and part.isdecimal() else part for part in name.split("."))
