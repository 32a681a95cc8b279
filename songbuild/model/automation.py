"""Automation lanes as text: "1: -inf, 5: -6 lin, chorus+0: 0 exp, 17.3: -3 hold"."""

from __future__ import annotations

import math
import typing
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from songbuild.model.positions import position
from songbuild.model.score import Score
from songbuild.problems import NotationError, did_you_mean, nearest
from songbuild.units import Params, Unit

CURVES = ("lin", "exp", "smooth", "hold")
PLAIN = Unit("", infinite=True)


class Point(NamedTuple):
    """A point of a lane: its beat from the song's start, its value, and the curve to the next point."""

    beat: Fraction
    value: float
    curve: str


@dataclass(frozen=True, slots=True)
class Target:
    """What a lane moves: its unit, and the least and the greatest value it takes (-inf is silence)."""

    unit: Unit
    least: float
    greatest: float


def target(params: type[Params], path: str) -> Target | None:
    """The target that a parameter's path ("threshold_db", "bands.2.gain_db") names; None if it can't be automated."""
    head, _, rest = path.partition(".")
    field = params.model_fields.get(head)
    if field is None:
        return None
    if rest:
        index, _, inner = rest.partition(".")
        held = [item for item in typing.get_args(field.annotation) if isinstance(item, type)]
        return target(held[0], inner) if held and issubclass(held[0], Params) and index.isdecimal() else None
    unit = next((item for item in field.metadata if hasattr(item, "parse")), None)
    if field.annotation not in (int, float) and unit is None:
        return None
    bounds = {name: getattr(item, name) for item in field.metadata for name in ("ge", "le") if hasattr(item, name)}
    known = unit if isinstance(unit, Unit) else Unit("ms", {"ms": 1.0, "s": 1000.0}) if unit else PLAIN
    return Target(known, bounds.get("ge", -math.inf), bounds.get("le", math.inf))


def parse_lane(text: str, score: Score, rate: int, unit: Unit = PLAIN) -> list[list[int | float | str]]:
    """The points of a lane as [frame at `rate`, value in `unit`, curve to the next point]; raises NotationError."""
    return [[score.time.frame(beat, rate), value, curve] for beat, value, curve in points(text, score, unit)]


def points(text: str, score: Score, unit: Unit = PLAIN) -> list[Point]:
    """The points of a lane with values in `unit`, in order of time.

    A point that names no curve leads on by a straight line ("lin").  Points at sections may stand in any order, so that
    a section can move and take its points along.  Raises NotationError.
    """
    found: list[Point] = []
    offset = 0
    for part in text.split(","):
        start = offset + len(part) - len(part.lstrip())
        size = max(1, len(part.strip()))
        where, colon, rest = part.partition(":")
        if not colon or not rest.strip():
            raise NotationError("a point is a position and a value", start, size, "such as 5: -6 lin")
        try:
            beat = position(where.strip(), score.time.bars, score.sections)
        except NotationError as error:
            size = min(max(1, error.length), len(where.strip()) or 1)
            raise NotationError(error.message, start + error.offset, size, error.hint) from None
        if found and beat <= found[-1].beat and where.strip()[0].isdigit():
            raise NotationError("points stand in order of time", start, len(where.strip()))
        if any(beat == other.beat for other in found):
            raise NotationError("two points stand at the same time", start, len(where.strip()))
        found.append(Point(beat, *_value(rest, offset + len(where) + 1, unit)))
        offset += len(part) + 1
    return sorted(found)


def _value(text: str, offset: int, unit: Unit) -> tuple[float, str]:
    """The value and curve of a point's text, which starts at `offset` of the lane."""
    start = offset + len(text) - len(text.lstrip())
    number, _, word = text.strip().rpartition(" ")
    if not number.strip() or word not in CURVES:
        number, curve = text.strip(), "lin"
    else:
        number, curve = number.strip(), word
    try:
        return unit.parse(number), curve
    except PydanticCustomError as error:
        before, _, after = number.rpartition(" ")
        if nearest(after, CURVES) and _reads(before.strip(), unit):
            place = start + len(number) - len(after)
            hint = did_you_mean(after, CURVES)
            raise NotationError(f"unknown curve '{after}'", place, len(after), hint) from None
        hint = f"after the value may stand a curve: {', '.join(CURVES)}" if before else None
        raise NotationError(error.message(), start, len(number), hint) from None


def _reads(text: str, unit: Unit) -> bool:
    try:
        unit.parse(text)
    except PydanticCustomError:
        return False
    return True
