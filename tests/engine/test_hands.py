"""Worker processes: what they make, how they fail, and that none outlives its build."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from songbuild.engine import EngineError, Node, Recipe, RecipeError, Store, build
from songbuild.engine.hands import FORKS

EVENTS = [[10, 150, 0.5], [130, 60, 0.25], [250, 240, 0.3]]

pytestmark = pytest.mark.skipif(not FORKS, reason="tiles are made by threads on this system")


def graph(toys, gain=0.5):
    tracks = [toys.delay(f"d{n}", toys.notes(f"n{n}", [*EVENTS, [300, 200, 0.5 / n]]), 130) for n in (1, 2, 3)]
    return toys.graph(toys.gain("g", toys.hold("hold", toys.total("mix", tracks)), gain))


def stream(toys, run) -> object:
    return toys.graph(Node("toy", "mix", Recipe("toy", 1, "stream", run), {}, (toys.notes("n", EVENTS),)))


def test_tiles_are_made_in_other_processes_and_are_the_same(toys, tmp_path) -> None:
    seen = tmp_path / "seen"
    seen.mkdir()
    toys.hooks["notes"] = lambda tile: (seen / str(os.getpid())).touch()
    digests = set()
    for threads in (1, 2, 3):
        with Store(tmp_path / f"cache {threads}") as store:
            made = build(graph(toys), store, threads=threads)
            digests.add((made.outputs["mix.raw"].digest, *(str(stream.tiles) for stream in made.streams.values())))
            assert all(record.ran for record in made.records)
    assert len(digests) == 1
    workers = {int(path.name) for path in seen.iterdir()}
    assert os.getpid() in workers and len(workers) > 1
    assert not any(alive(worker) for worker in workers - {os.getpid()}), "no worker outlives its build"


def test_a_workers_trouble_fails_its_node_only(toys, tmp_path) -> None:
    def run(inputs, params, tile, state):
        raise RecipeError("not today", "try tomorrow", "take.wav")

    with Store(tmp_path / "cache") as store:
        failed = build(stream(toys, run), store, threads=2).failures[0]
    assert (failed.name, failed.message, failed.hint, failed.path) == ("toy", "not today", "try tomorrow", "take.wav")


def test_a_bug_in_a_worker_is_raised_as_it_is_and_says_where_it_was(toys, tmp_path) -> None:
    def run(inputs, params, tile, state):
        return np.zeros(3)[7], None

    with Store(tmp_path / "cache") as store, pytest.raises(IndexError) as caught:
        build(stream(toys, run), store, threads=2)
    assert "test_hands.py" in caught.value.__notes__[0]


def test_an_exception_that_cannot_travel_is_told_in_words(toys, tmp_path) -> None:
    class OddError(Exception):
        def __init__(self, one, two):
            super().__init__(one + two)

    def run(inputs, params, tile, state):
        raise OddError("o", "dd")

    with Store(tmp_path / "cache") as store, pytest.raises(RuntimeError, match="OddError: odd"):
        build(stream(toys, run), store, threads=2)


def test_a_worker_that_is_killed_ends_the_build_and_costs_nothing_else(toys, tmp_path) -> None:
    with Store(tmp_path / "clean") as store:
        expected = build(graph(toys), store, threads=1).outputs["mix.raw"].digest
    here = os.getpid()
    toys.calls.clear()
    toys.hooks["hold"] = lambda: os.kill(os.getpid(), 9) if os.getpid() != here else None
    with Store(tmp_path / "cache") as store:
        with pytest.raises(EngineError, match="a worker process died"):
            build(graph(toys), store, threads=2)
        toys.hooks.clear()
        assert build(graph(toys), store, threads=2).outputs["mix.raw"].digest == expected


def test_ctrl_c_is_left_to_the_build(toys, tmp_path) -> None:
    toys.hooks["hold"] = lambda: os.kill(os.getpid(), signal.SIGINT)
    with Store(tmp_path / "cache") as store:
        assert build(graph(toys), store, threads=2).ok


def test_workers_end_when_their_build_is_killed(toys, tmp_path) -> None:
    def work() -> None:
        toys.hooks["hold"] = lambda: (tmp_path / str(os.getpid())).touch() or time.sleep(0.3)
        with Store(tmp_path / "cache") as store:
            build(graph(toys), store, threads=2)

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    until(lambda: workers(tmp_path))
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    until(lambda: not any(alive(worker) for worker in workers(tmp_path)))


def test_a_damaged_blob_that_a_worker_finds_is_made_again(toys, tmp_path) -> None:
    with Store(tmp_path / "cache") as store:
        build(graph(toys), store, threads=1)
        first = build(graph(toys, 0.25), store, threads=1).outputs["mix.raw"].digest
        hold = build(graph(toys), store, threads=1).streams["hold"].tiles
    for path in (tmp_path / "cache" / "blobs").rglob("*"):
        if path.is_file() and path.parent.name + path.name in hold:
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    with Store(tmp_path / "cache") as store:
        made = build(graph(toys, 0.125), store, threads=2)
        assert made.ok
        assert build(graph(toys, 0.25), store, threads=2).outputs["mix.raw"].digest == first


def workers(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir() if path.name.isdigit()]


def alive(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
