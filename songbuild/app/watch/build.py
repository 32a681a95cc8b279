"""One build of a watched song: what is heard of it first, why it ran, how long it took."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from songbuild import api, engine
from songbuild.api.project import Planned
from songbuild.api.rendering import read_files
from songbuild.app.interrupt import Interrupt, Listener
from songbuild.engine import Built, Cancelled, Decision, Node, Reason, Store
from songbuild.manifest import Loaded
from songbuild.problems import Problem
from songbuild.stages.bars import Bars
from songbuild.stages.plan import Plan, listening
from songbuild.stages.words import clauses


@dataclass(frozen=True)
class Request:
    """What is watched, and what of it is built; as `api.render` takes it."""

    song: str
    selection: api.Selection = field(default_factory=api.Selection)
    out: Path | None = None
    threads: int | None = None
    trusted: bool = False
    cache: str | None = None


@dataclass(frozen=True)
class Build:
    """What came of a build.  Milliseconds count from the save: `audio_ms` to the first tile that sounds different, None
    where none does, and `done_ms` to the files.

    `why` gives the reasons of the nodes that ran because something of their own was changed; `early` counts the tiles
    that were made before the rest, to be heard soon.  `trouble` is what stood in the way other than the song.
    """

    rendered: api.Rendered = field(default_factory=lambda: api.Rendered([]))
    why: Mapping[str, list[str]] = field(default_factory=dict)
    early: Mapping[str, int] = field(default_factory=dict)
    audio_ms: float | None = None
    done_ms: float = 0.0
    trouble: str | None = None

    @property
    def problems(self) -> list[Problem]:
        return self.rendered.problems

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """What became of each node, as in the facts of a render, with what was made early."""
        return [_with_early(node, self.early) for node in self.rendered.facts.get("nodes", ())]

    @property
    def ok(self) -> bool:
        """Whether the files in out/ are those of the song as it is."""
        return not self.trouble and not any(problem.severity == "error" for problem in self.problems)


def _with_early(node: Mapping[str, Any], early: Mapping[str, int]) -> dict[str, Any]:
    """A node that ran early is one that ran."""
    tiles = early.get(node["node"], 0)
    status = "partly" if tiles and node["status"] == "reused" else node["status"]
    return {**node, "status": status, "tiles_run": node["tiles_run"] + tiles}


class AnyOf(threading.Event):
    """Set when it is set itself, or one of the others is."""

    def __init__(self, *others: threading.Event) -> None:
        super().__init__()
        self._others = others

    def is_set(self) -> bool:
        return super().is_set() or any(other.is_set() for other in self._others)


@dataclass
class Builder:
    """Builds a song over and over; what one build has found out helps the next.

    `inputs` is every file that the song was made of, None while that isn't known; `scripted` whether scripts are among
    them, which may list folders.
    """

    request: Request
    interrupt: Interrupt
    inputs: tuple[Path, ...] | None = None
    scripted: bool = False
    nodes: Mapping[str, Node] = field(default_factory=dict)
    gain_db: float | None = None
    focus: tuple[int, int] | None = None

    def build(self, saved_ns: int, on_event: Listener, cancel: threading.Event) -> Build:
        """Build what was saved at `saved_ns` (of time.time_ns()).

        Raises Cancelled when `cancel` is set, UsageError, EngineError, OSError (a file that is gone again).
        """
        request = self.request
        self.inputs = None
        ears = _Ears(self, saved_ns, on_event, AnyOf(cancel, self.interrupt.cancel))
        try:
            rendered = api.render(
                request.song,
                request.selection,
                out=request.out,
                threads=request.threads,
                trusted=request.trusted,
                cache=request.cache,
                on_event=self.interrupt.listening(ears.event),
                cancel=ears.cancel,
                guard=ears,
                focus=request.selection.bars or self.focus,
            )
        except Cancelled:
            self.interrupt.over()
            raise
        finally:
            self.focus = ears.bars or self.focus
        done_ms = _since_ms(saved_ns)
        self.interrupt.over()
        if ears.plan is None or ears.loaded is None or ears.made is None:
            return Build(rendered, done_ms=done_ms)
        ran = {record.name for record in ears.made.records if record.ran} | {*ears.early}
        why = _why(self.nodes, ran, ears.loaded, ears.plan) if self.nodes else {}
        self.nodes = {node.name: node for node in ears.plan.graph.nodes()}
        self.inputs = tuple(read_files(ears.loaded, ears.plan.graph))
        self.scripted = any(file.suffix == ".py" for file in ears.loaded.files)
        self.gain_db = ears.made.values.get("loudness gain")
        return Build(rendered, why, ears.early, ears.audio_ms, done_ms)


class _Ears:
    """Listens to a render: when the first audio was made, in which bars, and what came of it."""

    def __init__(self, builder: Builder, saved_ns: int, on_event: Listener, cancel: threading.Event) -> None:
        self._builder, self._saved_ns, self._on_event = builder, saved_ns, on_event
        self._heard = builder.request.selection.heard
        self.cancel = cancel
        self.audio_ms: float | None = None
        self.bars: tuple[int, int] | None = None
        self.early: Counter[str] = Counter()
        self.loaded: Loaded | None = None
        self.plan: Plan | None = None
        self.made: Built | None = None

    def event(self, event: dict[str, Any]) -> None:
        """Take one event of the engine."""
        if event["event"] == "tile":
            if self.bars is None and self.plan is not None:
                bars = Bars.of(self.plan.score, self.plan.graph.rate)
                self.bars = bars.number(event["start"]), bars.number(event["stop"] - 1)
            if self.audio_ms is None and event["name"] in self._heard:
                self.audio_ms = _since_ms(self._saved_ns)
                event = {**event, "ms": self.audio_ms}
        self._on_event(event)

    def planned(self, planned: Planned) -> list[Problem]:
        """Before all of the song is built and measured, make the first tile that sounds different."""
        self.loaded, self.plan = planned.loaded, planned.plan
        assert self.plan is not None
        gain_db = self._builder.gain_db
        graph = None if gain_db is None or self._heard != {"master"} else listening(self.plan.graph, gain_db)
        if graph is not None:
            self._listen(graph)
        return []

    def _listen(self, graph: engine.Graph) -> None:
        enough = AnyOf(self.cancel)

        def event(event: dict[str, Any]) -> None:
            if event["event"] == "tile":
                self.early[event["name"]] += 1
                self.event(event)
                if event["name"] in self._heard:
                    enough.set()

        request, interrupt = self._builder.request, self._builder.interrupt
        with api.open_store(request.cache) as store:
            if not store.writable:
                return
            try:
                # In this process, which remembers the notes of the build before.
                engine.build(graph, store, threads=1, on_event=interrupt.listening(event), cancel=enough)
            except Cancelled:
                interrupt.over()

    def built(self, built: Built, store: Store, folder: Path) -> list[Problem]:  # noqa: ARG002
        self.made = built
        return []


def _why(before: Mapping[str, Node], ran: Set[str], loaded: Loaded, plan: Plan) -> dict[str, list[str]]:
    """In words, with places, what is different about the nodes that ran from those of the build `before`."""
    found: dict[str, list[str]] = {}
    for node in plan.graph.nodes():
        if node.name in ran:
            old = before.get(node.name)
            decision = Decision(node.name, node.stage, "run", tuple(_reasons(old, node)))
            words = clauses(decision, node, _as_it_was(old), plan.score, plan.graph.rate)
            said = [f"{each.text} ({loaded.places.span(each.place)})" if each.place else each.text for each in words]
            found |= {node.name: said} if said else {}
    return found


def _as_it_was(node: Node | None) -> Mapping[str, Any] | None:
    """What the builder would have noted of a node."""
    if node is None:
        return None
    inputs = [[item.name, None] for item in node.inputs]
    return {"recipe": [node.recipe.id, node.recipe.revision], "params": node.params, "inputs": inputs}


def _reasons(old: Node | None, new: Node) -> Iterator[Reason]:
    """What differs between two nodes besides their parameters and inputs."""
    if old is None:
        yield Reason("new")
        return
    if (old.recipe.id, old.recipe.revision) != (new.recipe.id, new.recipe.revision):
        yield Reason("recipe")
    digests = {source.path: source.digest for source in old.sources}
    for source in new.sources:
        if digests.get(source.path) != source.digest:
            yield Reason("source", (source.path.name,))


def _since_ms(then_ns: int) -> float:
    return round((time.time_ns() - then_ns) / 1e6, 1)
