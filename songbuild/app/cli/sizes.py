"""Sizes in bytes, read and written as people do."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def parse_size(text: str) -> int:
    """Bytes that '5GB', '800 MB' or '1GiB' means; wrong usage raises."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if not match or match[2] not in _UNITS:
        raise click.BadParameter(f"'{text}' is not a size such as '5GB' or '800MB'", param_hint="--cap")
    return int(float(match[1]) * _UNITS[match[2]])


def human(size: float) -> str:
    """A size for people: '1.2 GB'."""
    for unit in ("B", "kB", "MB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
