"""What is locked, verified and audited: a song, or an album with its songs, as texts and the graph they come to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from songbuild.api.explaining import Text
from songbuild.api.lockfile import flat
from songbuild.api.song import Planned, Song, plan_song
from songbuild.engine import Graph, Node, Store
from songbuild.manifest import Places
from songbuild.manifest.find import is_album, song_file
from songbuild.model.album import Album, AlbumDelivery
from songbuild.model.song import Song as SongModel
from songbuild.problems import Fault, Problem, Span
from songbuild.problems import Path as SongPath
from songbuild.stages.bars import Bars
from songbuild.stages.plan import Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from songbuild.api.album import PlannedAlbum


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
        from songbuild.api.album import in_album

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


def open_project(song: Song, store: Store, trusted: bool) -> tuple[Project | None, list[Problem]]:
    """Read and plan a song or album; None where an error among the problems stands in the way.  Raises UsageError."""
    planned: Planned | PlannedAlbum
    if is_album(song):
        from songbuild.api.album import plan_of

        planned = plan_of(song, store, trusted)
    else:
        planned = plan_song(song, store, Selection(), trusted)
    wrong = planned.plan is None or any(problem.severity == "error" for problem in planned.problems)
    return None if wrong else project_of(song, planned), planned.problems


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
