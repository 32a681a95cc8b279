"""A version of a song that is to be heard: its signals, and where its sections are in frames and bars."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

from songbuild.api.song import load
from songbuild.diff.change import Bars, Difference
from songbuild.diff.heard import Place, Span
from songbuild.diff.words import playing
from songbuild.engine import Store
from songbuild.model.score import Score
from songbuild.problems import Problem
from songbuild.stages.hearing import Signals, plan_signals

Which = Literal["old", "new"]
PICKUP, TAIL = "pickup", "tail"
WHEN = {"old": "before", "new": "after"}
_ROUNDED = 2
"""Frames that rounding may make a section longer or shorter."""


@dataclass(frozen=True)
class Version:
    """One side of a difference, ready to be rendered."""

    which: Which
    signals: Signals

    @property
    def score(self) -> Score:
        """The song in musical time."""
        return self.signals.score

    @property
    def rate(self) -> int:
        """Frames a second."""
        return self.signals.graph.rate

    @property
    def frames(self) -> int:
        """Its length."""
        return self.signals.graph.grid[-1]

    def frame(self, beat: Fraction) -> int:
        """The frame of a beat of the song."""
        return min(self.score.time.frame(beat, self.rate), self.frames)

    @cached_property
    def starts(self) -> tuple[list[int], list[int]]:
        """The song's bars and the frames they start at, the end of the last one included."""
        found = self.score.time.bars_between(Fraction(0), self.score.length)
        last = found[-1][0] + 1 if found else 1
        frames = [*(self.frame(beat) for _, beat in found), self.frame(self.score.length)]
        return [*(bar for bar, _ in found), last], frames

    def place(self, frame: int) -> Place:
        """The point of the song that a frame is, to the nearest sixteenth of a beat's length in quarters."""
        time = self.score.time
        numbers, starts = self.starts
        at = max(0, bisect_right(starts, frame) - 1)
        bar, start = numbers[at], starts[at]
        meter = time.bars.meter_at(bar)
        begin = time.beat_at(bar)
        length = self.score.time.frame(begin + meter.length, self.rate) - start
        sixteenths = round((frame - start) / max(1, length) * float(meter.length) * 4)
        if sixteenths >= meter.length * 4:  # so little before the bar line that it is on it
            return Place(bar + 1, 1.0, frame / self.rate, self.which)
        return Place(bar, 1 + float(Fraction(sixteenths, 4) / meter.beat), frame / self.rate, self.which)

    def span(self, start: int, stop: int, bars: tuple[int, int], section: str = "") -> Span:
        """A stretch of frames and bars."""
        return Span(start / self.rate, stop / self.rate, Bars(*bars, section, self.which))


@dataclass(frozen=True)
class Piece:
    """A stretch of one or both versions, in frames and as it is told.

    alike    whether a beat takes as long in both, so that one can be taken from the other
    indices  which section it is in the old and in the new one
    """

    name: str
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    old_span: Span | None
    new_span: Span | None
    alike: bool
    indices: tuple[int | None, int | None] = (None, None)

    @property
    def common(self) -> int:
        """Frames that both have, if they go at one tempo."""
        if not self.alike or self.old is None or self.new is None:
            return 0
        return min(self.old[1] - self.old[0], self.new[1] - self.new[0])

    @property
    def complete(self) -> bool:
        """Whether all of both is in common, but for rounding."""
        sizes = [side[1] - side[0] for side in (self.old, self.new) if side is not None]
        return max(sizes) - self.common <= _ROUNDED


def version_of(song: Path, which: Which, store: Store, trusted: bool) -> Version | str:
    """Read and plan one side; why it can't be rendered, where that is so.  Raises UsageError for an album."""
    loaded = load(song, trusted=trusted)
    wrong = [problem for problem in loaded.problems if problem.severity == "error"]
    if loaded.song is None or loaded.score is None or wrong:
        return _said(which, wrong)
    signals, faults = plan_signals(loaded.song, loaded.folder, store.digest_file, loaded.score)
    if signals is None:
        wrong = [loaded.places.problem(fault) for fault in faults if fault.severity == "error"]
        return _said(which, wrong)
    return Version(which, signals)


def _said(which: Which, problems: Sequence[Problem]) -> str:
    """Why a side can't be rendered: its first error, and how many more there are."""
    if not problems:
        return f"{WHEN[which]}: the song can't be read"
    first, more = problems[0], len(problems) - 1
    others = f" (and {more} more)" if more else ""
    return f"{WHEN[which]}: it can't be rendered: {first.span}: {first.message}{others}"


