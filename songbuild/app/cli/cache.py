"""songbuild cache"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from songbuild.app.cli.options import cache_option, json_option
from songbuild.app.cli.show import emit
from songbuild.app.cli.sizes import human

if TYPE_CHECKING:
    from songbuild.engine import Scrubbed, Store

MOST = 10
"""So many songs are named one by one."""


@click.group(
    short_help="Look at the cache: what is in it, whether it is sound.",
    epilog="\b\nExamples:\n  songbuild cache stats\n  songbuild cache verify",
)
def cache() -> None:
    """Look at the cache.  'songbuild gc' shrinks it."""


@cache.command(
    short_help="How large the cache is, and what for.", epilog="\b\nExample:\n  songbuild cache stats --json"
)
@cache_option
@json_option
def stats(cache: str | None, as_json: bool) -> int:
    """Say how large the cache is, how much of that each song's last build needs, and how much could go."""
    from songbuild import api

    with api.open_store(cache) as store:
        facts = _stats(store)
    if as_json:
        emit(facts)
        return 0
    click.echo(f"{facts['folder']}{'' if facts['writable'] else ' (read-only)'}")
    share = 100 * facts["blob_bytes"] / facts["cap_bytes"] if facts["cap_bytes"] else 100.0
    click.echo(f"  {_many(facts['blobs'], 'blob')}, {human(facts['blob_bytes'])}: {share:.0f} % of the cap")
    click.echo(f"  cap        {human(facts['cap_bytes'])}")
    click.echo(f"  needed     {human(facts['kept_bytes'])} by the last builds and locks, which stay")
    click.echo(f"  the rest   {human(facts['blob_bytes'] - facts['kept_bytes'])}, which goes first when room is needed")
    click.echo(f"  {_many(facts['traces'], 'trace')}, {human(facts['database_bytes'])}")
    if facts["set_aside"]:
        click.echo(f"  damaged    {_many(facts['set_aside'], 'file')} set aside: 'songbuild gc' removes them")
    for song in facts["songs"][:MOST]:
        click.echo(f"  song       {song['song']}: {human(song['bytes'])}")
    if len(facts["songs"]) > MOST:
        click.echo(f"             and {len(facts['songs']) - MOST} more")
    return 0


@cache.command(
    short_help="Read the whole cache and set aside what is damaged.",
    epilog="\b\nExample:\n  songbuild cache verify --json",
)
@cache_option
@json_option
def verify(cache: str | None, as_json: bool) -> int:
    """Read everything in the cache: exit 0 if it is as it was written, 1 if something was damaged.

    What is damaged is set aside, and the next render that needs it makes it again.  Renders do the same for what they
    read, so this is for finding out about a disk.  It may be run while songs are built.
    """
    from songbuild import api, engine

    with api.open_store(cache) as store:
        with _progress(store, show=not as_json and sys.stderr.isatty()) as progress:
            found = engine.scrub(store, progress)
        writable, folder = store.writable, str(store.folder)
    if as_json:
        facts: dict[str, Any] = {name: getattr(found, name) for name in type(found).__slots__}
        emit({**facts, "ok": found.ok, "folder": folder, "writable": writable})
    else:
        for line in _found(found, writable):
            click.echo(line)
    return 0 if found.ok else 1


def _stats(store: Store) -> dict[str, Any]:
    from dataclasses import asdict

    from songbuild import engine

    held = engine.held(store)
    aside = [*(store.folder / "quarantine").glob("*"), *store.folder.glob("traces.damaged")]
    songs = [{"song": song, "bytes": held[song]} for song in sorted(held, key=lambda song: (-held[song], song))]
    return {
        "folder": str(store.folder),
        "writable": store.writable,
        **asdict(engine.usage(store)),
        "set_aside": len(aside),
        "songs": songs,
    }


def _found(found: Scrubbed, writable: bool) -> Iterator[str]:
    then = "set aside, and made again when they are needed" if writable else "left: the cache can't be written"
    yield f"{_many(found.blobs, 'blob')}, {human(found.bytes)}, and {_many(found.traces, 'trace')} read"
    if found.damaged:
        yield click.style(f"{_many(len(found.damaged), 'blob')} damaged: {then}", fg="red")
        yield from (f"  {name}" for name in _first(found.damaged))
    if found.bad_traces:
        yield click.style(f"{_many(found.bad_traces, 'trace')} damaged: {then}", fg="red")
    if found.bad_database:
        yield click.style(f"the database of traces was damaged: {then}", fg="red")
    if found.missing:
        yield f"{_many(len(found.missing), 'blob')} of the last builds missing: made again when needed"
    if found.ok:
        yield "all is well"


def _first(names: Sequence[str]) -> list[str]:
    return [*names[:MOST], *([f"and {len(names) - MOST} more"] if len(names) > MOST else [])]


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


@contextmanager
def _progress(store: Store, show: bool) -> Iterator[Any]:
    """A function that is told the bytes that were read; on a terminal it draws a bar."""
    if not show:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    from songbuild import engine

    total = engine.usage(store).blob_bytes
    with Progress(
        BarColumn(24), DownloadColumn(), TransferSpeedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda size: bar.update(task, advance=size)
