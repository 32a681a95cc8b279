"""The public functions: load, check, explain, render.  The command line is made of these."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songbuild import __version__, checks, engine
from songbuild.engine import Built, Decision, Failure, Store
from songbuild.engine.store import DEFAULT_CAP_BYTES
from songbuild.engine.unchanged import song_folder
from songbuild.manifest import Loaded
from songbuild.manifest import load as load_manifest
from songbuild.manifest.find import song_file
from songbuild.model.song import Song as SongModel
from songbuild.problems import Fault, Problem
from songbuild.stages.plan import Plan, Selection, plan

__all__ = ["Explained", "Line", "Rendered", "Selection", "check", "explain", "load", "open_store", "render"]

Listener = Callable[[dict[str, Any]], None]
Song = str | os.PathLike[str]
"""A song's manifest, or the folder that holds a song.yaml."""


@dataclass(frozen=True)
class Line:
    """What a build would do with one node ("reused", "run", "may run"), and why, with places in files."""

    node: str
    stage: str
    status: str
    why: list[str]


@dataclass(frozen=True)
class Explained:
    """The decisions about every node, and what is wrong with the song."""

    decisions: list[Line]
    problems: list[Problem]


@dataclass(frozen=True)
class Rendered:
    """What a render did: problems, a summary in words, and facts (files, loudness of the master, nodes that ran)."""

    problems: list[Problem]
    summary: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def open_store(cache: str | os.PathLike[str] | None = None) -> Store:
    """The cache at `cache`, default $SONGBUILD_CACHE or the user's cache folder; close it after use."""
    cap = os.environ.get("SONGBUILD_CACHE_CAP")
    return Store(Path(cache) if cache else None, cap_bytes=int(float(cap)) if cap else DEFAULT_CAP_BYTES)


def load(song: Song, *, trusted: bool = False) -> Loaded:
    """Read a song's manifests; .py stages run only if `trusted` or if the project is marked as trusted."""
    return load_manifest(Path(song_file(song)), trusted=trusted)


def check(song: Song, *, trusted: bool = False, cache: str | None = None) -> tuple[Loaded, list[Problem]]:
    """Everything that is wrong with a song and can be known without building it."""
    with open_store(cache) as store:
        loaded, _, problems = _plan(song, store, Selection(), trusted)
    return loaded, problems


def explain(
    song: Song, selection: Selection | None = None, *, trusted: bool = False, cache: str | None = None
) -> Explained:
    """What a render would run, and why: the same decisions as the build's own."""
    with open_store(cache) as store:
        loaded, planned, problems = _plan(song, store, selection or Selection(), trusted)
        if planned is None:
            return Explained([], problems)
        last = engine.load_last(store, engine.song_id(song_file(song)))
        decisions = engine.decide_all(planned.graph, store, last)
    return Explained([_line(loaded, decision) for decision in decisions], problems)


def render(
    song: Song,
    selection: Selection | None = None,
    *,
    out: Path | None = None,
    threads: int | None = None,
    trusted: bool = False,
    cache: str | None = None,
    on_event: Listener | None = None,
    cancel: threading.Event | None = None,
) -> Rendered:
    """Build a song and put its files into `out` (default: out/ in its folder).  Raises EngineError, Cancelled."""
    selection = selection or Selection()
    whole = selection == Selection()
    with open_store(cache) as store:
        loaded, planned, problems = _plan(song, store, selection, trusted)
        if planned is None or loaded.song is None:
            return Rendered(problems)
        name = engine.song_id(song_file(song)) if whole else None
        built = engine.build(planned.graph, store, threads=threads, on_event=on_event, cancel=cancel, song=name)
        problems += [_failure(loaded, failure) for failure in built.failures]
        folder = out or loaded.folder / "out"
        note = Path(song_folder(store.folder, name)) / "published.json" if name and out is None else None
        published = engine.publish(built, folder, _read_note(note))
        _write_note(note, published.state)
        measured = _measured(planned, built)
        problems += [loaded.places.problem(fault) for fault in checks.measure(loaded.song, measured)]
        summary = _summary(loaded.song, planned, measured, folder, len(built.outputs))
        if note is not None and not built.failures:
            made = [*(folder / file for file in published.state), note]
            sources = {source.path for node in planned.graph.nodes() for source in node.sources}
            extra = {"summary": summary}
            engine.record_song(store.folder, name or "", __version__, [*loaded.files, *sources], made, extra)
    nodes = [
        {
            "node": r.name,
            "stage": r.stage,
            "status": r.status,
            "tiles_run": r.ran,
            "tiles": r.tiles,
            "seconds": r.seconds,
        }
        for r in built.records
    ]
    facts = {"folder": str(folder), "files": _files(built), "master": measured["master"], "seconds": built.seconds}
    return Rendered(problems, summary, {**facts, "written": list(published.written), "nodes": nodes})


