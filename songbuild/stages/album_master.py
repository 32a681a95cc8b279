"""The album's sound: each track's edits, its gain or the album's, the limiter, and the cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from songbuild.engine import Node, Recipe, Timeline
from songbuild.engine.graph import Json
from songbuild.model.album import Album, AlbumTrack
from songbuild.model.master import Values
from songbuild.model.programme import Placed, Programme
from songbuild.problems import Path
from songbuild.stages.album_stream import ASSEMBLE, CUT, EDIT
from songbuild.stages.grid import LONGEST_S, bounded
from songbuild.stages.master import GAIN, LIMIT, MEASURE, STEP_DB, ending

Origins = Mapping[tuple[str | int, ...], Path]
_ORIGINS: Origins = {("limiter",): ("ceiling",), ("loudness",): ("loudness",)}


def _loudest(inputs: Sequence[Json], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The gain in dB that brings the loudest of the measured tracks to the target; 0 where all are silent."""
    levels = [measured["integrated_lufs"] for measured in inputs if measured["integrated_lufs"] is not None]
    return round(round((params["loudness"] - max(levels)) / STEP_DB) * STEP_DB, 1) if levels else 0.0


LOUDEST = Recipe("album.loudest", 1, "value", _loudest)


@dataclass
class Mastering:
    """From the tracks' sources to the finished album; afterwards `gain` is the one gain of all tracks, if there is one,
    and `before` what measures each track before it."""

    album: Album
    programme: Programme
    gain: Node | None = None
    before: list[Node] = field(default_factory=list)

    def finished(self, sources: Sequence[Node]) -> Node:
        """The album as it is delivered."""
        nodes, tracks = [], []
        for place, (placed, source) in enumerate(zip(self.programme.tracks, sources, strict=True)):
            node = self._edited(place, self.album.songs[place], placed, source)
            nodes.append(node)
            skip = placed.skipped if node is source else 0
            tracks.append({"start": placed.start, "stop": placed.stop, "skip": skip})
        joined = Node("assembly", "album", ASSEMBLE, {"tracks": tracks}, tuple(nodes), origins={(): ("songs",)})
        if self.album.ceiling is None:
            return joined
        self.gain = self._gain(joined)
        inputs = (joined,) if self.gain is None else (joined, self.gain)
        return Node("album", "album", LIMIT, self._limiter, inputs, origins=_ORIGINS)

    @property
    def _limiter(self) -> dict[str, Json]:
        """What the limiter is told; the album has one, or no loudness to reach."""
        assert self.album.ceiling is not None
        return {"limiter": ending(Values(ceiling=self.album.ceiling)), "rate": self.programme.rate}

    def _gain(self, joined: Node) -> Node | None:
        wanted = self.album.loudness
        if wanted is None or wanted.tracks is not None:
            return None
        self.before = [*_before(joined, self.programme)]
        if wanted.album is not None:
            params = {**self._limiter, "loudness": wanted.album}
            return Node("album gain", "album", GAIN, params, (joined,), origins=_ORIGINS)
        params = {"loudness": wanted.loudest}
        return Node("album gain", "album", LOUDEST, params, tuple(self.before), origins=_ORIGINS)

    def _edited(self, place: int, track: AlbumTrack, placed: Placed, source: Node) -> Node:
        """A track with its trims, gain and fades, and at a loudness of its own; the source where none of that is."""
        each = self.album.loudness.tracks if self.album.loudness is not None else None
        if not track.gain_db and not placed.ramps and each is None:
            return source
        path, rate = ("songs", place), self.programme.rate
        line = Timeline(rate, bounded([0, placed.frames], int(LONGEST_S * rate)), placed.start)
        params = {"skip": placed.skipped, "gain_db": track.gain_db, "ramps": [asdict(ramp) for ramp in placed.ramps]}
        origins: Origins = {("gain_db",): (*path, "gain_db"), (): path}
        node = Node(f"edit {place + 1:02d}", "album", EDIT, params, (source,), origins=origins, timeline=line)
        if each is None:
            return node
        own: Path = ("loudness",) if track.loudness is None else (*path, "loudness")
        aimed = {**self._limiter, "loudness": each if track.loudness is None else track.loudness}
        gain = Node(f"gain {place + 1:02d}", "album", GAIN, aimed, (node,), origins={**_ORIGINS, ("loudness",): own})
        level = f"level {place + 1:02d}"
        return Node(level, "album", LIMIT, self._limiter, (node, gain), origins=_ORIGINS, timeline=line)


def grid_of(programme: Programme, rate: int) -> tuple[int, ...]:
    """Where the album's streams at `rate` Hz are cut: at each track, so that the tiles of its cut are the album's."""
    return bounded([*(start for start, _ in programme.spans(rate)), programme.frames(rate)], int(LONGEST_S * rate))


def cut_of(name: str, stream: Node, programme: Programme, place: int, rate: int) -> Node:
    """A track as a stream of its own, cut from one of the album at `rate` Hz."""
    start, stop = programme.spans(rate)[place]
    grid = tuple(at - start for at in grid_of(programme, rate) if start <= at <= stop)
    origins: Origins = {(): ("songs",)}
    line = Timeline(rate, grid, start)
    return Node(name, "album", CUT, {"start": start}, (stream,), origins=origins, timeline=line)


def value(name: str, recipe: Recipe, node: Node) -> Node:
    """A value that a recipe without parameters makes of one node."""
    return Node(name, "album", recipe, {}, (node,))


def _before(joined: Node, programme: Programme) -> Iterator[Node]:
    """What measures each track before the album's gain."""
    for place in range(len(programme.tracks)):
        cut = cut_of(f"track {place + 1:02d} before", joined, programme, place, programme.rate)
        yield value(f"measure {cut.name}", MEASURE, cut)
