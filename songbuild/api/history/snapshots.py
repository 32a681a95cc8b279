"""A song's folder as it is, or as it was at a commit: which files it holds, and what tells their contents apart."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from songbuild.api.history.revisions import Repository, repository
from songbuild.api.usage import UsageError
from songbuild.manifest.find import ALBUM, is_album, song_file

SONG = "song.yaml"
OUT = frozenset(("out", "__pycache__"))
_MEDIA = """
wav wave bwf w64 rf64 aif aiff aifc flac mp3 ogg oga opus m4a aac caf mid midi sf2 sf3
png jpg jpeg gif webp tif tiff bmp pdf mp4 mov mkv webm zip gz xz bz2 zst 7z tar so dll dylib
"""
MEDIA = frozenset(_MEDIA.split())
"""Endings of files whose content no manifest is read from; that they are there is all that counts."""
_POINTER = b"version https://git-lfs.github.com/spec/"
_BLOCK = 1 << 20
_OUTWARD = re.compile(rb"(?:\.\./+)*\.\.(?![\w.])")


@dataclass(frozen=True)
class Snapshot:
    """What a song is read from.

    label       what people call it: 'working tree', 'HEAD~2', a folder as it was named
    root        the folder that all paths count from: the song's own, or one around it where an album reaches out of it
    manifest    the path of song.yaml or album.yaml
    texts       path -> what tells a content from another, of every file that a manifest may be read from
    media       the paths of other files
    commit      where it is of a revision, its id; `blobs` are the ids of all its files then
    repository  the one that it lies in
    instead     files that hold something else, by their paths; None where all is as the folder or the commit has it
    complete    whether the song is made of nothing else: an album may reach out of the root
    """

    label: str
    root: Path
    manifest: str
    texts: Mapping[str, str]
    media: frozenset[str]
    repository: Repository | None = None
    commit: str | None = None
    blobs: Mapping[str, str] | None = None
    instead: Mapping[str, Path] | None = None
    complete: bool = True

    @property
    def place(self) -> str:
        """The path of the song's folder, '' where it is the root."""
        return posixpath.dirname(self.manifest)

    @property
    def album(self) -> bool:
        """Whether it is one of an album."""
        return is_album(self.manifest)

    @property
    def folder(self) -> Path:
        """The song's folder in the working tree, which may hold another version."""
        return self.root / self.place

    @property
    def code(self) -> list[str]:
        """The paths of Python files."""
        return sorted(path for path in self.texts if path.endswith(".py"))


def home(song: Path) -> tuple[Path, Repository | None]:
    """The folder of a song, which may be gone from the working tree, and the repository that it lies in."""
    folder = song.parent if song.is_file() or song.suffix in (".yaml", ".yml", ".py") else song
    place = Path(os.path.abspath(folder))  # noqa: PTH100 (it leaves links alone)
    there = next((each for each in (place, *place.parents) if each.is_dir()), place)
    found = repository(there)
    if found is not None and there != place:
        rest = place.relative_to(there).as_posix()
        found = replace(found, prefix=f"{found.prefix}/{rest}".lstrip("/"))
    return folder, found


def of_folder(song: Path, label: str, found: Repository | None) -> Snapshot:
    """The song as it lies on the disk: `song` is its folder or its manifest.  Raises UsageError where there is none."""
    manifest = Path(song_file(song))
    if not manifest.is_file():
        raise UsageError(f"there is no {SONG} in {song}" if song.is_dir() else f"there is no song '{song}'")
    folder = Path(os.path.realpath(manifest.parent))
    root, inner = folder, ""
    above = _levels(manifest.read_bytes()) if is_album(manifest) else 0
    if above and found is not None:
        root, inner = found.top, found.prefix
    texts, media = _contents(root, found)
    name, complete = posixpath.join(inner, manifest.name), _inside(above, inner)
    return Snapshot(label, root, name, texts, media, found, complete=complete)


