"""Which member of a collection is which in three versions of it, and in which order the merge puts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from songbuild.manifest.merge.data import ALIKE, likeness, plain, spelled
from songbuild.manifest.merge.diff3 import matching
from songbuild.manifest.merge.items import Item
from songbuild.model.form import with_times

NAMED = frozenset(
    {"chords", "patterns", "tracks", "sections", "parts", "channels", "buses", "returns", "takes", "rows", "drums"}
)
"""Homes of names that the user gives: a value that stands under another name there was renamed, whatever it is."""
SETS = frozenset(
    {"formats", "bands", "performer", "composer", "lyricist", "producer", "album", "cd", "credits", "notes"}
)
"""Lists whose order says nothing."""
DEVICES = frozenset({"inserts", "chain"})


class Named(NamedTuple):
    """A member of a list: its data as text, equal where the data is, what identifies it among the others, its data."""

    text: str
    label: str | None
    data: object


def _named(item: Item, home: str) -> list[Named]:
    values = [plain(member.value) for member in item.members]
    return [Named(spelled(data), label(data, home), data) for data in values]


def label(data: object, home: str) -> str | None:
    """What identifies a member of the list `home`: a device, a section, the bars of a region, a name; or None."""
    if isinstance(data, dict):
        for key in ("name", "song", "file", "at"):
            if isinstance(data.get(key), str | int):
                return str(data[key])
        if isinstance(data.get("region"), str):
            return _bars(str(data["region"]))
        if len(data) != 1:
            return None
        ((key, inner),) = data.items()
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            return str(inner["name"])
        data = key
    if not isinstance(data, str):
        return None
    if home in DEVICES:
        return data.partition("/")[0]
    if home == "form":
        return with_times(data)[0]
    if home == "comp":
        return _bars(data)
    return data


def _bars(region: str) -> str:
    return region.partition(" ")[2].strip() or region


def list_matches(base: Item, side: Item, home: str) -> dict[int, int]:
    """Index of a member in a side's list -> that of the same one in the base's, through edits and moves."""
    old, new = _named(base, home), _named(side, home)
    pairs = matching(old, new, _likeness)
    found = {j: i for i, j in pairs}
    found |= moved([each.text for each in old], [each.text for each in new], found)
    found |= moved([each.label for each in old], [each.label for each in new], found)
    return found | _replaced(old, new, found, pairs, home)


def _likeness(a: Named, b: Named) -> int:
    if a.text == b.text:
        return 4
    if a.label is not None or b.label is not None:
        return 3 if a.label == b.label else 0
    return 2 if likeness(a.data, b.data) >= ALIKE else 0


def moved(old: Sequence[str | None], new: Sequence[str | None], found: Mapping[int, int]) -> dict[int, int]:
    """What is gone from one place and stands at another one, where there is no doubt which it is."""
    taken = set(found.values())
    gone = single([(name, i) for i, name in enumerate(old) if i not in taken])
    come = single([(name, j) for j, name in enumerate(new) if j not in found])
    return {j: gone[name] for name, j in come.items() if name in gone}


def single(named: Sequence[tuple[str | None, int]]) -> dict[str, int]:
    """The places of the names that stand there once."""
    count = Counter(name for name, _ in named)
    return {name: place for name, place in named if name is not None and count[name] == 1}


def _replaced(
    old: Sequence[Named], new: Sequence[Named], found: Mapping[int, int], pairs: Sequence[tuple[int, int]], home: str
) -> dict[int, int]:
    """As many members as there were between the same neighbours, without a name or mostly equal: the same, changed."""
    replaced: dict[int, int] = {}
    kept = set(found.values())
    i = j = 0
    for left, right in [*pairs, (len(old), len(new))]:
        before = [k for k in range(i, left) if k not in kept]
        after = [k for k in range(j, right) if k not in found]
        if len(before) == len(after):
            for a, b in zip(before, after, strict=True):
                free = home == "comp" or not isinstance(old[a].data, dict) or old[a].label is None
                nameless = free and home not in SETS
                if nameless or likeness(old[a].data, new[b].data) >= ALIKE:
                    replaced[b] = a
        i, j = left + 1, right + 1
    return replaced


def numeric(data: object, home: str) -> float | None:
    """Where a member belongs among others that were put at the same place, by its bar; None where nothing says it."""
    if home == "tempo" and isinstance(data, dict):
        return _number(data.get("at"))
    if home == "comp":
        region = label(data, home) or ""
        return _number(re.split(r"\s*-\s*", region)[0])
    return None


def _number(text: object) -> float | None:
    match = re.fullmatch(r"\d+(\.\d+)?", str(text).strip())
    return float(match[0]) if match else None
