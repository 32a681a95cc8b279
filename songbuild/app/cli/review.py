"""songbuild review"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from songbuild.app.cli.options import cache_option, json_option, trust_option
from songbuild.app.cli.show import emit, exit_code, print_problems

if TYPE_CHECKING:
    from songbuild.api.history.revisions import Repository
    from songbuild.api.reviews.changed_songs import Versions
    from songbuild.api.reviews.reviewing import How, Level, Reviewed
    from songbuild.app.interrupt import Interrupt

FORMAT = 1
COMMENT, SARIF, SUMMARY, SONGS = "comment.md", "results.sarif", "summary.json", "songs"
OWN = ".songbuild-review"
"""An empty file, by which a folder is known to hold a review."""


@click.command(
    short_help="Review what a branch does to the songs of a repository.",
    epilog="\b\nExamples:\n"
    "  songbuild review origin/main --out review          what this branch does\n"
    "  songbuild review main topic --out review --audio   and what of it is heard, with files to listen to\n"
    "  songbuild review main --song songs/sea --out review",
)
@click.pass_obj
@click.argument("base")
@click.argument("head", default="HEAD")
@click.option(
    "--song",
    "songs",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Only this song; repeatable.",
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for what is written."
)
@click.option("--audio", is_flag=True, help="Say what is heard, and write the rendered files and clips as well.")
@click.option("--threads", type=click.IntRange(1, 256), help="Workers [one a core].")
@trust_option
@cache_option
@json_option
def review(
    interrupt: Interrupt,
    base: str,
    head: str,
    songs: tuple[Path, ...],
    out: Path,
    audio: bool,
    threads: int | None,
    trust: bool,
    cache: str | None,
    as_json: bool,
) -> int:
    """Review what HEAD does to the songs of this repository since it left BASE: for a pull request, on any CI.

    Each song or album that has changed is checked, compared and rendered, before and after. The folder OUT gets
    comment.md, the text of a comment; results.sarif, problems as annotations; summary.json; and in songs/ for each song
    a page with pictures, with --audio also its files and bars to listen to. The exit code is 1 if a song has errors.

    Code (.py stages, plugins) runs with --trust only, or in a trusted project if HEAD is part of what is checked out.
    """
    from songbuild.api.history.asking import home_of
    from songbuild.api.reviews.changed_songs import changed_songs
    from songbuild.api.reviews.reviewing import How
    from songbuild.app.progress import Progress
    from songbuild.app.telling.comment import comment, title
    from songbuild.app.telling.sarif import sarif
    from songbuild.engine import Cancelled

    found = home_of(Path.cwd())
    commits = found.merge_base(base, head), found.resolve(head)
    labels = _labels(found, base, head, commits)
    changed = changed_songs(found, *commits, only=songs)
    _prepare(out)
    reviewed: dict[str, Reviewed] = {}
    with Progress(as_json=False) as progress:
        listener = interrupt.listening(progress.event)
        how = How(trust, audio, cache, threads, listener, interrupt.cancel)
        try:
            for versions in changed:
                name = _name(versions, reviewed)
                reviewed[name] = _review(versions, found, commits, labels, out / SONGS / name, how)
        except Cancelled:
            raise KeyboardInterrupt from None
    every = list(reviewed.values())
    summary = _summary(reviewed, labels, commits, out)
    _write(out / SARIF, json.dumps(sarif(every), indent=1))
    _write(out / SUMMARY, json.dumps(summary, indent=1))
    _write(out / COMMENT, comment(every, *labels))
    problems = [problem for song in every for problem in song.problems]
    if as_json:
        emit(summary)
    else:
        print_problems(problems)
        click.echo(f"{title(every)}: {out / COMMENT}")
    return exit_code(problems)


def _labels(found: Repository, base: str, head: str, commits: tuple[str, str]) -> tuple[str, str]:
    """What both commits are called."""
    new = _short(head, commits[1])
    if commits[0] == found.resolve(base):
        return _short(base, commits[0]), new
    return f"where {_short(head)} left {_short(base)} ({commits[0][:7]})", new


def _short(name: str, commit: str = "") -> str:
    """'main (1a2b3c4)'; of what is an id its beginning."""
    if re.fullmatch(r"[0-9a-f]{7,64}", name):
        return name[:7]
    return f"{name} ({commit[:7]})" if commit else name


def _prepare(out: Path) -> None:
    """Make the folder, or empty it of an earlier review; raises UsageError where it holds anything else."""
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()) and not (out / OWN).is_file():
        from songbuild.api import UsageError

        raise UsageError(f"{out} isn't empty, and holds no earlier review: name another folder")
    (out / OWN).touch()
    for name in (COMMENT, SARIF, SUMMARY):
        (out / name).unlink(missing_ok=True)
    shutil.rmtree(out / SONGS, ignore_errors=True)


def _name(versions: Versions, taken: Mapping[str, Reviewed]) -> str:
    """The name of a song's folder in the review: of its path, letters that any system takes."""
    place = versions.place.rpartition("/")[0]
    made = re.sub(r"[^A-Za-z0-9._-]+", "-", place).strip(".-")[:80] or "song"
    name, number = made, 2
    while name in taken:
        name, number = f"{made}-{number}", number + 1
    return name


def _review(
    versions: Versions, found: Repository, commits: tuple[str, str], labels: tuple[str, str], folder: Path, how: How
) -> Reviewed:
    """A song reviewed, its page written."""
    from songbuild.api.reviews.reviewing import CLIPS
    from songbuild.api.reviews.reviewing import review as reviewed
    from songbuild.app.telling.page import beside, write_page

    folder.mkdir(parents=True)
    done = reviewed(versions, found, commits, labels, folder, how)
    difference = done.difference
    if difference:
        heard = done.heard
        if heard is not None:  # the page names clips from where it is, the comment from where it lies
            done = replace(done, heard=beside(heard, f"{SONGS}/{folder.name}/{CLIPS}", difference))
            heard = beside(heard, CLIPS, difference)
        write_page(folder / "diff.html", difference, labels, heard)
    if not any(folder.iterdir()):
        folder.rmdir()
    return done


def _summary(
    reviewed: Mapping[str, Reviewed], labels: tuple[str, str], commits: tuple[str, str], out: Path
) -> dict[str, Any]:
    """The review as data for programs."""
    return {
        "event": "review",
        "format": FORMAT,
        "base": {"label": labels[0], "commit": commits[0]},
        "head": {"label": labels[1], "commit": commits[1]},
        "ok": not any(song.errors for song in reviewed.values()),
        "songs": [_song(name, song, out) for name, song in reviewed.items()],
    }


def _song(name: str, song: Reviewed, out: Path) -> dict[str, Any]:
    from songbuild.app.telling.outline import number_of_changes

    folder = out / SONGS / name
    files = sorted(path.relative_to(out).as_posix() for path in folder.rglob("*") if path.is_file())
    return {
        "title": song.title,
        "manifest": song.versions.new,
        "was": song.versions.old,
        "changes": number_of_changes(song.difference) if song.difference is not None else None,
        "errors": len(song.errors),
        "warnings": len(song.warnings),
        "rendered": any(after is not None for _, after in song.levels.values()),
        "levels": {
            master: {"before": _level(before), "after": _level(after)}
            for master, (before, after) in song.levels.items()
        },
        "files": files,
    }


def _level(level: Level | None) -> dict[str, float | None] | None:
    return level._asdict() if level is not None else None


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
