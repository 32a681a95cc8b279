"""Looking through a whole cache: whether every blob is what its name says, and every trace what was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from songbuild.engine.collector import all_blobs
from songbuild.engine.digests import digest_file
from songbuild.engine.songs import kept_by_song
from songbuild.engine.store import Store

Progress = Callable[[int], None]
"""Told the bytes of each blob that was read."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was looked at and what was found.

    `damaged` names the blobs that aren't what their names say, `missing` those that the last build of a song is made
    of and that aren't there.  `bad_traces` of the `traces` were damaged, or (`bad_database`) all of them.  What is
    damaged is out of the way now, except in a cache that can't be written, and a render makes it again.
    """

    blobs: int
    bytes: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    traces: int
    bad_traces: int
    bad_database: bool

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged; that something is missing has another reason, and does no harm."""
        return not (self.damaged or self.bad_traces or self.bad_database)


def scrub(store: Store, progress: Progress | None = None) -> Scrubbed:
    """Read the whole cache; where it can be written, damaged blobs are set aside and damaged traces forgotten.

    Songs may be built meanwhile.  When a blob was last used stays as it is.
    """
    count = size = 0
    damaged: list[str] = []
    for path, length, _ in all_blobs(store):
        name = path.parent.name + path.name
        if not _intact(path, name):
            damaged.append(name)
            if store.writable:
                store.blobs.quarantine(name)
        count, size = count + 1, size + length
        if progress is not None:
            progress(length)
    needed = set[str]().union(*kept_by_song(store).values()) - {*damaged}
    missing = sorted(name for name in needed if store.blobs.path(name) is None)
    traces, bad = store.traces.scrub()
    return Scrubbed(count, size, tuple(sorted(damaged)), tuple(missing), traces, bad, store.traces.replaced)


def _intact(path: Path, name: str) -> bool:
    """Whether a blob is what its name says; one that is gone by now has done no harm."""
    try:
        return digest_file(path) == name
    except FileNotFoundError:
        return True
    except OSError:
        return False
