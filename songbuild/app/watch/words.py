"""What a build came to, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from songbuild.app.watch.build import Build

MOST_FILES = 3
MOST_WHY = 8
"""So many reasons are shown; `songbuild explain` has all."""


@dataclass(frozen=True)
class Row:
    """What became of one stage: nodes that ran, their tiles that ran, nodes that were reused."""

    stage: str
    ran: int
    tiles: int
    reused: int


def files(names: Sequence[str]) -> str:
    """'mix.yaml', 'mix.yaml and 4 other files'."""
    if len(names) <= MOST_FILES:
        return ", ".join(names)
    return f"{names[0]} and {len(names) - 1} other files"


def duration(ms: float) -> str:
    """'84 ms', '1.2 s'."""
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"


def timing(build: Build) -> str:
    """How long the save took to be heard and to be done."""
    done = f"done after {duration(build.done_ms)}"
    return done if build.audio_ms is None else f"first changed audio after {duration(build.audio_ms)}, {done}"


def loudness(build: Build) -> str:
    """What the master measures; '' where none was made."""
    master = build.rendered.facts.get("master")
    if not master:
        return ""
    lufs, peak = master["integrated_lufs"], master["true_peak_dbtp"]
    return f"{_level(lufs, 1)} LUFS, true peak {_level(peak, 2)} dBTP"


def unkept(build: Build) -> str:
    """That every save will take as long as the first; '' where it won't."""
    facts = build.rendered.facts
    return "" if facts.get("cache_writable", True) else f"the cache {facts['cache']} can't be written: nothing is kept"


def _level(value: float | None, digits: int) -> str:
    return "-inf" if value is None else f"{value:.{digits}f}"


def rows(build: Build) -> list[Row]:
    """The stages in the order in which a song is built."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for node in build.nodes:
        found.setdefault(node["stage"], []).append(node)
    return [_row(stage, nodes) for stage, nodes in found.items()]


def _row(stage: str, nodes: Sequence[Mapping[str, Any]]) -> Row:
    tiles = [node["tiles_run"] for node in nodes if node["tiles_run"]]
    return Row(stage, len(tiles), sum(tiles), sum(node["status"] == "reused" for node in nodes))


def work(build: Build) -> str:
    """'2 nodes ran (5 tiles), 12 reused'; '' where nothing was built."""
    found = rows(build)
    if not found:
        return ""
    ran, tiles, reused = (sum(column) for column in zip(*((r.ran, r.tiles, r.reused) for r in found), strict=True))
    said = (
        f"{ran} node{'s' if ran != 1 else ''} ran ({tiles} tile{'s' if tiles != 1 else ''})" if ran else "nothing ran"
    )
    return f"{said}, {reused} reused"


def why(build: Build) -> Iterator[str]:
    """Why nodes ran, a line each."""
    lines = [f"{node}: {'; '.join(said)}" for node, said in build.why.items()]
    yield from lines[:MOST_WHY]
    if len(lines) > MOST_WHY:
        yield f"and {len(lines) - MOST_WHY} more"
