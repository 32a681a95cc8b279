"""What a render would do, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from songbuild import engine
from songbuild.api.planning import plan_song
from songbuild.api.project import Text
from songbuild.api.song import Song, open_store
from songbuild.engine import Graph, Last, Store, Stretch
from songbuild.manifest.find import song_file
from songbuild.problems import Problem
from songbuild.stages.bars import Bars, where
from songbuild.stages.plan import Selection
from songbuild.stages.words import clauses


@dataclass(frozen=True)
class Range:
    """Neighbouring tiles of a node, in bars, what a build would do with them, and why: see `engine.Stretch`."""

    first_bar: int
    last_bar: int
    tiles: int
    status: str
    causes: list[str]


@dataclass(frozen=True)
class Line:
    """What a build would do with one node ("reused", "run", "may run").

    `why` gives the reasons with their places in files, `waits` the nodes on whose output it depends, `inputs` all that
    it is fed by, `ranges` what would become of which of its tiles, and `where` that in words; where all of a node runs
    it is ''.
    """

    node: str
    stage: str
    status: str
    why: list[str]
    waits: list[str]
    inputs: list[str]
    ranges: list[Range]
    where: str


@dataclass(frozen=True)
class Explained:
    """The decisions about every node, inputs before users, and what is wrong with the song."""

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
        rate = planned.graph.rate
        text = Text(loaded.places.span, planned.score, rate, Bars.of(planned.score, rate))
        lines = decided(planned.graph, store, last, lambda name: text)  # noqa: ARG005
    return Explained(lines, problems)


def decided(graph: Graph, store: Store, last: Last, text_of: Callable[[str], Text]) -> list[Line]:
    """What a build of `graph` would do with each node; `text_of` gives the text that the node of a name comes from."""
    nodes, lines = {node.name: node for node in graph.nodes()}, []
    for made in engine.decide_all(graph, store, last):
        node, text = nodes[made.name], text_of(made.name)
        whys = [] if made.status == "reused" else clauses(made, node, last.get(made.name), text.score, text.rate)
        why = [f"{c.text} ({text.span(c.place)})" if c.place else c.text for c in whys]
        waits, inputs = dict.fromkeys(made.waits), dict.fromkeys(item.name for item in node.inputs)
        ranges = [_range(stretch, text.bars) for stretch in made.tiles] if text.bars else []
        facts = (made.name, made.stage, made.status, why, [*waits], [*inputs])
        lines.append(Line(*facts, ranges, where(made.tiles, text.bars) if text.bars else ""))
    return lines


def _range(stretch: Stretch, bars: Bars) -> Range:
    first, last = bars.number(stretch.start), bars.number(max(stretch.start, stretch.stop - 1))
    return Range(first, last, stretch.tiles, stretch.fate, [*stretch.causes])
