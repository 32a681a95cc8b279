"""Places and values of a song in a musician's words."""

from __future__ import annotations

from collections.abc import Sequence

from songbuild.manifest.merge.items import Alias
from songbuild.model.form import with_times

_STAGES = ("composition", "arrangement", "recordings", "mix", "master", "delivery")
_HOMES = ("patterns", "tracks", "sections", "channels", "parts", "inserts", "chain", "takes", "bands", "automation")
_MOST = 40


def place(names: Sequence[str], detail: str = "") -> str:
    """Where something is: ('mix', 'channels', 'bass', 'inserts', 'compressor', 'ratio') is 'bass compressor ratio'.

    `detail` is a bar or a point in it: a section's comes before its part, 'chorus bar 3, bass'.
    """
    words = [name for name in names if name and name not in _STAGES] or list(names)
    if "parts" in words[:-1]:
        at = words.index("parts")
        section = " ".join([*_said(words[:at]), *([detail] if detail else [])])
        return f"{section}, {' '.join(_said(words[at + 1 :]))}"
    said = " ".join(_said(words))
    return f"{said}, {detail}" if detail else said


def _said(names: Sequence[str]) -> list[str]:
    """Names without those of the homes that others stand in."""
    found = []
    for index, name in enumerate(names):
        last = index == len(names) - 1
        if not last and name in ("chords", "buses", "returns"):
            found.append({"chords": "chords", "buses": "bus", "returns": "return"}[name])
        elif last or name not in _HOMES:
            found.append(name)
    return list(dict.fromkeys(found))


def named(data: object, home: str) -> str:
    """What a member of a list is called."""
    if isinstance(data, dict):
        for key in ("name", "song", "file", "region"):
            if isinstance(data.get(key), str):
                return str(data[key])
        if isinstance(data.get("at"), str | int):
            return f"at {data['at']}"
        if len(data) == 1:
            ((key, inner),) = data.items()
            if isinstance(inner, dict) and isinstance(inner.get("name"), str):
                return str(inner["name"])
            return str(key).partition("/")[0]
        shown = [f"{key} {value}" for key, value in data.items() if isinstance(value, str | int | float)]
        return shown[0] if shown else home
    if home == "form" and isinstance(data, str):
        return with_times(data)[0]
    return str(data).partition("/")[0] if home in ("inserts", "chain") else _short(data)


def values(ours: object, theirs: object, base: object, was: bool) -> str:
    """What both sides made of a value: 'ours -20, theirs -22 (was -18)'; long ones are not shown."""
    shown = [_short(value) for value in (ours, theirs, base)]
    if any(
        isinstance(value, dict | list) or len(text) > _MOST for value, text in zip((ours, theirs), shown, strict=False)
    ):
        return "both changed" if was else "both added it, and not the same"
    before = f" (was {shown[2]})" if was and len(shown[2]) <= _MOST and not isinstance(base, dict | list) else ""
    return f"ours {shown[0]}, theirs {shown[1]}{before}"


def _short(value: object) -> str:
    if isinstance(value, Alias):
        return f"*{value.name}"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
