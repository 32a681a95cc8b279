"""Trust in the cache: what other processes, the clock and the disk may do to it while songs are built.

Damaged blobs, damaged databases, full disks and kills with toys are in test_damage.py; the command line and a real
song in tests/app/test_trust_render.py.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time

import pytest

from songbuild.engine import Store, build, collect, scrub, traces
from songbuild.engine.traces import Traces

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]
YEAR_S = 365 * 86_400
LOCKER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.argv[2:]:
    database.execute(line)
print("locked", flush=True)
sys.stdin.read()
"""


def graph(toys, gain=0.5):
    delayed = toys.delay("d", toys.notes("n", EVENTS), 130)
    return toys.graph(toys.scaled("s", toys.gain("g", delayed, gain), toys.peak("p", delayed)))


def expected(toys, tmp_path, gain):
    with Store(tmp_path / f"clean {gain}") as store:
        digest = build(graph(toys, gain), store, threads=1).outputs["mix.raw"].digest
    toys.taken()
    return digest


def blobs(store):
    return {path for path in (store.folder / "blobs").rglob("*") if path.is_file()}


@pytest.mark.parametrize("how", [["BEGIN IMMEDIATE"], ["PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"]])
def test_a_database_locked_by_another_process_costs_time_only(toys, tmp_path, monkeypatch, how) -> None:
    """Database locked: the build neither waits for long nor fails, and what it made is right."""
    monkeypatch.setattr(traces, "BUSY_S", 0.2)
    wanted = expected(toys, tmp_path, 0.25)
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
    command = [sys.executable, "-c", LOCKER, str(tmp_path / "cache/traces.db"), *how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        began = time.monotonic()
        with Store(tmp_path / "cache") as store:
            assert build(graph(toys, 0.25), store, threads=2).outputs["mix.raw"].digest == wanted
        assert time.monotonic() - began < 10
        other.communicate("")
    toys.taken()
    with Store(tmp_path / "cache") as store:  # and the next one finds the database as it was
        assert build(graph(toys), store, threads=1).ok
    assert toys.taken() == {}


def test_traces_wait_for_a_lock_once_and_are_written_when_it_is_gone(tmp_path, monkeypatch) -> None:
    """Database locked for a while: nothing that was made meanwhile is forgotten."""
    monkeypatch.setattr(traces, "BUSY_S", 0.2)
    found = Traces(tmp_path / "traces.db")
    other = sqlite3.connect(tmp_path / "traces.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for number in range(2 * traces.BATCH):
        found.put(f"key {number}", [number])
    found.flush()
    assert time.monotonic() - began < 5
    assert found.get("key 7") == [7]
    other.execute("ROLLBACK")
    other.close()
    found.close()
    again = Traces(tmp_path / "traces.db")
    assert again.count() == 2 * traces.BATCH
    again.close()


@pytest.mark.parametrize("years", [-1, 1])
def test_blobs_from_another_year_are_as_good(toys, tmp_path, years) -> None:
    """Clock a year off: blobs of the past and of the future are read, kept and removed like others."""
    with Store(tmp_path / "cache") as store:
        build(graph(toys, 0.25), store, threads=1)
        made = build(graph(toys), store, threads=1, song="song")
        then = time.time() + years * YEAR_S
        for path in blobs(store):
            os.utime(path, (then, then))
    toys.taken()
    with Store(tmp_path / "cache") as store:
        assert build(graph(toys), store, threads=1, song="song").outputs == made.outputs
        assert toys.taken() == {}
        collect(store, 0)
        assert {made.outputs["mix.raw"].path} <= blobs(store), "what the last build needs stays, whatever its date"
        assert build(graph(toys, 0.25), store, threads=1).outputs["mix.raw"].digest == expected(toys, tmp_path, 0.25)


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_jumps_by_a_year_between_builds(toys, tmp_path, monkeypatch, years) -> None:
    """Clock a year off: what is incremental is right, and a collection in the wrong year only costs time."""
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1, song="song")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + years * YEAR_S)
    monkeypatch.setattr(time, "time_ns", lambda: int((now() + years * YEAR_S) * 1e9))
    for gain in (0.25, 0.5):
        with Store(tmp_path / "cache") as store:
            made = build(graph(toys, gain), store, threads=1, song="song")
            assert made.outputs["mix.raw"].digest == expected(toys, tmp_path, gain)
            collect(store, 0)
            assert made.outputs["mix.raw"].path.exists()


