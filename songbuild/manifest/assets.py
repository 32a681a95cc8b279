"""The audio and picture files that a song names: below its folder, and there.  What is in them, `checks` looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from songbuild.formats.lyrics import is_lyrics_file
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.references import masters
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath


def assets(song: Song, folder: Path) -> list[Fault]:
    """A fault for each take, artwork, reference and file of lyrics that isn't a file below the resolved `folder`."""
    found: list[Fault] = []
    for path, name in _named(song):
        try:
            below(folder, name)
        except PathError as error:
            found.append(error.fault(path))
    return found


def _named(song: Song) -> Iterator[tuple[SongPath, str]]:
    if song.artwork is not None:
        yield ("artwork",), song.artwork
    if song.lyrics is not None and is_lyrics_file(song.lyrics):
        yield ("lyrics",), song.lyrics
    for recording, record in song.recordings.items():
        for take, details in record.takes.items():
            yield ("recordings", recording, "takes", take, "file"), details.file
    for path, values in masters(song):
        if values.reference is not None:
            yield (*path, "reference", "file"), values.reference.file