def of_commit(song: Path, label: str, commit: str, found: Repository) -> Snapshot:
    """The song as it was at a commit.  Raises UsageError where it wasn't there."""
    name = song.name if song.suffix in (".yaml", ".yml") and not song.is_dir() else ""
    entries = found.entries(commit)
    manifest = name or (ALBUM if ALBUM in entries and SONG not in entries else SONG)
    if manifest not in entries:
        where = f"{found.prefix}/{manifest}" if found.prefix else manifest
        if not Path(song_file(song)).exists():
            raise UsageError(f"there is no {manifest} in {song}, nor is there in {label}")
        raise UsageError(f"there is no {where} in {label}: the song wasn't there, or went by another name")
    root, inner = found.top / found.prefix, ""
    above = _levels(found.read([entries[manifest].blob])[entries[manifest].blob]) if is_album(manifest) else 0
    if above and found.prefix:
        root, inner, entries = found.top, found.prefix, found.entries(commit, "")
    told = {path: entry for path, entry in entries.items() if matters(path)}
    texts = {path: entry.blob for path, entry in told.items() if not is_media(path)}
    blobs = {path: entry.blob for path, entry in told.items()}
    # Recordings that are kept out of git are those of the working tree.
    beside = {path for path in _walk(root) if is_media(path)} if root.is_dir() else set()
    media = frozenset(beside | (told.keys() - texts.keys()))
    manifest, complete = posixpath.join(inner, manifest), _inside(above, inner)
    return Snapshot(label, root, manifest, texts, media, found, commit, blobs, complete=complete)


def with_text(snapshot: Snapshot, path: str, blob: str | None, file: Path) -> Snapshot:
    """The snapshot, but with what `file` holds, of the id `blob`, at a path; None: without anything there."""
    texts, blobs = dict(snapshot.texts), dict(snapshot.blobs or {})
    for known in (texts, blobs):
        known.pop(path, None)
    if blob is not None:
        texts[path] = blob
    instead = {path: file} if blob is not None else {}
    return replace(snapshot, texts=texts, blobs=blobs if snapshot.blobs is not None else None, instead=instead)


def holds_still(snapshot: Snapshot) -> bool:
    """Whether the files are what they were when the snapshot was taken."""
    if snapshot.commit is not None:
        return True
    texts, media = _contents(snapshot.root, snapshot.repository)
    replaced = snapshot.instead or {}
    same = {path: blob for path, blob in snapshot.texts.items() if path not in replaced}
    return media == snapshot.media and same.items() <= texts.items() and texts.keys() - same.keys() <= replaced.keys()


def identities(snapshot: Snapshot, paths: Iterable[str]) -> dict[str, str]:
    """What tells the contents of files apart, by their paths; '' for one that isn't there.

    The same for equal files of the working tree, of a commit and of a folder, whatever filters git has.
    """
    known = snapshot.blobs or {}
    wanted = dict.fromkeys(paths)
    rest = [path for path in wanted if path not in known]
    found = _on_disk(snapshot, rest) if rest else {}
    return {path: known.get(path) or found.get(path, "") for path in wanted}


@contextmanager
def laid_out(snapshot: Snapshot, *, audio: bool) -> Iterator[Path]:
    """The song's manifest in a folder that holds the version whole; without `audio` media are empty files.

    Of a version that isn't on the disk it is a temporary folder.  Raises UsageError.
    """
    if snapshot.commit is None and snapshot.instead is None:
        yield snapshot.root / snapshot.manifest
        return
    found, blobs, instead = snapshot.repository, snapshot.blobs or {}, snapshot.instead or {}
    above = ""
    if snapshot.commit is not None and found is not None and snapshot.root != found.top:
        above = snapshot.root.relative_to(found.top).as_posix()
    import tempfile

    with tempfile.TemporaryDirectory(prefix="songbuild-") as name:
        folder = Path(os.path.realpath(name)) / "tree"
        folder.mkdir()
        song = folder / above
        if snapshot.commit is not None and found is not None:
            wanted = [path for path in blobs if audio or path in snapshot.texts]
            found.check_out(
                snapshot.commit, (posixpath.join(above, path) for path in wanted), folder, folder.parent / "index"
            )
        else:
            instead = {path: snapshot.root / path for path in snapshot.texts} | dict(instead)
        for path, file in instead.items():
            place = song / path
            # Neither through a link of the song to a file of the user's, nor into a folder that is one.
            if Path(os.path.realpath(place.parent)).is_relative_to(folder):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.unlink(missing_ok=True)
                shutil.copyfile(file, place)
        _fill(song, snapshot, folder, audio)
        yield song / snapshot.manifest


