"""Arguments and options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

Decorated = Callable[..., Any]


def song_argument(function: Decorated) -> Decorated:
    """SONG: a folder with a song.yaml, or the manifest itself; default: the folder one stands in."""
    return click.argument("song", default=".", type=click.Path(exists=True))(function)


def trust_option(function: Decorated) -> Decorated:
    """--trust: let this run's .py manifests and plugins execute."""
    said = "Run the song's .py manifests and plugins this time; see 'songbuild trust'."
    return click.option("--trust", is_flag=True, help=said)(function)


def bars_option(function: Decorated) -> Decorated:
    """--bars 9-16, as (first, last)."""
    return click.option("--bars", metavar="9-16", callback=_bars, help="Only these bars.")(function)


def _bars(context: click.Context, parameter: click.Parameter, text: str | None) -> tuple[int, int] | None:  # noqa: ARG001
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?", text, re.ASCII)
    if not match or not 1 <= int(match[1]) <= int(match[2] or match[1]):
        raise click.BadParameter(f"'{text}' is not a range of bars such as '9-16'; bars count from 1")
    return int(match[1]), int(match[2] or match[1])


def cache_option(function: Decorated) -> Decorated:
    """--cache DIR."""
    return click.option("--cache", type=click.Path(file_okay=False), help="Cache folder [$SONGBUILD_CACHE].")(function)


def json_option(function: Decorated) -> Decorated:
    """--json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)
