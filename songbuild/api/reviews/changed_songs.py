"""Which songs of a repository differ between two commits."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from songbuild.api.history.asking import answer, paths_of
from songbuild.api.history.revisions import Repository
from songbuild.api.history.snapshots import SONG, home, laid_out, matters, of_commit
from songbuild.api.usage import UsageError
from songbuild.manifest.album import load_album
from songbuild.manifest.find import ALBUM, is_album


class Versions(NamedTuple):
    """A song's or an album's manifest before and after, by path from the repository's top; None where there is none."""

    old: str | None
    new: str | None

    @property
    def place(self) -> str:
        """The manifest where it is now, or where it was."""
        return self.new or self.old or ""


@dataclass(frozen=True)
class _Touched:
    """The paths that differ, as each commit has them, and what went by which name before."""

    old: frozenset[str]
    new: frozenset[str]
    renamed: Mapping[str, str]


def changed_songs(found: Repository, old: str, new: str, only: Sequence[Path] = ()) -> list[Versions]:
    """The songs and albums that two commits differ in, in the order of their folders; of those in `only`, if any.

    An album is changed where one of its songs is, and tells of it.  A song whose manifest was moved is one song.
    Raises UsageError for a path at which neither commit has a song.
    """
    before, after = _manifests(found, old), _manifests(found, new)
    touched = _touched(found, old, new)
    changed = {_owner(before, path) for path in touched.old} | {_owner(after, path) for path in touched.new}
    told: dict[str, set[str]] = {}
    for folder, manifest in after.items():
        if is_album(manifest):
            told[folder], files = _songs_of(found, new, manifest)
            if told[folder] & changed or files & touched.new:
                changed.add(folder)
    versions = {posixpath.dirname(each.place): each for each in _versions(before, after, touched.renamed, changed)}
    if only:
        wanted = {_folder(found, song, before, after) for song in only}
        versions = {
            folder: each
            for folder, each in versions.items()
            if wanted & {posixpath.dirname(manifest) for manifest in each if manifest is not None}
        }
    inner = {song for folder, songs in told.items() if folder in versions for song in songs if song != folder}
    return [versions[folder] for folder in sorted(versions) if folder not in inner]


def _manifests(found: Repository, commit: str) -> dict[str, str]:
    """The folders that hold a song or an album, and its manifest."""
    known: dict[str, str] = {}
    for path in sorted(found.entries(commit, ""), reverse=True):  # song.yaml comes last: it is preferred
        folder, _, name = path.rpartition("/")
        if name in (SONG, ALBUM) and matters(path):
            known[folder] = path
    return known


def _touched(found: Repository, old: str, new: str) -> _Touched:
    words = iter(paths_of(answer(found, "diff-tree", "-r", "-z", "-M", "--name-status", old, new)))
    before, after, renamed = set(), set(), {}
    for act in words:
        path = next(words)
        other = next(words) if act.startswith("R") else path
        if act.startswith("R"):
            renamed[other] = path
        before |= {path} if act != "A" else set()
        after |= {other} if act != "D" else set()
    return _Touched(frozenset(filter(matters, before)), frozenset(filter(matters, after)), renamed)


def _owner(manifests: Mapping[str, str], path: str) -> str | None:
    """The innermost folder of a song in which a file lies."""
    folder = posixpath.dirname(path)
    while folder not in manifests:
        if not folder:
            return None
        folder = posixpath.dirname(folder)
    return folder


def _versions(
    before: Mapping[str, str], after: Mapping[str, str], renamed: Mapping[str, str], changed: Collection[str | None]
) -> Iterable[Versions]:
    moved = {
        manifest: was
        for manifest in after.values()
        if (was := renamed.get(manifest)) is not None and was in before.values()
    }
    for folder, manifest in after.items():
        was = before.get(folder) or moved.get(manifest)
        if folder in changed or (was is not None and posixpath.dirname(was) in changed):
            yield Versions(was, manifest)
    for folder, manifest in before.items():
        if folder not in after and manifest not in moved.values():
            yield Versions(manifest, None)


def _songs_of(found: Repository, commit: str, manifest: str) -> tuple[set[str], set[str]]:
    """The folders of an album's songs, and the finished files among its tracks, by path from the top."""
    snapshot = of_commit(found.top / manifest, "", commit, home(found.top / manifest)[1] or found)
    above = snapshot.root.relative_to(found.top).as_posix()
    songs, files = set(), set()
    with laid_out(snapshot, audio=False) as place:
        top = place.parents[snapshot.manifest.count("/")].resolve()
        loaded = load_album(place)
        for track, path in zip(loaded.album.songs if loaded.album else (), loaded.tracks, strict=False):
            if path is None or not path.resolve().is_relative_to(top):
                continue
            name = posixpath.normpath(posixpath.join(above, path.resolve().relative_to(top).as_posix()))
            if track.song is None:
                files.add(name)
            else:
                songs.add(posixpath.dirname(name))
    return songs, files


def _folder(found: Repository, song: Path, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    own = home(song)[1]
    if own is None or own.top != found.top:
        raise UsageError(f"{song} isn't in the repository {found.top}")
    if own.prefix not in before and own.prefix not in after:
        raise UsageError(f"there is no {SONG} in {song}, neither before nor after")
    return own.prefix
