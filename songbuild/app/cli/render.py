"""songbuild render"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from songbuild.app.cli.options import cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems


def _bars(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[int, int] | None:  # noqa: ARG001
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", text)
    if not match or not 1 <= int(match[1]) <= int(match[2] or match[1]):
        raise click.BadParameter(f"'{text}' is not a range of bars such as '9-16'")
    return int(match[1]), int(match[2] or match[1])


@click.command(
    epilog="\b\nExamples:\n"
    "  songbuild render                            the song in this folder\n"
    "  songbuild render my_song --stems            only the stems\n"
    "  songbuild render my_song --only bass        one track, through its fader\n"
    "  songbuild render my_song --bars 9-16        these bars of the master\n"
    "  songbuild render my_song --dry-run          what would run, and why"
)
@song_argument
@click.option("--stems", is_flag=True, help="Only the stems.")
@click.option("--only", metavar="TRACK", multiple=True, help="Only this track (or bus, or return); repeatable.")
@click.option("--bars", metavar="9-16", callback=_bars, help="Only these bars.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the files go [SONG/out].")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one a core].")
@click.option("--dry-run", is_flag=True, help="Say what would run, and why; build nothing.")
@trust_option
@cache_option
@json_option
def render(
    song: str,
    stems: bool,
    only: tuple[str, ...],
    bars: tuple[int, int] | None,
    out: Path | None,
    threads: int | None,
    dry_run: bool,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Build a SONG: only what has changed since the last time."""
    from songbuild import api
    from songbuild.app.progress import Progress

    selection = api.Selection(stems=stems, only=only, bars=bars)
    if dry_run:
        answer = api.explain(song, selection, trusted=trust, cache=cache)
        print_problems(answer.problems, as_json)
        for line in answer.decisions:
            if as_json:
                print(json.dumps({"event": "decision", "node": line.node, "status": line.status, "why": line.why}))
            elif line.status != "reused":
                click.echo(f"{line.status:8} {line.node}" + "".join(f"\n        {why}" for why in line.why))
        reused = sum(line.status == "reused" for line in answer.decisions)
        if not as_json:
            click.echo(f"{len(answer.decisions) - reused} to run, {reused} reused")
        return exit_code(answer.problems)
    with Progress(as_json) as progress:
        done = api.render(
            song, selection, trusted=trust, cache=cache, out=out, threads=threads, on_event=progress.event
        )
    print_problems(done.problems, as_json)
    _report(done, as_json)
    return exit_code(done.problems)


def _report(done: Any, as_json: bool) -> None:
    """What was built, where it is, and what the master measures."""
    if as_json:
        print(json.dumps({"event": "result", **done.facts}, ensure_ascii=False), flush=True)
    elif done.summary:
        click.echo(done.summary)
