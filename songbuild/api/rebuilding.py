"""A song built from nothing, in a process of its own whose circumstances are others: what it came to, as JSON lines."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from songbuild import engine
from songbuild.api.comparing import Outcome, outcome_of
from songbuild.api.inputs import inputs_of
from songbuild.api.song import UsageError, plan_song
from songbuild.engine import EngineError, Graph, Node, Store, Stream
from songbuild.model.lock import Inputs
from songbuild.stages.plan import Selection

UNLIMITED = 1 << 62


class Backwards(Graph):
    """A graph whose nodes come in another order: the last output first, and of a node's inputs the last one first."""

    def nodes(self) -> tuple[Node, ...]:
        seen: dict[int, Node] = {}

        def visit(node: Node) -> None:
            if id(node) not in seen:
                for item in reversed(node.inputs):
                    visit(item)
                seen[id(node)] = node

        for node in reversed((*self.outputs.values(), *self.values)):
            visit(node)
        return tuple(seen.values())


def main() -> None:
    """Do what the argument asks for: {song, cache, threads, trusted}."""
    given = json.loads(sys.argv[1])
    try:
        answer = _rebuilt(given["song"], Path(given["cache"]), given["threads"], given["trusted"])
    except (UsageError, EngineError) as error:
        answer = {"trouble": [str(error)], "hint": getattr(error, "hint", None)}
    _say({"event": "answer", **answer})


def _say(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _rebuilt(song: str, cache: Path, threads: int, trusted: bool) -> dict[str, Any]:
    with Store(cache, cap_bytes=UNLIMITED) as store:
        found = plan_song(song, store, Selection(), trusted)
        if found.plan is None:
            return {"trouble": [str(problem) for problem in found.problems if problem.severity == "error"]}
        graph = found.plan.graph
        backwards = Backwards(graph.outputs, graph.rate, graph.grid, graph.values)
        built = engine.build(backwards, store, threads=threads, on_event=_say)
        if built.failures:
            return {"trouble": [f"{failure.name}: {failure.message}" for failure in built.failures]}
        outcome = dataclasses.asdict(outcome_of(built, graph))
        return {"inputs": inputs_of(found.loaded, graph).model_dump(), "outcome": outcome}


def unpacked(answer: dict[str, Any]) -> tuple[Inputs, Outcome]:
    """What a process that ran `main` has answered."""
    made = answer["outcome"]
    streams = {name: Stream(**stream) for name, stream in made["streams"].items()}
    return Inputs.model_validate(answer["inputs"]), Outcome(**{**made, "streams": streams})
