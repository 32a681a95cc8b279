"""A cache that was damaged, cut short, emptied, made read-only or shared: every build is right all the same."""

from __future__ import annotations

import errno
import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from songbuild.engine import EngineError, Store, build, publish

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]


def graph(toys, level=0.5, gain=0.5):
    tracks = [toys.delay(f"d{n}", toys.notes(f"n{n}", [*EVENTS, [300, 200, level / n]]), 130) for n in (1, 2, 3)]
    mix = toys.hold("hold", toys.total("mix", tracks))
    return toys.graph(toys.scaled("master", toys.gain("g", mix, gain), toys.peak("peak", mix)))


@pytest.fixture
def expected(toys, tmp_path):
    digests = {}
    for gain in (0.5, 0.25):
        with Store(tmp_path / f"clean {gain}") as store:
            digests[gain] = build(graph(toys, gain=gain), store, threads=1).outputs["mix.raw"].digest
    toys.taken()
    return digests


def blobs(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [flip, cut, empty, Path.unlink])
@pytest.mark.parametrize("threads", [1, 2])
def test_damaged_blobs_are_made_again_within_the_build(toys, tmp_path, expected, harm, threads) -> None:
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
    count = len(blobs(tmp_path / "cache"))
    for path in blobs(tmp_path / "cache")[::2]:
        harm(path)
    with Store(tmp_path / "cache") as store:
        made = build(graph(toys), store, threads=threads)
        assert made.ok and made.outputs["mix.raw"].digest == expected[0.5]
        assert publish(made, tmp_path / "out").written == ("mix.raw",)
        made = build(graph(toys, gain=0.25), store, threads=threads)  # this one reads what lies upstream
        assert made.ok and made.outputs["mix.raw"].digest == expected[0.25]
    assert len(blobs(tmp_path / "cache")) >= count - count // 2
    moved = list((tmp_path / "cache" / "quarantine").iterdir())
    assert moved or harm is Path.unlink


def test_a_damaged_file_that_is_made_again_with_the_same_content_replaces_it(toys, tmp_path) -> None:
    notes = toys.notes("n", [])
    with Store(tmp_path / "cache") as store:
        first = build(toys.graph(notes), store, threads=1).outputs["mix.raw"]
        good = first.path.read_bytes()
        flip(first.path)
        again = build(toys.graph(notes, (0, 400, 800)), store, threads=1).outputs["mix.raw"]
        assert again.digest == first.digest and again.path.read_bytes() == good


def test_only_what_is_needed_is_made_again(toys, tmp_path) -> None:
    with Store(tmp_path / "cache") as store:
        made = build(graph(toys), store, threads=1)
    toys.taken()
    name = made.streams["n2"].tiles[4]
    (tmp_path / "cache" / "blobs" / name[:2] / name[2:]).unlink()
    with Store(tmp_path / "cache") as store:
        assert build(graph(toys), store, threads=1).ok  # nobody reads it
        assert toys.taken() == {}
        tracks = toys.delay("d", toys.notes("n2", [*EVENTS, [300, 200, 0.25]]), 131)
        assert build(toys.graph(tracks), store, threads=1).ok
        # one tile of the delay was given up when it asked for what is lost
        assert toys.taken() == {"notes": 1, "delay": 8 + 1, "file": 1}


@pytest.mark.parametrize("damage", ["garbage", "cut", "rows", "gone", "other version", "no tables"])
def test_a_damaged_database_costs_time_only(toys, tmp_path, expected, damage) -> None:
    path = tmp_path / "cache" / "traces.db"
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
    toys.taken()
    if damage == "garbage":
        path.write_bytes(b"garbage" * 1000)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096 + 100])
    elif damage == "gone":
        path.unlink()
    else:
        with sqlite3.connect(path) as database:
            if damage == "rows":
                database.execute("UPDATE traces SET value = substr(value, 1, 40) || 'x' || substr(value, 42)")
            elif damage == "no tables":
                database.execute("DROP TABLE traces")
            else:
                database.execute("PRAGMA user_version = 99")
        database.close()
    with Store(tmp_path / "cache") as store:
        made = build(graph(toys, gain=0.25), store, threads=2)
        assert made.ok and made.outputs["mix.raw"].digest == expected[0.25]
    toys.taken()
    with Store(tmp_path / "cache") as store:
        assert build(graph(toys, gain=0.25), store, threads=2).ok
    assert toys.taken() == {}


def test_a_database_damaged_while_it_is_open_is_replaced(toys, tmp_path, expected) -> None:
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
        path = tmp_path / "cache" / "traces.db"
        store.traces._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.traces._database.execute("PRAGMA cache_size = 0")
        path.write_bytes(b"\xff" * path.stat().st_size)
        made = build(graph(toys, gain=0.25), store, threads=2)
        assert made.ok and made.outputs["mix.raw"].digest == expected[0.25]


def test_a_row_with_a_flipped_bit_is_a_miss(toys, tmp_path) -> None:
    with Store(tmp_path / "cache") as store:
        first = build(graph(toys), store, threads=1)
        database = store.traces._database
        rows = database.execute("SELECT key, value FROM traces").fetchall()
        for key, value in rows:
            changed = value.replace(b'"gain":0.6', b'"gain":0.7')
            database.execute("UPDATE traces SET value = ? WHERE key = ?", (changed, key))
        database.commit()
        assert first.values["peak"]["gain"] == pytest.approx(0.6)
        assert build(graph(toys), store, threads=1).values == first.values


