"""songbuild verify"""

from __future__ import annotations

from pathlib import Path

import click

from songbuild.app.cli.options import cache_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import exit_code, print_problems, result


@click.command(
    short_help="Build a song or album from nothing and compare it with its lock.",
    epilog="\b\nExamples:\n"
    "  songbuild verify\n"
    "  songbuild verify my_song --json\n"
    "  songbuild verify --tolerance -120      on another platform: by ear, not by byte",
)
@song_argument
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where delivered files are [SONG/out].")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one more than there are cores].")
@click.option(
    "--tolerance",
    "tolerance_db",
    metavar="DB",
    type=click.FloatRange(-1000, 0),
    help="Let versions and platform differ, and delivered audio null below so many dBFS.",
)
@trust_option
@cache_option
@json_option
def verify(
    song: str,
    out: Path | None,
    threads: int | None,
    tolerance_db: float | None,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Build a SONG or an album from nothing and compare it, and the files in out/, with songbuild.lock.

    It is built without reading the cache, in another order, on another number of threads, in another time zone and
    locale and with another hash seed. A difference is named: the node, the tile, the first sample, how deep it nulls.
    """
    from songbuild import api
    from songbuild.app.progress import Progress

    with Progress(as_json) as progress:
        done = api.verify(
            song,
            out=out,
            threads=threads,
            tolerance_db=tolerance_db,
            trusted=trust,
            cache=cache,
            on_event=progress.event,
        )
    print_problems(done.problems, as_json)
    if as_json:
        result(done.problems, said=done.said, **done.facts)
    else:
        for sentence in done.said:
            click.echo(sentence)
        if "conditions" in done.facts:
            conditions = dict(done.facts["conditions"])
            how = f"backwards, on {conditions.pop('threads')} threads, "
            del conditions["order"]
            click.echo(f"built from nothing, {how}{' '.join(f'{name}={value}' for name, value in conditions.items())}")
    return exit_code(done.problems)
