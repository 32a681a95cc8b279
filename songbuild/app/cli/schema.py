"""songbuild schema"""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(
    short_help="Print or write the JSON Schemas.",
    epilog="\b\nExamples:\n"
    "  songbuild schema                  every schema, as one JSON object\n"
    "  songbuild schema --out schemas    one file a stage, for editors",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write one file a stage into this folder."
)
def schema(out: Path | None) -> int:
    """Print the JSON Schemas of the manifests, or write them to files."""
    from songbuild.manifest.schema import schemas, write

    if out is None:
        click.echo(json.dumps(schemas(), indent=2, ensure_ascii=False))
    else:
        write(out)
        click.echo(f"wrote {', '.join(sorted(schemas()))} to {out}")
    return 0
