"""Frames as bars of the song, in words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from songbuild.engine import Stretch
from songbuild.model.score import Score

MOST_RANGES = 4


@dataclass(frozen=True)
class Bars:
    """Frames at `rate` Hz as bars of the song: `starts` holds each bar's first frame, the first bar is `first`."""

    starts: tuple[int, ...]
    first: int
    rate: int

    @classmethod
    def of(cls, score: Score, rate: int) -> Bars:
        """The bars of a score at `rate` Hz."""
        found = score.time.bars_between(Fraction(0), score.length)
        return cls(tuple(score.time.frame(beat, rate) for _, beat in found), found[0][0] if found else 1, rate)

    def number(self, frame: int) -> int:
        """The bar that a frame is in; before the first bar and after the last it is the nearest."""
        return max(0, bisect_right(self.starts, frame) - 1 + self.first)

    def within(self, start: int, stop: int) -> list[int]:
        """Frames that stand for every bar from `start` to `stop`."""
        return [start, *(frame for frame in self.starts if start < frame < stop)]

    def words(self, frames: Iterable[int]) -> str:
        """'bar 9', 'bars 9-10, 17'; many ranges are one."""
        bars = sorted({self.number(frame) for frame in frames})
        if not bars:
            return ""
        ends = [here for here, there in pairwise(bars) if there > here + 1]
        heads = [there for here, there in pairwise(bars) if there > here + 1]
        ranges = list(zip([bars[0], *heads], [*ends, bars[-1]], strict=True))
        if len(ranges) > MOST_RANGES:
            ranges = [(bars[0], bars[-1])]
        shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
        return f", bar{'s' if len(bars) > 1 else ''} {shown}"


def where(tiles: Sequence[Stretch], bars: Bars) -> str:
    """Which part of a stream runs: '2 of 9 tiles: bars 5-8'; '' where that is all of it, or nothing is known.

    What follows from a state alone runs only until the states meet again, so it is told apart.
    """
    total, reused = (sum(one.tiles for one in tiles if not only or one.fate == "reused") for only in (False, True))
    trail = [one for one in tiles if one.until_met]
    sure = [one for one in tiles if one.fate != "reused" and not one.until_met]
    if not reused and not trail:
        return ""
    least, most = sum(one.tiles for one in sure), total - reused
    count = f"{least} to {most}" if trail else f"{least}"
    text = bars.words(frame for one in sure for frame in bars.within(one.start, one.stop)).removeprefix(", ")
    if trail:
        end = bars.number(trail[-1].stop - 1)
        begin = f"{text}, then" if text else f"from bar {bars.number(trail[0].start)}"
        text = f"{begin} to bar {end} or until the states meet again"
    return f"{count} of {total} tiles: {text}"
