"""Building a graph: reuse what is in the store, run what isn't."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from threading import Event
from typing import Literal

from songbuild.engine.collector import collect_if_full
from songbuild.engine.decide import Reason, decide, reasons
from songbuild.engine.errors import DamagedBlob, EngineError, RecipeError
from songbuild.engine.events import Listener, Reporter
from songbuild.engine.graph import Graph, Json, Node
from songbuild.engine.hands import hands
from songbuild.engine.reader import Stream
from songbuild.engine.run import Runner
from songbuild.engine.schedule import Outcome, Schedule, Task, pulse
from songbuild.engine.songs import Last, load_last, save_last
from songbuild.engine.store import Store
from songbuild.engine.work import MadeFile, Work, works

Status = Literal["reused", "partly", "run", "failed", "skipped"]
PASSES = 25
"""How often a build starts over because blobs turn out to be damaged, before the disk is taken to be broken."""


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a node: `ran` of its `tiles` were run, in `seconds` of work."""

    name: str
    stage: str
    status: Status
    ran: int
    tiles: int
    seconds: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a node couldn't be made."""

    name: str
    stage: str
    message: str
    hint: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What a build has made: `outputs` by the names of the graph's outputs, `values` and `streams` by the nodes' names.

    `names` are all outputs of the graph, also those that failed or weren't wanted.
    """

    names: tuple[str, ...]
    outputs: Mapping[str, MadeFile]
    values: Mapping[str, Json]
    streams: Mapping[str, Stream]
    records: tuple[Record, ...]
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether everything that was wanted was made."""
        return not self.failures


@dataclass(slots=True)
class _Ledger:
    """What is known of a node over the passes of a build."""

    ran: int = 0
    seconds: float = 0.0
    reasons: tuple[Reason, ...] = ()
    announced: bool = False
    failure: Failure | None = None


@dataclass(slots=True, eq=False)
class _Pass:
    """One go at the graph.  Nodes that read a damaged blob are given up, for the next pass."""

    works: list[Work]
    store: Store
    last: Last
    reporter: Reporter
    ledgers: dict[str, _Ledger]
    focus: int = 0
    damaged: list[Task] = field(default_factory=list)

    def run(self, suffixes: Mapping[str, str], threads: int, cancel: Event | None) -> None:
        check = pulse(cancel)
        tasks: dict[Work, Task] = {}
        for work in self.works:
            check()
            self._resolve(work)
            if not work.complete:
                runner = Runner(work, self.store, check, suffixes.get(work.node.name, ""))
                runner.prepare()
                tasks[work] = Task(runner, [])
                for item in set(work.inputs) & tasks.keys():
                    tasks[item].users.append(tasks[work])
        streams = any(work.node.recipe.kind == "stream" for work in tasks)
        helpers = hands(threads, {work.order: work.node for work in tasks}, self.store) if streams else []
        try:
            Schedule([*tasks.values()], self._before, self._after, check, self.focus).run(threads, helpers)
        finally:
            for task in tasks.values():
                task.runner.close()
            for hand in helpers:
                hand.close()

    def _resolve(self, work: Work) -> None:
        decision = decide(work, self.store, self.last)
        if decision.status == "reused":
            self._finished(work, 0)
        else:
            ledger = self.ledgers[work.node.name]
            ledger.reasons = ledger.reasons or decision.reasons

    def _before(self, task: Task) -> bool:
        """Look once more whether a node is in the store, now that its inputs are known."""
        work = task.runner.work
        ledger = self.ledgers[work.node.name]
        if not work.stream.tiles and not task.runner.ran and work.inputs and work.ready_to_key:
            decision = decide(work, self.store, self.last)
            if decision.status == "reused":
                return True
            ledger.reasons = decision.reasons
        if work.node.recipe.kind != "stream":
            self._announce(work)
        return False

    def _announce(self, work: Work) -> None:
        ledger = self.ledgers[work.node.name]
        if not ledger.announced:
            ledger.announced = True
            self.reporter.node(work, "running", 0, 0.0, ledger.reasons)

    def _after(self, task: Task, outcome: Outcome) -> None:
        runner, work = task.runner, task.runner.work
        ledger = self.ledgers[work.node.name]
        if runner.ran:
            self._announce(work)
        if runner.made:
            self.reporter.tile(work)
        if isinstance(outcome, DamagedBlob):
            self._tally(runner)
            self.damaged.append(task)
        elif isinstance(outcome, RecipeError):
            self._tally(runner)
            ledger.failure = Failure(work.node.name, work.node.stage, outcome.message, outcome.hint, outcome.path)
            self.reporter.node(work, "failed", ledger.ran, ledger.seconds, ledger.reasons)
        elif outcome:
            self._tally(runner)
            if ledger.ran:
                ledger.reasons = reasons(work, self.last)
            self._finished(work, task.steps - 1)
        else:
            self.reporter.advance(1, executed=runner.ran > 0)

    def _tally(self, runner: Runner) -> None:
        ledger = self.ledgers[runner.work.node.name]
        ledger.ran += runner.ran
        ledger.seconds += runner.seconds

    def _finished(self, work: Work, advanced: int) -> None:
        ledger = self.ledgers[work.node.name]
        self.reporter.advance(max(0, work.size - advanced), executed=ledger.ran > 0)
        why = ledger.reasons if ledger.ran else ()
        self.reporter.node(work, _status(work, ledger), ledger.ran, ledger.seconds, why)

    def look_for_damage(self) -> None:
        """Note every blob that the nodes given up may read and that is missing (or, if one was corrupt, corrupt)."""
        deep = any(task.runner.corrupt for task in self.damaged)
        seen: set[Work] = set()
        left = [task.runner.work for task in self.damaged]
        while left:
            work = left.pop()
            if work not in seen:
                seen.add(work)
                left.extend(work.inputs)
                for name in work.blobs():
                    self.store.blobs.check(name, deep)


