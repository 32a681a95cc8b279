"""Curves as SVG: stretched over the plot they are in, without text, so that labels stay legible at every width.

A plot is as wide as it has columns and 100 high; a value is placed by the values at its top and its bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
    path = "".join(
        "M" + "L".join(f"{start + at:g} {scale.y(value):.1f}" for at, value in run)
        + ("h0" if len(run) == 1 else "")  # a dot, by the round ends of its stroke
        for run in _runs(values)
    )  # fmt: skip
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def band(lows: Values, highs: Values, scale: Scale, kind: str, start: float = 0.5) -> str:
    """The surface between two lines, which have and lack values at the same places."""
    path = ""
    tops = _runs(highs)
    for run, under in zip(tops, _runs(lows), strict=True):
        there = "L".join(f"{start + at:g} {scale.y(value):.1f}" for at, value in run)
        back = "L".join(f"{start + at:g} {scale.y(value):.1f}" for at, value in reversed(under))
        path += f"M{there}L{back}z"
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def bars(values: Values, scale: Scale, kind: str, gap: float = 0.14) -> str:
    """A bar from 0 to each value, one in each column."""
    zero = scale.y(0.0)
    path = "".join(
        f"M{at + gap:g} {zero:.1f}V{scale.y(value):.1f}h{1 - 2 * gap:g}V{zero:.1f}z"
        for run in _runs(values)
        for at, value in run
    )
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def across(value: float, scale: Scale, width: float, kind: str) -> str:
    """A line at a value from side to side."""
    return f'<path class="{kind}" d="M0 {scale.y(value):.1f}H{width:g}"/>'


def upright(places: Iterable[float], kind: str) -> str:
    """Lines from top to bottom."""
    path = "".join(f"M{at:.6g} 0V100" for at in places)
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _runs(values: Values) -> list[list[tuple[int, float]]]:
    """(place, value) of values in a row, without those that are None."""
    runs: list[list[tuple[int, float]]] = []
    last = -2
    for at, value in enumerate(values):
        if value is None:
            continue
        if at != last + 1:
            runs.append([])
        runs[-1].append((at, value))
        last = at
    return runs


def ticks(scale: Scale, values: Iterable[tuple[float, str]]) -> Iterator[str]:
    """Labels beside a plot, each at its value."""
    for value, text in values:
        yield f'<span style="top:{scale.y(value):.1f}%">{escape(text)}</span>'
