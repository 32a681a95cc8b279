"""songbuild explain"""

from __future__ import annotations

import dataclasses
import json

import click

from songbuild.app.cli.options import cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems


@click.command(epilog="\b\nExamples:\n  songbuild explain my_song\n  songbuild explain my_song bass")
@song_argument
@click.argument("node", required=False)
@trust_option
@cache_option
@json_option
def explain(song: str, node: str | None, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say what a render of SONG would run, and why: the parameter, its old and new value, and its place.

    NODE limits the answer to nodes whose name contains it.
    """
    from songbuild import api

    answer = api.explain(song, trusted=trust, cache=cache)
    print_problems(answer.problems, as_json)
    for line in answer.decisions:
        if node and node.lower() not in line.node.lower():
            continue
        if as_json:
            print(json.dumps({"event": "decision", **dataclasses.asdict(line)}, ensure_ascii=False))
        else:
            colour = {"reused": "green", "run": "yellow"}.get(line.status)
            click.echo(
                f"{click.style(f'{line.status:8}', fg=colour)} {line.node}"
                + "".join(f"\n        {why}" for why in line.why)
            )
    return exit_code(answer.problems)
