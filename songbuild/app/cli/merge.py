"""songbuild merge"""

from __future__ import annotations

import os
from pathlib import Path

import click

from songbuild.app.cli.options import json_option
from songbuild.app.cli.show import emit

_FILE = click.Path(exists=True, dir_okay=False)


@click.command(
    short_help="Merge two versions of a manifest by bar and parameter.",
    epilog="\b\nExamples:\n  songbuild merge old/mix.yaml mix.yaml theirs/mix.yaml --output mix.yaml\n"
    "  git config merge.songbuild.driver 'songbuild merge %O %A %B --output %A --path %P --marker-size %L'",
)
@click.argument("base", type=_FILE)
@click.argument("ours", type=_FILE)
@click.argument("theirs", type=_FILE)
@click.option("--output", type=click.Path(dir_okay=False), help="Write the merge there [standard output].")
@click.option("--path", metavar="NAME", help="The file's name in the project, where OURS is called otherwise.")
@click.option("--marker-size", type=click.IntRange(1, 200), default=7, show_default=True, help="Of conflict markers.")
@json_option
def merge(
    base: str, ours: str, theirs: str, output: str | None, path: str | None, marker_size: int, as_json: bool
) -> int:
    """Merge what OURS and THEIRS have each made of BASE, and say what both changed.

    Edits of different bars, events, devices and parameters are put together; what both changed stands between conflict
    markers.  Exits 1 where there is any.  Files that are no manifests are merged line by line, by git.  As git's merge
    driver: 'songbuild git setup', or docs/merge.md.
    """
    from songbuild.manifest.merge.merging import merge as merged

    if as_json and output is None:
        raise click.UsageError("--json needs --output: the merge and the JSON can't both go to standard output")
    name = path or ours
    result = merged(_text(base), _text(ours), _text(theirs), name, marker_size)
    data = result.text.encode("utf-8", "surrogateescape")
    if output is None:
        click.echo(data, nl=False)
    else:
        _replace(Path(output), data)
    for note in result.notes:
        if as_json:
            emit({"event": "note", "message": note})
        else:
            click.echo(f"{name}: {note}", err=True)
    for conflict in result.conflicts:
        if as_json:
            place = {"file": name, "line": conflict.line, "place": conflict.place}
            emit({"event": "conflict", **place, "message": conflict.message})
        else:
            line = f":{conflict.line}" if conflict.line else ""
            click.echo(click.style(f"{name}{line}: conflict: {conflict}", fg="red"), err=True)
    if as_json:
        emit({"event": "result", "ok": not result.conflicts, "conflicts": len(result.conflicts)})
    return int(bool(result.conflicts))


def _text(path: str) -> str:
    """A file, with bytes that aren't UTF-8 as surrogates, so that none is lost."""
    return Path(path).read_bytes().decode("utf-8", "surrogateescape")


def _replace(path: Path, data: bytes) -> None:
    """Write a file under another name first, so that it is never half there; its mode stays."""
    waiting = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        waiting.write_bytes(data)
        if path.exists():
            waiting.chmod(path.stat().st_mode)
        waiting.replace(path)
    finally:
        waiting.unlink(missing_ok=True)
