"""songbuild lock"""

from __future__ import annotations

from pathlib import Path

import click

from songbuild.app.cli.options import cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems, result
from songbuild.app.interrupt import Interrupt


@click.command(
    short_help="Build a song or album and write down what came of it.",
    epilog="\b\nExamples:\n  songbuild lock\n  songbuild lock my_song && git add my_song/songbuild.lock",
)
@click.pass_obj
@song_argument
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the files go [SONG/out].")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one a core].")
@trust_option
@cache_option
@json_option
def lock(
    interrupt: Interrupt,
    song: str,
    out: Path | None,
    threads: int | None,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Build a SONG or an album, as 'render' does, and write songbuild.lock: what it was made from, and what came of it.

    Commit the file. 'songbuild render --locked' and 'songbuild verify' hold a song, or an album, to it.
    """
    from songbuild import api
    from songbuild.app.progress import Progress
    from songbuild.engine import Cancelled

    with Progress(as_json) as progress:
        try:
            done = api.lock(
                song,
                out=out,
                threads=threads,
                trusted=trust,
                cache=cache,
                on_event=interrupt.listening(progress.event),
                cancel=interrupt.cancel,
            )
        except Cancelled:
            raise KeyboardInterrupt from None
    problems = done.rendered.problems
    print_problems(problems, as_json)
    if as_json:
        path = str(done.path) if done.path is not None else None
        result(problems, **done.rendered.facts, lock=path, lock_changed=done.changed)
    elif done.path is not None:
        click.echo(f"{done.rendered.summary}\n{done.rendered.work}")
        click.echo(f"{done.path} {'written' if done.changed else 'is as it was'}")
    elif done.rendered.summary:
        click.echo("nothing is locked", err=True)
    return exit_code(problems)