def build(
    graph: Graph,
    store: Store,
    *,
    threads: int | None = None,
    targets: Iterable[str] | None = None,
    on_event: Listener | None = None,
    cancel: Event | None = None,
    song: str | None = None,
    witness: str = "",
    focus: int = 0,
) -> Built:
    """Make what is missing.  A node that fails takes only its users with it.

    `targets` names the outputs and value nodes that are wanted (default: all); `song` is the id under which the store
    keeps what this build was made of, while the file `witness` is there; what ends at frame `focus` is made before
    what comes later.

    Raises Cancelled, EngineError; a recipe's bug is raised as it is.
    """
    began = time.perf_counter()
    wanted = None if targets is None else tuple(targets)
    count = threads or len(os.sched_getaffinity(0))
    last = load_last(store, song) if song else Last()
    todo = works(graph, wanted)
    suffixes = {node.name: PurePosixPath(name).suffix for name, node in graph.outputs.items()}
    reporter = Reporter(on_event, todo)
    reporter.start()
    ledgers = {work.node.name: _Ledger() for work in todo}
    with store.lease():
        try:
            for _ in range(PASSES):
                for ledger in ledgers.values():
                    ledger.failure = None
                this = _Pass(todo, store, last, reporter, ledgers, focus)
                this.run(suffixes, count, cancel)
                if not this.damaged:
                    break
                this.look_for_damage()
                todo = works(graph, wanted)
            else:
                raise EngineError(f"what is written to {store.folder} doesn't come back", "check the disk")
        finally:
            store.traces.flush()
        built = _built(graph, todo, ledgers, time.perf_counter() - began, reporter)
        if song:
            done = [work for work in todo if work.complete]
            save_last(
                store,
                song,
                [[work.node.name, work.key()] for work in done],
                ((work.node.name, work.preimage()) for work in done),
                (name for work in done for name in work.blobs()),
                witness,
            )
        collect_if_full(store, (name for work in todo for name in work.blobs()))
    reporter.done(len(built.failures), built.seconds)
    return built


def _built(graph: Graph, todo: list[Work], ledgers: dict[str, _Ledger], seconds: float, reporter: Reporter) -> Built:
    by_node = {work.node: work for work in todo}
    assert all(work.complete for work in todo) or any(ledger.failure for ledger in ledgers.values()), "work left undone"
    for work in todo:
        if not work.complete and ledgers[work.node.name].failure is None:
            reporter.node(work, "skipped", 0, 0.0, ())
    return Built(
        names=tuple(graph.outputs),
        outputs=dict(_files(graph, by_node)),
        values={w.node.name: w.value for w in todo if w.node.recipe.kind == "value" and w.complete},
        streams={w.node.name: w.stream for w in todo if w.audio and w.complete},
        records=tuple(_record(work, ledgers[work.node.name]) for work in todo),
        failures=tuple(found for work in todo if (found := ledgers[work.node.name].failure)),
        seconds=seconds,
    )


def _files(graph: Graph, by_node: Mapping[Node, Work]) -> Iterator[tuple[str, MadeFile]]:
    for name, node in graph.outputs.items():
        work = by_node.get(node)
        if work is not None and work.complete and work.file is not None:
            yield name, work.file


def _record(work: Work, ledger: _Ledger) -> Record:
    status = _status(work, ledger)
    why = ledger.reasons if status != "reused" else ()
    return Record(work.node.name, work.node.stage, status, ledger.ran, work.size, ledger.seconds, why)


def _status(work: Work, ledger: _Ledger) -> Status:
    if ledger.failure is not None:
        return "failed"
    if not work.complete:
        return "skipped"
    if not ledger.ran:
        return "reused"
    stream = work.node.recipe.kind == "stream"
    return "partly" if stream and ledger.ran < len(work.stream.tiles) else "run"
