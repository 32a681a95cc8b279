"""songbuild watch"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from songbuild.app.cli.options import bars_option, cache_option, json_option, song_argument, trust_option
from songbuild.app.interrupt import Interrupt


@click.command(
    short_help="Build a song on every save.",
    epilog="\b\nExamples:\n"
    "  songbuild watch                        the song in this folder\n"
    "  songbuild watch --bars 9-16            only these bars of the master\n"
    "  songbuild watch --solo bass            the master as if only the bass were there\n"
    "  songbuild watch --only bass            the bass alone, through its fader\n"
    "  songbuild watch --exec 'cp $SONGBUILD_OUT/*.wav /media/stick'",
)
@click.pass_obj
@song_argument
@click.option("--only", metavar="TRACK", multiple=True, help="Only this track (or bus, or return); repeatable.")
@click.option("--solo", metavar="TRACK", multiple=True, help="The master of this track (or bus) alone; repeatable.")
@bars_option
@click.option("--exec", "command", metavar="CMD", help="Run CMD in a shell after each build without errors.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the files go [SONG/out].")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one a core].")
@trust_option
@cache_option
@json_option
def watch(
    interrupt: Interrupt,
    song: str,
    only: tuple[str, ...],
    solo: tuple[str, ...],
    bars: tuple[int, int] | None,
    command: str | None,
    out: Path | None,
    threads: int | None,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> NoReturn:
    """Build a SONG now and on every save, until Ctrl-C.

    What is wrong is shown, and out/ keeps the last good files until it is mended.
    """
    from songbuild import api
    from songbuild.app.watch import Request, Session
    from songbuild.app.watch.plain import JsonView, PlainView

    if only and solo:
        raise click.UsageError("--only is a track by itself, --solo its part of the master: which of them?")
    selection = api.Selection(only=tuple(dict.fromkeys(only)), bars=bars, solo=tuple(dict.fromkeys(solo)))
    request = Request(song, selection, out=out, threads=threads, trusted=trust, cache=cache)
    if as_json or not sys.stdout.isatty():
        Session(request, JsonView() if as_json else PlainView(), interrupt, command).run()
    from songbuild.app.watch.live import LiveView

    with LiveView() as view:
        Session(request, view, interrupt, command).run()
