"""Which build has made a file: looked for in locks, statements of provenance, and what the cache remembers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from songbuild.api.locks.lockfile import read_lock
from songbuild.api.locks.nulling import audio_digest
from songbuild.engine import Store, digest_file, song_id
from songbuild.engine.songs import witnesses
from songbuild.engine.unchanged import song_folder
from songbuild.formats.intoto import external, read_statement, subjects
from songbuild.formats.sums import sha256
from songbuild.manifest.find import ALBUM, lock_path, song_file
from songbuild.model.lock import Lock

Match = Literal["bytes", "audio", "name"]
MANIFESTS = ("song.yaml", ALBUM)
STATEMENT = "provenance.json"
UPWARD = 6
"""So many folders above a file are looked into for what may have made it."""
LARGEST = 64 << 20
"""A statement of provenance isn't larger, in bytes."""


@dataclass(frozen=True)
class Fingerprint:
    """A file as it is: its digests; what is decoded of it is worked out when it is asked for."""

    path: Path
    blake3: str
    sha256: str
    _audio: list[str | None] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path) -> Fingerprint:
        """Raises OSError."""
        return cls(path, digest_file(path), sha256(path))

    @property
    def audio(self) -> str | None:
        """The digest of its samples; None where it isn't audio."""
        if not self._audio:
            self._audio.append(audio_digest(self.path))
        return self._audio[0]


@dataclass(frozen=True)
class Record:
    """A build that has made a file `name`: by its bytes, by its audio alone, or by no more than its name.

    `source` is the lock or statement that says so, or the cache's folder; `manifest` the song or album, where it is
    there; `lock` and `statement` hold what was recorded.
    """

    name: str
    match: Match
    source: Path
    manifest: Path | None = None
    lock: Lock | None = None
    statement: Mapping[str, Any] | None = None


def find(file: Fingerprint, song: Path | None, store: Store) -> Record | None:
    """The record of a file, the best one: bytes before audio before names; locks first, then statements, then the
    cache.  `song` is the manifest that is said to have made it; else those beside and above the file are asked."""
    place = file.path.resolve()
    homes = [*place.parents][:UPWARD] if song is None else [song.parent, song.parent / "out"]
    manifests = [*_manifests(homes)] if song is None else [song]
    statements = [*_statements([*place.parents][:UPWARD], homes)]
    matches: tuple[Match, ...] = ("bytes", "audio", "name")
    for match in matches:
        for found in (
            *_locked(file, manifests, match),
            *_stated(file, statements, manifests, match),
            *_remembered(file, manifests, song, store, match),
        ):
            return found
    return None


def _manifests(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (folder / name for name in MANIFESTS if (folder / name).is_file())


def _statements(near: list[Path], homes: list[Path]) -> Iterator[Path]:
    for folder in dict.fromkeys((*near, *homes)):
        if (folder / STATEMENT).is_file():
            yield folder / STATEMENT


def _below(name: str, path: Path) -> bool:
    """Whether a file's path ends as the name of a delivered file."""
    parts = PurePosixPath(name).parts
    return path.parts[-len(parts) :] == parts


def _fits(file: Fingerprint, match: Match, name: str, same: bool, audio: Callable[[], str | None]) -> bool:
    """Whether a delivered file is this one: `same` says whether its bytes are, `audio` gives its samples' digest."""
    if match == "bytes":
        return same
    if match == "name":
        return _below(name, file.path.resolve())
    return file.audio is not None and audio() == file.audio


def _locked(file: Fingerprint, manifests: list[Path], match: Match) -> Iterator[Record]:
    for manifest in manifests:
        path = lock_path(manifest)
        found = read_lock(path)[0] if path.is_file() else None
        if found is not None:
            for name, made in found.lock.delivered.items():
                if _fits(file, match, name, made.digest == file.blake3, partial(getattr, made, "audio")):
                    yield Record(name, match, path, manifest, found.lock)


def _stated(file: Fingerprint, statements: list[Path], manifests: list[Path], match: Match) -> Iterator[Record]:
    for path in statements:
        read = read_statement(path.read_bytes()) if path.stat().st_size <= LARGEST else None
        if read is not None:
            named = external(read).get("manifest")
            manifest = next((each for each in manifests if each.name == named), None)
            made = {name: digests.get("sha256") for name, digests in subjects(read).items()}
            made[path.name] = sha256(path)  # it can't name itself
            for name, digest in made.items():
                if _fits(file, match, name, digest == file.sha256, lambda: None):
                    yield Record(name, match, path, manifest, statement=read)


def _remembered(
    file: Fingerprint, manifests: list[Path], song: Path | None, store: Store, match: Match
) -> Iterator[Record]:
    """What the last renders into the usual folders have published; of names, only what is near the file counts."""
    near = {song_id(str(manifest)): manifest for manifest in manifests}
    known = near if song is not None or match == "name" else {**witnesses(store), **near}
    for identity, manifest in known.items():
        for name, digest in _published(store, identity).items():
            copy = partial(_copied, store, digest, Path(name).suffix == file.path.suffix)
            if _fits(file, match, name, digest == file.blake3, copy):
                there = manifest if Path(song_file(manifest)).is_file() else None
                yield Record(name, match, store.folder, there)


def _copied(store: Store, digest: str, likely: bool) -> str | None:
    """The digest of the samples of a delivered file, from its copy in the cache, where that is `likely` to be them."""
    copy = store.file_blob(digest) if likely else None
    return audio_digest(copy) if copy is not None else None


def _published(store: Store, identity: str) -> dict[str, str]:
    """Name -> digest of the files that a song's last render has put in place."""
    try:
        found = json.loads((Path(song_folder(store.folder, identity)) / "published.json").read_text())
        return {str(name): str(each["digest"]) for name, each in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
