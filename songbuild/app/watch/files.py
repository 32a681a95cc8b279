"""The files of a song as they stand on the disk, and which of them have changed since a build looked at them."""

from __future__ import annotations

import fnmatch
import os
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from songbuild.engine.unchanged import Stamp, stamp

TICK_NS = 10_000_000
"""Two saves within a tick of the kernel's clock can have one stamp (Linux: 4 ms, 10 ms at the most)."""
COARSE_NS = 2_000_000_000
"""The same where the file system keeps whole milliseconds or seconds."""
PASSING = (".*", "*~", "#*#", "*.tmp", "*.part", "*.swp", "4913", "__pycache__", "node_modules")
"""Hidden files and folders, and what editors and programs leave only for a moment."""
_PASSING = re.compile("|".join(map(fnmatch.translate, PASSING)))

ABSENT = (-1, -1, -1, -1)
Seen = dict[str, Stamp | None]
"""Path -> stamp; None where the stamp would not show a second save."""


class Files:
    """Tells which files of the song in `folder` differ from what they were at the last `look`.

    Every file below the folder counts, until `learn` is told which do; not those in the folders `apart` (out/, the
    cache), and not those of PASSING.
    """

    def __init__(self, folder: Path, apart: Iterable[Path] = ()) -> None:
        self._root = os.path.realpath(folder)
        self._apart = frozenset(os.path.realpath(path) for path in apart)
        self._inputs: frozenset[str] = frozenset()
        self._known = self._listed = False
        self._seen: Seen = {}

    def learn(self, inputs: Iterable[Path], *, listed: bool = False) -> None:
        """From now on only `inputs` count, and of a song that may have `listed` folders, files that come and go."""
        self._inputs = frozenset(map(_real, inputs))
        self._known, self._listed = True, listed

    def forget(self) -> None:
        """What the song is made of isn't known any more: every file counts."""
        self._known = False

    def look(self) -> None:
        """Take the files as they are now for those that are built next."""
        now = time.time_ns()
        self._seen = {path: None if _unsure(mark, now) else mark for path, mark in self._stamps()}

    def changed(self) -> list[Path]:
        """The files that count and are not as they were, in order of their names."""
        found = dict(self._stamps())
        return [Path(path) for path in sorted({*self._seen, *found}) if self._differs(path, found.get(path, ABSENT))]

    def matters(self, path: str) -> bool:
        """Whether it is worth looking, when something happened to this path."""
        if path in self._inputs:
            return True
        place = Path(path)
        if not place.is_relative_to(self._root) or any(map(_PASSING.match, place.relative_to(self._root).parts)):
            return False
        return not any(place.is_relative_to(folder) for folder in self._apart)

    def name(self, path: Path) -> str:
        """A file's name for people: from the song's folder."""
        return os.path.relpath(path, self._root) if path.is_relative_to(self._root) else str(path)

    def _differs(self, path: str, now: Stamp | None) -> bool:
        before = self._seen.get(path, ABSENT)
        if before == now and before is not None:
            return False
        return path in self._inputs or not self._known or (self._listed and (before == ABSENT) != (now == ABSENT))

    def _stamps(self) -> Iterator[tuple[str, Stamp]]:
        for path in (*self._below(self._root), *self._inputs):
            mark = stamp(path)
            if mark is not None:
                yield path, mark

    def _below(self, folder: str) -> Iterator[str]:
        """Every file of a folder that isn't apart; links to folders are not followed."""
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            if _PASSING.match(entry.name) or entry.path in self._apart:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(entry.path)
            else:
                yield entry.path


def _unsure(mark: Stamp, now_ns: int) -> bool:
    """Whether a file changed so lately that it may change again and keep its stamp."""
    changed_ns = mark[3]
    window = COARSE_NS if changed_ns % 1_000_000 == 0 else TICK_NS
    return abs(now_ns - changed_ns) < window


def _real(path: Path) -> str:
    """A path by its real folder; the name itself may be a link, whose target's content counts."""
    return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118
