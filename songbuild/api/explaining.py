"""What a render would do, and why."""

from __future__ import annotations

from dataclasses import dataclass

from songbuild import engine
from songbuild.api.song import Song, open_store, plan_song
from songbuild.engine import Stretch
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
        nodes = {node.name: node for node in planned.graph.nodes()}
        rate, lines = planned.graph.rate, []
        bars = Bars.of(planned.score, rate)
        for made in engine.decide_all(planned.graph, store, last):
            node = nodes[made.name]
            whys = [] if made.status == "reused" else clauses(made, node, last.get(made.name), planned.score, rate)
            why = [f"{c.text} ({loaded.places.span(c.place)})" if c.place else c.text for c in whys]
            waits, inputs = dict.fromkeys(made.waits), dict.fromkeys(item.name for item in node.inputs)
            ranges = [_range(stretch, bars) for stretch in made.tiles]
            facts = (made.name, made.stage, made.status, why, [*waits], [*inputs])
            lines.append(Line(*facts, ranges, where(made.tiles, bars)))
    return Explained(lines, problems)


def _range(stretch: Stretch, bars: Bars) -> Range:
    first, last = bars.number(stretch.start), bars.number(max(stretch.start, stretch.stop - 1))
    return Range(first, last, stretch.tiles, stretch.fate, [*stretch.causes])
