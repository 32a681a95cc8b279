"""songbuild explain"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, exit_code, print_problems, result
from songbuild.manifest.find import is_album, song_file

if TYPE_CHECKING:
    from songbuild.api import Line, Range


@click.command(
    short_help="Say what a render would run, and why.",
    epilog="\b\nExamples:\n"
    "  songbuild explain              what a render of this folder's song would run\n"
    "  songbuild explain bass         of that, only what has to do with the bass\n"
    "  songbuild explain my_song bass\n"
    "  songbuild explain --graph svg --output graph.svg",
)
@click.argument("song", default=".")
@click.argument("node", required=False)
@click.option("--graph", type=click.Choice(["dot", "mermaid", "svg"]), help="Draw the graph instead.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Draw it into this file.")
@trust_option
@cache_option
@json_option
def explain(
    song: str, node: str | None, graph: str | None, output: Path | None, trust: bool, cache: str | None, as_json: bool
) -> int:
    """Say what a render of SONG would run, and why: the parameter, its old and new value, and its place.

    Of a node of which only a part runs it says which bars.

    NODE limits the answer to nodes whose name contains it, and shows those that are reused too.  A SONG that is no
    file and no folder is taken for the NODE of the song in this folder.

    --graph draws the nodes, stages as columns, coloured by what is to happen to them: as SVG, or for Graphviz or
    Mermaid.  With a NODE it shows what leads to it and what follows from it.
    """
    from songbuild import api

    if output is not None and graph is None:
        raise click.UsageError("--output goes with --graph")
    if graph is not None and as_json:
        raise click.UsageError("--graph doesn't go with --json")
    if not Path(song).exists():
        if node is not None or not Path(song_file(".")).exists():
            raise click.UsageError(f"there is no song '{song}'")
        song, node = ".", song
    answer = (api.explain_album if is_album(song) else api.explain)(song, trusted=trust, cache=cache)
    lines = chosen(answer.decisions, node)
    print_problems(answer.problems, as_json)
    if graph is not None:
        if lines:
            _draw(around(answer.decisions, lines), graph, output)
        return exit_code(answer.problems)
    print_decisions(lines, as_json, everything=node is not None)
    if as_json:
        result(answer.problems)
    elif answer.decisions:
        click.echo(summary(lines))
    return exit_code(answer.problems)


def chosen(lines: Sequence[Line], node: str | None) -> list[Line]:
    """The decisions about nodes whose name contains `node`; that there are none is wrong usage."""
    from songbuild.problems import did_you_mean

    found = [line for line in lines if node is None or node.lower() in line.node.lower()]
    if lines and not found:
        words = {word for line in lines for word in (line.node, *line.node.split())}
        hint = did_you_mean(str(node), words)
        raise click.UsageError(f"no node has '{node}' in its name" + (f": {hint}" if hint else ""))
    return found


def around(lines: Sequence[Line], some: Sequence[Line]) -> list[Line]:
    """Of all decisions those about `some` nodes, about what leads to them and about what follows from them."""
    before, after = {line.node for line in some}, {line.node for line in some}
    for line in lines:
        if not after.isdisjoint(line.inputs):
            after.add(line.node)
    for line in reversed(lines):
        if line.node in before:
            before.update(line.inputs)
    return [line for line in lines if line.node in before | after]


def _draw(lines: Sequence[Line], kind: str, output: Path | None) -> None:
    from songbuild.app.graph_view import FORMATS

    text = FORMATS[kind](lines)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def print_decisions(lines: Sequence[Line], as_json: bool, everything: bool) -> None:
    """What is to happen to each node, and why; for people without what is reused, unless `everything` is wanted."""
    for line in lines:
        if as_json:
            emit({"event": "decision", **dataclasses.asdict(line)})
        elif everything or line.status != "reused":
            colour = {"reused": "green", "run": "yellow"}.get(line.status)
            waits = click.style(f"  if {_some(line.waits)}", dim=True) if line.waits else ""
            parts = _ranges(line) if everything else [line.where] if line.where else []
            why = "".join(f"\n            {reason}" for reason in (*line.why, *parts))
            click.echo(f"{click.style(f'{line.status:8}', fg=colour)}  {line.node}{waits}{why}")


def _ranges(line: Line) -> list[str]:
    """What is to happen to which bars of a node, and what brings it about; nothing where it is the same for all."""
    if not line.where:
        return []
    return [
        line.where,
        *(f"  {_bars(part):13}{part.status:8}  {_because(part.causes)}".rstrip() for part in line.ranges),
    ]


def _bars(part: Range) -> str:
    first, last = part.first_bar, part.last_bar
    return f"bar {first}" if first == last else f"bars {first}-{last}"


def _because(causes: Sequence[str]) -> str:
    return ", ".join("until the states meet again" if cause == "state" else cause for cause in causes)


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} others"]
    return f"{' or '.join(shown)} change{'s' if len(names) == 1 else ''}"


def summary(lines: Sequence[Line]) -> str:
    """How many nodes run, may run and are reused."""
    counts = {status: sum(line.status == status for line in lines) for status in ("run", "may run", "reused")}
    if counts["run"] + counts["may run"] == 0:
        return f"nothing to run, {counts['reused']} reused"
    return ", ".join(f"{number} {status}" for status, number in counts.items() if number)