def pieces(old: Version, new: Version, difference: Difference) -> list[Piece]:
    """The sections beside each other, in the order of the new version, those that are gone where they were.

    A pickup comes first, what sounds after the last section last.
    """
    pairs = difference.sections
    if not pairs and len(old.score.sections) == len(new.score.sections):  # of equal songs nothing is paired
        pairs = tuple((index, index) for index in range(len(new.score.sections)))
    found = [_section(old, new, difference, pair) for pair in _in_order(pairs)]
    first, last = _edge(old, new, PICKUP), _edge(old, new, TAIL)
    return [piece for piece in (first, *found, last) if piece is not None]


def whole(old: Version, new: Version) -> Piece:
    """All of both versions."""
    spans = []
    for side in (old, new):
        numbers, _ = side.starts
        spans.append(side.span(0, side.frames, (numbers[0], max(numbers[0], numbers[-1] - 1))))
    return Piece("", (0, old.frames), (0, new.frames), spans[0], spans[1], alike=False)


def _in_order(pairs: Sequence[tuple[int | None, int | None]]) -> list[tuple[int | None, int | None]]:
    """Pairs of sections by their new places, each that is gone after the one that it followed."""
    ordered = sorted((pair for pair in pairs if pair[1] is not None), key=lambda pair: pair[1] or 0)
    for gone in sorted((pair for pair in pairs if pair[1] is None), key=lambda pair: pair[0] or 0):
        before = [at for at, (old, _) in enumerate(ordered) if old is not None and old < (gone[0] or 0)]
        ordered.insert(max(before, key=lambda at: ordered[at][0] or 0) + 1 if before else 0, gone)
    return ordered


def _section(old: Version, new: Version, difference: Difference, pair: tuple[int | None, int | None]) -> Piece | None:
    frames: dict[str, tuple[int, int] | None] = {"old": None, "new": None}
    spans: dict[str, Span | None] = {"old": None, "new": None}
    name, beats = "", [Fraction(0), Fraction(0)]
    for side, facts, index in ((old, difference.old, pair[0]), (new, difference.new, pair[1])):
        if index is None:
            continue
        section = side.score.sections[index]
        start, stop = side.frame(section.start), side.frame(section.start + section.length)
        last = section.first_bar + section.bars - 1
        frames[side.which] = start, stop
        spans[side.which] = side.span(start, stop, (section.first_bar, last), section.id)
        name, beats[side.which == "new"] = playing(index, facts.sections), section.length
    if frames["old"] is None and frames["new"] is None:
        return None
    return Piece(name, frames["old"], frames["new"], spans["old"], spans["new"], _alike(frames, beats, old, new), pair)


def _edge(old: Version, new: Version, name: str) -> Piece | None:
    """What sounds before bar 1, or after the last section; None where neither side has any."""
    frames: dict[str, tuple[int, int] | None] = {"old": None, "new": None}
    spans: dict[str, Span | None] = {"old": None, "new": None}
    beats = [Fraction(0), Fraction(0)]
    for side in (old, new):
        pickup = side.score.time.pickup
        start, stop = (0, side.frame(pickup)) if name == PICKUP else (side.frame(side.score.length), side.frames)
        bar = 0 if name == PICKUP else side.starts[0][-1]
        if stop > start:
            frames[side.which], spans[side.which] = (start, stop), side.span(start, stop, (bar, bar), name)
            beats[side.which == "new"] = pickup if name == PICKUP else Fraction(0)
    if frames["old"] is None and frames["new"] is None:
        return None
    if name == PICKUP:
        alike = _alike(frames, beats, old, new)
    else:
        ends = [side.score.time.bpm_at(side.score.length) for side in (old, new)]
        alike = old.rate == new.rate and ends[0] == ends[1]
    return Piece(name, frames["old"], frames["new"], spans["old"], spans["new"], alike)


def _alike(frames: dict[str, tuple[int, int] | None], beats: Sequence[Fraction], old: Version, new: Version) -> bool:
    """Whether a beat takes as long in both, so that one can be taken from the other."""
    before, after = frames["old"], frames["new"]
    if before is None or after is None or not all(beats):
        return False
    lengths = (before[1] - before[0]) * beats[1], (after[1] - after[0]) * beats[0]
    return old.rate == new.rate and abs(lengths[0] - lengths[1]) <= _ROUNDED * max(beats)


def partings(found: Sequence[Piece]) -> Iterator[tuple[Piece | None, Piece | None]]:
    """The places of the form, in order, at which the versions don't play what is paired: the old and the new piece."""
    olds = {piece.indices[0]: piece for piece in found if piece.indices[0] is not None}
    news = {piece.indices[1]: piece for piece in found if piece.indices[1] is not None}
    for place in range(max(len(olds), len(news))):
        before, after = olds.get(place), news.get(place)
        if before is not after:
            yield before, after
