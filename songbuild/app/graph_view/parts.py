"""What every picture of a graph shows: colours, stages, captions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songbuild.api import Line

STAGES = ("recordings", "arrangement", "mix", "master", "delivery")
"""The stages from left to right; one that isn't named here comes last."""
LONGEST = 30


@dataclass(frozen=True, slots=True)
class Paint:
    """How nodes of one status look; dashes tell them apart where colours don't."""

    fill: str
    stroke: str
    dashed: bool = False


PAINTS: Mapping[str, Paint] = {
    "reused": Paint("#eef2ef", "#8fa396"),
    "run": Paint("#f4a261", "#a8480d"),
    "may run": Paint("#fdf0c4", "#c08a00", dashed=True),
}
MEANINGS: Mapping[str, str] = {
    "reused": "in the cache",
    "run": "has to be made",
    "may run": "decided when its inputs are known",
}


def stages(lines: Iterable[Line]) -> list[str]:
    """The stages that occur, from left to right."""
    found = list(dict.fromkeys(line.stage for line in lines))
    return sorted(found, key=lambda stage: STAGES.index(stage) if stage in STAGES else len(STAGES))


def caption(line: Line) -> str:
    """What becomes of a node, in a few words: 'run, 2 of 9 tiles'."""
    count = line.where.partition(":")[0]
    return f"{line.status}, {count}" if count else line.status


def tooltip(line: Line) -> list[str]:
    """All that is known about a node, line by line."""
    return [f"{line.node}: {line.status}", *line.why, *([line.where] if line.where else [])]


def short(name: str) -> str:
    """A name that fits a box: both of its ends where it is too long."""
    half = LONGEST // 2
    return name if len(name) <= LONGEST else f"{name[:half]}…{name[1 - half :]}"


def edges(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Who feeds whom."""
    known = {line.node: line for line in lines}
    return [(known[name], line) for line in lines for name in line.inputs if name in known]


def stale(source: Line, target: Line) -> bool:
    """Whether what changes passes along an edge."""
    return "reused" not in (source.status, target.status)
