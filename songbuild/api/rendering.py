"""Building a song and putting its files where they belong."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol

from songbuild import __version__, checks, engine
from songbuild.api.song import Listener, Song, UsageError, open_store, plan_song
from songbuild.devices.presets import FOLDER as PRESETS
from songbuild.engine import Built, Failure, Graph, Store
from songbuild.engine.unchanged import FINE_NS, Stamp, racy, song_folder, stamp
from songbuild.manifest import Loaded
from songbuild.manifest.find import song_file
from songbuild.model.song import Song as SongModel
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath
from songbuild.stages.plan import Plan, Selection

FEW = 3
"""So many files are named one by one."""


@dataclass(frozen=True)
class Rendered:
    """What a render did: problems, the song and the work in words, and facts (files, loudness of the master, nodes)."""

    problems: list[Problem]
    summary: str = ""
    work: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Guard(Protocol):
    """Looks at a render on its way; what it finds wrong ends the render there."""

    def planned(self, loaded: Loaded, plan: Plan) -> list[Problem]:
        """What forbids to build."""

    def built(self, built: Built, store: Store, folder: Path) -> list[Problem]:
        """What forbids to put what was built, in `store`, into `folder`."""


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
    guard: Guard | None = None,
    focus: tuple[int, int] | None = None,
) -> Rendered:
    """Build a song and put its files into `out` (default: out/ in its folder), unless a `guard` objects.

    The bars `focus`, first and last, and what leads to them, are made before what comes later.
    Raises UsageError (also where `out` is no folder), EngineError (a disk that is full or can't be written), Cancelled.
    """
    selection = selection or Selection()
    whole = selection == Selection()
    began = time.time_ns()
    with open_store(cache) as store:
        found = plan_song(song, store, selection, trusted)
        loaded, planned, problems = found.loaded, found.plan, found.problems
        if planned is None or loaded.song is None:
            return Rendered(problems)
        read = {file: stamp(file) for file in read_files(loaded, planned.graph)}
        folder = out or loaded.folder / "out"
        if os.path.lexists(folder) and not folder.is_dir():
            raise UsageError(f"{folder} is not a folder, and the song's files go there: move it away, or use --out")
        refused = guard.planned(loaded, planned) if guard is not None else []
        if refused:
            return Rendered(problems + refused)
        name = engine.song_id(song_file(song)) if whole else None
        built = engine.build(
            planned.graph,
            store,
            threads=threads,
            on_event=on_event,
            cancel=cancel,
            song=name,
            witness=str(Path(song_file(song)).resolve()),
            focus=_end(planned, focus) if focus else 0,
        )
        problems += [failure_problem(loaded, planned.graph, failure) for failure in built.failures]
        refused = guard.built(built, store, folder) if guard is not None else []
        if refused:
            return Rendered(problems + refused, work=_work(built))
        note = Path(song_folder(store.folder, name)) / "published.json" if name and out is None else None
        published = engine.publish(built, folder, _read_note(note))
        _write_note(note, published.state)
        measured = _measured(planned, built)
        problems += [loaded.places.problem(fault) for fault in checks.measure(loaded.song, measured)]
        summary = _summary(loaded.song, planned, measured, folder, [*built.outputs])
        if note is not None and not built.failures and _steady(read, began):
            made = [*(folder / file for file in published.state), note]
            extra = {"summary": summary, "problems": [str(problem) for problem in problems]}
            engine.record_song(store.folder, name or "", __version__, [*read, *_songbuild()], made, extra)
        facts = {"folder": str(folder), "cache": str(store.folder), "cache_writable": store.writable}
    facts |= {"files": _files(built), "master": measured["master"], "seconds": built.seconds}
    facts |= {"written": list(published.written), "nodes": _nodes(built)}
    return Rendered(problems, summary, _work(built), facts)


def _end(planned: Plan, bars: tuple[int, int]) -> int:
    """The frame at which a range of bars ends."""
    time = planned.score.time
    return time.frame(time.beat_at(bars[1] + 1), planned.graph.rate)


def failure_problem(loaded: Loaded, graph: Graph, failure: Failure) -> Problem:
    """A node that could not be made, as a problem at the place that the node comes from."""
    node = next(node for node in graph.nodes() if node.name == failure.name)
    place = _common([*node.origins.values()])
    return loaded.places.problem(Fault("BLD001", place, f"{failure.name}: {failure.message}", failure.hint))


def _common(paths: Sequence[SongPath]) -> SongPath:
    """The longest path that all of `paths` begin with."""
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*paths, strict=False))
    return tuple(parts[0] for parts in shared)


def read_files(loaded: Loaded, graph: Graph) -> Iterator[Path]:
    """Every file of a song that a render depends on: what was read, and what would be read if it were there."""
    for file in loaded.files:
        yield file
        if file.is_relative_to(PRESETS):  # a preset of the song's own would take its place
            yield loaded.folder / "presets" / file.relative_to(PRESETS)
    for node in graph.nodes():
        yield from (source.path for source in node.sources)


def _steady(read: Mapping[Path, Stamp | None], began: int) -> bool:
    """Whether files are as they were when a render `began` to read them, in ns; `read` holds their stamps since."""
    return all(stamp(file) == mark and not (mark and racy(mark, began, FINE_NS)) for file, mark in read.items())


def _songbuild() -> Iterator[Path]:
    """The files that songbuild itself was read from: an update may make another song of the same text."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == "songbuild" and getattr(module, "__file__", None):
            yield Path(str(module.__file__))


def _files(built: Built) -> dict[str, Any]:
    """What is known of each delivered file."""
    return {name: {"bytes": made.size, **(made.facts or {})} for name, made in built.outputs.items()}


def _nodes(built: Built) -> list[dict[str, Any]]:
    """What became of each node."""
    return [
        {"node": r.name, "stage": r.stage, "status": r.status, "tiles_run": r.ran, "tiles": r.tiles}
        | {"seconds": r.seconds}
        for r in built.records
    ]


def _work(built: Built) -> str:
    """What ran and what was reused, in a line."""
    ran = [record for record in built.records if record.ran]
    tiles = sum(record.ran for record in ran)
    counts = [f"{_count(len(ran), 'node')} ran ({_count(tiles, 'tile')})" if ran else "nothing ran"]
    for status in ("failed", "skipped", "reused"):
        number = sum(record.status == status for record in built.records)
        counts += [f"{number} {status}"] if number else []
    return f"{', '.join(counts)}; {built.seconds:.1f} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def _measured(planned: Plan, built: Built) -> dict[str, Any]:
    """What the checks that need the audio look at."""
    master = built.values.get(planned.measure.name) if planned.measure is not None else None
    return {"master": master, "files": _files(built)}


def _summary(song: SongModel, planned: Plan, measured: Mapping[str, Any], folder: Path, files: Sequence[str]) -> str:
    """The song in a line, its master in another, and where the files are."""
    seconds = round(planned.graph.grid[-1] / planned.graph.rate)
    lines = [f"{song.title}: {seconds // 60}:{seconds % 60:02d}, {_count(len(song.arrangement.tracks), 'track')}"]
    if master := measured["master"]:
        lines.append(
            f"integrated {_level(master['integrated_lufs'])} LUFS, "
            f"short-term max {_level(master['short_term_max_lufs'])}, "
            f"range {_level(master['lra_lu'])} LU, true peak {_level(master['true_peak_dbtp'], 2)} dBTP"
        )
    few = len(files) <= FEW
    lines += [str(folder / file) for file in files] if few else [f"{_count(len(files), 'file')} in {folder}"]
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
