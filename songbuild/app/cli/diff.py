"""songbuild diff"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, exit_code, print_problems
from songbuild.manifest.find import song_file

if TYPE_CHECKING:
    from songbuild.api import Side
    from songbuild.app.interrupt import Interrupt
    from songbuild.diff.change import Difference
    from songbuild.diff.heard import Heard
    from songbuild.problems import Problem

HEAD = "HEAD"
_RANGE = re.compile(r"(?P<a>.*?)(?P<dots>\.{2,3})(?P<b>[^.].*|)")


@click.command(
    short_help="Say what differs between two versions, as musicians do.",
    epilog="\b\nExamples:\n"
    "  songbuild diff                     what has changed since the last commit\n"
    "  songbuild diff HEAD~3              since three commits ago\n"
    "  songbuild diff main...topic        what the branch topic has done\n"
    "  songbuild diff v1.0 --full         since the tag v1.0, with everything in it\n"
    "  songbuild diff ../old_song         this song and the one in another folder\n"
    "  songbuild diff --html diff.html    a page with pictures",
)
@click.pass_obj
@click.argument("versions", nargs=-1, metavar="[A [B]]")
@click.option("--song", "song", metavar="PATH", help="The song's folder or manifest [this folder].")
@click.option("--full", is_flag=True, help="Tell everything: each change, what it is made of, where it is written.")
@click.option("--markdown", is_flag=True, help="Print Markdown, for a pull request.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with pictures as well.")
@click.option("--audio", is_flag=True, help="Render both versions, and say what is heard; players on the page.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour [auto: on a terminal]."
)
@click.option("--exit-code", "by_code", is_flag=True, help="Exit with 1 if something differs.")
@trust_option
@cache_option
@json_option
def diff(
    interrupt: Interrupt,
    versions: tuple[str, ...],
    song: str | None,
    full: bool,
    markdown: bool,
    html: Path | None,
    audio: bool,
    color: str,
    by_code: bool,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Say what differs between two versions of a song, or of an album: bars, notes, chords, takes, decibels.

    A and B are revisions of git, folders or manifests. Without B it is the working tree, without A the last commit.
    A..B is A and B, A...B is B and the commit where it left A.

    What is only written differently (comments, order, units, split files) is no difference.

    A version with errors is compared as far as it can be read; its errors are told, and the exit code is 1. Code of a
    revision runs with --trust, or in a trusted project where the commit is part of what is checked out; without that
    it is only said whether it changed.
    """
    from songbuild.api.history import differing

    if markdown and as_json:
        raise click.UsageError("--markdown doesn't go with --json")
    song, versions = _song(song, versions)
    place = Path(song)
    a, b, label = _versions(versions, place)
    old, new = differing.sides(a, b, place, trusted=trust, cache=cache)
    old = replace(old, label=f"{label} ({old.label})") if label else old
    difference = differing.between(old, new)
    errors = [problem for side in (old, new) for problem in side.problems]
    if not as_json:
        print_problems([_named(problem, side) for side in (old, new) for problem in side.problems])
        _say_what_is_lacking(old, new)
    heard = _hear(a, b, place, difference, (old, new), cache, html, interrupt) if audio else None
    if as_json:
        from songbuild.app.telling.plain import plain

        told = [(side.label, problem) for side in (old, new) for problem in side.problems]
        emit(plain(difference, old.label, new.label, told, heard))
    else:
        for line in _told(difference, old, new, heard, full, markdown):
            click.echo(line, color=_coloured(color))
    if html is not None:
        from songbuild.app.telling.page import write_page

        write_page(html, difference, (old.label, new.label), heard)
    return exit_code(errors) or int(by_code and bool(difference))


