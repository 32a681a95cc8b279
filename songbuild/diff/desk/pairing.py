"""Which item of a list is which in another: by likeness, whatever their order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TypeVar

from songbuild.diff.facts import Json

T = TypeVar("T")
Pair = tuple[int | None, int | None]


def pair(old: Sequence[T], new: Sequence[T], likeness: Callable[[T, T], float]) -> list[Pair]:
    """Pairs of indices, those in `new` in order and then what is gone; the most alike are paired first.

    A likeness of 0 or less is none; of equals those go together that stand nearest to the same place.
    """
    if old == new:
        return [(index, index) for index in range(len(new))]
    scored = [
        (-score, abs(i - j), i, j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
        if (score := likeness(before, after)) > 0
    ]
    was: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(scored):
        if j not in was and i not in taken:
            was[j] = i
            taken.add(i)
    gone: list[Pair] = [(i, None) for i in range(len(old)) if i not in taken]
    return [*((was.get(j), j) for j in range(len(new))), *gone]


def moved(pairs: Sequence[Pair]) -> set[int]:
    """Which of the new items stand in another order than before: as few as can be."""
    kept = [(i, j) for i, j in pairs if i is not None and j is not None]
    ends: list[int] = []  # the least old index that ends a rising run of each length
    places: list[int] = []
    for i, _ in kept:
        place = bisect_left(ends, i)
        ends[place : place + 1] = [i]
        places.append(place)
    still: set[int] = set()
    wanted = len(ends) - 1
    for (_, j), place in zip(reversed(kept), reversed(places), strict=True):
        if place == wanted:
            still.add(j)
            wanted -= 1
    return {j for _, j in kept} - still


def alike(old: Json, new: Json) -> float:
    """How much of two values is the same, from 0 to 1: of mappings and lists the mean of their members."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = {**old, **new}
        both = [alike(old[name], new[name]) if name in old and name in new else 0.0 for name in names]
    elif isinstance(old, list) and isinstance(new, list):
        longest = max(len(old), len(new))
        both = [alike(a, b) for a, b in zip(old, new, strict=False)]
        both += [0.0] * (longest - len(both))
    else:
        return 1.0 if old == new else 0.0
    return sum(both) / len(both) if both else 1.0
