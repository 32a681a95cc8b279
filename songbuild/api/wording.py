"""What was built, as facts and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from songbuild.engine import Built

FEW = 3
"""So many files are named one by one."""


def files_made(built: Built) -> dict[str, Any]:
    """What is known of each delivered file."""
    return {name: {"bytes": made.size, **(made.facts or {})} for name, made in built.outputs.items()}


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


def loudness_words(found: Mapping[str, Any]) -> str:
    """What a meter says of a master."""
    return (
        f"integrated {level(found['integrated_lufs'])} LUFS, short-term max {level(found['short_term_max_lufs'])}, "
        f"range {level(found['lra_lu'])} LU, true peak {level(found['true_peak_dbtp'], 2)} dBTP"
    )


def level(value: float | None, digits: int = 1) -> str:
    return "-inf" if value is None else f"{value:.{digits}f}"
