"""What is locked, verified and audited: a song, or an album with its songs, as texts and the graph they come to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from songbuild.api.song import Song
from songbuild.engine import Graph, Node
from songbuild.manifest import Loaded, Places
from songbuild.manifest.find import song_file
from songbuild.model.album import Album, AlbumDelivery
from songbuild.model.plain import flat
from songbuild.model.score import Score
from songbuild.model.song import Song as SongModel
from songbuild.problems import Fault, Problem, Span
from songbuild.problems import Path as SongPath
from songbuild.stages.bars import Bars
from songbuild.stages.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.api.albums.planning import PlannedAlbum


@dataclass(frozen=True)
class Planned:
    """What became of a song's text: `plan` is None where an error among the `problems` stands in the way."""

    loaded: Loaded
    plan: Plan | None
    problems: list[Problem]


@dataclass(frozen=True)
class Text:
    """What nodes come from: the place in its files of a path in it, its score, and the rate at which that is made.

    An album is a text without `bars`.
    """

    span: Callable[[SongPath], Span]
    score: Score
    rate: int
    bars: Bars | None


@dataclass(frozen=True)
class Part:
    """One text of a project: the song or album itself, without a label, or a song of the album.

    `files` are those that were read for it, `folder` is where the files are that it names; places are named from the
    project's folder `root`.
    """

    label: str
    model: SongModel | Album
    places: Places
    files: tuple[Path, ...]
    manifest: Path
    folder: Path
    root: Path

    def name(self, text: str) -> str:
        """A name of this part among the project's."""
        return f"{self.label}: {text}" if self.label else text

    def values(self) -> Iterator[tuple[SongPath, object]]:
        """Every value of the text that isn't at its default, and the seed.

        Defaults are songbuild's, whose version is locked; a key that a new version adds is no difference by itself.
        Notes on the music are in nothing that is made but the report.
        """
        without: set[str] = set() if self._reports else {"notes"}
        yield from flat({"seed": self.model.seed, **self.model.model_dump(exclude_defaults=True, exclude=without)})

    @property
    def _reports(self) -> bool:
        """Whether a report is delivered."""
        made = self.model.delivery
        return made.report if isinstance(made, AlbumDelivery) else "report" in made.formats

    def holds(self, file: Path) -> bool:
        """Whether a file is below the folder of this part."""
        return file.is_relative_to(self.folder)

    def problem(self, fault: Fault) -> Problem:
        """The fault at its place."""
        found = self.places.problem(fault)
        return in_album(found, self.root, self.folder) if self.label else found

    def span(self, path: SongPath) -> Span:
        """Where a value was written."""
        return self.problem(Fault("", path, "")).span


@dataclass(frozen=True)
class Project:
    """A song or an album that can be built: its parts, the project itself first, and the graph.

    `text` gives for the name of a node the text that it comes from.
    """

    parts: tuple[Part, ...]
    graph: Graph
    text: Callable[[str], Text]
    songs: tuple[Project, ...] = ()

    @property
    def own(self) -> Part:
        """The song or album itself."""
        return self.parts[0]

    @property
    def folder(self) -> Path:
        return self.own.folder

    def part_of(self, name: str) -> tuple[Part, str]:
        """The part that a name among the project's belongs to, and the name in that part."""
        label, found, rest = name.partition(": ")
        part = next((part for part in self.parts[1:] if found and part.label == label), None)
        return (part, rest) if part is not None else (self.own, name)

    def named(self, file: Path) -> str:
        """A file's name wherever the project is: its path below the folder of its part, else its last part."""
        homes = [part for part in self.parts if part.holds(file)]
        home = max(homes, key=lambda part: len(part.folder.parts), default=None)
        return home.name(file.relative_to(home.folder).as_posix()) if home is not None else file.name

    def rate(self, node: Node) -> int:
        """The sample rate of a node, in Hz."""
        return (node.timeline or self.graph).rate

    def bars(self, name: str, rate: int) -> Bars | None:
        """The bars of the song that a node or a file belongs to, at `rate` Hz; an album has none."""
        text = self.text(name)
        return Bars.of(text.score, rate) if text.bars is not None else None


def project_of(song: Song, planned: Planned | PlannedAlbum) -> Project:
    """The project that has been planned from the manifest or folder `song`; its plan is there."""
    manifest = Path(os.path.abspath(song_file(song)))  # noqa: PTH100
    assert planned.plan is not None
    if isinstance(planned, Planned):
        part = _song_part("", manifest, planned, planned.loaded.folder)
        graph, score = planned.plan.graph, planned.plan.score
        text = Text(part.places.span, score, graph.rate, Bars.of(score, graph.rate))
        return Project((part,), graph, lambda name: text)  # noqa: ARG005
    loaded, songs = planned.loaded, []
    assert loaded.album is not None
    own = Part("", loaded.album, loaded.places, loaded.files, manifest, loaded.folder, loaded.folder)
    parts = [own]
    paths = {material.label: material.path for material in planned.materials}
    for label, each in planned.songs.items():
        parts.append(_song_part(label, paths[label], each, loaded.folder))
        songs.append(project_of(paths[label], each))
    return Project(tuple(parts), planned.plan.graph, planned.text, tuple(songs))


def _song_part(label: str, manifest: Path, planned: Planned, root: Path) -> Part:
    loaded = planned.loaded
    assert loaded.song is not None
    return Part(label, loaded.song, loaded.places, loaded.files, manifest, loaded.folder, root)


def in_album(problem: Problem, album: Path, song: Path) -> Problem:
    """A problem of a song, in a file named from the album's folder."""
    return replace(problem, span=from_album(problem.span, album, song))


def from_album(span: Span, album: Path, song: Path) -> Span:
    place = Path(os.path.relpath(song.resolve(), album)).as_posix()
    return span if place == "." or Path(span.file).is_absolute() else replace(span, file=f"{place}/{span.file}")
