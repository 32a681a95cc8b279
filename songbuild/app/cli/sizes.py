"""Sizes in bytes, as people read them."""

from __future__ import annotations


def human(size: float) -> str:
    """A size for people: '1.2 GB'."""
    for unit in ("B", "kB", "MB"):
        if abs(size) < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
