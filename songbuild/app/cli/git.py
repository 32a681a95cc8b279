"""songbuild git"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from songbuild.app.cli.options import cache_option, json_option
from songbuild.app.cli.show import emit, exit_code, print_problems, result

ARGUMENTS = 7
"""Git gives so many to an external diff driver; two more where the file was renamed."""


@click.group(
    short_help="Let git speak music: diffs, merges, a check before a commit.",
    epilog="\b\nExamples:\n  songbuild git setup\n  songbuild git setup --hook\n  songbuild git setup --remove",
)
def git() -> None:
    """Let git speak music in this repository."""


@git.command(
    short_help="Set this repository up, or undo that.",
    epilog="\b\nExamples:\n  songbuild git setup --hook --lfs\n  songbuild git setup --remove",
)
@click.option("--hook", is_flag=True, help="Also check songs before each commit, as they are staged.")
@click.option("--lfs", is_flag=True, help="Also keep audio in git-lfs.")
@click.option("--remove", is_flag=True, help="Undo what setup did, and nothing else.")
def setup(hook: bool, lfs: bool, remove: bool) -> int:
    """Set up the repository of this folder: 'git diff', 'git log -p', 'git show' and 'git merge' speak music.

    It writes lines of its own into .gitattributes and .gitignore, which are to be committed, and names the drivers in
    this clone's configuration. Doing it again changes nothing; what --hook and --lfs asked for stays until --remove.
    """
    from songbuild.api.git import setup as repository

    if remove and (hook or lfs):
        raise click.UsageError("--remove takes everything out: it goes without --hook and --lfs")
    done = repository.remove(Path.cwd()) if remove else repository.setup(Path.cwd(), with_hook=hook, lfs=lfs)
    for each in done:
        click.echo(f"{each.what} {each.where}")
    if not done:
        click.echo("nothing to do: it " + ("isn't set up" if remove else "is set up"))
    elif not remove:
        click.echo("now commit .gitattributes and .gitignore; in another clone run 'songbuild git setup' once")
    return 0


@git.command(short_help="Check the songs whose files are staged.", epilog="\b\nExample:\n  songbuild git check")
@cache_option
@json_option
def check(cache: str | None, as_json: bool) -> int:
    """Say what is wrong with the songs whose files are staged, as they are staged: what the pre-commit hook runs."""
    from songbuild.api.git.hook import check_staged

    found = check_staged(Path.cwd(), cache=cache)
    problems = [problem for each in found for problem in each.problems]
    for each in found:
        if as_json:
            emit({"event": "song", "folder": each.folder or "."})
        elif each.problems and len(found) + len(each.folder) > 1:
            click.echo(f"{each.folder or 'this folder'}, as staged:", err=True)
        print_problems(each.problems, as_json)
    if as_json:
        result(problems)
    elif exit_code(problems):
        click.echo("nothing was committed; 'git commit --no-verify' commits as it is", err=True)
    return exit_code(problems)


@git.command(short_help="A file as text that git compares.", epilog="\b\nExample:\n  songbuild git textconv take.wav")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@cache_option
def textconv(file: Path, cache: str | None) -> int:
    """Print a manifest, a MIDI file or an audio file as text, a fact a line, for 'git log -p' and 'git show'."""
    from songbuild.api.git.textconv import kept_text_of

    click.echo(kept_text_of(file, cache=cache), nl=False)
    return 0


@git.command(
    short_help="What git diff shows of a manifest.",
    epilog="\b\nGit calls it:\n  songbuild git diff -- PATH OLD-FILE OLD-ID OLD-MODE NEW-FILE NEW-ID NEW-MODE",
)
@click.argument("given", nargs=-1, type=click.UNPROCESSED, metavar="PATH...")
@cache_option
def diff(given: tuple[str, ...], cache: str | None) -> int:
    """Print what a change of one manifest does to its song, as git's external diff driver: 'git diff' calls it.

    Where the song can't be read, the file's own facts are compared, line by line.
    """
    from songbuild.api.git.file_diff import file_diff, version
    from songbuild.app.telling.outline import clean
    from songbuild.app.telling.terminal import terminal

    if len(given) == 1:
        click.echo(f"* Unmerged path {clean(given[0])}")
        return 0
    if len(given) < ARGUMENTS:
        raise click.UsageError("git calls this: see 'git help attributes', GIT_EXTERNAL_DIFF")
    path = given[ARGUMENTS] if len(given) > ARGUMENTS else given[0]
    found = file_diff(path, version(*given[1:4]), version(*given[4:7]), cache=cache)
    colour = _git_colours()
    click.echo(click.style(clean(path), bold=True), color=colour)
    if found.difference is not None:
        for line in list(terminal(found.difference, "", ""))[1:]:
            click.echo(line, color=colour)
    for line in found.lines[2:]:
        shade = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
        click.echo(click.style(clean(line), fg=shade), color=colour)
    if found.difference is None and not found.lines:
        click.echo("  only how it is written")
    return 0


def _git_colours() -> bool:
    """Whether git's own diff would be in colour: its pager shows colours, and says that it is there."""
    from songbuild.api.history.revisions import git as asked

    shown = sys.stdout.isatty() or "GIT_PAGER_IN_USE" in os.environ
    ran = asked("config", "--get-colorbool", "color.diff", "true" if shown else "false", folder=Path.cwd())
    return ran.stdout.strip() == b"true"
