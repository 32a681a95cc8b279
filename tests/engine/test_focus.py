"""Which work a worker takes: its own nodes' first, as long as that isn't far ahead or beyond what is listened to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from songbuild.engine import Store, build
from songbuild.engine.schedule import AHEAD, Schedule, Task


def task(frames: int, order: int, worker: int | None) -> Task:
    recipe = SimpleNamespace(kind="stream")
    work = SimpleNamespace(
        node=SimpleNamespace(recipe=recipe), stream=SimpleNamespace(frames=frames), inputs=[], begins=0
    )
    work.order, work.audio = order, True
    runner: Any = SimpleNamespace(work=work, needs=())
    return Task(runner, [], worker=worker)


def taken(tasks: list[Task], worker: int, focus: int = 0) -> Task:
    schedule = Schedule(tasks, lambda _: False, lambda *_: None, lambda: None, focus)
    return schedule._take(worker)


@pytest.mark.parametrize(
    ("own", "focus", "expected"),
    [
        (500, 0, "own"),  # a little ahead
        (AHEAD + 201, 0, "other"),  # too far ahead
        (500, 600, "own"),  # all of it lies before the focus
        (500, 400, "other"),  # what comes before the focus first
        (500, 100, "own"),  # all of it lies beyond
    ],
)
def test_a_worker_stays_with_its_nodes_unless_that_is_ahead_of_what_is_needed(own, focus, expected) -> None:
    mine, other = task(own, 1, worker=0), task(200, 0, worker=1)
    assert taken([mine, other], 0, focus) is (mine if expected == "own" else other)


def test_the_focus_changes_no_byte(toys, tmp_path) -> None:
    grid = tuple(range(0, 1601, 100))
    tracks = [toys.delay(f"d{n}", toys.notes(f"n{n}", [[0, 1600, 0.1 * n]]), 130) for n in (1, 2, 3)]
    graph = toys.graph(toys.hold("hold", toys.total("mix", tracks)), grid)
    digests = set()
    for focus in (0, 600, 5000):
        with Store(tmp_path / f"cache {focus}") as store:
            digests.add(build(graph, store, threads=2, focus=focus).outputs["mix.raw"].digest)
    assert len(digests) == 1
