"""songbuild check"""

from __future__ import annotations

import click

from songbuild.app.cli.options import json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems


@click.command(epilog="\b\nExamples:\n  songbuild check\n  songbuild check my_song --json")
@song_argument
@trust_option
@json_option
def check(song: str, trust: bool, as_json: bool) -> int:
    """Say what is wrong with a SONG, without building it."""
    from songbuild import api

    loaded, problems = api.check(song, trusted=trust)
    print_problems(problems, as_json)
    if not problems and not as_json and loaded.song is not None:
        click.echo(f"{loaded.song.title}: no problems")
    return exit_code(problems)
