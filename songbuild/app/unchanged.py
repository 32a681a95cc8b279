"""The shortest path: is the song just as the last build left it?  Imports the standard library only."""

from __future__ import annotations

from songbuild import __version__
from songbuild.engine.unchanged import default_folder, song_id, unchanged
from songbuild.manifest.find import song_file


def summary(song: str) -> str | None:
    """The line that `render` prints for an unchanged song, or None if there is something to do."""
    extra = unchanged(default_folder(), song_id(song_file(song)), __version__)
    return None if extra is None else f"{extra['summary']}\nnothing to do"
