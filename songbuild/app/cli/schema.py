"""songbuild schema"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.command(
    short_help="Print or write the JSON Schemas.",
    epilog="\b\nExamples:\n"
    "  songbuild schema                  every schema, as one JSON object\n"
    "  songbuild schema --out schemas    one file each, for editors",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write one file each into this folder.")
def schema(out: Path | None) -> int:
    """Print the JSON Schemas of the manifests and of what a diff prints, or write them to files."""
    found = schemas()
    if out is None:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        from songbuild.manifest.schema import write

        write(out, found)
        click.echo(f"wrote {', '.join(sorted(found))} to {out}")
    return 0


def schemas() -> dict[str, dict[str, Any]]:
    """File name -> schema, of everything that people or programs write or read as data."""
    from songbuild.app.telling.schema import NAME, SCHEMA
    from songbuild.manifest import schema as manifests

    return {**manifests.schemas(), NAME: SCHEMA}
