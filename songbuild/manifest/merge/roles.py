"""Which strings of a manifest are music, by where they stand."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from songbuild.problems import Path

Role: TypeAlias = Literal["notes", "degrees", "row", "chords", "lyrics", "lane"]
_ROW = re.compile(r"[-xXofr1-9% |\r\n]*[-xXofr1-9][-xXofr1-9% |\r\n]*")
_KEYS: dict[str, Role] = {
    "notes": "notes", "degrees": "degrees", "lyrics": "lyrics", "chords": "chords", "rhythm": "row", "play": "notes",
}  # fmt: skip
_HOMES: dict[str, Role] = {
    "patterns": "notes", "parts": "notes", "bars": "notes", "pickup": "notes", "play": "notes",
    "chords": "chords", "drums": "row", "rows": "row", "automation": "lane",
}  # fmt: skip


def role(path: Path, texts: tuple[str, ...]) -> Role | None:
    """What the string at `path`, written as `texts`, is: notes, a row of a grid, chords, words, automation; or None."""
    if not path:
        return None
    home = str(path[-2]) if len(path) > 1 else ""
    found = _HOMES.get(home) or _KEYS.get(str(path[-1]))
    if home in ("parts", "patterns") and isinstance(path[-1], int):
        found = "notes"
    if found == "notes" or found is None:
        inside = {"patterns", "parts", "form"} & {str(part) for part in path[:-1]}
        if inside and all(_ROW.fullmatch(text) for text in texts):
            return "row"
        if found is None and len(path) > 2 and isinstance(path[-1], int) and str(path[-3]) in ("parts", "patterns"):
            found = "notes"
    return found
