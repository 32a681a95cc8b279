"""The cache's cap: the least recently used goes, never what the last builds or a running build need."""

from __future__ import annotations

import os
import threading
import time

from songbuild.engine import Store, build, collect, forget_song, usage

EVENTS = [[10, 50, 0.5], [150, 80, 0.25], [420, 300, 0.125]]


def graph(toys, gain):
    return toys.graph(toys.gain("g", toys.delay("d", toys.notes("n", EVENTS), 200), gain))


def age(store, seconds):
    for path in (store.folder / "blobs").rglob("*"):
        if path.is_file():
            then = path.stat().st_mtime - seconds
            os.utime(path, (then, then))


def names(store):
    return {p.parent.name + p.name for p in (store.folder / "blobs").rglob("*") if p.is_file()}


def needed(built):
    found = {made.digest for made in built.outputs.values()}
    return found | {name for stream in built.streams.values() for name in stream.tiles if ":" not in name}


def test_the_last_build_of_every_song_stays(toys, store) -> None:
    old = build(graph(toys, 0.1), store, song="one")
    age(store, 100)
    last = [build(graph(toys, 0.2), store, song="one"), build(graph(toys, 0.3), store, song="two")]
    kept = needed(last[0]) | needed(last[1])
    found = collect(store, 0)
    assert names(store) >= kept and not names(store) & (needed(old) - kept)
    assert found.left_bytes == usage(store).blob_bytes == usage(store).kept_bytes
    with Store(store.folder) as again:
        again_kept = [build(graph(toys, 0.2), again, song="one"), build(graph(toys, 0.3), again, song="two")]
        assert {record.status for made in again_kept for record in made.records} == {"reused"}
        assert build(graph(toys, 0.1), again, song="one").ok  # and what went is made again


def test_the_last_build_of_a_song_that_is_gone_may_go(toys, store, tmp_path) -> None:
    song = tmp_path / "song.yaml"
    song.touch()
    kept = needed(build(graph(toys, 0.1), store, song="one", witness=str(song)))
    age(store, 100)
    collect(store, 0)
    assert names(store) >= kept
    song.unlink()
    collect(store, 0)
    assert not names(store)


def test_what_was_used_last_goes_last(toys, store) -> None:
    builds = {}
    for gain in (0.1, 0.2, 0.3):
        builds[gain] = build(graph(toys, gain), store)
        age(store, 100)
    with Store(store.folder) as again:  # reading is using
        for name in builds[0.1].streams["g"].tiles:
            again.audio(name)
    tiles = {name for name in builds[0.1].streams["g"].tiles if ":" not in name}
    size = sum(store.blobs.path(name).stat().st_size for name in tiles)
    assert collect(store, int(size / 0.9) + 1).left_bytes == size
    assert names(store) == tiles


def test_what_was_kept_until_now_counts_as_used_now(toys, store) -> None:
    first = build(graph(toys, 0.1), store, song="one")
    age(store, 1000)
    build(graph(toys, 0.2), store, song="one")
    path = first.outputs["mix.raw"].path
    assert time.time() - path.stat().st_mtime < 100


def test_a_dry_run_removes_nothing(toys, store) -> None:
    build(graph(toys, 0.1), store)
    age(store, 100)
    before = names(store)
    found = collect(store, 0, dry_run=True)
    assert names(store) == before and found.blobs == len(before) and found.left_bytes == 0
    assert collect(store, 0, keep=before).blobs == 0
    assert collect(store, 0).blobs == len(before) and names(store) == set()


def test_a_cache_below_its_cap_is_left_alone(toys, store) -> None:
    build(graph(toys, 0.1), store)
    age(store, 100)
    assert collect(store).blobs == 0


def test_what_a_running_build_makes_stays(toys, store) -> None:
    inside, go = threading.Event(), threading.Event()

    def wait():
        inside.set()
        assert go.wait(20)

    toys.hooks["file"] = wait
    results = []
    thread = threading.Thread(target=lambda: results.append(build(graph(toys, 0.1), store, threads=1)))
    thread.start()
    assert inside.wait(20)
    with Store(store.folder) as other:
        before = names(store)
        assert len(before) > 5 and collect(other, 0).blobs == 0 and names(store) == before
    go.set()
    thread.join()
    assert results[0].ok and not any((store.folder / "leases").iterdir())


def test_the_lease_of_a_killed_build_counts_for_nothing(toys, store) -> None:
    build(graph(toys, 0.1), store)
    lease = store.folder / "leases" / "999999999-dead"
    lease.touch()
    os.utime(lease, (0, 0))
    (store.folder / "tmp" / "999999999-1.wav").write_bytes(b"half")
    age(store, 10)
    assert collect(store, 0).left_bytes == 0
    assert not lease.exists() and not any((store.folder / "tmp").iterdir())


def test_a_cache_collected_during_a_build_harms_nothing(toys, tmp_path) -> None:
    with Store(tmp_path / "a") as store:
        expected = build(graph(toys, 0.2), store, threads=1).outputs["mix.raw"].digest
    with Store(tmp_path / "b") as store:
        build(graph(toys, 0.1), store, threads=1)
    with Store(tmp_path / "b", memory_bytes=0) as store, Store(tmp_path / "b") as other:
        age(store, 1000)
        toys.hooks["gain"] = lambda *facts: collect(other, 0) if toys.calls["gain"] % 3 == 2 else None
        toys.taken()
        made = build(graph(toys, 0.2), store, threads=2)
        assert made.ok and made.outputs["mix.raw"].digest == expected


def test_a_build_that_fills_the_cache_collects(toys, tmp_path) -> None:
    with Store(tmp_path / "cache", cap_bytes=20_000) as store:
        for gain in range(1, 30):
            made = build(graph(toys, gain / 64), store, song="one")
            age(store, 10)
            assert made.outputs["mix.raw"].path.exists()
        held = usage(store)
        assert held.kept_bytes <= held.blob_bytes <= max(20_000, held.kept_bytes) + held.kept_bytes


def test_a_forgotten_song_no_longer_holds_its_blobs(toys, store) -> None:
    build(graph(toys, 0.1), store, song="one")
    age(store, 100)
    assert collect(store, 0).blobs == 0
    forget_song(store, "one")
    assert collect(store, 0).left_bytes == 0
