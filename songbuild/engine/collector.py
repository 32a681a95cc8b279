"""Keeping the cache below its cap: what was used least recently goes first."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from songbuild.engine.songs import kept_blobs, kept_by_song
from songbuild.engine.store import Store

ROOM = 0.9
"""A cache over its cap is brought down to this part of it, so that not every build has to collect."""
TRACE_DAYS = 60
ABANDONED_S = 86_400
_SIZE = "blob bytes"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a cache holds; `kept_bytes` is what the last build of each song needs."""

    blobs: int
    blob_bytes: int
    kept_bytes: int
    database_bytes: int
    traces: int
    cap_bytes: int


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed (or would be), and the bytes of blobs that are left."""

    blobs: int
    bytes: int
    left_bytes: int


def collect(store: Store, cap_bytes: int | None = None, keep: Iterable[str] = (), dry_run: bool = False) -> Collected:
    """Bring the cache below `cap_bytes` (default: the store's).

    The last builds of all songs, `keep`, and whatever was made or read since the first build that is running now began
    stay, even if they are more than the cap.
    """
    cap = store.cap_bytes if cap_bytes is None else cap_bytes
    found = sorted(all_blobs(store), key=lambda item: item[2])
    total = sum(size for _, size, _ in found)
    if not store.writable:
        return Collected(0, 0, total)
    if not dry_run:
        _sweep(store)
        store.traces.prune(TRACE_DAYS)
    since = _oldest_lease(store)
    count = freed = 0
    if total > cap:
        kept = kept_blobs(store) | set(keep)
        for path, size, used in found:
            if total - freed <= cap * ROOM:
                break
            if used >= since or path.parent.name + path.name in kept:
                continue
            if not dry_run and not _remove(path, used):
                continue
            count, freed = count + 1, freed + size
    if not dry_run:
        store.traces.set_counter(_SIZE, total - freed)
    return Collected(count, freed, total - freed)


def collect_if_full(store: Store, keep: Iterable[str]) -> Collected | None:
    """Collect if what was written since the last time may have brought the cache over its cap."""
    if not store.writable:
        return None
    size, written = store.traces.counter(_SIZE), store.blobs.written
    store.blobs.written = 0
    if size is not None and size + written <= store.cap_bytes:
        if written:
            store.traces.add_counter(_SIZE, written)
        return None
    return collect(store, keep=keep)


def usage(store: Store) -> Usage:
    """What the cache holds, by looking at all of it."""
    kept = kept_blobs(store)
    found = [(path.parent.name + path.name, size) for path, size, _ in all_blobs(store)]
    database = sum(path.stat().st_size for path in store.folder.glob("traces.db*"))
    return Usage(
        blobs=len(found),
        blob_bytes=sum(size for _, size in found),
        kept_bytes=sum(size for name, size in found if name in kept),
        database_bytes=database,
        traces=store.traces.count(),
        cap_bytes=store.cap_bytes,
    )


def held(store: Store) -> dict[str, int]:
    """Song id -> the bytes of the blobs that its last build, or its lock, needs; songs may share them."""
    sizes = {path.parent.name + path.name: size for path, size, _ in all_blobs(store)}
    return {song: sum(sizes.get(name, 0) for name in names) for song, names in kept_by_song(store).items()}


def all_blobs(store: Store) -> Iterator[tuple[Path, int, int]]:
    """(path, size, last use in ns) of every blob; a blob's mtime is set when it is read."""
    with suppress(OSError):
        for folder in (store.folder / "blobs").iterdir():
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(OSError):
                        found = entry.stat()
                        yield Path(entry.path), found.st_size, found.st_mtime_ns


def _remove(path: Path, used: int) -> bool:
    """Remove a blob, unless it was used in the meantime."""
    try:
        if path.stat().st_mtime_ns != used:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _oldest_lease(store: Store) -> int:
    """When the first build that is running now began, in ns; builds whose process is gone don't count.

    Nor do those that began long ago: another process may have the number by now.
    """
    now = oldest = time.time_ns()
    with suppress(OSError):
        for lease in (store.folder / "leases").iterdir():
            with suppress(OSError, ValueError):
                began = lease.stat().st_mtime_ns
                if process_alive(int(lease.name.split("-")[0])) and now - began < ABANDONED_S * 1_000_000_000:
                    oldest = min(oldest, began)
                else:
                    lease.unlink()
    return oldest


def _sweep(store: Store) -> None:
    """Remove the temporary files of processes that are gone, and what was set aside because it was damaged."""
    with suppress(OSError):
        (store.folder / "traces.damaged").unlink()
    with suppress(OSError):
        for path in (store.folder / "tmp").iterdir():
            with suppress(OSError, ValueError):
                old = time.time() - path.stat().st_mtime > ABANDONED_S
                if old or not process_alive(int(path.name.split("-")[0])):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with suppress(OSError):
        for path in (store.folder / "quarantine").iterdir():
            with suppress(OSError):
                path.unlink()


def process_alive(process: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
