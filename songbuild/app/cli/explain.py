"""songbuild explain"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, exit_code, print_problems, result

if TYPE_CHECKING:
    from songbuild.api import Line


@click.command(
    short_help="Say what a render would run, and why.",
    epilog="\b\nExamples:\n"
    "  songbuild explain              what a render of this folder's song would run\n"
    "  songbuild explain bass         of that, only what has to do with the bass\n"
    "  songbuild explain my_song bass",
)
@click.argument("song", default=".")
@click.argument("node", required=False)
@trust_option
@cache_option
@json_option
def explain(song: str, node: str | None, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say what a render of SONG would run, and why: the parameter, its old and new value, and its place.

    NODE limits the answer to nodes whose name contains it, and shows those that are reused too.  A SONG that is no
    file and no folder is taken for the NODE of the song in this folder.
    """
    from songbuild import api

    if not Path(song).exists():
        if node is not None or not Path("song.yaml").exists():
            raise click.UsageError(f"there is no song '{song}'")
        song, node = ".", song
    answer = api.explain(song, trusted=trust, cache=cache)
    lines = chosen(answer.decisions, node)
    print_problems(answer.problems, as_json)
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


def print_decisions(lines: Sequence[Line], as_json: bool, everything: bool) -> None:
    """What is to happen to each node, and why; for people without what is reused, unless `everything` is wanted."""
    for line in lines:
        if as_json:
            emit({"event": "decision", **dataclasses.asdict(line)})
        elif everything or line.status != "reused":
            colour = {"reused": "green", "run": "yellow"}.get(line.status)
            waits = click.style(f"  if {_some(line.waits)}", dim=True) if line.waits else ""
            why = "".join(f"\n            {reason}" for reason in line.why)
            click.echo(f"{click.style(f'{line.status:8}', fg=colour)}  {line.node}{waits}{why}")


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} others"]
    return f"{' or '.join(shown)} change{'s' if len(names) == 1 else ''}"


def summary(lines: Sequence[Line]) -> str:
    """How many nodes run, may run and are reused."""
    counts = {status: sum(line.status == status for line in lines) for status in ("run", "may run", "reused")}
    if counts["run"] + counts["may run"] == 0:
        return f"nothing to run, {counts['reused']} reused"
    return ", ".join(f"{number} {status}" for status, number in counts.items() if number)
