"""What a song or album is made from, and how it differs from what a lock says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from songbuild import engine
from songbuild.api import machine
from songbuild.api.project import Project
from songbuild.devices.presets import FOLDER as PACKAGED
from songbuild.manifest.find import lock_path
from songbuild.manifest.presets import OWN
from songbuild.manifest.source import read_source
from songbuild.manifest.yaml_reader import read_yaml
from songbuild.model.lock import Inputs, Plain
from songbuild.model.plain import spelled
from songbuild.problems import Path as SongPath

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


def is_digest(value: Plain) -> bool:
    """Whether a lock has a value only by its digest."""
    return isinstance(value, str) and value.startswith((_OF_VALUE, _OF_FILE))
