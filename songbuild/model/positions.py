"""Positions and lengths as people write them: `17`, `5.3`, `chorus+2`, `4 bars`, `1/8`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pydantic_core import PydanticCustomError

from songbuild.model.meter import MeterMap
from songbuild.model.score import Occurrence
from songbuild.problems import NotationError, did_you_mean
from songbuild.units import beats_of_note_value

_BEAT = r"(?:\.(?P<beat>\d{1,3}(?:\.\d{1,6})?)(?:\+(?P<upper>\d{1,4})/(?P<lower>[1-9]\d{0,3}))?)?"
_BAR = re.compile(rf"\s*(?P<bar>\d{{1,6}}){_BEAT}\s*")
_SECTION = re.compile(
    rf"\s*(?P<name>[^\W\d][^+#:,.]*?)\s*(?:#(?P<count>\d{{1,6}}))?\s*(?:\+\s*(?P<bar>\d{{1,6}}){_BEAT})?\s*"
)
_PLAYING = re.compile(r"\s*([^\W\d][^+#:,.]*)\.(\d{1,6})\s*")
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?|\d{1,4}/[1-9]\d{0,3})\s*(bars?|beats?)\s*")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the song as written.

    With a section, `bar` counts from 0 in its occurrence `count` and is None for the whole section; else `bar` is the
    song's bar.  `beat` counts from 1 in the meter's own beats; None is the whole bar.
    """

    section: str | None
    count: int
    bar: int | None
    beat: Fraction | None


def parse_position(value: object) -> Position:
    """Read `bar`, `bar.beat`, `bar.beat.tenths`, `bar.beat+1/3`, `section+bars`, `section#2+bars.beat` or `end`.

    A number that YAML has already read as one (5.3) is taken as it was written.  Raises NotationError.
    """
    text = value if isinstance(value, str) else repr(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotationError("a position is a bar, bar.beat or section+bars", 0, len(text))
    match = _BAR.fullmatch(text) or _SECTION.fullmatch(text)
    if not match:
        playing = _PLAYING.fullmatch(text)
        hint = (
            f"write {playing[1]}#{playing[2]}" if playing else "write bar, bar.beat or section+bars: 17, 5.3, chorus+2"
        )
        raise NotationError(f"'{text.strip()}' is not a position", 0, max(1, len(text)), hint)
    found = match.groupdict()
    beat = Fraction(found["beat"]) if found["beat"] else None
    if beat is not None and found["upper"]:
        beat += Fraction(int(found["upper"]), int(found["lower"]))
    if beat is not None and beat < 1:
        raise NotationError("beats count from 1", match.start("beat"), len(found["beat"]))
    bar = int(found["bar"]) if found["bar"] else None
    if "name" in found:
        return Position(found["name"], int(found["count"] or 1), bar, beat)
    return Position(None, 1, bar, beat)


def resolve(place: Position, meters: MeterMap, sections: Sequence[Occurrence]) -> tuple[Fraction, Fraction]:
    """The beats at which what a position names (a section, bar or beat) starts and ends; raises NotationError."""
    if place.section is None:
        return _within(place.bar or 0, place, meters)
    if place.section == "end" and place.bar is None and not any(item.section == "end" for item in sections):
        end = sections[-1].start + sections[-1].length if sections else meters.pickup
        return end, end
    same = [item for item in sections if item.section == place.section]
    if not same:
        hint = did_you_mean(place.section, {item.section for item in sections})
        raise NotationError(f"no section '{place.section}' in the form", 0, len(place.section), hint)
    if not 1 <= place.count <= len(same):
        times = "once" if len(same) == 1 else f"{len(same)} times"
        raise NotationError(f"'{place.section}' is played {times}", 0, len(place.section))
    item = same[place.count - 1]
    if place.bar is None:
        return item.start, item.start + item.length
    if place.bar > item.bars:
        raise NotationError(f"'{place.section}' has {item.bars} bars", 0, len(place.section))
    return _within(item.first_bar + place.bar, place, meters)


def _within(bar: int, place: Position, meters: MeterMap) -> tuple[Fraction, Fraction]:
    meter = meters.meter_at(bar)
    start, stop = meters.beat_at(bar), meters.beat_at(bar + 1)
    if place.beat is not None:
        if place.beat >= meter.numerator + 1:
            raise NotationError(f"bar {bar} has {meter.numerator} beats ({meter})")
        start, whole = start + (place.beat - 1) * meter.beat, start + (place.beat // 1) * meter.beat
        stop = whole if whole > start else stop
    if start < 0:
        raise NotationError("this is before the song starts")
    return start, stop


def position(value: object, meters: MeterMap, sections: Sequence[Occurrence] = ()) -> Fraction:
    """The beat of the song that a written position names; raises NotationError."""
    return resolve(parse_position(value), meters, sections)[0]


def parse_range(
    text: str, meters: MeterMap, sections: Sequence[Occurrence], offset: int = 0
) -> tuple[Fraction, Fraction]:
    """The beats where 'a-b', or a single position, starts and ends; a section's name may itself hold a '-'.

    An end is inclusive: bar 12 whole, the whole beat of bar.beat, a whole section.  Errors point into a text in which
    this one starts at `offset`; raises NotationError.
    """
    wrong: NotationError | None = None
    whole = [(text, text, 0, 0)]
    splits = [(text[: dash.start()], text[dash.end() :], 0, dash.end()) for dash in re.finditer(r"\s*-\s*", text)]
    for first, last, first_at, last_at in whole + splits:
        try:
            start, _ = _place(first, offset + first_at, meters, sections)
            _, stop = _place(last, offset + last_at, meters, sections)
        except NotationError as error:
            wrong = error
        else:
            return start, stop
    assert wrong is not None  # there was at least the whole text to try
    raise wrong


def _place(text: str, offset: int, meters: MeterMap, sections: Sequence[Occurrence]) -> tuple[Fraction, Fraction]:
    try:
        return resolve(parse_position(text), meters, sections)
    except NotationError as error:
        size = max(1, min(error.length, len(text)))
        raise NotationError(error.message, offset + error.offset, size, error.hint) from None


def parse_length(value: object, meters: MeterMap, start: Fraction) -> Fraction:
    """The beats of '4 bars', '1 beat' or '1/8' counted from `start`; a plain number is beats of the meter.

    Raises NotationError.
    """
    text = value if isinstance(value, str) else repr(value)
    bar, rest = meters.bar_at(start)
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value} beats"
    if match := _LENGTH.fullmatch(text):
        count = Fraction(match[1])
        if match[2].startswith("beat"):
            return count * meters.meter_at(bar).beat
        whole, part = divmod(count, 1)
        end = meters.beat_at(bar + int(whole), rest)
        return end + part * meters.meter_at(bar + int(whole)).length - start
    try:
        return Fraction(beats_of_note_value(text)).limit_denominator(10_000)
    except PydanticCustomError:
        raise NotationError(
            f"'{text}' is not a length", 0, len(text), "write '4 bars', '2 beats' or a note value such as '1/8'"
        ) from None
