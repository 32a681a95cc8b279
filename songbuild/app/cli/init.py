"""songbuild init"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import click


@click.command(
    epilog="\b\nExamples:\n  songbuild init my_song\n  songbuild init 'Harbour Lights' --title 'Harbour Lights'"
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", help="The song's title [the folder's name].")
def init(folder: Path, title: str | None) -> int:
    """Make a small song that sounds in FOLDER: change a line, and render again."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(f"{folder} is there already, and not empty: name a new folder")
    named = title or re.sub(r"[-_\s]+", " ", folder.resolve().name).strip().title()
    folder.mkdir(parents=True, exist_ok=True)
    for template in sorted(files("songbuild.app").joinpath("templates", "first").iterdir(), key=lambda item: item.name):
        text = template.read_text(encoding="utf-8")
        name = ".gitignore" if template.name == "gitignore" else template.name
        if name == "song.yaml":
            text = text.replace("title: First Light", f"title: {_quoted(named)}")
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(f"{named}: a song in {folder}\nnow: songbuild render {folder}")
    return 0


def _quoted(text: str) -> str:
    """Text as a YAML scalar."""
    return "'" + text.replace("'", "''") + "'"
