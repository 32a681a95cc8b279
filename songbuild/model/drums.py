"""Drum grids: "x--- X--- | x-o- X---", one row a drum."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.line import ZERO, BarStarts, Line, Tone
from songbuild.problems import NotationError

DEFAULT_HIT = 96
ACCENT, GHOST, GRACE, ROLL = 1.25, 0.47, 0.6, 0.8
FLAM = Fraction(1, 16)
MOST_STEPS = 20_000
_GRID = re.compile(r"\s*(\d{1,2})(t?)\s*")


class Step(NamedTuple):
    """A step of a row: its sign, its place in the string, its onset and length in quarter notes."""

    sign: str
    offset: int
    onset: Fraction
    length: Fraction


def parse_grid(value: str | int) -> Fraction:
    """Steps in a whole note: 16, 12 (eighth triplets), or '8t', which is 12; raises NotationError."""
    match = _GRID.fullmatch(str(value))
    steps = Fraction(int(match[1])) * (Fraction(3, 2) if match[2] else 1) if match else ZERO
    if not 1 <= steps <= 96 or isinstance(value, bool):
        hint = "16 for sixteenths, 12 or '8t' for triplets"
        raise NotationError(f"'{value}' is not a grid", 0, len(str(value)), hint)
    return steps


def parse_steps(text: str, grid: Fraction, bars: tuple[Fraction, ...], signs: str) -> tuple[list[Step], int]:
    """The steps of a row and how many bars it fills; raises NotationError.

    With bar lines, each bar is whole, a single '-' (nothing) or '%' (the bar before again).  Without, the row is
    whole bars, or a figure that goes into a bar and is repeated to fill it.
    """
    starts = BarStarts(bars)
    parts = _parts(text, signs)
    if len(parts) == 1 and parts[0][0][1] != "%":
        return _free(parts[0], grid, starts, len(text))
    steps: list[Step] = []
    cells: list[tuple[int, str]] = []
    for bar, part in enumerate(parts):
        whole = _steps_in(starts, bar, grid)
        if len(part) == 1 and part[0][1] in "-%":
            if part[0][1] == "%" and len(cells) != whole:
                raise NotationError("there is no bar of this length before it to repeat", part[0][0])
            cells = cells if part[0][1] == "%" else [(part[0][0], "-")] * whole
        else:
            if len(part) != whole:
                size = part[-1][0] - part[0][0] + 1
                raise NotationError(f"bar {bar + 1} has {_count(len(part))}, not {whole}", part[0][0], size)
            cells = part
        steps += _placed(cells, starts.start_of(bar), 4 / grid)
    return steps, len(parts)


def parse_row(
    text: str, grid: Fraction, bars: tuple[Fraction, ...], velocity: float | None = None, drum: str = ""
) -> tuple[Line, int]:
    """The hits of a drum's row and how many bars it fills; raises NotationError."""
    steps, count = parse_steps(text, grid, bars, "-xXofr123456789")
    base = DEFAULT_HIT if velocity is None else velocity
    tones: list[Tone] = []
    for step in steps:
        if step.sign == "r":
            tones += _roll(step, base, drum)
        elif step.sign != "-":
            hit = _hit(step, base, drum)
            if step.sign == "f":
                tones.append(hit._replace(onset=hit.onset - FLAM, length=FLAM, velocity=base * GRACE))
            tones.append(hit)
    return Line(tuple(tones), BarStarts(bars).start_of(count)), count


def strength(sign: str, base: float) -> float:
    """The velocity that a sign means where 'x' is `base`: X accent, o ghost, 1 to 9 ninths of 127."""
    if sign.isdecimal():
        return round(127 * int(sign) / 9)
    return base * {"X": ACCENT, "o": GHOST}.get(sign, 1.0)


def repeated(line: Line, count: int, total: int, bars: tuple[Fraction, ...]) -> Line:
    """A row of `count` bars, repeated to fill `total`."""
    starts = BarStarts(bars)
    tones = [
        tone._replace(onset=tone.onset + starts.start_of(first))
        for first in range(0, total, count)
        for tone in line.tones
    ]
    return Line(tuple(tones), starts.start_of(total))


def _parts(text: str, signs: str) -> list[list[tuple[int, str]]]:
    """The signs between bar lines with their places; a bar line at either end of the row is only for the eye."""
    parts: list[list[tuple[int, str]]] = [[]]
    lines: list[int] = []
    for offset, sign in enumerate(text):
        if sign == "|":
            parts.append([])
            lines.append(offset)
        elif sign in signs or sign == "%":
            parts[-1].append((offset, sign))
        elif not sign.isspace():
            known = " ".join(signs.replace("123456789", "")) + (" 1-9" if "1" in signs else "")
            raise NotationError(f"'{sign}' is not a step of a grid", offset, 1, f"known: {known}")
        if offset >= MOST_STEPS:
            raise NotationError(f"a row has at most {MOST_STEPS:,} characters", offset)
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if len(parts) > 1 and not parts[0]:
        parts.pop(0)
        lines.pop(0)
    for number, part in enumerate(parts):
        if not part:
            offset = lines[number] if number < len(lines) else 0
            raise NotationError("there is nothing in this bar", offset, 1, "write '-' for a bar's rest")
    return parts


def _free(part: list[tuple[int, str]], grid: Fraction, starts: BarStarts, size: int) -> tuple[list[Step], int]:
    """A row without bar lines: whole bars, or a figure repeated to fill one."""
    for offset, sign in part:
        if sign == "%":
            raise NotationError("'%' repeats a whole bar and stands alone in its own", offset)
    first = _steps_in(starts, 0, grid)
    if len(part) <= first and first % len(part) == 0:
        return _placed(part * (first // len(part)), ZERO, 4 / grid), 1
    filled, bar = 0, 0
    while filled < len(part):
        filled += _steps_in(starts, bar, grid)
        bar += 1
    if filled != len(part):
        hint = "write whole bars, or a part that goes into one"
        raise NotationError(f"the row has {_count(len(part))}; a bar has {first}", 0, size, hint)
    return _placed(part, ZERO, 4 / grid), bar


def _steps_in(starts: BarStarts, bar: int, grid: Fraction) -> int:
    steps = starts.length_of(bar) * grid / 4
    if steps.denominator != 1 or not steps:
        raise NotationError(f"a grid of {grid} doesn't fit into bar {bar + 1}", hint="choose another `grid`")
    return steps.numerator


def _placed(cells: list[tuple[int, str]], start: Fraction, step: Fraction) -> list[Step]:
    return [Step(sign, offset, start + index * step, step) for index, (offset, sign) in enumerate(cells)]


def _hit(step: Step, base: float, drum: str) -> Tone:
    return Tone(step.onset, step.length, 0, strength(step.sign, base), Fraction(1), step.offset, 1, 0.0, "", drum)


def _roll(step: Step, base: float, drum: str) -> list[Tone]:
    """A step filled with hits a 32nd note apart, or the nearest even division; every other one is weaker."""
    count = max(2, round(step.length * 8))
    length = step.length / count
    hit = _hit(step, base, drum)
    return [
        hit._replace(onset=step.onset + index * length, length=length, velocity=base * (ROLL if index % 2 else 1.0))
        for index in range(count)
    ]


def _count(steps: int) -> str:
    return f"{steps} step{'' if steps == 1 else 's'}"
