"""Curves as SVG: stretched over the plot they are in, without text, so that labels stay legible at every width.

A plot is as wide as it has columns and 100 high; a value is placed by the values at its top and its bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from songbuild.formats.page.markup import escape

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the top and the bottom of a plot."""

    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Per cent from the top; what is off the plot stays just outside of it."""
        return min(104.0, max(-4.0, 100.0 * (self.top - value) / (self.top - self.bottom)))


def picture(title: str, width: float, body: Iterable[str], kind: str = "") -> str:
    """An SVG that fills its plot; `title` says what it shows to who can't see it."""
    head = f'<svg class="{kind}" viewBox="0 0 {width:g} 100" preserveAspectRatio="none" role="img"'
    return f'{head} aria-label="{escape(title)}">{"".join(body)}</svg>'


def line(values: Values, scale: Scale, kind: str, start: float = 0.5) -> str:
    """A line through values one column apart, the first at `start`; interrupted where there is none."""
    path = ""
    for first, run in _runs(values):
        tenths = _tenths(run, scale)
        there = _way(tenths, 1) or "h0"  # a dot, by the round ends of its stroke
        path += f"M{start + first:g} {tenths[0] / 10:g}{there}"
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def band(lows: Values, highs: Values, scale: Scale, kind: str, start: float = 0.5) -> str:
    """The surface between two lines, which have and lack values at the same places."""
    path = ""
    for (first, top), (_, under) in zip(_runs(highs), _runs(lows), strict=True):
        there, back = _tenths(top, scale), _tenths(under, scale)[::-1]
        edge = f"V{back[0] / 10:g}"
        path += f"M{start + first:g} {there[0] / 10:g}{_way(there, 1)}{edge}{_way(back, -1)}z"
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _tenths(values: Sequence[float], scale: Scale) -> list[int]:
    """Places in tenths of the plot's units."""
    return [round(10 * scale.y(value)) for value in values]


def _way(tenths: Sequence[int], step: int) -> str:
    """The way from the first place to the last, a column a step, relative: a third of the letters."""
    moves = (f"{(after - before) / 10:g}" for before, after in pairwise(tenths))
    way = " ".join(f"{step}{'' if move.startswith('-') else ' '}{move}" for move in moves)
    return f"l{way}" if way else ""


def bars(values: Values, scale: Scale, kind: str, gap: float = 0.14) -> str:
    """A bar from 0 to each value, one in each column."""
    zero = scale.y(0.0)
    path = "".join(
        f"M{at + gap:g} {zero:.1f}V{scale.y(value):.1f}h{1 - 2 * gap:g}V{zero:.1f}z"
        for first, run in _runs(values)
        for at, value in enumerate(run, first)
    )
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def across(value: float, scale: Scale, width: float, kind: str) -> str:
    """A line at a value from side to side."""
    return f'<path class="{kind}" d="M0 {scale.y(value):.1f}H{width:g}"/>'


def upright(places: Iterable[float], kind: str) -> str:
    """Lines from top to bottom."""
    path = "".join(f"M{at:.6g} 0V100" for at in places)
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _runs(values: Values) -> list[tuple[int, list[float]]]:
    """Values in a row, with the place of the first, without those that are None."""
    runs: list[tuple[int, list[float]]] = []
    last = -2
    for at, value in enumerate(values):
        if value is None:
            continue
        if at != last + 1:
            runs.append((at, []))
        runs[-1][1].append(value)
        last = at
    return runs


def ticks(scale: Scale, values: Iterable[tuple[float, str]]) -> Iterator[str]:
    """Labels beside a plot, each at its value."""
    for value, text in values:
        yield f'<span style="top:{scale.y(value):.1f}%">{escape(text)}</span>'
