"""songbuild gc"""

from __future__ import annotations

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
    import json

    from songbuild import api

    done = api.collect_garbage(cache=cache, cap_bytes=parse_size(cap) if cap else None, dry_run=dry_run)
    if as_json:
        print(json.dumps(done))
        return 0
    would = "would remove" if dry_run else "removed"
    click.echo(
        f"{would} {done['removed_blobs']} blobs, {human(done['removed_bytes'])}; "
        f"{done['kept_blobs']} stay, {human(done['kept_bytes'])}"
    )
    return 0
