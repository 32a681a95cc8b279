"""The files of an album: of each track, of the whole, of a CD."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from songbuild.engine import Node, Timeline
from songbuild.engine.graph import Json
from songbuild.formats.cd import RATE as CD_RATE
from songbuild.model.album import Album, TrackFormat
from songbuild.model.delivery import Delivery
from songbuild.model.programme import Programme
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath
from songbuild.stages.album_disc import cd_files, cue_file, disc_of
from songbuild.stages.album_master import cut_of, grid_of
from songbuild.stages.album_material import Material, of_album, spoken
from songbuild.stages.album_stream import QUANTISE
from songbuild.stages.context import Context
from songbuild.stages.decoded import CONVERT, DECODED
from songbuild.stages.delivery import UNMEASURED, slug, sums
from songbuild.stages.encoding import RECIPES
from songbuild.stages.entries import FORMATS, Entry, entries
from songbuild.stages.tags import ORIGINS, song_tags, tag_sources

CD_BITS = 16


@dataclass
class Deliverer:
    """Plans the files; `stream` is the finished album, `cuts` its tracks, `measure` and `measures` what measures these.

    Afterwards `delivered` holds what measures each lossy file when it is decoded.
    """

    album: Album
    programme: Programme
    materials: Sequence[Material]
    folder: Path
    stream: Node
    cuts: Sequence[Node]
    measure: Node
    measures: Sequence[Node]
    digest: Callable[[Path], str]
    faults: list[Fault]
    delivered: dict[str, Node] = field(default_factory=dict)
    _made: dict[str, Node] = field(default_factory=dict)

    def outputs(self) -> dict[str, Node]:
        """File name -> the node that writes it; SHA256SUMS is the last."""
        songs = [spoken(self.album, place, each, self.folder) for place, each in enumerate(self.materials)]
        found: dict[str, Node] = {}
        for entry in self._entries(self.album.delivery.formats, ("delivery",)):
            found |= self._tracks(entry, songs)
        found |= self._whole(songs)
        if self.album.delivery.cd:
            found |= self._cd(songs)
        found["SHA256SUMS"] = sums(found)
        return found

    def _entries(self, formats: Sequence[TrackFormat], path: SongPath) -> list[Entry]:
        """What the short names, and at ("delivery",) the long ones, come to."""
        own = self.album.delivery
        files = own.files if path == ("delivery",) else []
        asked = Delivery(formats=[*formats], files=files, mp3_kbps=own.mp3_kbps, flac_bits=own.flac_bits)
        found, faults = entries(asked, self.programme.rate, path)
        self.faults += faults
        return found

    def _tracks(self, entry: Entry, songs: Sequence[Song]) -> Iterator[tuple[str, Node]]:
        """One file of each track, in the folder of the format."""
        stream = self._stream(entry)
        start, _, suffix = entry.ending.rpartition(".")
        folder = "-".join(filter(None, (suffix, start.strip("-"))))
        for place, song in enumerate(songs):
            name = f"track {place + 1:02d} of {stream.name}"
            cut = self.cuts[place]
            if stream is not self.stream:
                cut = self._once(cut_of(name, stream, self.programme, place, entry.rate))
            material, (first, stop) = self.materials[place], self.programme.spans(entry.rate)[place]
            context = Context(song, material.score, material.folder, stop - first, self.digest)
            file = f"{folder}/{place + 1:02d}-{slug(song.title)}.{suffix}"
            measured, trimmed_s = (self.measures[place], self.measure), self.album.songs[place].trim_start
            yield file, self._file(file, entry, context, cut, measured, ("songs", place), trimmed_s)

    def _file(
        self,
        name: str,
        entry: Entry,
        context: Context,
        stream: Node,
        measured: tuple[Node, ...],
        path: SongPath,
        trimmed_s: float = 0.0,
    ) -> Node:
        """The node that writes all of a stream; what dither it has, it has already."""
        params = {**entry.params, "rate": entry.rate, "start": 0, "stop": context.end, "seed": []}
        if entry.bits is not None:
            params["dither"] = "none"
        inputs = (stream,) if entry.format in UNMEASURED else (stream, *measured)
        params["tags"] = song_tags(context, trimmed_s=trimmed_s)
        origins: dict[tuple[str | int, ...], SongPath] = {**dict.fromkeys(ORIGINS, path), (): entry.path}
        file = Node(name, "delivery", RECIPES[entry.format], params, inputs, tag_sources(context), origins=origins)
        if FORMATS[entry.format].lossy:
            about = {"format": entry.format, "rate": entry.rate, "frames": context.end}
            self.delivered[name] = Node(f"decoded {name}", "delivery", DECODED, about, (file, stream))
        return file

    def _whole(self, songs: Sequence[Song]) -> dict[str, Node]:
        """The album in one file, and its cue sheet."""
        found: dict[str, Node] = {}
        disc = disc_of(self.album, self.programme, songs)
        title = slug(self.album.title)
        for entry in self._entries(self.album.delivery.album, ("delivery", "album")):
            name = f"{title}{entry.ending}"
            found[name] = self._image(name, entry)
            cue = f"{name.rpartition('.')[0]}.cue"
            found[cue] = cue_file(cue, disc, name)
        return found

    def _image(self, name: str, entry: Entry) -> Node:
        song, score = of_album(self.album)
        context = Context(song, score, self.folder, self.programme.frames(entry.rate), self.digest)
        return self._file(name, entry, context, self._stream(entry), (self.measure,), ())

    def _cd(self, songs: Sequence[Song]) -> dict[str, Node]:
        """What a plant or a burner takes."""
        disc = disc_of(self.album, self.programme, songs)
        wanted, base = self.album.delivery.cd, f"cd/{slug(self.album.title)}"
        entry = Entry("wav", CD_RATE, CD_BITS, "tpdf", None, None, ".wav", ("delivery", "cd"))
        files, faults = cd_files(disc, wanted, base, self._stream(entry))
        self.faults += faults
        beside = {"cue", "toc"} & {*wanted} and files
        return {**({f"{base}.wav": self._image(f"{base}.wav", entry)} if beside else {}), **files}

    def _stream(self, entry: Entry) -> Node:
        """The album as a format takes it: converted once, dithered once, whatever is cut of it."""
        node, rate, own = self.stream, entry.rate, self.programme.rate
        if rate != own:
            params = {"rate": rate, "frames": self.programme.frames(own)}
            node = self._once(Node(f"album at {rate} Hz", "album", CONVERT, params, (node,)))
        if entry.bits is not None and entry.dither != "none":
            dithered: dict[str, Json] = {"bits": entry.bits, "dither": entry.dither, "seed": [self.album.seed, "album"]}
            line = Timeline(rate, grid_of(self.programme, rate))
            name = f"{node.name} in {entry.bits} bits ({entry.dither})"
            node = Node(name, "album", QUANTISE, dithered, (node,), origins={("seed",): ("seed",)}, timeline=line)
        return self._once(node)

    def _once(self, node: Node) -> Node:
        """The node of this name, which is made once."""
        return self._made.setdefault(node.name, node)
