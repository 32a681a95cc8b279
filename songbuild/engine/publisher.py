"""Putting the files that were made where the user looks for them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zlib import crc32

from songbuild.engine.blobs import disk_trouble
from songbuild.engine.builder import Built
from songbuild.engine.collector import process_alive
from songbuild.engine.digests import digest_file
from songbuild.engine.errors import EngineError
from songbuild.engine.graph import Json
from songbuild.engine.unchanged import stamp
from songbuild.engine.work import MadeFile

_PART = ".songbuild-"


@dataclass(frozen=True, slots=True)
class Published:
    """What was done, by the outputs' names; `state` is for the next time's `previous` and can be written as JSON."""

    written: tuple[str, ...]
    same: tuple[str, ...]
    removed: tuple[str, ...]
    state: dict[str, Json]


def publish(built: Built, folder: str | Path, previous: Mapping[str, Json] | None = None) -> Published:
    """Copy what was made to `folder`, each file by way of a temporary name; what is there already is left alone.

    Files that an earlier publish made (`previous` is its state), that are no longer outputs and that nobody has
    changed are removed.  All copies are there before the first takes its place.  Raises EngineError (a full disk, a
    name that leaves the folder); then every file is as it was, and no temporary file is left.
    """
    root, before = Path(folder), previous or {}
    state: dict[str, Json] = {name: before[name] for name in built.names if name in before}
    same: list[str] = []
    copies: dict[str, Path] = {}
    places = {name: _place(root, name) for name in built.outputs}
    try:
        with disk_trouble(root):
            root.mkdir(parents=True, exist_ok=True)
            for name, made in built.outputs.items():
                if _is(places[name], made.digest, made.size, before.get(name)):
                    same.append(name)
                else:
                    _check_inside(root, places[name], name)
                    copies[name] = _part(made, places[name])
                    _copy(made, copies[name], places[name])
            for name, part in copies.items():
                part.replace(places[name])
            for name, made in built.outputs.items():
                state[name] = {"digest": made.digest, "stamp": stamp(places[name])}
    finally:
        for part in copies.values():
            with suppress(OSError):
                part.unlink()
    removed = [name for name in before if name not in built.names and _remove(root, name, before[name])]
    return Published(tuple(copies), tuple(same), tuple(removed), state)


def _part(made: MadeFile, place: Path) -> Path:
    """The temporary name of a file, beside it; two of the same content have two."""
    return place.with_name(f"{_PART}{os.getpid()}-{made.digest[:16]}-{crc32(os.fsencode(place.name)):08x}.part")


def _copy(made: MadeFile, part: Path, place: Path) -> None:
    for stale in _abandoned(place.parent):
        with suppress(OSError):
            stale.unlink()
    try:
        shutil.copyfile(made.path, part)
    except FileNotFoundError:
        raise EngineError(f"{place.name} was removed from the cache before it was copied", "render again") from None
    if digest_file(part) != made.digest:
        with suppress(OSError):  # its stamp may be that of a good file: a disk that rots writes none
            made.path.unlink()
        raise EngineError(f"{place.name} was damaged in the cache", "render again")
    if place.is_dir() and not place.is_symlink():
        raise EngineError(f"{place} is a folder", "move it away, or give the file another name")


def _is(place: Path, digest: str, size: int, before: Json) -> bool:
    """Whether the file at `place` has this content already; by its stamp, else by reading it."""
    found = stamp(place)
    if found is None or found[0] != size or place.is_symlink() or not place.is_file():
        return False
    if isinstance(before, Mapping) and before.get("digest") == digest and before.get("stamp") == list(found):
        return True
    return digest_file(place) == digest


def _remove(root: Path, name: str, before: Json) -> bool:
    try:
        place = _place(root, name)
        _check_inside(root, place, name, make=False)
        if place.is_symlink() or not place.is_file() or not _is(place, before["digest"], place.stat().st_size, before):
            return False
        place.unlink()
        for parent in place.relative_to(root).parents[:-1]:
            (root / parent).rmdir()
    except (EngineError, KeyError, TypeError):
        return False
    except OSError:
        return not os.path.lexists(root / name)
    return True


def _place(root: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\0" in name:
        raise EngineError(f"{name!r} can't be the name of an output")
    return root.joinpath(*parts)


def _check_inside(root: Path, place: Path, name: str, make: bool = True) -> None:
    """Raise EngineError where a link in the folder leads out of it."""
    if not place.parent.resolve().is_relative_to(root.resolve()):
        raise EngineError(f"{name} would be written outside of {root}", "a folder in its path is a link")
    if make:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise EngineError(f"{name} needs a folder where a file is") from None


def _abandoned(folder: Path) -> Iterator[Path]:
    """The temporary files of publishers that were killed."""
    for path in folder.glob(f"{_PART}*.part"):
        process = path.name[len(_PART) :].split("-")[0]
        if process.isdigit() and not process_alive(int(process)):
            yield path
