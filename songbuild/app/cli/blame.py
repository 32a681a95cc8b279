"""songbuild blame"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, result

if TYPE_CHECKING:
    from songbuild.api.git.blaming import Blamed
    from songbuild.api.history.revisions import Commit

LETTERS = 8
"""Of a commit's id, so many are shown to people."""
_BARS = re.compile(r"\s*\d+\s*(-\s*\d+\s*)?", re.ASCII)


@click.command(
    short_help="Who last changed what a part plays.",
    epilog="\b\nExamples:\n"
    "  songbuild blame bass             every bar in which the bass plays\n"
    "  songbuild blame bass:9-16        these bars\n"
    "  songbuild blame 'lead:chorus#2'  this section, or all choruses with lead:chorus\n"
    "  songbuild blame keys --song my_album/first-light",
)
@click.argument("part", metavar="PART[:BARS]")
@click.option("--song", default=".", type=click.Path(path_type=Path), help="The song [the folder one stands in].")
@trust_option
@cache_option
@json_option
def blame(part: str, song: Path, trust: bool, cache: str | None, as_json: bool) -> int:
    """Say for each bar of a PART which commit last changed what it plays there.

    The part is followed through renames, and its bars through sections that were moved, repeated or renamed. Its
    sound and its place in the mix are not looked at: 'songbuild log PART' tells of them.
    """
    from songbuild.api.git import blaming

    name, colon, bars = part.rpartition(":")
    found, skipped = blaming.blame(song, name or part, bars if colon and name else None, trusted=trust, cache=cache)
    if as_json:
        for each in found:
            emit({"event": "bars", "first": each.first, "last": each.last, "where": each.where, **facts(each.commit)})
        result([], skipped=[commit.id for commit in skipped])
        return 0
    for line in _lines(found):
        click.echo(line)
    if not found:
        click.echo(f"{part} plays nothing")
    for commit in skipped:
        click.echo(f"{short(commit)} {clean(commit.subject)}: passed over, the song can't be read there", err=True)
    return 0


def facts(commit: Commit | None) -> dict[str, object]:
    """A commit for programs; null where nothing is committed yet."""
    if commit is None:
        return {"commit": None}
    return {
        "commit": commit.id,
        "author": commit.author,
        "email": commit.email,
        "date": commit.date,
        "subject": commit.subject,
    }


def short(commit: Commit | None) -> str:
    """The start of a commit's id."""
    return commit.id[:LETTERS] if commit is not None else "-" * LETTERS


def clean(text: str) -> str:
    """Text of a commit without what acts on a terminal."""
    from songbuild.app.telling.outline import clean as cleaned

    return cleaned(text)


def said(commit: Commit | None) -> tuple[str, str, str]:
    """The day, the author and the subject of a commit."""
    if commit is None:
        return "", "", "not committed yet"
    return commit.date[:10], clean(commit.author), clean(commit.subject)


def _lines(found: list[Blamed]) -> list[str]:
    """A line for each stretch of bars, in columns."""
    rows = [
        (
            f"bar {each.first}" if each.first == each.last else f"bars {each.first}-{each.last}",
            each.where,
            ("^" if each.cut_off else "") + short(each.commit),
            *said(each.commit),
        )
        for each in found
    ]
    wide = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    shown = []
    for bars, where, commit, day, author, subject in rows:
        head = f"{bars:{wide[0]}}  {where:{wide[1]}}"
        colour = click.style(f"{commit:{wide[2]}}", fg="yellow")
        shown.append(f"{head}  {colour}  {day:{wide[3]}}  {author:{wide[4]}}  {subject}")
    return shown
