"""songbuild gc"""

from __future__ import annotations

import dataclasses
import json

import click

from songbuild.app.cli.options import cache_option, json_option
from songbuild.app.cli.sizes import human, parse_size


@click.command(epilog="\b\nExamples:\n  songbuild gc --dry-run\n  songbuild gc --cap 5GB")
@click.option("--cap", help="Keep at most this much: '5GB', '800MB' [$SONGBUILD_CACHE_CAP or 20GB].")
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave it.")
@cache_option
@json_option
def gc(cap: str | None, dry_run: bool, cache: str | None, as_json: bool) -> int:
    """Remove what was used longest ago from the cache, down to a size; what the last builds need stays."""
    from songbuild import api, engine

    with api.open_store(cache) as store:
        done = engine.collect(store, parse_size(cap) if cap else None, dry_run=dry_run)
    if as_json:
        print(json.dumps(dataclasses.asdict(done)))
    else:
        would = "would remove" if dry_run else "removed"
        click.echo(f"{would} {done.blobs} blobs, {human(done.bytes)}; {human(done.left_bytes)} are left")
    return 0
