"""Places in a song's tree, and where they are in the new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from songbuild.diff.change import Difference
from songbuild.diff.desk.strips import console_names

Place: TypeAlias = tuple[str, ...]
"""A path in the tree: ('mix', 'channels', 'keys', 'automation', 'volume_db')."""


def names(difference: Difference) -> Mapping[str, str]:
    """What channels, buses and returns of the old song are called in the new one."""
    parts = {old: new for old, new in difference.parts if old is not None and new is not None}
    return console_names(difference.old, difference.new, parts)


def moved(place: Place, named: Mapping[str, str]) -> Place:
    """A place of the old tree in the new one."""
    if place[:1] == ("mix",) and place[1:2] in (("channels",), ("buses",), ("returns",)):
        return (*place[:2], named.get(place[2], place[2]), *place[3:])
    return place


def repeated(place: Place, before: Mapping[Place, object], after: Mapping[Place, object]) -> bool:
    """Whether a version of the master differs there as the master does, so that it need not be shown again."""
    if place[:2] != ("master", "versions"):
        return False
    own = ("master", *place[3:])
    return before.get(place) == before.get(own) and after.get(place) == after.get(own)