def _song(song: str | None, versions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The song, and the versions; a single folder is the song where there is none in this one, as in other commands."""
    if len(versions) > 2:
        raise click.UsageError("a diff is of two versions: songbuild diff A B")
    if song is None and len(versions) == 1 and not Path(song_file(".")).exists() and Path(versions[0]).exists():
        return versions[0], ()
    return song or ".", versions


def _versions(versions: tuple[str, ...], song: Path) -> tuple[str | None, str | None, str]:
    """What to compare with what, None for the working tree; and what to call the first, '' for its name."""
    if len(versions) == 2:
        return versions[0], versions[1], ""
    if not versions:
        return HEAD, None, ""
    (text,) = versions
    found = _RANGE.fullmatch(text)
    if found is None or Path(text).exists() or text.startswith(("./", "../", "/")):
        return text, None, ""
    a, b = found["a"] or HEAD, found["b"] or HEAD
    if found["dots"] == "..":
        return a, b, ""
    from songbuild.api.history.differing import merge_base

    return merge_base(a, b, song), b, f"where {b} left {a}"


def _named(problem: Problem, side: Side) -> Problem:
    """The problem with the side it is of in the name of its file."""
    return replace(problem, span=replace(problem.span, file=f"{side.label}: {problem.span.file}"))


def _say_what_is_lacking(old: Side, new: Side) -> None:
    """On standard error: what one side doesn't have, so that it wasn't compared."""
    code = sorted({*old.unrun, *new.unrun})
    if code:
        said = f"not run, so not compared: {', '.join(code)}; --trust runs it, once you have read it"
        click.echo(click.style(said, fg="yellow"), err=True)
    missing = sorted({stage for side in (old, new) for stage in _broken(side)})
    if missing:
        said = "nothing" if any("song" in stage for stage in missing) else f"everything but {', '.join(missing)}"
        click.echo(click.style(f"compared as far as it can be read: {said}", fg="yellow"), err=True)


def _broken(side: Side) -> Iterator[str]:
    for name, stages in side.lacking.items():
        if side.problems:
            yield from (f"{name}: {stage}" if name else stage for stage in stages)


def _told(
    difference: Difference, old: Side, new: Side, heard: Heard | None, full: bool, markdown: bool
) -> Iterator[str]:
    if markdown:
        from songbuild.app.telling.markdown import markdown as told
    else:
        from songbuild.app.telling.terminal import terminal as told
    form_only = ""
    if not difference and not old.lacking and not new.lacking:
        from songbuild.app.telling.outline import form_only as said

        form_only = said(old.texts, new.texts)
    yield from told(difference, old.label, new.label, full=full, form_only=form_only)
    if heard is not None:
        from songbuild.app.telling import heard as telling

        yield from (telling.markdown if markdown else telling.terminal)(heard, full=full)


def _coloured(color: str) -> bool | None:
    """True or False, or None where it depends on what is written to."""
    if color != "auto":
        return color == "always"
    return False if os.environ.get("NO_COLOR") else None


def _hear(
    a: str | None,
    b: str | None,
    song: Path,
    difference: Difference,
    sides: tuple[Side, Side],
    cache: str | None,
    html: Path | None,
    interrupt: Interrupt,
) -> Heard:
    from songbuild.api.heard.hearing import hear
    from songbuild.api.history import differing
    from songbuild.app.progress import Progress
    from songbuild.engine import Cancelled

    folder = html.with_name(f"{html.stem}_audio") if html is not None else None
    trusted = (sides[0].trusted, sides[1].trusted)
    with (
        differing.checked_out(a, song, audio=True) as old,
        differing.checked_out(b, song, audio=True) as new,
        Progress(as_json=False) as progress,
    ):
        listener = interrupt.listening(progress.event)
        build: dict[str, Any] = {"cache": cache, "on_event": listener, "cancel": interrupt.cancel}
        try:
            heard = hear(old, new, difference, trusted=trusted, clips=folder, **build)
        except Cancelled:
            raise KeyboardInterrupt from None
    if folder is None:
        return heard
    from songbuild.app.telling.page import beside

    return beside(heard, folder.name, difference)
