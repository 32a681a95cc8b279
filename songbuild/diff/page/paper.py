"""The paper that notes are drawn on: bars from left to right with their beats, and folds where bars are left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from songbuild.diff.facts import TICKS
from songbuild.diff.page.drawing import box, fits, path, px, text
from songbuild.diff.page.stretches import Bar, Stretch

TOP = 18
"""Pixels above the first row: the numbers of the bars."""
FOLD = 22
_WIDEST, _NARROWEST, _ROOM = 30.0, 13.0, 980.0
"""Pixels a quarter note takes, and what a stretch may take in all before its beats become narrow."""


@dataclass(frozen=True)
class Paper:
    """Where the ticks of a stretch are, in pixels: `starts` are those of its runs, `edges` their left edges."""

    runs: tuple[tuple[Bar, ...], ...]
    starts: tuple[int, ...]
    edges: tuple[float, ...]
    beat: float
    left: float
    width: float

    def x(self, tick: int) -> float:
        """The place of a tick; of one that is folded, the near edge of the fold."""
        at = max(0, bisect_right(self.starts, tick) - 1)
        run = self.runs[at]
        inside = min(max(tick, run[0].start), run[-1].start + run[-1].length)
        return self.edges[at] + (inside - run[0].start) / TICKS * self.beat

    def bar(self, tick: int) -> Bar:
        """The bar that a tick lies in."""
        run = self.runs[max(0, bisect_right(self.starts, tick) - 1)]
        return next((bar for bar in reversed(run) if bar.start <= tick), run[0])


def paper(stretch: Stretch, left: float) -> Paper:
    """The paper of a stretch, with room for labels to the left."""
    lengths = [run[-1].start + run[-1].length - run[0].start for run in stretch.runs]
    beats = sum(lengths) / TICKS
    beat = min(_WIDEST, max(_NARROWEST, (_ROOM - left) / beats))
    edges, at = [], left
    for length in lengths:
        edges.append(at)
        at += length / TICKS * beat + FOLD
    return Paper(stretch.runs, tuple(run[0].start for run in stretch.runs), tuple(edges), beat, left, at - FOLD + 1)


def lines(on: Paper, height: float) -> Iterator[str]:
    """Bar lines with numbers, beats, and folds, from the top to `height` below it."""
    beats, bars, numbers = "", "", []
    for run in on.runs:
        for bar in run:
            x = on.x(bar.start)
            bars += f"M{px(x)} {TOP}v{px(height)}"
            beats += "".join(
                f"M{px(on.x(bar.start + tick))} {TOP}v{px(height)}" for tick in range(bar.beat, bar.length, bar.beat)
            )
            if fits(str(bar.number), bar.length / TICKS * on.beat):
                numbers.append(text(x + 2, TOP - 5, str(bar.number), "bar"))
    for run, edge in zip(on.runs, on.edges, strict=True):
        bars += f"M{px(edge + (run[-1].start + run[-1].length - run[0].start) / TICKS * on.beat)} {TOP}v{px(height)}"
    yield path("beats", beats)
    yield path("barlines", bars)
    yield from numbers
    for run, edge, after in zip(on.runs, on.edges[1:], on.runs[1:], strict=False):
        left_out = (run[-1].number + 1, after[0].number - 1)
        words = f"bars {left_out[0]}–{left_out[1]} are left out: nothing changes there"
        yield path("fold", box(edge - FOLD, TOP, FOLD, height), words)
        yield text(edge - FOLD / 2, TOP + height / 2 + 4, "⋯", "mid dim")
