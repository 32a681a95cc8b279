"""An album from its files: read, its songs checked and planned, all of it one graph; built, and delivered."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from songbuild import __version__, checks, engine
from songbuild.api.album_report import report, summary
from songbuild.api.explaining import Explained, Text, decided
from songbuild.api.rendering import (
    Guard,
    Rendered,
    failure_problem,
    nodes_made,
    own_files,
    read_files,
    read_note,
    steady,
    work_done,
    write_note,
)
from songbuild.api.song import Listener, Planned, Song, UsageError, open_store, plan_song
from songbuild.engine import Failure, Graph, Store
from songbuild.engine.unchanged import song_folder, stamp
from songbuild.manifest.album import LoadedAlbum, load_album
from songbuild.manifest.find import song_file
from songbuild.model.album import AlbumTrack
from songbuild.model.song import Song as SongModel
from songbuild.problems import Path as SongPath
from songbuild.problems import Problem, Span
from songbuild.stages.album import AlbumPlan, plan_album, songs_alone
from songbuild.stages.album_material import Material, of_album, unscored
from songbuild.stages.bars import Bars
from songbuild.stages.plan import Selection


@dataclass(frozen=True)
class PlannedAlbum:
    """What became of an album's text: `plan` is None where an error among the `problems` stands in the way.

    `songs` holds each of its songs once, by its label; `materials` those of the tracks that can be made, in order.
    """

    loaded: LoadedAlbum
    songs: dict[str, Planned]
    materials: tuple[Material, ...]
    plan: AlbumPlan | None
    problems: list[Problem]

    @property
    def graph(self) -> Graph:
        """What there is to build: the album, or its songs by themselves where it can't be put together."""
        return self.plan.graph if self.plan is not None else songs_alone(self.materials)

    def failure(self, failure: Failure) -> Problem:
        """A node that could not be made, as a problem at the place in the song or album that it comes from."""
        label, found, _ = failure.name.partition(": ")
        if found and label in self.songs:
            loaded = self.songs[label].loaded
            return in_album(failure_problem(loaded.places, self.graph, failure), self.loaded.folder, loaded.folder)
        return failure_problem(self.loaded.places, self.graph, failure)

    def text(self, node: str) -> Text:
        """What a node comes from: a song, or the album, in which there are no bars."""
        label, found, _ = node.partition(": ")
        planned = self.songs.get(label) if found else None
        if planned is None or planned.plan is None:
            return Text(self.loaded.places.span, self.materials[0].score, self.graph.rate, None)
        loaded = planned.loaded

        def span(path: SongPath) -> Span:
            return _from_album(loaded.places.span(path), self.loaded.folder, loaded.folder)

        score, rate = planned.plan.score, planned.plan.graph.rate
        return Text(span, score, rate, Bars.of(score, rate))

    def read(self) -> Iterator[Path]:
        """Every file that a render of the album depends on."""
        yield from self.loaded.files
        for planned in self.songs.values():
            if planned.plan is not None:
                yield from read_files(planned.loaded, planned.plan.graph)
        for node in self.graph.nodes():
            yield from (source.path for source in node.sources)


def check_album(album: Song, *, trusted: bool = False, cache: str | None = None) -> tuple[LoadedAlbum, list[Problem]]:
    """Everything that is wrong with an album and its songs and can be known without building it."""
    with open_store(cache) as store:
        planned = plan_of(album, store, trusted)
    return planned.loaded, planned.problems


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


def plan_of(album: Song, store: Store, trusted: bool) -> PlannedAlbum:
    """Read, check and plan an album and its songs; a song that is used twice is planned once.  Raises UsageError."""
    loaded = load_album(Path(song_file(album)))
    if loaded.album is None:
        return PlannedAlbum(loaded, {}, (), None, list(loaded.problems))
    songs: dict[str, Planned] = {}
    materials: list[Material | None] = []
    problems = list(loaded.problems)
    found = checks.run(of_album(loaded.album)[0], loaded.folder)
    problems += [loaded.places.problem(fault) for fault in found]
    for track, path in zip(loaded.album.songs, loaded.tracks, strict=True):
        label = Path(os.path.normpath(track.source)).as_posix()
        if path is None:
            materials.append(None)
            continue
        if track.song is None:
            materials.append(_of_file(track, label, path, loaded.folder))
            continue
        if label not in songs:
            songs[label] = plan_song(path, store, Selection(), trusted)
            problems += [in_album(each, loaded.folder, path.parent) for each in songs[label].problems]
        materials.append(_of_song(songs[label], label, path))
    known = tuple(material for material in materials if material is not None)
    if len(known) < len(materials) or any(problem.severity == "error" for problem in loaded.problems):
        return PlannedAlbum(loaded, songs, known, None, problems)
    plan, faults = plan_album(loaded.album, known, loaded.folder, store.digest_file)
    problems += dict.fromkeys(loaded.places.problem(fault) for fault in faults)
    if plan is not None and loaded.album.delivery.report:
        from songbuild.api.album_reporting import with_album_report

        plan = with_album_report(plan, loaded.album, known, loaded.folder, store.digest_file, problems)
    made = PlannedAlbum(loaded, songs, known, plan, problems)
    if plan is not None and loaded.album.delivery.provenance:
        from songbuild.api.project import project_of
        from songbuild.api.provenance import with_provenance

        made = replace(made, plan=replace(plan, graph=with_provenance(project_of(album, made))))
    return made


def _of_song(planned: Planned, label: str, path: Path) -> Material | None:
    song, plan = planned.loaded.song, planned.plan
    if song is None or plan is None:
        return None
    return Material(label, song, plan.score, planned.loaded.folder, path, plan)


def _of_file(track: AlbumTrack, label: str, path: Path, folder: Path) -> Material:
    """A finished file: the track says all that is said of it."""
    song = SongModel(title=track.title)
    return Material(label, song, unscored(song), folder, path)


def in_album(problem: Problem, album: Path, song: Path) -> Problem:
    """A problem of a song, in a file named from the album's folder."""
    return replace(problem, span=_from_album(problem.span, album, song))


def _from_album(span: Span, album: Path, song: Path) -> Span:
    place = Path(os.path.relpath(song.resolve(), album)).as_posix()
    return span if place == "." or Path(span.file).is_absolute() else replace(span, file=f"{place}/{span.file}")
