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
from typing import Any, Protocol, TypeVar

from songbuild import __version__, checks, engine
from songbuild.api.planning import plan_song
from songbuild.api.project import Planned
from songbuild.api.song import Listener, Song, open_store
from songbuild.api.usage import UsageError
from songbuild.api.wording import FEW, counted, files_made, loudness_words
from songbuild.devices.presets import FOLDER as PRESETS
from songbuild.engine import Built, Failure, Graph, Store
from songbuild.engine.unchanged import FINE_NS, Stamp, racy, song_folder, stamp
from songbuild.manifest import Loaded, Places
from songbuild.manifest.find import song_file
from songbuild.model.master import Values
from songbuild.model.song import Song as SongModel
from songbuild.model.targets import TARGETS
from songbuild.problems import Fault, Problem
from songbuild.problems import Path as SongPath
from songbuild.stages.matching import match_words
from songbuild.stages.plan import Plan, Selection

What = TypeVar("What", contravariant=True)


@dataclass(frozen=True)
class Rendered:
    """What a render did: problems, the song and the work in words, and facts (files, loudness of the master, nodes)."""

    problems: list[Problem]
    summary: str = ""
    work: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Guard(Protocol[What]):
    """Looks at a render on its way, of a song or an album; what it finds wrong ends the render there."""

    def planned(self, planned: What, /) -> list[Problem]:
        """What forbids to build what has been planned."""

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
    guard: Guard[Planned] | None = None,
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
        refused = guard.planned(found) if guard is not None else []
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
        problems += [failure_problem(loaded.places, planned.graph, failure) for failure in built.failures]
        refused = guard.built(built, store, folder) if guard is not None else []
        if refused:
            return Rendered(problems + refused, work=work_done(built))
        note = Path(song_folder(store.folder, name)) / "published.json" if name and out is None else None
        published = engine.publish(built, folder, read_note(note))
        write_note(note, published.state)
        measured = _measured(planned, built)
        problems += [loaded.places.problem(fault) for fault in checks.measure(loaded.song, measured)]
        summary = _summary(loaded.song, planned, measured, folder, [*built.outputs])
        if note is not None and not built.failures and steady(read, began):
            made = [*(folder / file for file in published.state), note]
            extra = {"summary": summary, "problems": [str(problem) for problem in problems]}
            engine.record_song(store.folder, name or "", __version__, [*read, *own_files()], made, extra)
        facts = {"folder": str(folder), "cache": str(store.folder), "cache_writable": store.writable}
    facts |= {"files": files_made(built), "master": measured["master"], "versions": measured["versions"]}
    facts |= {name: measured[name] for name in ("matches", "targets", "delivered")}
    length_s = planned.graph.grid[-1] / planned.graph.rate
    facts |= {"length_s": length_s, "seconds": built.seconds}
    facts |= {"written": list(published.written), "nodes": nodes_made(built)}
    return Rendered(problems, summary, work_done(built), facts)


def _end(planned: Plan, bars: tuple[int, int]) -> int:
    """The frame at which a range of bars ends."""
    time = planned.score.time
    return time.frame(time.beat_at(bars[1] + 1), planned.graph.rate)


def failure_problem(places: Places, graph: Graph, failure: Failure) -> Problem:
    """A node that could not be made, as a problem at the place that the node comes from."""
    node = next(node for node in graph.nodes() if node.name == failure.name)
    place = _common([*node.origins.values()])
    return places.problem(Fault("BLD001", place, f"{failure.name}: {failure.message}", failure.hint))


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


def steady(read: Mapping[Path, Stamp | None], began: int) -> bool:
    """Whether files are as they were when a render `began` to read them, in ns; `read` holds their stamps since."""
    return all(stamp(file) == mark and not (mark and racy(mark, began, FINE_NS)) for file, mark in read.items())


def own_files() -> Iterator[Path]:
    """The files that songbuild itself was read from: an update may make another song of the same text."""
    for name, module in tuple(sys.modules.items()):
        if name.partition(".")[0] == "songbuild" and getattr(module, "__file__", None):
            yield Path(str(module.__file__))


def _delivered(planned: Plan, built: Built) -> dict[str, Any]:
    """What each file of a master measures: a lossy one after decoding it, beside what it should be."""
    made = {name: node for name, node in planned.delivered.items() if name in built.outputs}
    return {name: built.values[node.name] for name, node in made.items() if node.name in built.values}


def nodes_made(built: Built) -> list[dict[str, Any]]:
    """What became of each node."""
    return [
        {"node": r.name, "stage": r.stage, "status": r.status, "tiles_run": r.ran, "tiles": r.tiles}
        | {"seconds": r.seconds}
        for r in built.records
    ]


def work_done(built: Built) -> str:
    """What ran and what was reused, in a line."""
    ran = [record for record in built.records if record.ran]
    tiles = sum(record.ran for record in ran)
    counts = [f"{counted(len(ran), 'node')} ran ({counted(tiles, 'tile')})" if ran else "nothing ran"]
    for status in ("failed", "skipped", "reused"):
        number = sum(record.status == status for record in built.records)
        counts += [f"{number} {status}"] if number else []
    return f"{', '.join(counts)}; {built.seconds:.1f} s"


def _measured(planned: Plan, built: Built) -> dict[str, Any]:
    """What the checks that need the audio look at, and how references were matched."""
    found = {name: built.values.get(master.measure.name) for name, master in planned.masters.items()}
    references = {name: master.matched for name, master in planned.masters.items() if master.matched is not None}
    matches = {name: built.values.get(each.match.name) for name, each in references.items() if each.match}
    targets = {name: built.values.get(each.target.name) for name, each in references.items() if each.target}
    master = found.pop("", None)
    measured = {"master": master, "versions": found, "matches": matches, "targets": targets, "files": files_made(built)}
    return {**measured, "delivered": _delivered(planned, built)}


def _summary(song: SongModel, planned: Plan, measured: Mapping[str, Any], folder: Path, files: Sequence[str]) -> str:
    """The song in a line, its master in another, and where the files are."""
    seconds = round(planned.graph.grid[-1] / planned.graph.rate)
    lines = [f"{song.title}: {seconds // 60}:{seconds % 60:02d}, {counted(len(song.arrangement.tracks), 'track')}"]
    if master := measured["master"]:
        lines.append(loudness_words(master))
    for name, version in measured["versions"].items():
        if version:
            lines.append(f"{name}: {loudness_words(version)}{_correlation(planned.masters[name].values, version)}")
    matches = {name or "master": match_words(match) for name, match in measured["matches"].items() if match}
    lines += [f"{name}: {said}" for name, said in matches.items() if name == "master" or said != matches.get("master")]
    few = len(files) <= FEW
    lines += [str(folder / file) for file in files] if few else [f"{counted(len(files), 'file')} in {folder}"]
    return "\n".join(lines)


def _correlation(values: Values, found: Mapping[str, Any]) -> str:
    """The correlation of the channels, where the target asks to hear of it."""
    if values.target is None or not TARGETS[values.target].correlation or found["correlation_mean"] is None:
        return ""
    return f", correlation {found['correlation_mean']:.2f} (least {found['correlation_min']:.2f})"


def read_note(note: Path | None) -> dict[str, Any] | None:
    """What the last publish of the song left, if it is known."""
    if note is None:
        return None
    try:
        found = json.loads(note.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_note(note: Path | None, state: Mapping[str, Any]) -> None:
    if note is not None:
        with suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            part = note.with_name(f"{note.name}.{os.getpid()}")
            part.write_text(json.dumps(state))
            part.replace(note)
