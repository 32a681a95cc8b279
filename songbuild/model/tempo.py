"""Tempo: jumps and ramps over musical time, with the time they take in closed form.

With v0 and v1 the tempi at a ramp's ends, L its length in quarter notes, b the quarter notes since its start:

    linear-beats  v(b) = v0 + (v1 - v0) b/L          t(b) = 60 L/(v1 - v0) ln(v(b)/v0)
    linear-time   v(b) = sqrt(v0² + (v1² - v0²) b/L)   t(b) = 120 b/(v0 + v(b))
    exponential   v(b) = v0 (v1/v0)^(b/L)            t(b) = 60 L/ln(v1/v0) (1/v0 - 1/v(b))

The first is the integral of 60/v over beats.  In the second the tempo grows evenly with the clock, so that b/60 is a
parabola of t.  In the third equal numbers of beats multiply the tempo by equal ratios.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic_core import PydanticCustomError

from songbuild.model.faults import code
from songbuild.model.meter import MeterMap
from songbuild.model.positions import parse_length, position
from songbuild.model.score import Occurrence
from songbuild.problems import Fault, NotationError, Path, did_you_mean
from songbuild.units import Unit

CURVES = ("linear-beats", "linear-time", "exponential")
_BPM = Unit("bpm", {"bpm": 1.0})
_KEYS = ("at", "bpm", "to", "over", "curve", "beat")
_GRID = 1 << 44  # seconds of ramps lie on this grid, so that the last bit of a logarithm moves no frame


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of tempo from `beat` on, which is reached after `second` seconds; tempi are quarter notes a minute."""

    beat: Fraction
    second: Fraction
    start_bpm: Fraction
    stop_bpm: Fraction
    length: Fraction = Fraction(0)
    curve: str = "jump"

    def elapsed(self, beats: Fraction) -> Fraction:
        """The seconds that its first `beats` take: exact where the tempo is steady, to 2**-44 s in a ramp."""
        if self.curve == "jump" or self.start_bpm == self.stop_bpm:
            return 60 * beats / self.start_bpm
        v0, v1, v = float(self.start_bpm), float(self.stop_bpm), self.bpm(beats)
        if self.curve == "linear-beats":
            seconds = 60.0 * float(self.length) / (v1 - v0) * math.log(v / v0)
        elif self.curve == "linear-time":
            seconds = 120.0 * float(beats) / (v0 + v)
        else:
            seconds = 60.0 * float(self.length) / math.log(v1 / v0) * (1.0 / v0 - 1.0 / v)
        return Fraction(round(seconds * _GRID), _GRID)

    def bpm(self, beats: Fraction) -> float:
        """The tempo `beats` after its start."""
        v0, v1 = float(self.start_bpm), float(self.stop_bpm)
        if self.curve == "jump":
            return v0
        part = float(beats / self.length)
        if self.curve == "linear-beats":
            return v0 + (v1 - v0) * part
        if self.curve == "linear-time":
            return math.sqrt(v0 * v0 + (v1 * v1 - v0 * v0) * part)
        return float(v0 * (v1 / v0) ** part)


