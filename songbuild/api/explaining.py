"""What a render would do, and why."""

from __future__ import annotations

from dataclasses import dataclass

from songbuild import engine
from songbuild.api.song import Song, open_store, plan_song
from songbuild.manifest.find import song_file
from songbuild.problems import Problem
from songbuild.stages.plan import Selection
from songbuild.stages.words import clauses


@dataclass(frozen=True)
class Line:
    """What a build would do with one node ("reused", "run", "may run").

    `why` gives the reasons with their places in files, `waits` the nodes on whose output it depends.
    """

    node: str
    stage: str
    status: str
    why: list[str]
    waits: list[str]


@dataclass(frozen=True)
class Explained:
    """The decisions about every node, and what is wrong with the song."""

    decisions: list[Line]
    problems: list[Problem]


def explain(
    song: Song, selection: Selection | None = None, *, trusted: bool = False, cache: str | None = None
) -> Explained:
    """What a render would run, and why: the same decisions as the build's own.  Raises UsageError."""
    with open_store(cache) as store:
        found = plan_song(song, store, selection or Selection(), trusted)
        loaded, planned, problems = found.loaded, found.plan, found.problems
        if planned is None:
            return Explained([], problems)
        last = engine.load_last(store, engine.song_id(song_file(song)))
        nodes = {node.name: node for node in planned.graph.nodes()}
        lines = []
        for made in engine.decide_all(planned.graph, store, last):
            node = nodes[made.name]
            rate = planned.graph.rate
            whys = [] if made.status == "reused" else clauses(made, node, last.get(made.name), planned.score, rate)
            why = [f"{c.text} ({loaded.places.span(c.place)})" if c.place else c.text for c in whys]
            lines.append(Line(made.name, made.stage, made.status, why, list(dict.fromkeys(made.waits))))
    return Explained(lines, problems)
