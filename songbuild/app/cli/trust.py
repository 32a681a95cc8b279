"""songbuild trust"""

from __future__ import annotations

from pathlib import Path

import click

from songbuild.app.cli.options import song_argument
from songbuild.manifest.find import song_file


@click.command(
    short_help="Let a song's .py manifests and plugins run.",
    epilog="\b\nExamples:\n  songbuild trust my_song\n  songbuild trust my_song --remove",
)
@song_argument
@click.option("--remove", is_flag=True, help="Trust it no longer.")
def trust(song: str, remove: bool) -> int:
    """Let a SONG's .py manifests and hosted plugins run on this machine, from now on: read them first."""
    from songbuild.manifest import trust as trusted

    manifest = Path(song_file(song))
    folder = manifest.resolve().parent
    if remove:
        trusted.untrust(folder)
        click.echo(f"{folder}: no longer trusted")
        return 0
    if not manifest.is_file():
        raise click.UsageError(f"there is no song in {folder}")
    try:
        trusted.trust(folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{folder}: trusted; its .py manifests and plugins run when it is checked or built")
    return 0
