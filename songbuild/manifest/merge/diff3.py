"""Three sequences beside each other: what of a common ancestor each side kept, and what it put elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple, TypeVar

Thing = TypeVar("Thing")
MOST_CELLS = 250_000
"""Above this many comparisons the matching is no longer the best one, only a good one."""


class Chunk(NamedTuple):
    """Ranges of the base, of ours and of theirs that stand for each other; `stable` where all three are equal."""

    base: range
    ours: range
    theirs: range
    stable: bool


def common(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs of indices of a longest common subsequence."""
    return matching(a, b, lambda x, y: int(x == y))


def matching(a: Sequence[Thing], b: Sequence[Thing], score: Callable[[Thing, Thing], int]) -> list[tuple[int, int]]:
    """Pairs of indices, rising in both sequences, of the highest sum of scores; 0 is no pair, equal things most."""
    first = 0
    while first < min(len(a), len(b)) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[-1 - last] == b[-1 - last]:
        last += 1
    left, right = a[first : len(a) - last], b[first : len(b) - last]
    inner = _best(left, right, score) if len(left) * len(right) <= MOST_CELLS else _good(left, right)
    return [
        *((index, index) for index in range(first)),
        *((i + first, j + first) for i, j in inner),
        *((len(a) - last + index, len(b) - last + index) for index in range(last)),
    ]


def _best(a: Sequence[Thing], b: Sequence[Thing], score: Callable[[Thing, Thing], int]) -> list[tuple[int, int]]:
    if not a or not b:
        return []
    scores = [[score(x, y) for y in b] for x in a]
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(len(b) - 1, -1, -1):
            paired = below[j + 1] + scores[i][j] if scores[i][j] else 0
            row[j] = max(below[j], row[j + 1], paired)
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if scores[i][j] and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _good(a: Sequence[Thing], b: Sequence[Thing]) -> list[tuple[int, int]]:
    blocks = SequenceMatcher(None, list(map(repr, a)), list(map(repr, b)), autojunk=False).get_matching_blocks()
    return [(block.a + k, block.b + k) for block in blocks for k in range(block.size)]


def chunks(base: Sequence[Hashable], ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> Iterator[Chunk]:
    """The three sequences in chunks, in order: what is equal in all three, and what lies between.

    Changes of neighbours are chunks of their own; what both sides put in at one place is one chunk.
    """
    sides = (_edits(base, ours), _edits(base, theirs))
    waiting = sorted([(*edit[:2], which) for which, edits in enumerate(sides) for edit in edits])
    shift = [0, 0]
    at = 0
    while waiting:
        start, stop, which = waiting.pop(0)
        grown = [0, 0]
        grown[which] += _growth(sides[which], start, stop)
        while waiting and (waiting[0][0] < stop or waiting[0][:2] == (start, stop)):
            first, last, which = waiting.pop(0)
            stop = max(stop, last)
            grown[which] += _growth(sides[which], first, last)
        yield from _equal(at, start, shift)
        after = [shift[side] + grown[side] for side in (0, 1)]
        mine, other = (range(start + shift[side], stop + after[side]) for side in (0, 1))
        yield Chunk(range(start, stop), mine, other, False)
        at, shift = stop, after
    yield from _equal(at, len(base), shift)


def _edits(base: Sequence[Hashable], side: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """Start and end of every change in the base, and how many more there are in its place."""
    found: list[tuple[int, int, int]] = []
    i = j = 0
    for left, right in [*common(base, side), (len(base), len(side))]:
        if (left, right) != (i, j):
            found.append((i, left, (right - j) - (left - i)))
        i, j = left + 1, right + 1
    return found


def _growth(edits: Sequence[tuple[int, int, int]], start: int, stop: int) -> int:
    return next(growth for first, last, growth in edits if (first, last) == (start, stop))


def _equal(start: int, stop: int, shift: Sequence[int]) -> Iterator[Chunk]:
    for i in range(start, stop):
        ours, theirs = (range(i + by, i + by + 1) for by in shift)
        yield Chunk(range(i, i + 1), ours, theirs, True)
