"""From an album to the graph of what to build: the songs' own nodes, one stream made of their masters, and its cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from songbuild.dsp.resampling import resampled_length
from songbuild.engine import Graph, Node, Source, Timeline
from songbuild.formats.audio import AudioError, probe
from songbuild.model.album import Album
from songbuild.model.programme import Programme, programme
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath
from songbuild.stages.album_delivery import Deliverer
from songbuild.stages.album_master import Mastering, cut_of, grid_of, value
from songbuild.stages.album_material import Material
from songbuild.stages.album_survey import SURVEY
from songbuild.stages.decoded import CONVERT
from songbuild.stages.master import MEASURE
from songbuild.stages.recordings import DECODE

CHANNELS = 2
USUAL_RATE = 44_100


@dataclass(frozen=True)
class AlbumPlan:
    """An album's graph, where its tracks are, and the names of the value nodes that measure them.

    `measures` and `surveys` hold a name for each track; `before` too, of what measures it before the album's gain, or
    none where `gain` is None.  `owners` maps the name of each node that is a song's to the first track of that song,
    `delivered` the name of each lossy file to what measures it after decoding.
    """

    graph: Graph
    programme: Programme
    measure: str
    measures: tuple[str, ...]
    surveys: tuple[str, ...]
    before: tuple[str, ...]
    gain: str | None
    owners: Mapping[str, int]
    delivered: Mapping[str, str]


@dataclass
class _Sources:
    """The audio of the tracks at the album's rate, each with its length in frames: one node for all uses of a song."""

    rate: int
    digest: Callable[[Path], str]
    made: dict[str, tuple[Node, int]] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def of(self, place: int, material: Material) -> tuple[Node, int] | None:
        """The source of a track; None where its file can't be used."""
        if material.label not in self.made:
            found = self._song(place, material) if material.plan is not None else self._file(place, material)
            if found is None:
                return None
            self.made[material.label] = found
        return self.made[material.label]

    def _song(self, place: int, material: Material) -> tuple[Node, int]:
        assert material.plan is not None
        graph = material.plan.graph
        moved = song_nodes(material, sum(frames for _, frames in self.made.values()))
        self.owners |= dict.fromkeys((node.name for node in moved), place)
        master, frames = moved[-1].inputs[0], graph.grid[-1]
        if graph.rate == self.rate:
            return master, frames
        name, params = f"{material.label}: at {self.rate} Hz", {"rate": self.rate, "frames": frames}
        line = moved[-1].timeline
        node = Node(name, "album", CONVERT, params, (master,), origins={(): ("rate",)}, timeline=line)
        return node, resampled_length(frames, graph.rate, self.rate)

    def _file(self, place: int, material: Material) -> tuple[Node, int] | None:
        path: SongPath = ("songs", place, "file")
        try:
            info = probe(material.path)
            source = Source(material.path, self.digest(material.path))
        except AudioError as error:
            self.faults.append(Fault("ALB040", path, f"{material.label}: {error.message}", error.hint))
            return None
        except OSError as error:
            self.faults.append(Fault("ALB040", path, f"{material.label}: {error.strerror or 'cannot be read'}"))
            return None
        if info.channels != CHANNELS:
            message = f"'{material.label}' is mono, and the songs of an album are stereo"
            self.faults.append(Fault("ALB041", path, message, "export it in stereo"))
            return None
        params, name = {"digest": source.digest}, f"file {material.label}"
        node = Node(name, "album", DECODE, params, sources=(source,), channels=CHANNELS, origins={(): path})
        return node, resampled_length(info.frames, info.rate, self.rate)


def plan_album(
    album: Album, materials: Sequence[Material], folder: Path, digest: Callable[[Path], str]
) -> tuple[AlbumPlan | None, list[Fault]]:
    """The graph that builds `album`, whose own files are below `folder`; None where faults make it impossible."""
    rate: int = album.rate or max((each.plan.graph.rate for each in materials if each.plan), default=USUAL_RATE)
    sources = _Sources(rate, digest)
    found = [sources.of(place, material) for place, material in enumerate(materials)]
    known = [each for each in found if each is not None]
    faults = [*sources.faults, *_same_codes(album, materials)]
    if len(known) < len(found):
        return None, faults
    made, wrong = programme(album.songs, [frames for _, frames in known], rate)
    faults += wrong
    if made is None:
        return None, faults
    mastering = Mastering(album, made)
    finished = mastering.finished([node for node, _ in known])
    cuts = [cut_of(f"track {place + 1:02d}", finished, made, place, rate) for place in range(len(known))]
    measures = [value(f"measure {node.name}", MEASURE, node) for node in cuts]
    surveys = [value(f"survey {node.name}", SURVEY, node) for node in cuts]
    measure = value("measure album", MEASURE, finished)
    deliverer = Deliverer(album, made, materials, folder, finished, cuts, measure, measures, digest, faults)
    outputs = deliverer.outputs()
    if any(fault.severity == "error" for fault in faults):
        return None, faults
    gain, before = mastering.gain, mastering.before
    gains = [gain] if gain is not None else []
    values = (*before, *gains, *measures, *surveys, measure, *deliverer.delivered.values())
    return AlbumPlan(
        Graph(outputs, rate, grid_of(made, rate), values),
        made,
        measure.name,
        tuple(node.name for node in measures),
        tuple(node.name for node in surveys),
        tuple(node.name for node in before),
        gain.name if gain is not None else None,
        sources.owners,
        {name: node.name for name, node in deliverer.delivered.items()},
    ), faults


def song_nodes(material: Material, begins: int = 0) -> list[Node]:
    """The nodes of a song up to the one that measures its master, the last: under names of their own, on its timeline.

    Their keys stay the same, so that the album and the song by itself share what was made.
    """
    assert material.plan is not None
    assert material.plan.measure is not None
    graph = material.plan.graph
    timeline = Timeline(graph.rate, graph.grid, begins)
    moved: dict[Node, Node] = {}
    for node in Graph({}, graph.rate, graph.grid, (material.plan.measure,)).nodes():
        inputs = tuple(moved[item] for item in node.inputs)
        moved[node] = replace(node, name=f"{material.label}: {node.name}", inputs=inputs, timeline=timeline)
    return [*moved.values()]


def songs_alone(materials: Sequence[Material]) -> Graph:
    """What there is to build of an album that can't be put together: its songs, each by itself."""
    first = {each.label: each for each in materials if each.plan is not None}
    return Graph({}, USUAL_RATE, (0,), tuple(song_nodes(each)[-1] for each in first.values()))


def _same_codes(album: Album, materials: Sequence[Material]) -> Iterator[Fault]:
    """Two tracks of one ISRC."""
    first: dict[str, int] = {}
    for place, (track, material) in enumerate(zip(album.songs, materials, strict=True)):
        code = track.isrc or material.song.isrc
        other = first.setdefault(code, place) if code else place
        if other != place:
            path: SongPath = ("songs", place, "isrc") if track.isrc else ("songs", place)
            message = f"tracks {other + 1} and {place + 1} have the same ISRC, {code}"
            yield Fault("ALB042", path, message, "an ISRC names one recording")
