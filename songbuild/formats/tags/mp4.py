"""The metadata atoms of MP4 audio (M4A), as iTunes has them; what has no atom is a freeform one with a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from songbuild.formats.tags.keys import ADVISORY, FREEFORM, TEXT, UNNAMED, of_role
from songbuild.formats.tags.record import Tags

PADDING = 1024


def tag_m4a(path: Path, tags: Tags) -> None:
    """Write the atoms into an M4A file, and no others."""
    from mutagen.mp4 import MP4

    file: Any = MP4(path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for key, values in atoms(tags).items():
        file.tags[key] = values
    file.save(padding=lambda info: PADDING)  # noqa: ARG005


def atoms(tags: Tags) -> dict[str, list[Any]]:
    """Atom -> values, in order."""
    from mutagen.mp4 import MP4Cover

    found: dict[str, list[Any]] = {}

    def add(key: str, values: list[str]) -> None:
        if values:
            coded = [text.encode() for text in values] if key.startswith(FREEFORM) else values
            found.setdefault(key, []).extend(coded)

    for keys in TEXT:
        add(keys.mp4, tags.values(keys.field))
    for key, number, total in (
        ("trkn", tags.track_number, tags.track_total),
        ("disk", tags.disc_number, tags.disc_total),
    ):
        if number is not None:
            found[key] = [(number, total or 0)]
    if tags.bpm is not None:
        found["tmpo"] = [round(tags.bpm)]
    if tags.explicit:
        found["rtng"] = [ADVISORY[tags.explicit]]
    for role, name, instrument in tags.credits:
        if role not in UNNAMED:
            add(of_role(role).mp4, [f"{name} ({instrument})" if instrument else name])
    for name, text in tags.replay_gain:
        add(FREEFORM + name, [text])
    if tags.picture is not None:
        facts, data = tags.picture
        kind = MP4Cover.FORMAT_PNG if facts.mime == "image/png" else MP4Cover.FORMAT_JPEG
        found["covr"] = [MP4Cover(data, kind)]
    return found
