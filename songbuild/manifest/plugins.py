"""The hosted plugins that a song names: found, asked what they take, and their parameters checked against it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from songbuild.devices.hosting.plugin import Plugin, find, read_state
from songbuild.engine.errors import RecipeError
from songbuild.manifest import codes
from songbuild.manifest.paths import PathError, below
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath

SHOWS = "'songbuild plugins {}' shows what it takes"


def resolve(given: Plugin, folder: Path, spelled: SongPath, trusted: bool) -> tuple[dict[str, Any] | None, list[Fault]]:
    """The canonical parameters of the plugin that stands at `spelled` in a song, None where an error stands in the way.

    They are those of the model, the plugin's real path, and what planning needs to know of it: "facts", or where it
    can't be loaded "failure", a message and a hint.  That is no error here, so that the rest of the song can be built.
    """
    if not trusted:
        message = f"'{given.path}' is code, and this project isn't trusted to run any"
        hint = "if you trust it, run 'songbuild trust' here, or use --trust"
        return None, [Fault(codes.NOT_TRUSTED, (*spelled, "path"), message, hint)]
    try:
        path = find(folder, given.path)
    except FileNotFoundError as error:
        return None, [Fault(codes.NO_FILE, (*spelled, "path"), f"no plugin '{given.path}'", str(error))]
    state = b""
    if given.state is not None:
        try:
            state = read_state(below(folder, given.state))
        except PathError as error:
            return None, [error.fault((*spelled, "state"))]
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            return None, [Fault(codes.FILE_TYPE, (*spelled, "state"), f"'{given.state}' is no plugin's state: {said}")]
    return _asked(given, path, state, spelled)


def _asked(given: Plugin, path: Path, state: bytes, spelled: SongPath) -> tuple[dict[str, Any] | None, list[Fault]]:
    from songbuild.devices.hosting.probe import probe

    code = codes.code("plugin", spelled)
    params = {**given.model_dump(mode="json"), "path": str(path)}
    try:
        facts = probe(path, given.plugin_name, state, given.timeout_s)
    except RecipeError as error:
        warning = Fault(code, spelled, f"it can't be used: {error.message}", error.hint, severity="warning", key=True)
        return {**params, "failure": [error.message, error.hint]}, [warning]
    if facts.instrument or not facts.widths:
        what = "is an instrument, not an effect" if facts.instrument else "takes neither mono nor stereo"
        return None, [Fault(code, spelled, f"{facts.name} {what}", key=True)]
    values, wrong = facts.canonical(given.parameters)
    faults = list(_faults(wrong, facts.name, given.path, (*spelled, "parameters")))
    told = {"name": facts.name, "version": facts.version, "host": facts.host, "widths": list(facts.widths)}
    return (None if faults else {**params, "parameters": values, "facts": told}), faults


def _faults(wrong: list[tuple[str, str, str | None]], name: str, text: str, path: SongPath) -> Iterator[Fault]:
    for key, message, hint in wrong:
        here = (*path, key)
        if message:
            yield Fault(codes.code("out of range", here), here, message, hint)
        else:
            said = f"{name} has no parameter '{key}'"
            yield Fault(codes.code("unknown key", here), here, said, hint or SHOWS.format(text), key=True)
