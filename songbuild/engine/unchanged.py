# ruff: noqa: PTH100, PTH103, PTH105, PTH108, PTH111, PTH116, PTH118, PTH119, PTH120, PTH123
# (importing pathlib takes longer, too)
"""Whether anything has changed since a song was last rendered: file stats only, in a few milliseconds.

This module is on the path of a render that has nothing to do; it imports nothing but json, os, re, time and zlib.
"""

from __future__ import annotations

import json
import os
import re
import time
import zlib

TYPE_CHECKING = False  # importing typing takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

FORMAT = 1
Stamp = tuple[int, int, int, int]
"""Size, mtime_ns, inode and ctime_ns: a file whose stamp is the same has, but for a race, the same content."""

COARSE_NS, FINE_NS = 2_000_000_000, 50_000_000
_MARKS = re.compile(r"[^A-Za-z0-9._-]+")


def default_folder(environment: Mapping[str, str] = os.environ) -> str:
    """The cache's folder: $SONGBUILD_CACHE, else songbuild in $XDG_CACHE_HOME, else ~/.cache/songbuild."""
    if environment.get("SONGBUILD_CACHE"):
        return environment["SONGBUILD_CACHE"]
    home = environment.get("HOME") or os.path.expanduser("~")
    return os.path.join(environment.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), "songbuild")


def song_id(path: str) -> str:
    """The name under which the cache keeps a song's records, from the path of its manifest or folder."""
    real = os.path.realpath(path)
    word = _MARKS.sub("-", os.path.basename(os.path.dirname(real) if real.endswith((".yaml", ".py")) else real))
    data = real.encode("utf-8", "surrogateescape")
    return f"{word[:40]}-{zlib.crc32(data):08x}{zlib.crc32(data[::-1]):08x}"


def song_folder(cache_folder: str | os.PathLike[str], song: str) -> str:
    """Where the cache keeps a song's records."""
    if not song or _MARKS.search(song) or song.startswith("."):
        raise ValueError(f"{song!r} is not a song id")
    return os.path.join(cache_folder, "songs", song)


def stamp(path: str | os.PathLike[str]) -> Stamp | None:
    """The stamp of a file or folder; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)


def racy(mark: Stamp, now_ns: int, window_ns: int = COARSE_NS) -> bool:
    """Whether a file was written so shortly before `now_ns` that it may change again and keep its stamp."""
    return now_ns - max(mark[1], mark[3]) < window_ns


def record_song(
    cache_folder: str | os.PathLike[str],
    song: str,
    version: str,
    inputs: Iterable[str | os.PathLike[str]],
    outputs: Iterable[str | os.PathLike[str]],
    extra: Mapping[str, Any],
) -> bool:
    """Note what a finished render has read and made; `extra` is the summary that `unchanged` gives back.

    An input that isn't there is noted as such.  Returns False, and forgets the last note, where an input was written
    a moment ago or the cache can't be written: then the next render looks at everything.
    """
    target = os.path.join(song_folder(cache_folder, song), "record.json")
    read = {os.path.abspath(p): stamp(p) for p in inputs}
    made = {os.path.abspath(p): stamp(p) for p in outputs}
    now = time.time_ns()
    safe = not any(mark and racy(mark, now, _window(mark)) for mark in read.values()) and None not in made.values()
    try:
        if not safe:
            os.unlink(target)
            return False
        os.makedirs(os.path.dirname(target), exist_ok=True)
        note = {"format": FORMAT, "version": version, "inputs": read, "outputs": made, "extra": dict(extra)}
        part = f"{target}.{os.getpid()}"
        with open(part, "w", encoding="utf-8") as file:
            json.dump(note, file)
        os.replace(part, target)
    except OSError:
        return False
    return True


def unchanged(cache_folder: str | os.PathLike[str], song: str, version: str) -> dict[str, Any] | None:
    """The summary of the last render if every file it read or made is as it was, by its stamp; else None."""
    source = os.path.join(song_folder(cache_folder, song), "record.json")
    try:
        with open(source, "rb") as file:
            note = json.load(file)
        if note["format"] != FORMAT or note["version"] != version:
            return None
        for path, mark in (*note["inputs"].items(), *note["outputs"].items()):
            found = stamp(path)
            if found != (None if mark is None else tuple(mark)):
                return None
        extra: dict[str, Any] = note["extra"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return extra


def _window(mark: Stamp) -> int:
    """How long a stamp can't be trusted: file systems that keep whole milliseconds or seconds need longer."""
    return COARSE_NS if mark[1] % 1_000_000 == 0 else FINE_NS
