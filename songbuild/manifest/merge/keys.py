"""Which key of a mapping is which in three versions of it; numbers for the members of any collection."""

from __future__ import annotations

from collections import Counter

from songbuild.manifest.merge.align import SETS, label, list_matches, single
from songbuild.manifest.merge.data import ALIKE, likeness, plain, spelled
from songbuild.manifest.merge.items import Item
from songbuild.problems import Path

NAMED = frozenset(
    {"chords", "patterns", "tracks", "sections", "parts", "channels", "buses", "returns", "takes", "rows", "drums"}
)
"""Homes of names that the user gives: a value that stands under another name there was renamed, whatever it is."""
_FEW = 20
"""Of more keys that changed with their values it isn't asked which one became which."""


def key_matches(base: Item, side: Item, other: Item, path: Path) -> dict[int, int]:
    """Index of a member in a side's mapping -> that of the same one in the base's, through renames of its key.

    A key was renamed where its value, or most of it, stands under another one, which the other side hasn't given to
    something of its own.
    """
    if path and isinstance(path[-1], int) and len(base.members) == len(side.members) == 1:
        return {0: 0}  # a device or a section with what is said of it, itself identified by its list
    places = {member.key: i for i, member in enumerate(base.members)}
    found = {j: places[m.key] for j, m in enumerate(side.members) if m.key in places}
    if len(found) == len(base.members) or len(found) == len(side.members):
        return found
    rivals = {member.key for member in other.members}
    is_named = bool(path) and path[-1] in NAMED
    kept = set(found.values())
    gone = [i for i in range(len(base.members)) if i not in kept]
    come = [j for j, m in enumerate(side.members) if j not in found and (is_named or m.value.members)]
    old, new = ({k: plain(item.members[k].value) for k in ks} for item, ks in ((base, gone), (side, come)))
    equal = single([(spelled(data), i) for i, data in old.items()])
    pairs = {
        j: equal[text] for text, j in single([(spelled(data), j) for j, data in new.items()]).items() if text in equal
    }
    pairs |= _alike(old, new, pairs)
    return found | {
        j: i for j, i in pairs.items() if side.members[j].key not in rivals or base.members[i].key not in rivals
    }


def _alike(old: dict[int, object], new: dict[int, object], pairs: dict[int, int]) -> dict[int, int]:
    """Keys renamed whose values were changed too, where there is no doubt which is which."""
    gone = [i for i in old if i not in pairs.values()]
    come = [j for j in new if j not in pairs]
    if len(gone) > _FEW or len(come) > _FEW:
        return {}
    near = [(i, j) for i in gone for j in come if likeness(old[i], new[j]) >= ALIKE]
    lone = [Counter(pair[side] for pair in near) for side in (0, 1)]
    return {j: i for i, j in near if lone[0][i] == lone[1][j] == 1}


def numbered(base: Item, ours: Item, theirs: Item, path: Path) -> tuple[list[int], list[int], list[int]]:
    """A number for each member of three collections, the same for what is the same; the base's count from 0."""
    home = str(path[-1]) if path else ""
    count = len(base.members)
    added: dict[object, int] = {}
    sides: list[list[int]] = []
    for item, rival in ((ours, theirs), (theirs, ours)):
        is_map = item.kind == "map"
        match = key_matches(base, item, rival, path) if is_map else list_matches(base, item, home)
        numbers: list[int] = []
        seen: Counter[object] = Counter()
        before = -1
        for index, member in enumerate(item.members):
            if index in match:
                before = match[index]
                numbers.append(before)
                continue
            known = member.key if is_map else _identity(plain(member.value), home, before)
            seen[known] += 1
            key = (known, seen[known])
            if key not in added:
                added[key] = count
                count += 1
            numbers.append(added[key])
        sides.append(numbers)
    return list(range(len(base.members))), sides[0], sides[1]


def _identity(data: object, home: str, before: int) -> object:
    """What makes an added member of a list the same as one that the other side added at the same place."""
    # Two people may each say something about the same bars.
    name = label(data, home) if isinstance(data, dict) and home != "notes" else None
    if home in SETS:
        return name or repr(data)
    return before, name or repr(data)
