"""What the tracks of an album are made of, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songbuild.formats.lyrics import SUFFIXES
from songbuild.model.album import Album, AlbumTrack
from songbuild.model.expand import expand
from songbuild.model.metadata import Recording, Release
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.stages.plan import Plan

RELEASE = ("upc", "label", "catalog_number", "date", "original_date", "copyright", "phonogram", "artwork")
"""What is said of the release: of a song on an album that is the album."""
USUAL = ("artist", "genre", "secondary_genre", "language")
"""What the album says for songs that say nothing of it."""


@dataclass(frozen=True)
class Material:
    """What a track is made of: a song that is planned, or a finished file (`plan` is None).

    `label` names it among the album's, `song` and `score` are what is said of it; `path` is the song's manifest or the
    file, `folder` where the files are that the song names.
    """

    label: str
    song: Song
    score: Score
    folder: Path
    path: Path
    plan: Plan | None = None


def spoken(album: Album, place: int, material: Material, folder: Path) -> Song:
    """The song of a track with all that is said of it: on the track, on the album whose files are below `folder`, by
    itself."""
    track = album.songs[place]
    said: dict[str, Any] = {"album": album.title, "album_artist": album.artist or None}
    said |= {"track_number": place + 1, "track_total": len(album.songs)}
    said |= {name: getattr(album, name) for name in RELEASE if getattr(album, name) is not None}
    said |= {name: getattr(album, name) for name in USUAL if not getattr(material.song, name)}
    if album.artwork is not None:
        said["artwork"] = str(folder / album.artwork)
    return material.song.model_copy(update={**said, **_own(track, folder)})


def _own(track: AlbumTrack, folder: Path) -> dict[str, Any]:
    """What the track itself says; its files are the album's."""
    own = {name: getattr(track, name) for name in track.model_fields_set & Recording.model_fields.keys()}
    if own.get("artwork") is not None:
        own["artwork"] = str(folder / own["artwork"])
    if (own.get("lyrics") or "").lower().endswith(SUFFIXES):
        own["lyrics"] = str(folder / own["lyrics"])
    return own


def of_album(album: Album) -> tuple[Song, Score]:
    """The album as what a file of all of it says, and the score of no music."""
    said = {name: getattr(album, name) for name in Release.model_fields}
    song = Song(title=album.title).model_copy(
        update={**said, "album": album.title, "album_artist": album.artist or None}
    )
    return song, unscored(song)


def unscored(song: Song) -> Score:
    """The score of a song without music."""
    return expand(song)[0]
