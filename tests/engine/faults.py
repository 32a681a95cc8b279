"""Faults at the lowest layer of the store: errors, kills, cut files and flipped bits, at a chosen operation.

An Injector counts the operations of a build: each write, rename, read of a blob, question to the trace database, trace
recorded, and file copied; all of them, or those of one kind.  Its fault strikes at the first, from the `at`-th on, that
it can strike at.  A killed process does nothing more: after a kill every operation kills again, until `bury` cleans up
as a reboot would.
"""

from __future__ import annotations

import errno
import mmap
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from engine.histories import Step
from songbuild.engine import Store, blobs, traces

DEAD_PROCESS = 999_999_999
KILLED = 9
"""The exit code of a process that a fault ended."""
Act = Callable[[], None]


class Kill(BaseException):
    """The process is no more."""


class Injector:
    """Strikes once, at a chosen operation; harmless until `arm`ed.  `acts` are faults that work at any operation.

    `folder` is where everything is that it may touch; the cache is in folder/cache.
    `fired` is seen in every process that was forked; with `exits` a kill is the real thing.
    """

    def __init__(self, folder: Path, acts: dict[str, Act], exits: bool = False) -> None:
        self._folder, self._cache, self._acts, self._exits = str(folder), str(folder / "cache"), acts, exits
        self._shared = mmap.mmap(-1, 1)
        self._fault, self._spot, self._at, self._luck, self._count = "none", "any", 0, random.Random(0), 0
        self._dead = False

    def close(self) -> None:
        self._shared.close()

    @property
    def fired(self) -> bool:
        """Whether the fault has struck since `arm`."""
        return self._shared[0] != 0

    def strike(self) -> None:
        """Note that it has."""
        self._shared[0] = 1

    def arm(self, step: Step) -> None:
        self._shared[0] = 0
        self._fault, self._spot, self._luck, self._count = step.fault, step.spot, random.Random(step.luck), 0
        self._at = step.at if step.spot == "any" else step.at % 9

    def disarm(self) -> None:
        self._fault = "none"

    def bury(self) -> None:
        """The killed process is known to be gone: what it left says so by its number."""
        self._dead = False
        for folder in ("leases", "tmp"):
            for path in (Path(self._cache) / folder).glob(f"{os.getpid()}-*"):
                path.rename(path.with_name(path.name.replace(str(os.getpid()), str(DEAD_PROCESS), 1)))

    def hit(self, spot: str, *kinds: str) -> str:
        """An operation happens at which these faults are possible: the one that strikes now, or nothing."""
        if self._dead:
            raise Kill
        if self._spot not in ("any", spot):
            return ""
        self._count += 1
        if self.fired or self._count < self._at:
            return ""
        if self._fault in self._acts:
            self.strike()
            self._acts[self._fault]()
            return ""
        if self._fault not in kinds:
            return ""
        self.strike()
        return self._fault

    def die(self) -> None:
        if self._exits:
            os._exit(KILLED)
        self._dead = True
        raise Kill

    def _even(self) -> bool:
        return self._luck.random() < 0.5

    # --- the operations, with what can go wrong

    def write(self, real: Any, file: Any, data: Any) -> None:
        fault = self.hit("write", "kill", "error", "cut", "flip")
        part = bytes(data)[: self._luck.randrange(len(data) + 1)] if fault in ("kill", "error", "cut") else data
        if fault == "flip":
            part = flipped(bytes(data), self._luck)
        real(file, part)
        if fault == "kill":
            self.die()
        if fault == "error":
            raise self._trouble()

    def replace(self, real: Any, source: Any, target: Any, **more: Any) -> Any:
        if not str(target).startswith(self._folder):
            return real(source, target, **more)
        ours = str(target).startswith(self._cache)  # what is in out/ is the user's to lose
        fault = self.hit("replace", "kill", "error", *(("cut", "flip") if ours else ()))
        if fault == "error":
            raise self._trouble()
        if fault == "kill" and self._even():
            self.die()
        found = real(source, target, **more)
        if fault in ("cut", "flip"):
            damage(Path(target), fault, self._luck)
        if fault == "kill":
            self.die()
        return found

    def read(self, real: Any, store: blobs.Blobs, name: str) -> bytes:
        fault = self.hit("read", "kill", "error", "cut", "flip")
        if fault == "kill":
            self.die()
        place = store.path(name)
        if fault in ("cut", "flip") and place is not None:
            damage(place, fault, self._luck)
        if fault == "error":
            with mock.patch.object(blobs, "Path", _Unreadable):
                return bytes(real(store, name))
        return bytes(real(store, name))

    def ask(self, real: Any, database: traces.Traces, question: Any, otherwise: Any) -> Any:
        fault = self.hit("ask", "kill", "error", "flip", "malformed")
        if fault in ("error", "malformed"):
            kind = sqlite3.OperationalError if fault == "error" else sqlite3.DatabaseError

            def fail(connection: sqlite3.Connection) -> None:
                raise kind("disk I/O error" if fault == "error" else "database disk image is malformed")

            return real(database, fail, otherwise)
        if fault == "kill" and self._exits and self._even():  # in the middle of a statement
            database._database.set_progress_handler(lambda: os._exit(KILLED), self._luck.randrange(1, 40))
        elif fault == "kill" and self._even():
            self.die()
        found = real(database, question, otherwise)
        if fault == "flip":
            flip_row(database._database, self._luck)
        if fault == "kill":
            self.die()
        return found

    def record(self, real: Any, database: traces.Traces, key: str, outputs: Any) -> None:
        if self.hit("record", "kill"):
            self.die()
        real(database, key, outputs)

    def copy(self, real: Any, source: Any, target: Any, **more: Any) -> Any:
        fault = self.hit("copy", "kill", "error", "cut", "flip")
        found = real(source, target, **more)
        if fault:
            damage(Path(target), "flip" if fault == "flip" else "cut", self._luck)
        if fault == "kill":
            self.die()
        if fault == "error":
            raise self._trouble()
        return found

    def unlink(self, real: Any, path: Any, **more: Any) -> None:
        if self._dead and str(path).startswith(self._folder):
            raise Kill
        real(path, **more)

    def _trouble(self) -> OSError:
        code = self._luck.choice((errno.ENOSPC, errno.EIO, errno.EDQUOT))
        return OSError(code, os.strerror(code))