def parse_tempo(
    value: object, meters: MeterMap, sections: Sequence[Occurrence], path: Path = ("tempo",)
) -> tuple[tuple[Segment, ...], list[Fault]]:
    """The segments of a song's tempo and everything wrong with how it is written.

    value  bpm, or a list of {at, bpm} (jumps) and {at, to, over, curve} (ramps); `beat: 1/4.` says which note the
           bpm count, else quarters.
    """
    faults: list[Fault] = []
    steps: list[tuple[Fraction, Segment]] = []
    items = value if isinstance(value, list | tuple) else [{"at": 1, "bpm": value}]
    bpm: Fraction | None = None
    last: Fraction | None = None
    for index, item in enumerate(items):
        here: Path = (*path, index) if isinstance(value, list | tuple) else path
        try:
            segments = _entry(item, bpm, meters, sections)
        except _WrongError as wrong:
            faults.append(_fault((*here, wrong.key) if wrong.key and here != path else here, wrong.cause))
            continue
        first = segments[0]
        if steps and (first.beat < steps[-1][0] or (first.beat == last and first.curve == "jump")):
            faults.append(_fault(here, NotationError("this starts before the entry above it has ended")))
            continue
        last = first.beat
        steps += [(segment.beat + segment.length, segment) for segment in segments]
        bpm = segments[-1].stop_bpm
    chain: list[Segment] = []
    for _, segment in steps or [(Fraction(0), Segment(Fraction(0), Fraction(0), Fraction(120), Fraction(120)))]:
        if not chain:
            segment = _moved(segment, Fraction(0)) if segment.curve == "jump" else segment
            second = Fraction(0)
        else:
            second = chain[-1].second + chain[-1].elapsed(segment.beat - chain[-1].beat)
        chain.append(Segment(segment.beat, second, segment.start_bpm, segment.stop_bpm, segment.length, segment.curve))
    return tuple(chain), faults


def _fault(path: Path, error: NotationError) -> Fault:
    return Fault(code("tempo", path), path, error.message, error.hint)


class _WrongError(Exception):
    def __init__(self, cause: NotationError, key: str | None = None) -> None:
        super().__init__(cause.message)
        self.cause, self.key = cause, key


def _entry(item: Any, bpm: Fraction | None, meters: MeterMap, sections: Sequence[Occurrence]) -> list[Segment]:
    """The segments of one entry: a jump, or a ramp and the tempo it leads to."""
    if not isinstance(item, Mapping):
        raise _WrongError(NotationError("an entry of tempo is {at: 1, bpm: 96} or {at: 33, to: 88, over: 4 bars}"))
    for key in item:
        if key not in _KEYS:
            raise _WrongError(NotationError(f"unknown key '{key}'", hint=did_you_mean(str(key), _KEYS)))
    zero = Fraction(0)
    at = _read("at", lambda: position(item.get("at", 1), meters, sections))
    unit = _read("beat", lambda: parse_length(item.get("beat", "1/4"), meters, at))
    if ("bpm" in item) == ("to" in item):
        raise _WrongError(NotationError("an entry of tempo has either 'bpm' (a jump) or 'to' (a ramp)"))
    if "bpm" in item:
        if extra := {"over", "curve"} & set(item):
            key = min(extra)
            raise _WrongError(NotationError(f"'{key}' belongs to a ramp", hint="write 'to' in place of 'bpm'"), key)
        target = _read("bpm", lambda: _bpm(item["bpm"])) * unit
        return [Segment(at, zero, target, target)]
    if bpm is None:
        raise _WrongError(NotationError("a ramp needs a tempo before it", hint="begin with {at: 1, bpm: 96}"))
    if "over" not in item:
        raise _WrongError(NotationError("a ramp says how long it takes", hint="add over: 4 bars"))
    target = _read("to", lambda: _bpm(item["to"])) * unit
    length = _read("over", lambda: parse_length(item["over"], meters, at))
    curve = item.get("curve", "linear-beats")
    if curve not in CURVES:
        raise _WrongError(NotationError(f"unknown curve '{curve}'", hint=did_you_mean(str(curve), CURVES)), "curve")
    if length <= 0:
        raise _WrongError(NotationError("a ramp takes some time; write a jump with 'bpm'"), "over")
    return [Segment(at, zero, bpm, target, length, curve), Segment(at + length, zero, target, target)]


def _read(key: str, read: Any) -> Fraction:
    try:
        return Fraction(read())
    except NotationError as error:
        raise _WrongError(error, key) from None


def _bpm(value: object) -> Fraction:
    try:
        number = _BPM.parse(value)
    except PydanticCustomError as error:
        raise NotationError(error.message()) from None
    if not 5 <= number <= 999:
        raise NotationError("a tempo lies between 5 and 999 bpm")
    return Fraction(str(number))


def _moved(segment: Segment, beat: Fraction) -> Segment:
    return Segment(beat, segment.second, segment.start_bpm, segment.stop_bpm, segment.length, segment.curve)
