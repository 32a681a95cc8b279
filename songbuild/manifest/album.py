"""Loading an album: album.yaml, and where the songs and files are that it names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from songbuild.manifest import codes
from songbuild.manifest.find import is_album, song_file
from songbuild.manifest.loader import Reading, in_order, read_mapping
from songbuild.manifest.paths import PathError, below, like
from songbuild.manifest.places import Places
from songbuild.manifest.remarks import hang_in
from songbuild.manifest.source import Source
from songbuild.manifest.tree import Tree, validate
from songbuild.manifest.yaml_reader import Node
from songbuild.model.album import Album, AlbumTrack
from songbuild.problems import Fault, Problem, Span, did_you_mean
from songbuild.problems import Path as AlbumPath


@dataclass(frozen=True, slots=True)
class LoadedAlbum:
    """An album as loaded: None where its text can't be read as one; problems in the order of their places.

    `tracks` holds for each track the song's manifest or the finished file, None where there is none; `files` every
    file that was read.
    """

    album: Album | None
    problems: tuple[Problem, ...]
    places: Places
    files: tuple[Path, ...]
    folder: Path
    tracks: tuple[Path | None, ...] = ()


def load_album(path: Path) -> LoadedAlbum:
    """The album at `path`, a manifest or the folder with its album.yaml; never raises for what a file holds."""
    path = Path(song_file(path))
    folder = Path(os.path.realpath(path.parent))
    reading = Reading(folder, False, 0.0)
    nothing = Places(Node(Source.of(path.name, ""), 0, 0, "block"))
    try:
        below(folder, path.name)
    except PathError as error:
        hint = "'songbuild init --album' starts an album" if error.code == codes.NO_FILE else error.hint
        return LoadedAlbum(None, (Problem(error.code, error.message, Span(str(path)), hint),), nothing, (), folder)
    read = read_mapping(path, path.name, reading)
    if read is None:
        return LoadedAlbum(None, in_order(reading.problems), nothing, tuple(reading.files), folder)
    hang_in(*read, reading)
    tree = Tree(*read)
    album, found = validate(tree, Album)
    faults = [_as_album(fault) for fault in found]
    tracks: list[Path | None] = []
    for place, track in enumerate(album.songs if album is not None else _readable(tree)):
        try:
            tracks.append(_track(folder, track) if track is not None else None)
        except PathError as error:
            tracks.append(None)
            key = "song" if track is not None and track.song is not None else "file"
            faults.append(error.fault(("songs", place, key)))
    if album is not None:
        faults += [*_assets(album, folder), *_contradictions(album), *_unknown_songs(album)]
    problems = in_order([*reading.problems, *(tree.places.problem(fault) for fault in faults)])
    return LoadedAlbum(album, problems, tree.places, tuple(reading.files), folder, tuple(tracks))


def _readable(tree: Tree) -> list[AlbumTrack | None]:
    """The tracks of an album that isn't valid, those left out that aren't themselves."""
    songs: object = tree.data.get("songs")
    found: list[AlbumTrack | None] = []
    for item in songs if isinstance(songs, list) else ():
        try:
            found.append(AlbumTrack.model_validate(item))
        except ValidationError:
            found.append(None)
    return found


def _as_album(fault: Fault) -> Fault:
    """A fault of the manifest's form with a code of the album's."""
    return replace(fault, code=f"ALB{fault.code[-3:]}")


def _track(folder: Path, track: AlbumTrack) -> Path:
    """The manifest or the audio file that a track names; raises PathError.

    A song may stand beside the album's folder: it is a project of its own, with its own rules of what it may read.
    """
    if track.song is None:
        return below(folder, str(track.file))
    if not track.song.strip() or Path(track.song).is_absolute() or track.song.startswith("~"):
        raise PathError(codes.OUTSIDE, f"'{track.song}' is not a path from the album's folder", "write it relative")
    place = folder / track.song
    manifest = Path(song_file(place))
    if is_album(place):
        raise PathError(codes.FILE_TYPE, f"'{track.song}' is an album; an album is made of songs")
    if not place.exists():
        raise PathError(codes.NO_FILE, f"no song '{track.song}'", like(place))
    if not manifest.is_file():
        raise PathError(codes.NO_FILE, f"there is no song.yaml in '{track.song}'", "finished audio is a `file`")
    if manifest.suffix not in (".yaml", ".yml"):
        raise PathError(codes.FILE_TYPE, f"'{track.song}' is not a song", "finished audio is a `file`")
    return manifest


def _assets(album: Album, folder: Path) -> Iterator[Fault]:
    named: list[tuple[AlbumPath, str | None]] = [(("artwork",), album.artwork)]
    named += [(("songs", place, "artwork"), track.artwork) for place, track in enumerate(album.songs)]
    for path, name in named:
        if name is not None:
            try:
                below(folder, name)
            except PathError as error:
                yield error.fault(path)


def _contradictions(album: Album) -> Iterator[Fault]:
    """Targets that nothing reaches: without a limiter, or of a track where the album has one for all."""
    if album.loudness is not None and album.ceiling is None:
        yield Fault("ALB038", ("ceiling",), "to reach a loudness the album needs a ceiling", "write ceiling: -1 dBTP")
    if album.loudness is None or album.loudness.tracks is None:
        for place, track in enumerate(album.songs):
            if track.loudness is not None:
                path: AlbumPath = ("songs", place, "loudness")
                hint = "write loudness: {tracks: -14 LUFS} for the album, or use gain_db here"
                yield Fault("ALB039", path, "a track has a target of its own only where every track has one", hint)


def _unknown_songs(album: Album) -> Iterator[Fault]:
    """Notes about tracks that there are not; what is done may be about one that is gone."""
    known = [track.source for track in album.songs]
    for index, remark in enumerate(album.notes):
        if remark.song is not None and remark.song not in known and not remark.done:
            hint = did_you_mean(remark.song, known)
            yield Fault("ALB012", ("notes", index, "song"), f"no track '{remark.song}'", hint, severity="warning")
