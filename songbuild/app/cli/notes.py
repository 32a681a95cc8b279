"""songbuild notes"""

from __future__ import annotations

from datetime import date as calendar_date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from songbuild.app.cli.options import Decorated, bars_option, json_option, song_argument, trust_option
from songbuild.app.cli.show import emit, exit_code, print_problems, result

if TYPE_CHECKING:
    from songbuild.api.remarks.listing import Noted

LIST = "list"


class _Notes(click.Group):
    """A group that lists where nothing else is asked for: `songbuild notes my_song`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx)):
            args = [LIST, *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Notes,
    short_help="The notes people left on the music.",
    epilog="\b\nExamples:\n"
    "  songbuild notes                     the open ones of this song, in order of time\n"
    "  songbuild notes my_song --part vocal --all\n"
    "  songbuild notes add --at 'chorus#2' --part vocal more air here\n"
    "  songbuild notes done 3",
)
def notes() -> None:
    """List the notes on the music of a song or an album, add one, or mark one as done.

    'songbuild notes' by itself is 'songbuild notes list'.
    """


def _song_option(function: Decorated) -> Decorated:
    """--song: where the arguments are something else."""
    said = "The song or album [the folder one stands in]."
    return click.option("--song", default=".", type=click.Path(exists=True), help=said)(function)


def _date(context: click.Context, parameter: click.Parameter, text: str | None) -> str | None:  # noqa: ARG001
    from songbuild.model.identifiers import date
    from songbuild.problems import NotationError

    try:
        return date(text) if text is not None else calendar_date.today().isoformat()
    except NotationError as error:
        raise click.BadParameter(f"{error.message}; {error.hint}") from None


@notes.command(
    LIST, short_help="List them in order of time.", epilog="\b\nExample:\n  songbuild notes list my_song --bars 9-16"
)
@song_argument
@click.option("--part", metavar="NAME", help="Only those on this track, bus or return, on 'mix' or 'master'.")
@bars_option
@click.option("--all", "done", is_flag=True, help="Also those that are done.")
@trust_option
@json_option
def list_(song: str, part: str | None, bars: tuple[int, int] | None, done: bool, trust: bool, as_json: bool) -> int:
    """List the open notes of a SONG in order of time; of an album, its own and then those of its songs.

    The number before each is its place in the list as it is written, which 'songbuild notes done' takes.
    """
    from songbuild.api.remarks import listing

    found, problems = listing.notes(song, part=part, bars=bars, done=done, trusted=trust)
    print_problems(problems, as_json)
    if as_json:
        for each in found:
            emit({"event": "note", **_facts(each)})
        result(problems, notes=len(found))
    else:
        for line in _lines(found):
            click.echo(line)
        if not found and not problems:
            click.echo("no notes" if done or part or bars else "no open notes")
    return exit_code(problems)


@notes.command(
    short_help="Write one more into the manifest.",
    epilog="\b\nExamples:\n"
    "  songbuild notes add the end is too long\n"
    "  songbuild notes add --at 17-20 --part keys 'too crowded'",
)
@click.argument("text", nargs=-1, required=True)
@click.option("--at", metavar="PLACE", help="A bar, '17-20', a section, 'chorus#2', 'chorus+2'.")
@click.option("--part", metavar="NAME", help="A track, a bus, a return, 'mix' or 'master'.")
@click.option("--track", metavar="SONG", help="Of an album, the track that it is about.")
@click.option("--by", metavar="NAME", help="Who says it [git's user.name].")
@click.option("--date", callback=_date, metavar="DATE", help="When it is said [today].")
@_song_option
@trust_option
def add(
    text: tuple[str, ...], at: str | None, part: str | None, track: str | None, by: str | None, date: str,
    song: str, trust: bool,
) -> int:  # fmt: skip
    """Write a note at the end of the list, in song.yaml or wherever the list is; nothing else in the file changes."""
    from songbuild.api.remarks import writing

    given = {"at": at, "part": part, "song": track, "text": " ".join(text), "by": by or _author(song), "date": date}
    path, number = writing.add(song, {name: value for name, value in given.items() if value}, trusted=trust)
    click.echo(f"note {number} written to {path.name}")
    return 0


@notes.command(short_help="Mark one as done.", epilog="\b\nExample:\n  songbuild notes done 3")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--date", callback=_date, metavar="DATE", help="When it was done [today].")
@_song_option
@trust_option
def done(number: int, date: str, song: str, trust: bool) -> int:
    """Write `done:` and the date into the note of this NUMBER."""
    from songbuild.api.remarks import writing

    path, text = writing.finish(song, number, date, trusted=trust)
    click.echo(f"note {number} is done: {_clean(text)} ({path.name})")
    return 0


def _author(song: str) -> str | None:
    """Who git says is working here."""
    from songbuild.api.history.revisions import git

    folder = Path(song) if Path(song).is_dir() else Path(song).parent
    try:
        ran = git("config", "user.name", folder=folder)
    except OSError:  # no git
        return None
    return ran.stdout.decode(errors="replace").strip() or None


def _facts(each: Noted) -> dict[str, object]:
    """A note for programs."""
    span = each.span
    first, last = each.bars or (None, None)
    return {
        "number": each.number, "text": each.text, "song": each.song or None, "part": each.part or None,
        "where": each.where or None, "section": each.section or None, "first_bar": first, "last_bar": last,
        "by": each.by or None, "date": each.date or None, "done": each.done,
        "file": span.file if span else None, "line": span.line if span else None,
    }  # fmt: skip


def _clean(text: str) -> str:
    from songbuild.app.telling.outline import clean

    return clean(" ".join(text.split()))


def _lines(found: list[Noted]) -> list[str]:
    """A line for each note, in columns: number, place, part, text, who and when."""
    rows = [
        (f"{each.number}", _clean(each.song), each.where, _clean(each.section), _clean(each.part)) for each in found
    ]
    wide = [max((len(row[column]) for row in rows), default=0) for column in range(5)]
    shown = []
    for row, each in zip(rows, found, strict=True):
        number, *rest = row
        cells = [f"{cell:{width}}" for cell, width in zip(rest, wide[1:], strict=True) if width]
        said = ", ".join(filter(None, (_clean(each.by), each.date)))
        done = f"done {each.done}" if isinstance(each.done, str) else "done" if each.done else ""
        after = "; ".join(filter(None, (said, done)))
        head = "  ".join([click.style(f"{number:>{wide[0]}}", fg="yellow"), *cells])
        text = f"{_clean(each.text)}{click.style(f'  ({after})', dim=True) if after else ''}"
        shown.append(f"{head}  {text}")
    return shown
