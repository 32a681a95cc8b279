"""The order of a merged collection, out of the orders that the base and both sides have it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Combine = Callable[[list[int], list[int]], list[int]]
"""What both sides put at one place -> their order."""


class OrderError(Exception):
    """Both sides moved members, each in its own way."""


def arranged(
    base: Sequence[int], ours: Sequence[int], theirs: Sequence[int], alive: set[int], combine: Combine
) -> list[int]:
    """The members that are `alive`, by number, in the order that keeps what either side moved or put in.

    Who moved nothing follows who did.  Raises OrderError where both moved members, and not in the same way.
    """
    shared = alive & set(ours) & set(theirs)
    known = [number for number in base if number in shared]
    left, right = ([n for n in side if n in shared] for side in (ours, theirs))
    ours_still = [n for n in left if n in base] == known
    theirs_still = [n for n in right if n in base] == known
    if not ours_still and not theirs_still and left != right:
        raise OrderError
    spine = left if theirs_still or left == right else right
    if ours_still and theirs_still and left != right:  # only what both put in is ordered differently
        raise OrderError
    own, other = (_gaps(side, shared, alive) for side in (ours, theirs))
    found: list[int] = []
    for anchor in (None, *spine):
        if anchor is not None:
            found.append(anchor)
        here, there = own.get(anchor, []), other.get(anchor, [])
        found += combine(here, there) if here and there else here or there
    return found


def _gaps(side: Sequence[int], shared: set[int], alive: set[int]) -> dict[int | None, list[int]]:
    """What only this side has, by the shared member before it."""
    gaps: dict[int | None, list[int]] = {}
    anchor: int | None = None
    for number in side:
        if number in shared:
            anchor = number
        elif number in alive:
            gaps.setdefault(anchor, []).append(number)
    return gaps