def test_a_cache_that_is_read_only_is_used_and_left_alone(toys, tmp_path, expected) -> None:
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
    toys.taken()
    before = sorted((str(p), p.stat().st_mtime_ns) for p in (tmp_path / "cache").rglob("*") if p.is_file())
    with Store(tmp_path / "cache", read_only=True) as store:
        made = build(graph(toys, gain=0.25), store, threads=1, song="s")
        assert made.outputs["mix.raw"].digest == expected[0.25]
        found = toys.taken()
        assert found["gain"] == 8 and "notes" not in found and "hold" not in found
        assert build(graph(toys, gain=0.25), store, threads=2, song="s").ok
        assert toys.taken() == {}
        assert publish(made, tmp_path / "out").written == ("mix.raw",)
    after = {str(p) for p in (tmp_path / "cache").rglob("*") if p.is_file()}
    assert after == {path for path, _ in before}


def test_a_folder_that_cannot_be_written_is_noticed(toys, tmp_path, expected) -> None:
    (tmp_path / "file").write_text("in the way")
    with Store(tmp_path / "file" / "cache") as store:
        assert not store.writable
        assert build(graph(toys), store, threads=2).outputs["mix.raw"].digest == expected[0.5]


@pytest.mark.parametrize("where", ["tile", "file"])
def test_a_full_disk_is_an_engine_error(toys, store, monkeypatch, where) -> None:
    def full(*facts):
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "tile":
        monkeypatch.setattr("songbuild.engine.blobs._write_all", full)
    else:
        toys.hooks["file"] = full
    with pytest.raises(EngineError, match="the disk is full"):
        build(graph(toys), store, threads=2)
    assert not any((store.folder / "tmp").iterdir())


def test_a_disk_that_forgets_is_an_engine_error_not_an_endless_build(toys, tmp_path, monkeypatch) -> None:
    with Store(tmp_path / "cache", memory_bytes=0) as store:
        adopt = store.blobs._adopt

        def forget(temporary, name, size):
            adopt(temporary, name, size)
            store.blobs.path(name).unlink()

        monkeypatch.setattr(store.blobs, "_adopt", forget)
        with pytest.raises(EngineError, match="doesn't come back"):
            build(toys.graph(toys.gain("g", toys.notes("n", EVENTS), 0.5)), store, threads=1)


def test_a_recipe_that_swallows_every_exception_does_not_hide_damage(toys, tmp_path) -> None:
    from songbuild.engine import Graph, Node, Recipe

    def stubborn(inputs, params, rate, files):
        try:
            return float(inputs[0].read(0, 800).max())
        except Exception:
            return -1.0

    def value(version):
        notes = toys.notes("n", EVENTS)
        return Graph({}, 1000, tuple(range(0, 900, 100)),
                     (Node("v", "", Recipe("v", version, "value", stubborn), {}, (notes,)),))  # fmt: skip

    with Store(tmp_path / "cache") as store:
        first = build(value(1), store, threads=1).values
    for path in blobs(tmp_path / "cache"):
        flip(path)
    with Store(tmp_path / "cache") as store:
        assert build(value(2), store, threads=1).values == first


def test_two_builds_at_once_on_one_cache(toys, tmp_path, expected) -> None:
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(4), context.Queue()

    def work(gain):
        with Store(tmp_path / "cache") as store:
            barrier.wait()
            made = build(graph(toys, gain=gain), store, threads=2, song=f"song{gain}")
            results.put((gain, made.ok, made.outputs["mix.raw"].digest))

    children = [context.Process(target=work, args=(gain,)) for gain in (0.5, 0.25, 0.5, 0.25)]
    for child in children:
        child.start()
    found = [results.get(timeout=30) for _ in children]
    for child in children:
        child.join()
    assert all(ok and digest == expected[gain] for gain, ok, digest in found)
    with Store(tmp_path / "cache") as store:
        for gain in (0.5, 0.25):
            assert build(graph(toys, gain=gain), store, threads=1).outputs["mix.raw"].digest == expected[gain]
    assert not any((tmp_path / "cache" / "tmp").iterdir()) and not any((tmp_path / "cache" / "leases").iterdir())
    assert toys.taken() == {}, "all that they made is known to the next"


@pytest.mark.parametrize("threads", [1, 2])
def test_a_build_that_is_killed_leaves_a_cache_that_works(toys, tmp_path, expected, threads) -> None:
    """With two threads it is one of the build's workers that kills the build."""
    context = multiprocessing.get_context("fork")

    def work():
        build_process = os.getpid()
        toys.hooks["hold"] = lambda: os.kill(build_process, 9) if toys.calls["hold"] == 4 else None
        with Store(tmp_path / "cache") as store:
            build(graph(toys), store, threads=threads)

    child = context.Process(target=work)
    child.start()
    child.join(30)
    assert child.exitcode == -9
    with Store(tmp_path / "cache") as store:
        made = build(graph(toys), store, threads=2)
        assert made.ok and made.outputs["mix.raw"].digest == expected[0.5]
