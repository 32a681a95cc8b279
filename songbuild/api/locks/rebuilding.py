"""A song or album built from nothing, in a process of its own in other circumstances: its outcome, as JSON lines."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from songbuild import engine
from songbuild.api.inputs import inputs_of
from songbuild.api.locks.comparing import Outcome, outcome_of
from songbuild.api.opening import open_project
from songbuild.api.usage import UsageError
from songbuild.engine import EngineError, Graph, Node, Store, Stream
from songbuild.model.lock import Inputs

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
        project, problems = open_project(song, store, trusted)
        if project is None:
            return {"trouble": [str(problem) for problem in problems if problem.severity == "error"]}
        graph = project.graph
        backwards = Backwards(graph.outputs, graph.rate, graph.grid, graph.values)
        built = engine.build(backwards, store, threads=threads, on_event=_say)
        if built.failures:
            return {"trouble": [f"{failure.name}: {failure.message}" for failure in built.failures]}
        outcome = dataclasses.asdict(outcome_of(built, graph))
        return {"inputs": inputs_of(project).model_dump(), "outcome": outcome}


def unpacked(answer: dict[str, Any]) -> tuple[Inputs, Outcome]:
    """What a process that ran `main` has answered."""
    made = answer["outcome"]
    streams = {name: Stream(**stream) for name, stream in made["streams"].items()}
    return Inputs.model_validate(answer["inputs"]), Outcome(**{**made, "streams": streams})
