"""The order of work: a wavefront over nodes and tiles, by a pool of threads.

A step of a node is ready when the node's step before is done and what it reads is there.  Of the steps that are ready
the earliest in the song comes first, then the order of the graph, so that only a few tiles of each node are in use at
any time; files come last, for nobody waits for them.  The order has no influence on what is made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from songbuild.engine.errors import Cancelled, DamagedBlob, RecipeError
from songbuild.engine.run import Runner
from songbuild.engine.work import Work

if TYPE_CHECKING:
    from songbuild.engine.hands import Hand

LAST = 1 << 62
AHEAD = 1 << 20
"""Frames that a worker may be ahead of the earliest work, to stay with the nodes whose notes and states it has."""
Outcome = bool | RecipeError | DamagedBlob
"""What a step came to: True complete, False more to do, or why it could not be done."""


@dataclass(slots=True, eq=False)
class Task:
    """A node's place in the schedule."""

    runner: Runner
    users: list[Task]
    steps: int = 0
    busy: bool = False
    over: bool = False
    worker: int | None = None

    def ready(self) -> bool:
        """Whether its next step can be done now."""
        if self.busy or self.over:
            return False
        needs = iter(self.runner.needs)
        for item in self.runner.work.inputs:
            need = next(needs, None) if item.audio else None
            if not item.complete and (need is None or not _there(item, *need)):
                return False
        return True

    def place(self) -> tuple[int, int]:
        """Its priority; lower is sooner.  Others may wait for a value, nobody waits for a file."""
        work = self.runner.work
        kind = work.node.recipe.kind
        return (work.begins + work.stream.frames if work.audio else -1 if kind == "value" else LAST, work.order)


def _there(item: Work, start: int, stop: int) -> bool:
    """Whether a stream that isn't complete has these frames already."""
    if item.node.recipe.kind == "stream":
        stop = min(stop, item.grid[-1])
    return stop <= start or stop <= item.stream.frames


class Schedule:
    """Runs the tasks until none is ready.  `before` is called ahead of a step and may find that there is none to do
    (True: complete); `after` is called when a step is done, one at a time.  Nobody runs ahead beyond frame `focus`
    while there is work before it."""

    def __init__(
        self,
        tasks: Sequence[Task],
        before: Callable[[Task], bool],
        after: Callable[[Task, Outcome], None],
        pulse: Callable[[], None],
        focus: int = 0,
    ) -> None:
        self._before, self._after, self._pulse, self._focus = before, after, pulse, focus
        self._condition = threading.Condition()
        self._ready: list[tuple[tuple[int, int], Task]] = []
        self._running = 0
        self._error: BaseException | None = None
        with self._condition:
            for task in tasks:
                self._offer(task)

    def run(self, threads: int, hands: Sequence[Hand] = ()) -> None:
        """Work until nothing is ready; `hands` are one for each thread, or none.

        Raises Cancelled, or what a recipe raised other than RecipeError.
        """
        if threads == 1:
            self._loop(0, None)
        else:
            pool = [
                threading.Thread(
                    target=self._loop, args=(n, hands[n] if hands else None), name=f"songbuild-{n}", daemon=True
                )
                for n in range(threads)
            ]
            for thread in pool:
                thread.start()
            try:
                for thread in pool:
                    thread.join()
            except BaseException as error:  # an interrupt: let the workers finish the tile they are at
                with self._condition:
                    self._error = self._error or error
                    self._condition.notify_all()
                for thread in pool:
                    thread.join()
        if self._error is not None:
            raise self._error

    def _offer(self, task: Task) -> None:
        if task.ready():
            task.busy = True
            self._ready.append((task.place(), task))
            self._condition.notify()

    def _take(self, worker: int) -> Task:
        """The next task for a worker: of those that begin soonest, rather one that it has worked on before."""
        soonest = min(self._ready, key=_first)[0][0]
        near = min(soonest + AHEAD, self._focus) if soonest < self._focus else soonest + AHEAD

        def rank(item: tuple[tuple[int, int], Task]) -> tuple[bool, bool, tuple[int, int]]:
            (start, _), task = item
            return start > near, task.worker not in (None, worker), item[0]

        found = min(self._ready, key=rank)
        self._ready.remove(found)
        found[1].worker = worker
        return found[1]

    def _loop(self, worker: int, hand: Hand | None) -> None:
        with self._condition:
            while True:
                while not self._ready and self._running and self._error is None:
                    self._condition.wait()
                if self._error is not None or not self._ready:
                    self._condition.notify_all()
                    return
                task = self._take(worker)
                self._running += 1
                self._condition.release()
                outcome: Outcome = False
                error: BaseException | None = None
                try:
                    outcome = self._step(task, hand)
                except BaseException as caught:
                    error = caught
                self._condition.acquire()
                self._running -= 1
                task.busy = False
                try:
                    if error is not None:
                        raise error
                    task.over = outcome is not False
                    task.steps += 1
                    self._after(task, outcome)
                except BaseException as caught:
                    self._error = self._error or caught
                    continue
                self._offer(task)
                for user in task.users:
                    self._offer(user)

    def _step(self, task: Task, hand: Hand | None) -> Outcome:
        self._pulse()
        try:
            return self._before(task) or task.runner.step(hand)
        except (RecipeError, DamagedBlob) as trouble:
            return trouble


def _first(item: tuple[tuple[int, int], Task]) -> tuple[int, int]:
    return item[0]


def pulse(cancel: threading.Event | None) -> Callable[[], None]:
    """A function that raises Cancelled once `cancel` is set."""

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise Cancelled

    return check
