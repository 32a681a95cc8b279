"""What was made before: action key -> outputs, and the digests of files by their stamps.  SQLite.

Losing any of it costs time and nothing else, so trouble with the database is a miss, never an error.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from typing import TypeVar

from songbuild.engine.digests import canonical
from songbuild.engine.graph import Json
from songbuild.engine.unchanged import Stamp

SCHEMA = 1
DAY_S = 86_400
BATCH, BATCH_S = 512, 1.0
BUSY_S, BUSY_AGAIN_S = 3.0, 0.05
"""How long to wait for a process that has locked the database, the first time and after it was in vain."""
_TABLES = """
CREATE TABLE IF NOT EXISTS traces (key TEXT PRIMARY KEY, value BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
_FIND = "SELECT value, day FROM traces WHERE key = ?"
T = TypeVar("T")


class Traces:
    """The trace database at `path`, or one in memory where `path` is None or can't be written.

    `base` is a database that is only read, for a cache that can't be written.  `replaced` tells whether the database
    turned out to be damaged, and was set aside where that is possible.
    """

    def __init__(self, path: Path | None, base: Path | None = None) -> None:
        self._path, self._lock = path, RLock()
        self.replaced = False
        self._pending: dict[str, tuple[bytes, int]] = {}
        self._flushed, self._stuck = time.monotonic(), False
        self._today = int(time.time()) // DAY_S
        self._base = _open_read_only(base) if base else None
        self._database = self._open()

    def close(self) -> None:
        """Write what is pending and close."""
        self.flush()
        with self._lock:
            for database in (self._database, self._base):
                if database is not None:
                    with suppress(sqlite3.Error):
                        database.close()

    def get(self, key: str) -> Json | None:
        """The outputs recorded for an action key; None where there are none, or the row is damaged."""
        with self._lock:
            pending = self._pending.get(key)
            if pending is not None:
                return json.loads(pending[0][8:])
            row = self._ask(lambda db: db.execute(_FIND, (key,)).fetchone(), None)
            if row is None and self._base is not None:
                with suppress(sqlite3.Error):
                    row = self._base.execute(_FIND, (key,)).fetchone()
            if row is None or not isinstance(row[0], bytes) or row[0] != _sealed(key, row[0][8:]):
                return None
            if row[1] < self._today - 7:  # its last use, for `prune`, known to a week
                self._pending[key] = (row[0], self._today)
            return json.loads(row[0][8:])

    def put(self, key: str, outputs: Json) -> None:
        """Record the outputs of an action.  Recipes are pure: whoever records one last records the same."""
        sealed = _sealed(key, canonical(outputs))
        with self._lock:
            self._pending[key] = (sealed, self._today)
            full = len(self._pending) >= BATCH and not self._stuck
            if full or time.monotonic() - self._flushed > BATCH_S:
                self.flush()

    def flush(self) -> None:
        """Write what is pending."""
        with self._lock:
            rows = [(key, value, day) for key, (value, day) in self._pending.items()]
            self._flushed = time.monotonic()

            def write(db: sqlite3.Connection) -> bool:
                with db:
                    db.executemany("INSERT OR REPLACE INTO traces VALUES (?, ?, ?)", rows)
                return True

            self._stuck = bool(rows) and not self._ask(write, otherwise=False)
            if not self._stuck:
                self._pending.clear()

    def file(self, path: str) -> tuple[Stamp, str] | None:
        """The stamp and digest recorded for a file."""
        with self._lock:
            row = self._ask(
                lambda db: db.execute("SELECT stamp, digest FROM files WHERE path = ?", (path,)).fetchone(), None
            )
        if row is None:
            return None
        try:
            size, mtime, inode, ctime = (int(word) for word in str(row[0]).split())
        except ValueError:
            return None
        return (size, mtime, inode, ctime), str(row[1])

    def put_file(self, path: str, stamp: Stamp, digest: str) -> None:
        """Record a file's digest."""
        row = (path, " ".join(map(str, stamp)), digest)
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", row)

    def counter(self, name: str) -> int | None:
        """A number kept between builds; None where it was never set."""
        with self._lock:
            row = self._ask(
                lambda db: db.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone(), None
            )
        return None if row is None else int(row[0])

    def set_counter(self, name: str, value: int) -> None:
        """Set such a number."""
        self._write("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, value))

    def add_counter(self, name: str, value: int) -> None:
        """Add to such a number, if it was ever set."""
        self._write("UPDATE counters SET value = value + ? WHERE name = ?", (value, name))

    def count(self) -> int:
        """How many actions are recorded."""
        with self._lock:
            self.flush()
            return int(self._ask(lambda db: db.execute("SELECT count(*) FROM traces").fetchone()[0], 0))

    def scrub(self) -> tuple[int, int]:
        """How many actions are recorded, and how many of them are damaged; those are forgotten where that's possible.

        A database that is damaged as a whole is replaced, see `replaced`.
        """
        bad = list[str]()

        def look(db: sqlite3.Connection) -> int:
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("damaged")
            count = 0
            for key, value in db.execute("SELECT key, value FROM traces"):
                count += 1
                if not isinstance(value, bytes) or value != _sealed(str(key), value[8:]):
                    bad.append(key)
            return count

        def drop(db: sqlite3.Connection) -> None:
            with db:
                db.executemany("DELETE FROM traces WHERE key = ?", [(key,) for key in bad])

        with self._lock:
            self.flush()
            if self._base is not None:
                try:
                    return look(self._base), len(bad)
                except sqlite3.OperationalError:  # there is none
                    return 0, 0
                except sqlite3.DatabaseError:
                    self.replaced = True
                    return 0, 0
            count = self._ask(look, 0)
            if bad:
                self._ask(drop, None)
        return count, len(bad)

    def prune(self, days: int) -> None:
        """Forget the actions that no build has asked for in so many days."""
        self._write("DELETE FROM traces WHERE day < ?", (self._today - days,))

    def _write(self, sql: str, row: tuple[object, ...]) -> None:
        def write(db: sqlite3.Connection) -> None:
            with db:
                db.execute(sql, row)

        with self._lock:
            self._ask(write, None)

    def _ask(self, question: Callable[[sqlite3.Connection], T], otherwise: T) -> T:
        """Ask the database; where it is damaged begin a fresh one, where it is busy or gone do without the answer."""
        try:
            return question(self._database)
        except sqlite3.OperationalError:
            with suppress(sqlite3.Error):
                self._database.execute(f"PRAGMA busy_timeout = {round(1000 * BUSY_AGAIN_S)}")
            return otherwise
        except (sqlite3.DatabaseError, UnicodeError, TypeError):
            self._set_aside()
            return otherwise

    def _set_aside(self) -> None:
        self.replaced = True
        with suppress(sqlite3.Error):
            self._database.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.replace(self._path.with_suffix(".damaged"))
            for end in ("-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{self._path}{end}").unlink()
        self._database = self._open(again=False)

    def _open(self, again: bool = True, until: float | None = None) -> sqlite3.Connection:
        if self._path is None:
            return _prepared(sqlite3.connect(":memory:", check_same_thread=False))
        began = time.monotonic()
        try:
            database = sqlite3.connect(self._path, timeout=BUSY_S, check_same_thread=False)
            try:
                return _prepared(database)
            except sqlite3.Error:
                database.close()
                raise
        except sqlite3.OperationalError:
            until = until or began + BUSY_S
            if time.monotonic() < until:  # another process is making it just now, which SQLite doesn't always wait for
                time.sleep(0.05)
                return self._open(again, until)
            return _prepared(sqlite3.connect(":memory:", check_same_thread=False))
        except sqlite3.DatabaseError:
            if not again:
                return _prepared(sqlite3.connect(":memory:", check_same_thread=False))
            self._database = sqlite3.connect(":memory:", check_same_thread=False)
            self._set_aside()
            return self._database


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    # Blobs are verified and rows are sealed, so a write that a power cut undoes is harmless: no waiting for the disk.
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, SCHEMA):
        raise sqlite3.DatabaseError("made by another version")
    database.executescript(_TABLES)
    if found == 0:
        database.execute(f"PRAGMA user_version = {SCHEMA}")
    return database


def _open_read_only(path: Path) -> sqlite3.Connection | None:
    """A database that nobody can write: `immutable`, or SQLite would want to make its own files beside it."""
    try:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error:
        return None


def _sealed(key: str, value: bytes) -> bytes:
    """A value with a checksum in front, since SQLite wouldn't notice a flipped bit."""
    return blake2b(key.encode() + value, digest_size=8).digest() + value
