"""Where a pattern stands in a song's files, and what it hears where it is played."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.chords import ChordSpan
from songbuild.model.composition import Pattern
from songbuild.model.line import ZERO, BarStarts
from songbuild.model.scales import Key
from songbuild.problems import Path


@dataclass(frozen=True)
class Context:
    """Where a pattern is played: the key, the lengths of the bars (the last for ever), the section's chords.

    `length` is how much of the section is left.
    """

    key: Key
    bars: tuple[Fraction, ...] = (Fraction(4),)
    chords: tuple[ChordSpan, ...] = ()
    length: Fraction = ZERO

    def later(self, start: Fraction, stop: Fraction | None = None) -> Context:
        """The same from the bar at `start` on, up to `stop`; its chords count from there."""
        bar, _ = BarStarts(self.bars).bar_of(start)
        stop = self.length if stop is None else stop
        chords = tuple(
            ChordSpan(
                max(span.start, start) - start,
                min(span.start + span.length, stop) - max(span.start, start),
                span.chord,
                span.offset,
            )
            for span in self.chords
            if span.start < stop and span.start + span.length > start
        )
        return Context(self.key, self.bars[min(bar, len(self.bars) - 1) :], chords, stop - start)

    def without_chords(self) -> Context:
        """The same for what doesn't hear the section's chords."""
        return Context(self.key, self.bars)


class Written(NamedTuple):
    """A pattern and the path it stands at; `text` is the path of its notes where they are not below that."""

    pattern: Pattern
    path: Path
    text: Path | None = None
