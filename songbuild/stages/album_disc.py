"""An album as a disc: cue sheets, the TOC, the fileset of a DDP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from songbuild.engine import MadeFile, Node, Reader, Recipe
from songbuild.engine.graph import Json
from songbuild.formats.cd import Disc, DiscTrack, check, checksums, cue_sheet, descriptors, inlay, toc_file, write_image
from songbuild.formats.cd.ddp import CHECKSUMS, FILES, IMAGE
from songbuild.formats.cd.image import Samples
from songbuild.model.album import Album
from songbuild.model.credits import names
from songbuild.model.programme import Programme
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath
from songbuild.stages.encoding import BLOCK

SCALE = 1 << 15
WRITERS = ("songwriter", "lyricist")
"""CD-TEXT's songwriter is who wrote the words."""


def disc_of(album: Album, programme: Programme, songs: Sequence[Song]) -> Disc:
    """What a disc says of an album; `songs` are its tracks with all that is said of them."""
    tracks = [
        DiscTrack(
            start=start,
            length=stop - start,
            pregap=placed.pregap,
            title=song.title,
            performer=song.artist,
            isrc=song.isrc or "",
            **_people(song),
        )
        for placed, song, (start, stop) in zip(programme.tracks, songs, programme.cuts(), strict=True)
    ]
    return Disc(
        tuple(tracks),
        title=album.title,
        performer=album.artist,
        genre=album.genre or "",
        upc=album.upc or "",
        catalog=album.catalog_number or "",
        **_people(album),
    )


def _people(said: Song | Album) -> dict[str, Any]:
    found = {"songwriter": WRITERS, "composer": ("composer",), "arranger": ("arranger",)}
    return {field: ", ".join(names(said.credits, *roles)) for field, roles in found.items()}


def cue_file(name: str, disc: Disc, audio: str) -> Node:
    """The node that writes a cue sheet beside the file `audio`."""
    return _text(name, cue_sheet(disc, audio.rpartition("/")[2]))


def cd_files(disc: Disc, wanted: Sequence[str], base: str, stream: Node) -> tuple[dict[str, Node], list[Fault]]:
    """The files that describe a CD whose image is `base`.wav, and the fileset of a DDP in a folder beside it.

    `stream` is the programme in 16 bits at 44.1 kHz.
    """
    faults = [_of_album(fault) for fault in check(disc)]
    if any(fault.severity == "error" for fault in faults):
        return {}, faults
    found: dict[str, Node] = {}
    image = f"{base.rpartition('/')[2]}.wav"
    if "cue" in wanted:
        found[f"{base}.cue"] = cue_file(f"{base}.cue", disc, image)
    if "toc" in wanted:
        found[f"{base}.toc"] = _text(f"{base}.toc", toc_file(disc, image))
    if "inlay" in wanted:
        found[f"{base}.txt"] = _text(f"{base}.txt", inlay(disc))
    if "ddp" in wanted:
        found |= _fileset(disc, f"{base.rpartition('/')[0]}/ddp", stream)
    return found, faults


def _fileset(disc: Disc, folder: str, stream: Node) -> dict[str, Node]:
    """The files of a DDP; checksums are over all others."""
    params = {"disc": asdict(disc)}
    made = {name: _node(f"{folder}/{name}", DESCRIPTOR, {**params, "name": name}) for name in descriptors(disc)}
    made[IMAGE] = _node(f"{folder}/{IMAGE}", DISC_IMAGE, params, (stream,))
    audio = [name for name in FILES if name in made]
    inputs = tuple(made[name] for name in audio)
    for name in CHECKSUMS:
        made[name] = _node(f"{folder}/{name}", DISC_SUMS, {"name": name, "names": audio}, inputs)
    return {f"{folder}/{name}": node for name, node in made.items()}


def _text(name: str, text: str) -> Node:
    return _node(name, TEXT, {"text": text})


def _node(name: str, recipe: Recipe, params: Mapping[str, Json], inputs: tuple[Node, ...] = ()) -> Node:
    return Node(name, "delivery", recipe, params, inputs, origins={(): ("songs",)})


def _of_album(fault: Fault) -> Fault:
    """A fault of a disc, at the place in the album that it comes from."""
    first, *rest = (*fault.path, "")
    if first == "tracks" and rest and isinstance(rest[0], int):
        field = {"title": "title", "performer": "artist", "isrc": "isrc", "pregap": "pregap"}.get(str(rest[1]))
        return replace(fault, path=("songs", rest[0], *([field] if field else [])))
    path: SongPath = ("delivery", "cd") if first in ("tracks", "") else (_FIELDS.get(str(first), "credits"),)
    return replace(fault, path=path)


_FIELDS = {
    "title": "title",
    "performer": "artist",
    "genre": "genre",
    "upc": "upc",
    "catalog": "catalog_number",
}
"""Fields of a disc that an album has under a name."""


def _disc(params: Mapping[str, Json]) -> Disc:
    given = dict(params["disc"])
    return Disc(**{**given, "tracks": tuple(DiscTrack(**track) for track in given["tracks"])})


def _write_text(
    inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path
) -> Json:
    """Text as ISO 8859-1, which every reader takes; as UTF-8 with its mark where that lacks a letter."""
    text: str = params["text"]
    try:
        path.write_bytes(text.encode("latin-1"))
    except UnicodeEncodeError:
        path.write_bytes(text.encode("utf-8-sig"))
    return {}


def _write_descriptor(
    inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path
) -> Json:
    path.write_bytes(descriptors(_disc(params))[params["name"]])
    return {}


def _write_image(
    inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path
) -> Json:
    write_image(path, _disc(params), _integers(inputs[0]))
    return {}


def _integers(reader: Reader) -> Iterator[Samples]:
    """A stream that was quantised to 16 bits, as integers: nothing is rounded any more."""
    for at in range(0, reader.frames, BLOCK):
        yield np.rint(reader.read(at, min(at + BLOCK, reader.frames)) * SCALE).astype(np.int16)


def _write_sums(
    inputs: Sequence[MadeFile], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path
) -> Json:
    made = {name: each.path for name, each in zip(params["names"], inputs, strict=True)}
    path.write_bytes(checksums(made)[params["name"]])
    return {}


TEXT = Recipe("album.text", 1, "file", _write_text)
DESCRIPTOR = Recipe("album.ddp.descriptor", 1, "file", _write_descriptor)
DISC_IMAGE = Recipe("album.ddp.image", 1, "file", _write_image)
DISC_SUMS = Recipe("album.ddp.sums", 1, "file", _write_sums)
