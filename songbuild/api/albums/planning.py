"""An album from its files: read, its songs checked and planned, all of it one graph."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from songbuild import checks
from songbuild.api.planning import plan_song
from songbuild.api.project import Planned, Text, from_album, in_album, project_of
from songbuild.api.rendering import failure_problem, read_files
from songbuild.api.song import Song, open_store
from songbuild.engine import Failure, Graph, Store
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
            return from_album(loaded.places.span(path), self.loaded.folder, loaded.folder)

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
        from songbuild.api.papers.album_report import with_album_report

        plan = with_album_report(plan, loaded.album, known, loaded.folder, store.digest_file, problems)
    made = PlannedAlbum(loaded, songs, known, plan, problems)
    if plan is not None and loaded.album.delivery.provenance:
        from songbuild.api.papers.provenance import with_provenance

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
