"""Names that one side has changed, where the other side still says the old ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from songbuild.manifest.merge.items import Document, Item, Member
from songbuild.manifest.merge.keys import key_matches
from songbuild.manifest.merge.pieces import Side
from songbuild.model.form import with_times
from songbuild.problems import Path

_WORDS = {
    "patterns": "pattern", "chords": "chords", "tracks": "track", "sections": "section", "channels": "channel",
    "buses": "bus", "returns": "return", "takes": "take",
}  # fmt: skip
_PLAYED = ("parts", "play", "bars", "from")


class Rename(NamedTuple):
    """A key in the mapping at `home` that a side has given another name."""

    home: Path
    old: str
    new: str
    side: Side

    def __str__(self) -> str:
        kind = _WORDS[str(self.home[-1])]
        return f"{self.side} renamed {kind} '{self.old}' to '{self.new}': other files may still say '{self.old}'"


def renames(base: Item, version: Item, other: Item, side: Side, home: Path = ()) -> Iterator[Rename]:
    """The names, of those that other places of a song use, that a side has changed."""
    if not base.kind == version.kind == "map":
        return
    match = key_matches(base, version, other if other.kind == "map" else base, home)
    others = {member.key: member.value for member in other.members}
    for j, i in sorted(match.items()):
        before, after = base.members[i], version.members[j]
        if before.key != after.key and home and home[-1] in _WORDS:
            yield Rename(home, str(before.key), str(after.key), side)
        if before.value.raw != after.value.raw:
            rival = others.get(before.key, before.value)
            yield from renames(before.value, after.value, rival, side, (*home, str(before.key)))


def followed(text: str, document: Document, own: Sequence[tuple[Rename, Document]]) -> str:
    """A merged text in which what the other side says of a renamed thing says its new name.

    `own` are the renames, each with the file of the side that made it: where that side itself goes on using the old
    name, nothing is changed, nor where the old name still names something.
    """
    changes: dict[int, tuple[int, str]] = {}
    for rename, version in own:
        still = any(name == rename.old for name, *_ in _uses(version, rename))
        if still or rename.old in _keys(document.root, rename.home):
            continue
        for name, start, shown in _uses(document, rename):
            if name == rename.old and shown[: len(name)] == name:
                changes[start] = (start + len(name), rename.new)
    for start, (end, new) in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _keys(root: Item, home: Path) -> set[object]:
    for part in home:
        root = next((member.value for member in root.members if member.key == part), Item("map", {}))
    return {member.key for member in root.members}


def _uses(document: Document, rename: Rename) -> Iterator[tuple[str, int, str]]:
    """Every name used as the renamed thing's would be, where its characters start, and how it is written."""
    kind = str(rename.home[-1])
    for path, member, start in _members(document.root, len(document.head), ()):
        if isinstance(member.key, str) and _is_key(kind, path):
            yield member.key, start, member.head
        value, at = member.value, start + len(member.head) + len(member.mid)
        if value.kind == "scalar" and isinstance(value.data, str) and _is_value(kind, path):
            quote = len(value.style) if value.style in ("'", '"') else 0
            name = with_times(value.data)[0] if kind in ("patterns", "sections") else value.data
            name = name.partition(" ")[0] if kind == "takes" else name
            yield name, at + quote, value.raw[quote:]


def _is_key(kind: str, path: Path) -> bool:
    home = path[-2] if len(path) > 1 else None
    if kind == "tracks":
        return home in ("parts", "channels") or (len(path) > 3 and path[-4] == "form")
    return (kind == "returns" and home == "sends") or (kind == "sections" and len(path) > 2 and path[-3] == "form")


def _is_value(kind: str, path: Path) -> bool:
    names = [part for part in path[-3:] if isinstance(part, str)]
    if kind == "patterns":
        in_form = len(path) > 3 and path[-4] == "form"
        return in_form or any(name in _PLAYED for name in names) or path[-1] in _PLAYED
    if kind == "sections":
        return len(path) > 1 and path[-2] == "form"
    if kind == "chords":
        return path[-1] == "chords"
    if kind == "takes":
        return path[-1] == "region" or (len(path) > 1 and path[-2] == "comp")
    if path[0] == "notes":
        return path[-1] == "part" and kind in ("tracks", "buses", "returns")
    wanted = {"buses": ("to", "sidechain"), "tracks": ("sidechain",), "channels": ("sidechain",)}
    return path[-1] in wanted.get(kind, ())


def _members(item: Item, at: int, path: Path) -> Iterator[tuple[Path, Member, int]]:
    """Every member with its path and where its key, or the '-' of a list, starts in the file."""
    at += len(item.opening)
    for index, member in enumerate(item.members):
        here = (*path, index if member.key is None else member.key)
        start = at + len(member.lead) + len(member.pad)
        yield here, member, start
        yield from _members(member.value, start + len(member.head) + len(member.mid), here)
        at += len(member.tile) + len(member.comma)