class _Unreadable(type(Path())):  # type: ignore[misc]
    """A path on a bad sector."""

    def open(self, *args: Any, **more: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


@contextmanager
def hooked(current: Callable[[], Injector | None]) -> Iterator[None]:
    """Every operation of every store goes by the injector that `current` names, if it names one."""

    def by(method: Any, owner: Any, name: str) -> Any:
        real = getattr(owner, name)

        def operation(*args: Any, **more: Any) -> Any:
            injector = current()
            return real(*args, **more) if injector is None else method(injector, real, *args, **more)

        return mock.patch.object(owner, name, operation)

    with (
        by(Injector.write, blobs, "_write_all"),
        by(Injector.replace, os, "replace"),
        by(Injector.unlink, os, "unlink"),
        by(Injector.read, blobs.Blobs, "read"),
        by(Injector.ask, traces.Traces, "_ask"),
        by(Injector.record, traces.Traces, "put"),
        by(Injector.copy, shutil, "copyfile"),
    ):
        yield


def flipped(data: bytes, luck: random.Random) -> bytes:
    """The same with one bit the other way."""
    changed = bytearray(data)
    if changed:
        changed[luck.randrange(len(changed))] ^= 1 << luck.randrange(8)
    return bytes(changed)


def damage(path: Path, how: str, luck: random.Random) -> None:
    """Flip a bit of a file, cut it short, or remove it; a file that isn't there stays away."""
    with suppress(FileNotFoundError):
        if how == "remove":
            path.unlink()
        else:
            data = path.read_bytes()
            path.write_bytes(flipped(data, luck) if how == "flip" else data[: luck.randrange(len(data) + 1)])


def flip_row(database: sqlite3.Connection, luck: random.Random) -> None:
    """Flip a bit in a trace, as SQLite wouldn't notice."""
    with suppress(sqlite3.Error), database:
        rows = database.execute("SELECT key, value FROM traces ORDER BY key").fetchall()
        if rows:
            key, value = luck.choice(rows)
            database.execute("UPDATE traces SET value = ? WHERE key = ?", (flipped(value, luck), key))


def harm(folder: Path, how: str, luck: random.Random) -> None:
    """What may befall a cache that nobody has open: up to three blobs, the database, or the songs' records."""
    blobs_found = sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())
    if how in ("flip", "cut", "remove"):
        for path in luck.sample(blobs_found, min(len(blobs_found), 3)):
            damage(path, how, luck)
    elif how == "database":
        path = folder / "traces.db"
        path.write_bytes(b"not a database" * 300 if luck.random() < 0.5 else path.read_bytes()[: luck.randrange(9000)])
    elif how == "forget":
        for path in folder.glob("traces.db*"):
            path.unlink()
    elif how == "records":
        for path in (folder / "songs").rglob("*"):
            if path.is_file():
                damage(path, luck.choice(("flip", "cut", "remove")), luck)


def abandon(store: Store) -> None:
    """Let go of what a killed process held, writing nothing."""
    store.traces._database.close()
