"""Meter: how long bars are, and where they start, in exact quarter-note beats."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from songbuild.problems import NotationError

_METER = re.compile(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*(?:\(\s*(\d{1,3}(?:\s*\+\s*\d{1,3})*)\s*\))?\s*")
_BAR = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature; `groups` says how its beats are felt: 7/8 (2+2+3)."""

    numerator: int = 4
    denominator: int = 4
    groups: tuple[int, ...] = ()

    @property
    def length(self) -> Fraction:
        """The length of a bar in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def beat(self) -> Fraction:
        """The length in quarter notes of what a position `bar.beat` counts: the lower number's note."""
        return Fraction(4, self.denominator)

    def __str__(self) -> str:
        groups = f" ({'+'.join(map(str, self.groups))})" if self.groups else ""
        return f"{self.numerator}/{self.denominator}{groups}"


def parse_meter(text: object) -> Meter:
    """The meter that '4/4' or '7/8 (2+2+3)' names; raises NotationError."""
    match = _METER.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise NotationError(f"'{text}' is not a meter such as '4/4' or '7/8 (2+2+3)'", 0, len(str(text)))
    upper, lower = int(match[1]), int(match[2])
    if not 1 <= upper <= 64:
        raise NotationError("a bar has 1 to 64 beats", match.start(1), len(match[1]))
    if lower not in (1, 2, 4, 8, 16, 32):
        raise NotationError("the lower number of a meter is 1, 2, 4, 8, 16 or 32", match.start(2), len(match[2]))
    groups = tuple(int(part) for part in match[3].split("+")) if match[3] else ()
    if groups and (sum(groups) != upper or 0 in groups):
        raise NotationError(f"the groups add up to {sum(groups)}, not {upper}", match.start(3), len(match[3]))
    return Meter(upper, lower, groups)


@dataclass(frozen=True)
class MeterMap:
    """Where every bar starts.  Bar 1 starts at beat `pickup`; the last meter holds for ever, the first backwards."""

    changes: tuple[tuple[int, Meter], ...] = ((1, Meter()),)
    pickup: Fraction = Fraction(0)
    _bars: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _beats: tuple[Fraction, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        beats = [self.pickup]
        for (bar, meter), (following, _) in zip(self.changes, self.changes[1:], strict=False):
            beats.append(beats[-1] + (following - bar) * meter.length)
        object.__setattr__(self, "_bars", tuple(bar for bar, _ in self.changes))
        object.__setattr__(self, "_beats", tuple(beats))

    def meter_at(self, bar: int) -> Meter:
        """The meter of a bar."""
        return self.changes[max(0, bisect_right(self._bars, bar) - 1)][1]

    def beat_at(self, bar: int, beat: Fraction = Fraction(0)) -> Fraction:
        """The beat of the song that lies `beat` quarter notes after the start of `bar`."""
        index = max(0, bisect_right(self._bars, bar) - 1)
        first, meter = self.changes[index]
        return self._beats[index] + (bar - first) * meter.length + beat

    def bar_at(self, beat: Fraction) -> tuple[int, Fraction]:
        """The bar that a beat of the song lies in, and how many quarter notes after the bar's start."""
        index = max(0, bisect_right(self._beats, beat) - 1)
        first, meter = self.changes[index]
        bars, rest = divmod(beat - self._beats[index], meter.length)
        return first + int(bars), rest

    def lengths(self, bar: int, count: int) -> tuple[Fraction, ...]:
        """The lengths of `count` bars from `bar` on."""
        return tuple(self.meter_at(number).length for number in range(bar, bar + count))


def parse_meters(value: object) -> list[tuple[int, Meter]]:
    """The meter changes of a song: '4/4', or {1: '4/4', 17: '7/8'}; raises NotationError."""
    if not isinstance(value, Mapping):
        return [(1, parse_meter(value))]
    changes: dict[int, Meter] = {}
    for key, text in value.items():
        if isinstance(key, bool) or not _BAR.fullmatch(str(key)) or not 1 <= int(str(key)) <= 100_000:
            raise NotationError(f"a meter starts at a bar's number, not at '{key}'")
        changes[int(str(key))] = parse_meter(text)
    if 1 not in changes:
        raise NotationError("the meter of bar 1 is missing", hint="write it as {1: 4/4, …}")
    return sorted(changes.items())
