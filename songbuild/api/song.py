"""A song from its files: read, checked and planned; and the cache it is built in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from songbuild import checks
from songbuild.engine import Store
from songbuild.engine.store import DEFAULT_CAP_BYTES
from songbuild.manifest import Loaded
from songbuild.manifest import load as load_manifest
from songbuild.manifest.find import is_album, song_file
from songbuild.problems import Fault, Problem
from songbuild.stages.plan import Plan, Selection, plan

Listener = Callable[[dict[str, Any]], None]
Song = str | os.PathLike[str]
"""A song's manifest, or the folder that holds a song.yaml."""
SELECTION_FAULTS = ("SONG011", "SONG012")
"""What is wrong with a selection, not with the song."""
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}


class UsageError(ValueError):
    """What was asked for can't be, whatever the song: a track it doesn't have, bars after its end."""


@dataclass(frozen=True)
class Planned:
    """What became of a song's text: `plan` is None where an error among the `problems` stands in the way."""

    loaded: Loaded
    plan: Plan | None
    problems: list[Problem]


def size(text: str) -> int:
    """Bytes that '5GB', '800 MB', '1GiB' or a number means.  Raises UsageError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if not match or match[2] not in _UNITS:
        raise UsageError(f"'{text}' is not a size such as '5GB' or '800MB'")
    return int(float(match[1]) * _UNITS[match[2]])


def open_store(cache: str | os.PathLike[str] | None = None) -> Store:
    """The cache at `cache`, default $SONGBUILD_CACHE or the user's cache folder; close it after use."""
    cap = os.environ.get("SONGBUILD_CACHE_CAP")
    try:
        return Store(Path(cache) if cache else None, cap_bytes=size(cap) if cap else DEFAULT_CAP_BYTES)
    except UsageError as error:
        raise UsageError(f"SONGBUILD_CACHE_CAP: {error}") from None


def load(song: Song, *, trusted: bool = False) -> Loaded:
    """Read a song's manifests; .py stages run only if `trusted` or if the project is marked as trusted.

    Raises UsageError for an album.
    """
    if is_album(song):
        raise UsageError(f"{song} is an album: render, check and explain take one, this takes one of its songs")
    return load_manifest(Path(song_file(song)), trusted=trusted)


def check(song: Song, *, trusted: bool = False, cache: str | None = None) -> tuple[Loaded, list[Problem]]:
    """Everything that is wrong with a song and can be known without building it."""
    with open_store(cache) as store:
        planned = plan_song(song, store, Selection(), trusted)
    return planned.loaded, planned.problems


def plan_song(song: Song, store: Store, selection: Selection, trusted: bool) -> Planned:
    """Read, check and plan a song; the plan is None where an error stands in the way.  Raises UsageError."""
    loaded = load(song, trusted=trusted)
    if loaded.song is None or _erroneous(loaded.problems):
        return Planned(loaded, None, list(loaded.problems))
    found = checks.run(loaded.song, loaded.folder)
    planned, faults = plan(loaded.song, loaded.folder, store.digest_file, selection, loaded.score)
    wrong = [fault for fault in faults if fault.code in SELECTION_FAULTS]
    if wrong and not _erroneous(fault for fault in (*found, *faults) if fault not in wrong):
        raise UsageError("; ".join(f"{f.message} ({f.hint})" if f.hint else f.message for f in wrong))
    problems = [*loaded.problems, *(loaded.places.problem(fault) for fault in (*found, *faults))]
    problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.span)
    if planned is None or _erroneous(problems):
        return Planned(loaded, None, problems)
    if "report" in loaded.song.delivery.formats:
        from songbuild.api.reporting import with_report

        planned = with_report(planned, loaded.song, loaded.folder, store.digest_file, problems)
    if planned.masters and "provenance" in loaded.song.delivery.formats:
        from songbuild.api.project import project_of
        from songbuild.api.provenance import with_provenance

        graph = with_provenance(project_of(song, Planned(loaded, planned, problems)))
        planned = replace(planned, graph=graph)
    return Planned(loaded, planned, problems)


def _erroneous(problems: Iterable[Problem | Fault]) -> bool:
    return any(problem.severity == "error" for problem in problems)