def test_a_lease_of_long_ago_holds_nothing_whoever_has_its_number_now(toys, store) -> None:
    """kill -9, then a restart: another process may have the killed one's number, and the cache is collected still."""
    build(graph(toys), store, threads=1)
    lease = store.folder / "leases" / f"{os.getpid()}-dead"
    lease.touch()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(lease, (two_days_ago, two_days_ago))
    for path in blobs(store):
        os.utime(path, (two_days_ago + 60, two_days_ago + 60))
    assert collect(store, 0).left_bytes == 0
    assert not lease.exists()


def test_a_scrub_finds_what_is_damaged_and_a_build_makes_it_again(toys, tmp_path) -> None:
    """Truncated blob, flipped bit, damaged row: each is named, set aside, and made again."""
    with Store(tmp_path / "cache") as store:
        first = build(graph(toys), store, threads=1, song="song")
        found = scrub(store)
        assert (found.ok, found.damaged, found.missing, found.bad_traces) == (True, (), (), 0)
        assert found.blobs == len(blobs(store)) and found.traces == store.traces.count() > 0
        tiles = [name for name in dict.fromkeys(first.streams["d"].tiles) if ":" not in name]
        flipped, cut, gone = (store.blobs.path(name) for name in tiles[:3])
        flipped.write_bytes(bytes([flipped.read_bytes()[0] ^ 1]) + flipped.read_bytes()[1:])
        cut.write_bytes(cut.read_bytes()[:-1])
        gone.unlink()
        database = store.traces._database
        database.execute("UPDATE traces SET value = x'00' WHERE key = (SELECT min(key) FROM traces)")
        database.commit()
    with Store(tmp_path / "cache") as store:
        found = scrub(store)
        assert not found.ok
        assert (found.damaged, found.missing) == (tuple(sorted(tiles[:2])), (tiles[2],))
        assert (found.bad_traces, found.bad_database) == (1, False)
        assert not flipped.exists() and not cut.exists()
        assert len(list((store.folder / "quarantine").iterdir())) == 2
        again = scrub(store)
        assert again.ok and set(again.missing) == set(tiles[:3])
    with Store(tmp_path / "cache", memory_bytes=0) as store:
        assert build(graph(toys, 0.25), store, threads=1).outputs["mix.raw"].digest == expected(toys, tmp_path, 0.25)


def test_a_scrub_leaves_the_dates_of_blobs_alone(toys, store) -> None:
    """To look through a cache isn't to use it: what goes next stays what goes next."""
    build(graph(toys), store, threads=1)
    for path in blobs(store):
        os.utime(path, (1_000, 1_000))
    read = []
    scrub(store, read.append)
    assert {path.stat().st_mtime for path in blobs(store)} == {1_000}
    assert sum(read) == sum(path.stat().st_size for path in blobs(store)) > 0


def test_a_scrub_of_a_read_only_cache_changes_nothing(toys, tmp_path) -> None:
    """Read-only cache: damage is told and left."""
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
        store.traces.flush()
        store.traces._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        count, damaged = store.traces.count(), min(blobs(store))
    damaged.write_bytes(b"")
    with Store(tmp_path / "cache", read_only=True) as store:
        found = scrub(store)
        assert (len(found.damaged), found.traces, found.bad_traces) == (1, count, 0)
    assert damaged.exists()


def test_a_scrub_tells_of_a_database_that_is_none(toys, tmp_path) -> None:
    """Trace database damaged: it is replaced, and gc removes what was set aside."""
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
    (tmp_path / "cache/traces.db").write_bytes(b"garbage" * 1000)
    with Store(tmp_path / "cache") as store:
        assert scrub(store).bad_database
        assert (store.folder / "traces.damaged").exists()
        collect(store)
        assert not (store.folder / "traces.damaged").exists()
    with Store(tmp_path / "cache") as store:
        assert scrub(store).ok
