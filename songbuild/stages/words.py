"""Why a node runs, in words: what a change of its parameters means to whoever wrote the song."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from songbuild.engine import Decision, Node, differences
from songbuild.engine.graph import Json
from songbuild.model.score import Score
from songbuild.stages.bars import Bars
from songbuild.stages.changes import HANDLERS, Change, Clause, clause

MOST = 6
"""At most so many parameters are named one by one."""
DERIVED = frozenset(("digest", "digests", "files", "start", "names"))
"""Parameters that follow from others: not worth a word of their own."""


def clauses(decision: Decision, node: Node, old: Mapping[str, Json] | None, score: Score, rate: int) -> list[Clause]:
    """Why `decision` is as it is; `old` is the preimage of the node in the last build.

    That an input may change is left out: `decision.waits` says so.
    """
    found: list[Clause] = []
    fed = tuple(str(name) for name, _ in old.get("inputs", ())) if old else ()
    same = fed == tuple(item.name for item in node.inputs)
    for reason in decision.reasons:
        if reason.kind == "source":
            found.append(Clause(f"file {reason.path[0]} changed", node.origins.get((), ())))
        elif reason.kind == "recipe":
            found.append(Clause("songbuild makes this in a new way"))
        elif reason.kind == "input":
            found += [Clause(str(reason))] if reason.new and same else []
        elif reason.kind != "param":
            found.append(Clause(str(reason)))
    if old is None or old.get("recipe") != [node.recipe.id, node.recipe.revision]:
        return found
    if not same:
        found += _feeds(fed, [item.name for item in node.inputs])
    params = old.get("params")
    if isinstance(params, Mapping) and params != node.params:
        keys = {key for key in (*params, *node.params) if params.get(key) != node.params.get(key)}
        told = keys - DERIVED
        found += _params(Change(node, params, fed, Bars.of(score, rate), score), told if told or found else keys)
    return found or [Clause(str(reason)) for reason in decision.reasons if reason.kind != "input"]


def _feeds(old: Sequence[str], new: Sequence[str]) -> Iterator[Clause]:
    come, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    if come:
        yield Clause(f"now fed by {', '.join(come)}")
    if gone:
        yield Clause(f"no longer fed by {', '.join(gone)}")
    if not come and not gone:
        yield Clause("fed in another order")


def _params(change: Change, keys: Iterable[str]) -> list[Clause]:
    found: list[Clause] = []
    for key in sorted(keys):
        before, after = change.old.get(key), change.node.params.get(key)
        if key in HANDLERS and before is not None and after is not None:
            found += HANDLERS[key](change, before, after)
        else:
            found += _plain(change, key, before, after)
    return _shortened(found)


def _plain(change: Change, key: str, old: Json, new: Json) -> list[Clause]:
    found: list[Clause] = []
    for path, a, b in differences(old, new, (key,)):
        origin = change.origin(*path)
        if any(isinstance(part, int) for part in path):
            found.append(Clause(f"{key} changed", change.origin(key)))
        else:
            found.append(clause(".".join(map(str, origin or path)), a, b, origin))
    return list(dict.fromkeys(found))


def _shortened(found: Sequence[Clause]) -> list[Clause]:
    """The first few, and how many more there are."""
    rest = len(found) - MOST
    return list(found) if rest <= 1 else [*found[:MOST], Clause(f"and {rest} more")]
