"""Automation lanes as text: "1: -inf, 5: -6 lin, chorus+0: 0 exp, 17.3: -3 hold"."""

from __future__ import annotations

from fractions import Fraction

from pydantic_core import PydanticCustomError

from songbuild.model.positions import position
from songbuild.model.score import Score
from songbuild.problems import NotationError, did_you_mean, nearest
from songbuild.units import Unit

CURVES = ("lin", "exp", "smooth", "hold")
PLAIN = Unit("", infinite=True)


def parse_lane(text: str, score: Score, rate: int, unit: Unit = PLAIN) -> list[list[int | float | str]]:
    """The points of a lane as [frame at `rate`, value in `unit`, curve to the next point], in order of time.

    A point that names no curve leads on by a straight line ("lin").  Points at sections may stand in any order, so that
    a section can move and take its points along.  Raises NotationError.
    """
    found: list[tuple[Fraction, list[int | float | str]]] = []
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
        if found and beat <= found[-1][0] and where.strip()[0].isdigit():
            raise NotationError("points stand in order of time", start, len(where.strip()))
        if any(beat == other for other, _ in found):
            raise NotationError("two points stand at the same time", start, len(where.strip()))
        value, curve = _value(rest, offset + len(where) + 1, unit)
        found.append((beat, [score.time.frame(beat, rate), value, curve]))
        offset += len(part) + 1
    return [point for _, point in sorted(found, key=lambda item: item[0])]


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
