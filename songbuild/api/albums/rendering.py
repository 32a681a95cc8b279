"""An album built and delivered, or told what a render of it would do."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from songbuild import __version__, checks, engine
from songbuild.api.albums.planning import PlannedAlbum, plan_of
from songbuild.api.albums.summary import report, summary
from songbuild.api.explaining import Explained, decided
from songbuild.api.rendering import (
    Guard,
    Rendered,
    nodes_made,
    own_files,
    read_note,
    steady,
    work_done,
    write_note,
)
from songbuild.api.song import Listener, Song, open_store
from songbuild.api.usage import UsageError
from songbuild.engine.unchanged import song_folder, stamp
from songbuild.manifest.find import song_file
from songbuild.stages.album_material import of_album


def render_album(
    album: Song,
    *,
    out: Path | None = None,
    threads: int | None = None,
    trusted: bool = False,
    cache: str | None = None,
    on_event: Listener | None = None,
    cancel: threading.Event | None = None,
    guard: Guard[PlannedAlbum] | None = None,
) -> Rendered:
    """Build an album and all of its songs over one cache, and put its files into `out` (default: out/ in its folder),
    unless a `guard` objects.

    Where a song can't be made the others are, for the next time, and nothing is delivered.
    Raises UsageError (also where `out` is no folder), EngineError (a disk that is full or can't be written), Cancelled.
    """
    began = time.time_ns()
    with open_store(cache) as store:
        planned = plan_of(album, store, trusted)
        read = {file: stamp(file) for file in planned.read()}
        folder = out or planned.loaded.folder / "out"
        if os.path.lexists(folder) and not folder.is_dir():
            raise UsageError(f"{folder} is not a folder, and the album's files go there: move it away, or use --out")
        if not planned.materials:
            return Rendered(planned.problems)
        refused = guard.planned(planned) if guard is not None and planned.plan is not None else []
        if refused:
            return Rendered(planned.problems + refused)
        name, witness = engine.song_id(song_file(album)), str(Path(song_file(album)).resolve())
        built = engine.build(
            planned.graph,
            store,
            threads=threads,
            on_event=on_event,
            cancel=cancel,
            song=name if planned.plan is not None else None,
            witness=witness,
        )
        problems = planned.problems + [planned.failure(failure) for failure in built.failures]
        text = planned.loaded.album
        if planned.plan is None or built.failures or text is None:
            return Rendered(problems, work=work_done(built))
        refused = guard.built(built, store, folder) if guard is not None else []
        if refused:
            return Rendered(problems + refused, work=work_done(built))
        note = Path(song_folder(store.folder, name)) / "published.json" if out is None else None
        published = engine.publish(built, folder, read_note(note))
        write_note(note, published.state)
        found = report(text, planned.plan, planned.materials, planned.loaded.folder, built)
        faults = checks.measure_album(text, of_album(text)[0], found)
        problems += [planned.loaded.places.problem(fault) for fault in faults]
        said = summary(text, found, folder, [*built.outputs])
        if note is not None and steady(read, began):
            made = [*(folder / file for file in published.state), note]
            extra = {"summary": said, "problems": [str(problem) for problem in problems]}
            engine.record_song(store.folder, name, __version__, [*read, *own_files()], made, extra)
        facts = {"folder": str(folder), "cache": str(store.folder), "cache_writable": store.writable}
    facts |= {**found, "seconds": built.seconds}
    facts |= {"written": list(published.written), "nodes": nodes_made(built)}
    return Rendered(problems, said, work_done(built), facts)


def explain_album(album: Song, *, trusted: bool = False, cache: str | None = None) -> Explained:
    """What a render of an album would run, and why."""
    with open_store(cache) as store:
        planned = plan_of(album, store, trusted)
        if not planned.materials:
            return Explained([], planned.problems)
        last = engine.load_last(store, engine.song_id(song_file(album)))
        return Explained(decided(planned.graph, store, last, planned.text), planned.problems)
