"""songbuild init"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from shlex import quote

import click


@click.command(
    short_help="Make a small song that sounds.",
    epilog="\b\nExamples:\n  songbuild init my_song\n  songbuild init 'Harbour Lights' --title 'Harbour Lights'",
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="The song's title [the folder's name].")
def init(folder: Path, title: str | None) -> int:
    """Make a small song that sounds in FOLDER: change a line, and render again."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        reason = "there already, and not empty" if folder.is_dir() else "a file"
        raise click.UsageError(f"{folder} is {reason}: name a new folder")
    named = title or re.sub(r"[-_\s]+", " ", folder.resolve().name).strip().title() or "First Light"
    if not named.isprintable():
        raise click.UsageError("a title is printable text on one line")
    folder.mkdir(parents=True, exist_ok=True)
    for template in sorted(files("songbuild.app").joinpath("templates", "first").iterdir(), key=lambda item: item.name):
        text = template.read_text(encoding="utf-8")
        name = ".gitignore" if template.name == "gitignore" else template.name
        if name == "song.yaml":
            text = text.replace("title: First Light", f"title: {_quoted(named)}")
        (folder / name).write_text(text, encoding="utf-8")
    here = folder.resolve() == Path.cwd()
    click.echo(f"{named}: a song in {folder}\nnow: songbuild render" + ("" if here else f" {quote(str(folder))}"))
    return 0


def _quoted(text: str) -> str:
    """Text as a YAML scalar, in quotes only where it needs them."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z ]*[A-Za-z]", text) and text.lower() not in ("null", "true", "false")
    return text if plain else "'" + text.replace("'", "''") + "'"
