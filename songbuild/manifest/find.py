"""Where a song's manifest is.  Imports next to nothing, for the sake of a render that has nothing to do."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

ALBUM = "album.yaml"


def song_file(song: str | os.PathLike[str]) -> str:
    """The manifest that `song` means: the file itself; in a folder song.yaml, or album.yaml where only that is."""
    path = os.fspath(song)
    if not os.path.isdir(path):  # noqa: PTH112
        return path
    own, album = os.path.join(path, "song.yaml"), os.path.join(path, ALBUM)  # noqa: PTH118
    return album if os.path.lexists(album) and not os.path.lexists(own) else own


def is_album(song: str | os.PathLike[str]) -> bool:
    """Whether what `song_file` finds is an album's manifest: album.yaml, or a name that ends so."""
    return os.fspath(song_file(song)).endswith(ALBUM)


def lock_path(song: str | os.PathLike[str]) -> Path:
    """Where a lock is: songbuild.lock beside song.yaml or a lone album.yaml; beside another manifest `other.lock`."""
    from pathlib import Path

    manifest = Path(song_file(song))
    usual = manifest.name == "song.yaml" or (manifest.name == ALBUM and not manifest.with_name("song.yaml").exists())
    return manifest.with_name("songbuild.lock" if usual else f"{manifest.stem}.lock")
