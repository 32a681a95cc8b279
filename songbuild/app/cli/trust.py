"""songbuild trust"""

from __future__ import annotations

from pathlib import Path

import click

from songbuild.app.cli.options import song_argument
from songbuild.manifest.find import song_file


@click.command(epilog="\b\nExamples:\n  songbuild trust my_song\n  songbuild trust my_song --remove")
@song_argument
@click.option("--remove", is_flag=True, help="Trust it no longer.")
def trust(song: str, remove: bool) -> int:
    """Let a SONG's .py manifests run on this machine, from now on."""
    from songbuild.manifest import trust as trusted

    folder = Path(song_file(song)).resolve().parent
    if remove:
        trusted.untrust(folder)
        click.echo(f"{folder}: no longer trusted")
    else:
        trusted.trust(folder)
        click.echo(f"{folder}: trusted; its .py manifests run when it is checked or built")
    return 0
