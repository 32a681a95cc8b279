"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorated = Callable[..., Any]


def song_argument(function: Decorated) -> Decorated:
    """SONG: a folder with a song.yaml, or the manifest itself; default: the folder one stands in."""
    return click.argument("song", default=".", type=click.Path(exists=True))(function)


def trust_option(function: Decorated) -> Decorated:
    """--trust: let this run's .py manifests execute."""
    return click.option("--trust", is_flag=True, help="Run the song's .py manifests this time; see 'songbuild trust'.")(
        function
    )


def cache_option(function: Decorated) -> Decorated:
    """--cache DIR."""
    return click.option("--cache", type=click.Path(file_okay=False), help="Cache folder [$SONGBUILD_CACHE].")(function)


def json_option(function: Decorated) -> Decorated:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)