def _plan(song: Song, store: Store, selection: Selection, trusted: bool) -> tuple[Loaded, Plan | None, list[Problem]]:
    """Read, check and plan a song; the plan is None where an error stands in the way."""
    loaded = load(song, trusted=trusted)
    if loaded.song is None or _erroneous(loaded.problems):
        return loaded, None, list(loaded.problems)
    found = checks.run(loaded.song, loaded.folder)
    planned, faults = plan(loaded.song, loaded.folder, store.digest_file, selection)
    problems = [*loaded.problems, *(loaded.places.problem(fault) for fault in (*found, *faults))]
    problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.span)
    return loaded, None if _erroneous(problems) else planned, problems


def _erroneous(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _line(loaded: Loaded, decision: Decision) -> Line:
    """A decision in words, each parameter with its place."""
    why = []
    for reason in decision.reasons:
        place = f" ({loaded.places.span(reason.origin)})" if reason.origin else ""
        why.append(f"{reason}{place}")
    why += [f"waits for {name}" for name in decision.waits]
    return Line(decision.name, decision.stage, decision.status, why)


def _failure(loaded: Loaded, failure: Failure) -> Problem:
    """A node that could not be made, as a problem of the song."""
    fault = Fault("BLD001", (), f"{failure.name}: {failure.message}", failure.hint)
    return loaded.places.problem(fault)


def _files(built: Built) -> dict[str, Any]:
    """What is known of each delivered file."""
    return {name: {"bytes": made.size, **(made.facts or {})} for name, made in built.outputs.items()}


def _measured(planned: Plan, built: Built) -> dict[str, Any]:
    """What the checks that need the audio look at."""
    master = built.values.get(planned.measure.name) if planned.measure is not None else None
    return {"master": master, "files": _files(built)}


def _summary(song: SongModel, planned: Plan, measured: Mapping[str, Any], folder: Path, files: int) -> str:
    """The song in a line, its master in another, and where the files are."""
    seconds = round(planned.graph.grid[-1] / planned.graph.rate)
    lines = [f"{song.title}: {seconds // 60}:{seconds % 60:02d}, {len(song.arrangement.tracks)} tracks"]
    if master := measured["master"]:
        lines.append(
            f"integrated {_level(master['integrated_lufs'])} LUFS, "
            f"short-term max {_level(master['short_term_max_lufs'])}, "
            f"range {_level(master['lra_lu'])} LU, true peak {_level(master['true_peak_dbtp'], 2)} dBTP"
        )
    lines.append(f"{files} file{'s' if files != 1 else ''} in {folder}")
    return "\n".join(lines)


def _level(value: float | None, digits: int = 1) -> str:
    return "-inf" if value is None else f"{value:.{digits}f}"


def _read_note(note: Path | None) -> dict[str, Any] | None:
    """What the last publish of the song left, if it is known."""
    if note is None:
        return None
    try:
        found = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write_note(note: Path | None, state: Mapping[str, Any]) -> None:
    if note is not None:
        with suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            part = note.with_name(f"{note.name}.{os.getpid()}")
            part.write_text(json.dumps(state))
            part.replace(note)
