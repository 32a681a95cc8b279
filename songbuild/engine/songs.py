"""What the last build of each song was made of: for `explain`, and so that `collect` keeps it."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from songbuild.engine.blobs import is_blob
from songbuild.engine.digests import canonical, digest_json
from songbuild.engine.graph import Json
from songbuild.engine.store import Store
from songbuild.engine.unchanged import song_folder

NAME_BYTES = 32


class Last:
    """The preimages of the last build's nodes by the nodes' names; read from the disk when first asked."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def get(self, name: str) -> Mapping[str, Json] | None:
        """The preimage of a node's key in the last build, or None."""
        found = self._nodes.get(name)
        return found if isinstance(found, dict) else None

    @cached_property
    def _nodes(self) -> dict[str, Json]:
        if self._path is None:
            return {}
        try:
            nodes = json.loads(zlib.decompress(self._path.read_bytes().split(b"\n", 1)[1]))
        except (OSError, ValueError, IndexError, zlib.error):
            return {}
        return nodes if isinstance(nodes, dict) else {}


def load_last(store: Store, song: str) -> Last:
    """What the last build of a song was made of; empty where there was none."""
    return Last(Path(song_folder(store.folder, song)) / "last")


def save_last(
    store: Store, song: str, keys: Json, nodes: Iterable[tuple[str, Json]], blobs: Iterable[str], witness: str = ""
) -> None:
    """Note the preimages and blobs of a build; `keys` tells whether they are those noted already.

    The blobs are kept while the file `witness` is there, or for ever.
    The blobs that this build no longer needs count as used until now.  A cache that can't be written is left alone.
    """
    if not store.writable:
        return
    folder = Path(song_folder(store.folder, song))
    head = digest_json(keys).encode()
    with suppress(OSError):
        with suppress(FileNotFoundError), (folder / "last").open("rb") as file:
            if file.readline().strip() == head:
                return
        folder.mkdir(parents=True, exist_ok=True)
        now = {bytes.fromhex(name) for name in blobs if is_blob(name)}
        for name in _noted(folder / "blobs")[1] - now:
            path = store.blobs.path(name.hex())
            if path is not None:
                os.utime(path)
        _write(folder / "blobs", os.fsencode(witness) + b"\0" + b"".join(sorted(now)))
        _write(folder / "last", head + b"\n" + zlib.compress(canonical(dict(nodes)), 1))


def forget_song(store: Store, song: str) -> None:
    """Drop all records of a song; its blobs stay as long as there is room."""
    folder = Path(song_folder(store.folder, song))
    with suppress(OSError):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def keep_song(store: Store, song: str, witness: str) -> None:
    """Keep what the last build of a song consists of, whatever is built after it, while the file `witness` is there.

    Keeping it again lets go of what was kept before.  A cache that can't be written keeps nothing.
    """
    folder = Path(song_folder(store.folder, song))
    if store.writable:
        with suppress(OSError):
            blobs = (folder / "blobs").read_bytes().partition(b"\0")[2]
            _write(folder / "kept", os.fsencode(witness) + b"\0" + blobs)


def witnesses(store: Store) -> dict[str, Path]:
    """Song id -> the manifest of the songs whose last build is noted, those that are gone too."""
    noted = {folder.name: _noted(folder / "blobs")[0] for folder in _songs(store)}
    return {name: Path(os.fsdecode(witness)) for name, witness in sorted(noted.items()) if witness}


def kept_blobs(store: Store) -> set[str]:
    """The blobs that the last builds of all songs consist of, and those that are kept beside them."""
    return set().union(*kept_by_song(store).values())


def kept_by_song(store: Store) -> dict[str, set[str]]:
    """Song id -> the blobs that its last build consists of, and those that are kept beside them."""
    return {
        folder.name: {name.hex() for file in ("blobs", "kept") for name in _witnessed(folder / file)}
        for folder in _songs(store)
    }


def _witnessed(path: Path) -> set[bytes]:
    """The blobs that a file notes; none once its witness is gone."""
    witness, names = _noted(path)
    return names if not witness or os.path.exists(witness) else set()  # noqa: PTH110 - the path is bytes


def _songs(store: Store) -> Iterator[Path]:
    with suppress(OSError):
        yield from (store.folder / "songs").iterdir()


def _noted(path: Path) -> tuple[bytes, set[bytes]]:
    """What a file notes: the path of its witness, and the blobs."""
    try:
        witness, _, data = path.read_bytes().partition(b"\0")
    except OSError:
        return b"", set()
    return witness, {data[place : place + NAME_BYTES] for place in range(0, len(data) - NAME_BYTES + 1, NAME_BYTES)}


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)
