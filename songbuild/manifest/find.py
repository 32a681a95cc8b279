"""Where a song's manifest is.  Imports nothing, for the sake of a render that has nothing to do."""

from __future__ import annotations

import os


def song_file(song: str | os.PathLike[str]) -> str:
    """The manifest that `song` means: the file itself, or song.yaml in the folder."""
    path = os.fspath(song)
    return os.path.join(path, "song.yaml") if os.path.isdir(path) else path  # noqa: PTH112, PTH118