def _contents(root: Path, found: Repository | None) -> tuple[dict[str, str], frozenset[str]]:
    """The ids of the texts below a folder, and what else there is."""
    texts, media = {}, set()
    algorithm = found.algorithm if found is not None else "sha1"
    for path in _walk(root):
        if is_media(path):
            media.add(path)
        else:
            texts[path] = identity(root / path, algorithm)
    return texts, frozenset(media)


def identity(path: Path, algorithm: str = "sha1") -> str:
    """The id that git gives to a file's content, filters aside.  Raises OSError."""
    with path.open("rb") as file:
        made = hashlib.new(algorithm, b"blob %d\0" % os.fstat(file.fileno()).st_size)
        while block := file.read(_BLOCK):
            made.update(block)
    return made.hexdigest()


def is_media(path: str) -> bool:
    """Whether a file is audio, a picture or the like, by its ending."""
    return path.rpartition(".")[2].lower() in MEDIA


def _fill(song: Path, snapshot: Snapshot, folder: Path, audio: bool) -> None:
    """Add what a checkout leaves out: empty files for media, or those that are kept out of git."""
    for path in sorted(snapshot.media):
        place, kept = song / path, path in (snapshot.blobs or {})
        if not Path(os.path.realpath(place)).is_relative_to(folder):
            continue
        if audio and kept:
            _present(place, path)
        elif not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            if audio:
                place.symlink_to(snapshot.root / path)
            else:
                place.touch()


def _present(place: Path, path: str) -> None:
    """Refuse a file that Git LFS has left as a pointer."""
    if place.is_file() and place.stat().st_size < 1024 and place.read_bytes().startswith(_POINTER):
        hint = "'git lfs install', then 'git lfs fetch'"
        raise UsageError(f"{path} is kept in Git LFS, and its content isn't here: {hint}")


def _on_disk(snapshot: Snapshot, paths: Iterable[str]) -> dict[str, str]:
    there = [path for path in paths if (snapshot.root / path).is_file()]
    if snapshot.repository is None or not snapshot.root.is_relative_to(snapshot.repository.top):
        return {path: identity(snapshot.root / path) for path in there}
    above = snapshot.root.relative_to(snapshot.repository.top).as_posix()
    names = {posixpath.normpath(posixpath.join(above, path)): path for path in there}
    asked = snapshot.repository.identities(names)
    return {path: asked.get(name) or identity(snapshot.root / path) for name, path in names.items()}


def _levels(album: bytes) -> int:
    """How far out of its folder an album's text may reach: 2 for '../../song'."""
    return max((found.count(b"..") for found in _OUTWARD.findall(album)), default=0)


def _inside(levels: int, place: str) -> bool:
    """Whether so many levels above a folder one is still in what its path counts from."""
    return levels <= len(PurePosixPath(place).parts)


def matters(path: str) -> bool:
    """Whether a file can be part of a song: not what is built, nor what is hidden."""
    *folders, name = path.split("/")
    return not name.startswith(".") and not any(each in OUT or each.startswith(".") for each in folders)


def _walk(root: Path) -> Iterator[str]:
    """The paths of the files below a folder that can be part of a song."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with os.scandir(root / above) as entries:
            for entry in entries:
                path = f"{above}{entry.name}"
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in OUT:
                        waiting.append(f"{path}/")
                elif entry.is_file():
                    yield path
