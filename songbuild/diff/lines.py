"""Where the values of a song were written, as `Facts.lines` has it: a path as JSON -> 'file:line'."""

from __future__ import annotations

import json
from collections.abc import Mapping

from songbuild.problems import Path


def key(path: Path) -> str:
    """A path as the lines are filed under it."""
    return json.dumps(path, ensure_ascii=False, separators=(",", ":"))


def place(lines: Mapping[str, str], path: Path) -> str:
    """'mix.yaml:12' of a value, or of the nearest one around it that was written; '' where nothing is known."""
    return next((found for end in range(len(path), 0, -1) if (found := lines.get(key(path[:end])))), "")
