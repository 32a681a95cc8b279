"""songbuild log"""

from __future__ import annotations

from pathlib import Path

import click

from songbuild.app.cli.blame import clean, facts, said, short
from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, result


@click.command(
    short_help="The commits that changed a part, in musical words.",
    epilog="\b\nExamples:\n  songbuild log bass\n  songbuild log lead -n 5 --json",
)
@click.argument("part")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Only the newest N.")
@click.option("--song", default=".", type=click.Path(path_type=Path), help="The song [the folder one stands in].")
@trust_option
@cache_option
@json_option
def log(part: str, limit: int | None, song: Path, trust: bool, cache: str | None, as_json: bool) -> int:
    """List the commits that changed a PART, newest first: its notes, its sound, its place in the mix, its takes.

    The part is followed through renames; one that is no more has a log too.
    """
    from songbuild.api.git import part_log
    from songbuild.app.telling.plain import change_of

    count = 0
    for each in part_log.log(song, part, limit=limit, trusted=trust, cache=cache):
        count += 1
        if as_json:
            changes = [change_of(change, each.difference) for change in each.changes]
            emit({"event": "commit", "part": each.part, **facts(each.commit), "changes": changes})
            continue
        day, author, subject = said(each.commit)
        head = "  ".join(filter(None, (click.style(short(each.commit), fg="yellow"), day, author, subject)))
        click.echo(head)
        for change in each.changes:
            click.echo(f"    {clean(change.text)}")
    if as_json:
        result([])
    elif not count:
        click.echo(f"no commit has changed {part}")
    return 0
