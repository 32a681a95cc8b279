"""Whether a node has to run, and why: the one place that decides, for builds, dry runs and `explain`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from songbuild.engine.foresee import Foresight, Stretch
from songbuild.engine.graph import Graph, Json, Node
from songbuild.engine.songs import Last
from songbuild.engine.store import Store
from songbuild.engine.work import Work, works

Path: TypeAlias = tuple[str | int, ...]
ReasonKind = Literal["new", "recipe", "param", "input", "source", "grid", "shape", "evicted"]
LIMIT = 50
"""At most so many reasons are given for one node."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a node runs.

    new      there was no node of this name in the last build
    recipe   another recipe or revision; `old` and `new` are [id, revision]
    param    a parameter at `path`, which `origin` locates in the song; a side that is absent is None
    input    what the input called `path[0]` puts out; `new` is None while it isn't known yet
    source   a file called `path[0]` was read; `old` and `new` are digests
    grid     the song is cut at other places
    shape    the sample rate or the number of channels
    evicted  nothing has changed, but the output is no longer in the cache
    """

    kind: ReasonKind
    path: Path = ()
    old: Json = None
    new: Json = None
    origin: Path = ()

    def __str__(self) -> str:
        place = ".".join(map(str, self.origin or self.path))
        sides = f"{_shown(self.old)} -> {_shown(self.new)}"
        if self.kind == "param":
            return f"{place}: {sides}"
        if self.kind == "recipe":
            return f"{place or 'recipe'} {sides}"
        return {
            "new": "new",
            "input": f"input {place} changed" if self.new else f"input {place} may change",
            "source": f"file {place} changed",
            "grid": "bar lines or length changed",
            "shape": f"{place}: {sides}",
            "evicted": "no longer in the cache",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen to a node: it is reused, it runs, or it may run, depending on what `waits` names put out.

    `tiles` are the stretches of a stream that isn't reused, as a dry run foresees them.
    """

    name: str
    stage: str
    status: Literal["reused", "run", "may run"]
    reasons: tuple[Reason, ...] = ()
    waits: tuple[str, ...] = ()
    tiles: tuple[Stretch, ...] = ()


def decide(work: Work, store: Store, last: Last) -> Decision:
    """Decide about one node; where its output is in the store, `work` has it afterwards."""
    waits = tuple(item.node.name for item in work.inputs if not item.complete)
    name, stage = work.node.name, work.node.stage
    if waits:
        return Decision(name, stage, "may run", reasons(work, last), waits)
    trace = store.traces.get(work.key())
    if trace is not None and work.restore(trace, store):
        return Decision(name, stage, "reused")
    return Decision(name, stage, "run", reasons(work, last))


def decide_all(graph: Graph, store: Store, last: Last, targets: Iterable[str] | None = None) -> list[Decision]:
    """What `build` would do, without doing it, down to the tiles; inputs before users."""
    foresight = Foresight(store, last)
    return [_foreseen(work, decide(work, store, last), foresight) for work in works(graph, targets)]


def _foreseen(work: Work, decision: Decision, foresight: Foresight) -> Decision:
    tiles = foresight.look(work)
    if tiles and work.complete:  # the node is new, but every tile of it is in the store
        return Decision(decision.name, decision.stage, "reused")
    return replace(decision, tiles=tiles)


def reasons(work: Work, last: Last) -> tuple[Reason, ...]:
    """What differs between a node's preimage and that of the node of its name in the last build."""
    old = last.get(work.node.name)
    if old is None:
        return (Reason("new"),)
    found: list[Reason] = []
    for reason in _differences(old, work.preimage(), work.node):
        found.append(reason)
        if len(found) == LIMIT:
            break
    return tuple(found) or (Reason("evicted"),)


def _differences(old: Mapping[str, Json], new: Mapping[str, Json], node: Node) -> Iterator[Reason]:
    if old.get("recipe") != new["recipe"]:
        yield Reason("recipe", (), old.get("recipe"), new["recipe"])
    for name in ("rate", "channels"):
        if old.get(name) != new[name]:
            yield Reason("shape", (name,), old.get(name), new[name])
    for path, before, after in differences(old.get("params"), new["params"]):
        yield Reason("param", path, before, after, _origin(node, path))
    for kind, name in (("source", "sources"), ("input", "inputs")):
        before, after = old.get(name, []), new[name]
        if [digest for _, digest in before] != [digest for _, digest in after]:
            for place in range(max(len(before), len(after))):
                was = before[place] if place < len(before) else ["", None]
                now = after[place] if place < len(after) else ["", None]
                if was[1] != now[1]:
                    label = str(now[0] or was[0])
                    yield Reason("source" if kind == "source" else "input", (label,), was[1], now[1] or None)
    if old.get("grid") != new["grid"]:
        yield Reason("grid")


def differences(old: Json, new: Json, path: Path = ()) -> Iterator[tuple[Path, Json, Json]]:
    """Where two values differ: (path, old, new), None for what is absent.  Of lists, the like ends are left out."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            if key not in old or key not in new:
                yield (*path, key), old.get(key), new.get(key)
            else:
                yield from differences(old[key], new[key], (*path, key))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _list_differences(list(old), list(new), path)
    elif type(old) is not type(new) or old != new:
        yield path, old, new


def _list_differences(old: list[Json], new: list[Json], path: Path) -> Iterator[tuple[Path, Json, Json]]:
    if len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, (*path, place))
        return
    short, start, end = min(len(old), len(new)), 0, 0
    while start < short and _same(old[start], new[start]):
        start += 1
    while end < short - start and _same(old[-1 - end], new[-1 - end]):
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    for place in range(max(len(before), len(after))):
        was = before[place] if place < len(before) else None
        now = after[place] if place < len(after) else None
        yield (*path, start + place), was, now


def _same(old: Json, new: Json) -> bool:
    return next(differences(old, new), None) is None


def _origin(node: Node, path: Path) -> Path:
    """The place in the song of a place in a node's params, by the longest prefix that has an origin."""
    for end in range(len(path), -1, -1):
        found = node.origins.get(path[:end])
        if found is not None:
            return (*found, *path[end:])
    return ()


def _shown(value: Json) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
