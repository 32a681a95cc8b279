"""songbuild render"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from songbuild.app.cli.options import bars_option, cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems, result
from songbuild.app.interrupt import Interrupt
from songbuild.manifest.find import is_album


@click.command(
    short_help="Build a song, or an album: only what has changed.",
    epilog="\b\nExamples:\n"
    "  songbuild render                            the song in this folder\n"
    "  songbuild render my_song --stems            only the stems\n"
    "  songbuild render my_song --only bass        one track, through its fader\n"
    "  songbuild render my_song --bars 9-16        these bars of the master\n"
    "  songbuild render my_song --dry-run          what would run, and why",
)
@click.pass_obj
@song_argument
@click.option("--stems", is_flag=True, help="Only the stems.")
@click.option("--only", metavar="TRACK", multiple=True, help="Only this track (or bus, or return); repeatable.")
@bars_option
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the files go [SONG/out].")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one a core].")
@click.option("--dry-run", is_flag=True, help="Say what would run, and why; build nothing.")
@click.option("--locked", is_flag=True, help="Refuse whatever isn't as songbuild.lock says.")
@trust_option
@cache_option
@json_option
def render(
    interrupt: Interrupt,
    song: str,
    stems: bool,
    only: tuple[str, ...],
    bars: tuple[int, int] | None,
    out: Path | None,
    threads: int | None,
    dry_run: bool,
    locked: bool,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Build a SONG, or an album and all of its songs: only what has changed since the last time."""
    from songbuild import api

    if stems and (only or bars):
        raise click.UsageError("--stems goes with neither --only nor --bars")
    if locked and (stems or only or bars or dry_run):
        raise click.UsageError("--locked is for the whole song: not with --stems, --only, --bars or --dry-run")
    selection = api.Selection(stems=stems, only=tuple(dict.fromkeys(only)), bars=bars)
    album = is_album(song)
    if album and selection != api.Selection():
        raise click.UsageError("--stems, --only and --bars are for a song, not for an album")
    if dry_run:
        return _dry_run(song, selection, trust, cache, as_json)
    from songbuild.app.progress import Progress
    from songbuild.engine import Cancelled

    with Progress(as_json) as progress:
        try:
            build: dict[str, Any] = {"trusted": trust, "cache": cache, "out": out, "threads": threads}
            build |= {"on_event": interrupt.listening(progress.event), "cancel": interrupt.cancel}
            build |= {"guard": api.Locked(song) if locked else None}
            done = api.render_album(song, **build) if album else api.render(song, selection, **build)
        except Cancelled:
            raise KeyboardInterrupt from None
    print_problems(done.problems, as_json)
    if as_json:
        result(done.problems, **done.facts)
    elif done.summary:
        click.echo(f"{done.summary}\n{done.work}")
        if not done.facts["cache_writable"]:
            click.echo(f"the cache {done.facts['cache']} can't be written: nothing is kept for the next time", err=True)
    return exit_code(done.problems)


def _dry_run(song: str, selection: object, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say what would run, and why."""
    from songbuild import api
    from songbuild.app.cli.explain import print_decisions, summary

    assert isinstance(selection, api.Selection)
    if is_album(song):
        answer = api.explain_album(song, trusted=trust, cache=cache)
    else:
        answer = api.explain(song, selection, trusted=trust, cache=cache)
    print_problems(answer.problems, as_json)
    print_decisions(answer.decisions, as_json, everything=False)
    if as_json:
        result(answer.problems)
    elif answer.decisions:
        click.echo(summary(answer.decisions))
    return exit_code(answer.problems)
