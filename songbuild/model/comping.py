"""How a chord line is played: voiced, in a rhythm, strummed or as an arpeggio."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.chords import ChordSpan
from songbuild.model.drums import parse_steps, strength
from songbuild.model.line import BarStarts, Line, Tone, ordered
from songbuild.model.voicing import voice
from songbuild.problems import NotationError

_STRUM = re.compile(r"\s*([+-]?)(\d{1,4}(?:\.\d{1,6})?)\s*ms\s*")
_SIGNS = "-.xXo123456789"


class Stroke(NamedTuple):
    """When something sounds: quarter notes, and a velocity."""

    onset: Fraction
    stop: Fraction
    velocity: float


def play_chords(
    spans: Sequence[ChordSpan],
    length: Fraction,
    velocity: float,
    voicing: str = "close",
    limits: tuple[int, int] | None = None,
    strokes: Sequence[Stroke] | None = None,
    strum_s: float = 0.0,
    arpeggio: str | None = None,
) -> Line:
    """The notes that play a chord line; without strokes each chord is held.  Raises NotationError."""
    voiced = voice([span.chord for span in spans], voicing, limits)
    tones: list[Tone] = []
    for span, keys in zip(spans, voiced, strict=True):
        symbol = span.chord.symbol
        if keys is None:
            raise NotationError(
                f"no {voicing} voicing of {symbol} lies within the range", span.offset, len(symbol), "widen `range`"
            )
        stop = span.start + span.length
        inside = _inside(strokes, span.start, stop) if strokes is not None else [Stroke(span.start, stop, velocity)]
        order = _order(keys, span, arpeggio)
        for index, stroke in enumerate(inside if keys else ()):
            sounding = [order[index % len(order)]] if arpeggio else list(keys if strum_s >= 0 else reversed(keys))
            held = min(stroke.stop, stop) - stroke.onset
            tones += [
                Tone(stroke.onset, held, key, stroke.velocity, None, span.offset, len(symbol), abs(strum_s) * place)
                for place, key in enumerate(sounding)
            ]
    return Line(ordered(tones), length)


def parse_rhythm(
    text: str, grid: Fraction, bars: tuple[Fraction, ...], length: Fraction, velocity: float
) -> list[Stroke]:
    """The strokes of a rhythm row, repeated over `length`: a hit sounds until the next one or a dot.

    Raises NotationError.
    """
    starts = BarStarts(bars)
    marks: list[tuple[Fraction, str]] = []
    bar, at = 0, Fraction(0)
    while at < length:
        ahead = tuple(starts.length_of(bar + index) for index in range(len(bars)))
        steps, count = parse_steps(text, grid, ahead, _SIGNS)
        marks += [(at + step.onset, step.sign) for step in steps if step.sign != "-"]
        bar, at = bar + count, at + BarStarts(ahead).start_of(count)
    stops = [*(onset for onset, _ in marks[1:]), max(at, length)]
    return [
        Stroke(onset, stop, strength(sign, velocity))
        for (onset, sign), stop in zip(marks, stops, strict=False)
        if sign != "."
    ]


def steady(grid: Fraction, length: Fraction, velocity: float) -> list[Stroke]:
    """A stroke at every step of the grid."""
    step = 4 / grid
    return [Stroke(index * step, (index + 1) * step, velocity) for index in range(int(length / step))]


def parse_strum(text: str) -> float:
    """Seconds between the notes of '12ms', negative for high to low; raises NotationError."""
    match = _STRUM.fullmatch(text)
    if not match or float(match[2]) > 500:
        hint = "such as '12ms', or '-12ms' for high to low"
        raise NotationError(f"'{text}' is not a strum", 0, max(1, len(text)), hint)
    return float(match[2]) / 1000 * (-1 if match[1] == "-" else 1)


def _inside(strokes: Sequence[Stroke], start: Fraction, stop: Fraction) -> list[Stroke]:
    """The strokes that a chord is played with; one that sounds on from the chord before strikes it as it begins."""
    return [
        stroke._replace(onset=max(stroke.onset, start))
        for stroke in strokes
        if stroke.onset < stop and stroke.stop > start
    ]


def _order(keys: tuple[int, ...], span: ChordSpan, arpeggio: str | None) -> list[int]:
    if arpeggio == "down":
        return list(reversed(keys))
    if arpeggio == "updown":
        return [*keys, *reversed(keys[1:-1])]
    if arpeggio == "played":
        rank = {(span.chord.root + tone) % 12: index for index, tone in reversed(list(enumerate(span.chord.tones)))}
        return sorted(keys, key=lambda key: (rank.get(key % 12, -1), key))
    return list(keys)
