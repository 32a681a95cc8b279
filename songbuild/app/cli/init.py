"""songbuild init"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from shlex import quote

import click

SONGS = {"first-light": ("First Light", 88), "reprise": ("First Light (Reprise)", 76)}
"""The songs of the album that `--album` makes: folder -> title and tempo."""


@click.command(
    short_help="Make a small song that sounds, or an album of two.",
    epilog="\b\nExamples:\n"
    "  songbuild init my_song\n"
    "  songbuild init 'Harbour Lights' --title 'Harbour Lights'\n"
    "  songbuild init my_album --album",
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="The song's or album's title [the folder's name].")
@click.option("--album", is_flag=True, help="Make an album of two songs.")
def init(folder: Path, title: str | None, album: bool) -> int:
    """Make a small song that sounds in FOLDER, or an album of two: change a line, and render again."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        reason = "there already, and not empty" if folder.is_dir() else "a file"
        raise click.UsageError(f"{folder} is {reason}: name a new folder")
    named = title or re.sub(r"[-_\s]+", " ", folder.resolve().name).strip().title() or "First Light"
    if not named.isprintable():
        raise click.UsageError("a title is printable text on one line")
    if album:
        _write("album", folder, {"title: First Album": f"title: {_quoted(named)}"})
        for name, (own, tempo) in SONGS.items():
            changes = {"title: First Light": f"title: {own}", "tempo: 88": f"tempo: {tempo}"}
            _write("first", folder / name, changes)
    else:
        _write("first", folder, {"title: First Light": f"title: {_quoted(named)}"})
    here = folder.resolve() == Path.cwd()
    what = "an album" if album else "a song"
    click.echo(f"{named}: {what} in {folder}\nnow: songbuild render" + ("" if here else f" {quote(str(folder))}"))
    return 0


def _write(template: str, folder: Path, changes: Mapping[str, str]) -> None:
    """Write the files of a template, in its manifest with some lines changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(files("songbuild.app").joinpath("templates", template).iterdir(), key=lambda item: item.name):
        text = file.read_text(encoding="utf-8")
        if file.name in ("song.yaml", "album.yaml"):
            for old, new in changes.items():
                text = text.replace(old, new)
        (folder / (".gitignore" if file.name == "gitignore" else file.name)).write_text(text, encoding="utf-8")


def _quoted(text: str) -> str:
    """Text as a YAML scalar, in quotes only where it needs them."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z ]*[A-Za-z]", text) and text.lower() not in ("null", "true", "false")
    return text if plain else "'" + text.replace("'", "''") + "'"
