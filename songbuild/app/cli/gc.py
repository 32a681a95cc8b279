"""songbuild gc"""

from __future__ import annotations

import dataclasses

import click

from songbuild.app.cli.options import cache_option, json_option
from songbuild.app.cli.show import emit
from songbuild.app.cli.sizes import human


@click.command(
    short_help="Shrink the cache.",
    epilog="\b\nExamples:\n  songbuild gc --dry-run\n  songbuild gc --cap 5GB",
)
@click.option("--cap", metavar="SIZE", help="Keep at most this much: '5GB', '800MB' [$SONGBUILD_CACHE_CAP or 21GB].")
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave it.")
@cache_option
@json_option
def gc(cap: str | None, dry_run: bool, cache: str | None, as_json: bool) -> int:
    """Remove what was used longest ago from the cache, down to a size; what the last builds need stays."""
    from songbuild import api, engine

    with api.open_store(cache) as store:
        done = engine.collect(store, None if cap is None else api.size(cap), dry_run=dry_run)
    if as_json:
        emit(dataclasses.asdict(done))
    else:
        would = "would remove" if dry_run else "removed"
        blobs = f"{done.blobs} blob{'s' if done.blobs != 1 else ''}"
        click.echo(f"{would} {blobs}, {human(done.bytes)}; {human(done.left_bytes)} are left")
    return 0
