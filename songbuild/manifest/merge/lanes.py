"""The merge of automation lanes, "1: -inf, 5: -6 lin, 9: 0": point by point, by their positions."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from songbuild.manifest.merge.order import OrderError, arranged
from songbuild.manifest.merge.pieces import Side
from songbuild.manifest.merge.strings import Keep, MergedText, Part, Split

_BAR = re.compile(r"\d+(\.\d+)?")


class _Point(NamedTuple):
    """A point as written: characters `start` to `end` of the lane, its position, its value and curve."""

    start: int
    end: int
    where: str
    value: str


def merge_lanes(base: str, ours: str, theirs: str) -> MergedText | None:
    """The merge of three lanes; None where it takes a person to see the whole of them."""
    three = [_points(text) for text in (base, ours, theirs)]
    if any(points is None for points in three):
        return None
    old, mine, other = ({point.where: point for point in points or ()} for points in three)
    numbers = {where: n for n, where in enumerate({**old, **mine, **other})}
    names = list(numbers)
    clashes = []
    alive: set[int] = set()
    for where in names:
        before, left, right = (lane[where].value if where in lane else None for lane in (old, mine, other))
        if left != before and right not in (before, left):
            clashes.append(where)
        gone = before is not None and ((left is None and right in (before, None)) or (right is None and left == before))
        if not gone:
            alive.add(numbers[where])
    orders = [[numbers[where] for where in lane] for lane in (old, mine, other)]
    try:
        order = arranged(orders[0], orders[1], orders[2], alive, lambda a, b: _by_time(a + b, names))
    except OrderError:
        return None
    chosen = {side: _side(side, [names[n] for n in order], old, mine, other) for side in ("ours", "theirs")}
    if not all(chosen.values()) or not all(map(_rising, chosen.values())):
        return None
    merged = MergedText(clashes=[f"at {where}" for where in clashes])
    written = {side: _written(found, ours, list(mine.values())) for side, found in chosen.items()}
    for left_part, right_part in _beside(chosen["ours"], chosen["theirs"], written["ours"], written["theirs"]):
        merged.parts += left_part if left_part == right_part else [Split(tuple(left_part), tuple(right_part))]
    return merged


_Lane = dict[str, _Point]


def _points(text: str) -> list[_Point] | None:
    """The points of a lane in order; None where it can't be read, or has two at one position."""
    found: list[_Point] = []
    at = 0
    for part in text.split(","):
        where, colon, value = part.partition(":")
        if not colon or not where.strip() or not value.strip():
            return None
        start = at + len(part) - len(part.lstrip())
        found.append(_Point(start, at + len(part.rstrip()), where.strip(), " ".join(value.split())))
        at += len(part) + 1
    return found if len({point.where for point in found}) == len(found) else None


def _by_time(numbers: list[int], names: list[str]) -> list[int]:
    """Points that both sides put between the same two, by bar as far as that is what their positions are."""
    bars = [_BAR.fullmatch(names[n]) for n in numbers]
    if all(bars):
        return sorted(numbers, key=lambda n: _time(names[n]))
    return sorted(numbers, key=lambda n: names[n])


def _time(where: str) -> tuple[int, float]:
    bar, _, beat = where.partition(".")
    return int(bar), float(beat or 0)


def _rising(points: list[tuple[Side, _Point]]) -> bool:
    times = [_time(point.where) for _, point in points if _BAR.fullmatch(point.where)]
    return all(a < b for a, b in pairwise(times))


def _side(side: Side, order: list[str], old: _Lane, mine: _Lane, other: _Lane) -> list[tuple[Side, _Point]]:
    """The points of the result where every clash is decided for one side."""
    found: list[tuple[Side, _Point]] = []
    for where in order:
        before, left, right = (lane.get(where) for lane in (old, mine, other))
        values = [None if point is None else point.value for point in (before, left, right)]
        take: Side
        if values[2] in (values[0], values[1]):
            take = "ours"
        elif values[1] == values[0]:
            take = "theirs"
        else:
            take = side
        point = left if take == "ours" else right
        if point is not None:
            found.append((take, point))
    return found


def _written(points: list[tuple[Side, _Point]], ours: str, frame: list[_Point]) -> list[list[Part]]:
    """Each point with what stands before it, out of our lane where it has the same neighbours there."""
    places = {point.where: i for i, point in enumerate(frame)}
    parts: list[list[Part]] = []
    before: int | None = None
    for index, (side, point) in enumerate(points):
        here = places.get(point.where)
        own: list[Part] = []
        if index:
            near = here is not None and before is not None and here == before + 1
            own.append(Keep(frame[before].end, frame[here].start) if near else ", ")  # type: ignore[index]
        elif frame[0].start:
            own.append(Keep(0, frame[0].start))
        own.append(Keep(point.start, point.end) if side == "ours" else f"{point.where}: {point.value}")
        if index == len(points) - 1 and frame[-1].end < len(ours):
            own.append(Keep(frame[-1].end, len(ours)))
        parts.append(own)
        before = here
    return parts


def _beside(
    ours: list[tuple[Side, _Point]],
    theirs: list[tuple[Side, _Point]],
    left: list[list[Part]],
    right: list[list[Part]],
) -> list[tuple[list[Part], list[Part]]]:
    """Both sides' parts point by point; all at once where one has a point that the other lacks."""
    if [point.where for _, point in ours] == [point.where for _, point in theirs]:
        return list(zip(left, right, strict=True))
    return [([part for parts in left for part in parts], [part for parts in right for part in parts])]
