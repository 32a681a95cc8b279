"""songbuild check"""

from __future__ import annotations

import click

from songbuild.app.cli.options import cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems, result
from songbuild.manifest.find import is_album


@click.command(
    short_help="Say what is wrong with a song or an album.",
    epilog="\b\nExamples:\n  songbuild check\n  songbuild check my_song --json",
)
@song_argument
@trust_option
@cache_option
@json_option
def check(song: str, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say what is wrong with a SONG, or an album and its songs, with file, line and column, without building it."""
    from songbuild import api

    if is_album(song):
        album, problems = api.check_album(song, trusted=trust, cache=cache)
        title = album.album.title if album.album is not None else None
    else:
        loaded, problems = api.check(song, trusted=trust, cache=cache)
        title = loaded.song.title if loaded.song is not None else None
    print_problems(problems, as_json)
    if as_json:
        result(problems, title=title)
    elif not problems:
        click.echo(f"{title}: no problems")
    return exit_code(problems)
