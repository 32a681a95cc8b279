"""From items as written to tones in time: bar checks, ties, tuplets, repeats and dynamics."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.line import ZERO, BarStarts, Line, Tone, ordered
from songbuild.problems import NotationError

MOST_TONES = 50_000


class Pitch(NamedTuple):
    """A pitch as written: MIDI key, place in the string, its own velocity and tie."""

    pitch: int
    offset: int
    size: int
    velocity: int | None = None
    tied: bool = False


@dataclass(slots=True)
class Item:
    """Something written.

    kind  note (one or more pitches), rest, rest_bar, again (%), bar (|), level (!mf), louder (<), softer (>),
          tuplet, group
    """

    kind: str
    offset: int
    size: int = 1
    length: Fraction = ZERO
    times: int = 1
    pitches: list[Pitch] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    value: int | None = None
    gate: Fraction | None = None
    stress: int = 0


def lay_out(items: list[Item], bars: tuple[Fraction, ...], velocity: float, text: str) -> Line:
    """The line that items write; raises NotationError."""
    state = _Layout(BarStarts(bars), velocity)
    state.run(items, Fraction(1), inside=False)
    state.finish(len(text.rstrip()))
    return Line(ordered(state.tones), state.position)


@dataclass
class _Layout:
    """`open` maps a pitch to its tone that a tie holds; `swell` is a hairpin: its item, start, first tone, level."""

    bars: BarStarts
    level: float
    position: Fraction = ZERO
    line: Fraction | None = None
    tones: list[Tone] = field(default_factory=list)
    shaped: list[float | None] = field(default_factory=list)
    open: dict[int, tuple[int, Pitch]] = field(default_factory=dict)
    swell: tuple[Item, Fraction, int, float] | None = None
    placed: int = 0

    def run(self, items: list[Item], scale: Fraction, inside: bool) -> None:
        """Place items; `inside` a tuplet, lengths are times `scale`."""
        for item in items:
            if inside and item.kind in ("bar", "again", "rest_bar"):
                raise NotationError("this can't stand inside of a tuplet", item.offset, item.size)
            for _ in range(item.times):
                self.placed += 1
                if self.placed > MOST_TONES:
                    raise NotationError(f"more than {MOST_TONES:,} notes", item.offset, item.size)
                self._place(item, scale, inside)

    def _place(self, item: Item, scale: Fraction, inside: bool) -> None:
        if item.kind == "note":
            self._note(item, item.length * scale)
        elif item.kind == "rest":
            self._settle()
            self.position += item.length * scale
        elif item.kind == "tuplet":
            whole = _written(item.items, item.offset)
            self.run(item.items, scale * item.length / whole, inside=True)
        elif item.kind == "group":
            self.run(item.items, scale, inside)
        elif item.kind == "bar":
            self._bar(item)
        elif item.kind == "level":
            self._reach(item)
        elif item.kind in ("louder", "softer"):
            if self.swell:
                raise NotationError("a level comes between two swells", item.offset, 1, "write one, such as !mf")
            self.swell = (item, self.position, len(self.tones), self.level)
        else:
            self._whole_bar(item)

    def _note(self, item: Item, length: Fraction) -> None:
        for pitch in item.pitches:
            velocity = pitch.velocity or item.value
            held = self.open.pop(pitch.pitch, None)
            if held and self.tones[held[0]].onset + self.tones[held[0]].length == self.position:
                index, before = held[0], self.tones[held[0]]
                self.tones[index] = before._replace(length=before.length + length, gate=item.gate)
            else:
                if held:  # the other of two equal pitches in a chord
                    self.open[pitch.pitch] = held
                index = len(self.tones)
                self.tones.append(
                    Tone(
                        self.position, length, pitch.pitch, (velocity or self.level) + item.stress,
                        item.gate, pitch.offset, pitch.size,
                    )
                )  # fmt: skip
                self.shaped.append(None if velocity else item.stress)
            if pitch.tied:
                self.open[pitch.pitch] = (index, pitch)
        self._settle()
        self.position += length

    def _settle(self) -> None:
        """Refuse ties that have ended without reaching another note."""
        for index, pitch in self.open.values():
            tone = self.tones[index]
            if tone.onset + tone.length <= self.position:
                raise NotationError(
                    "this tie leads to no note of the same pitch",
                    pitch.offset,
                    pitch.size,
                    "the same note must follow it at once",
                )

    def _bar(self, item: Item) -> None:
        if self.line == self.position:
            raise NotationError("there is nothing in this bar", item.offset, 1, "write R for a bar's rest")
        self.bars.check(self.position, self.line or ZERO, item.offset)
        self.line = self.position

    def _whole_bar(self, item: Item) -> None:
        bar, rest = self.bars.bar_of(self.position)
        if rest:
            raise NotationError("this stands for a whole bar, and the bar has begun", item.offset, item.size)
        self._settle()
        length = self.bars.length_of(bar)
        if item.kind == "again":
            if bar == 0 or self.bars.length_of(bar - 1) != length:
                raise NotationError("there is no bar of this length before it to repeat", item.offset, item.size)
            before = self.position - length
            for index in range(len(self.tones)):
                tone = self.tones[index]
                if tone.onset >= before:
                    end = min(tone.onset + tone.length, self.position)
                    self.tones.append(tone._replace(onset=tone.onset + length, length=end - tone.onset))
                    self.shaped.append(self.shaped[index])
        self.position += length

    def _reach(self, item: Item) -> None:
        """Set the level, and shape what a hairpin before it spans: velocity grows evenly with time."""
        goal = float(item.value or 0)
        if self.swell:
            start, since, first, base = self.swell
            if (goal <= base) if start.kind == "louder" else (goal >= base):
                way = "louder" if start.kind == "louder" else "softer"
                raise NotationError(f"a swell to here gets {way}, but this level isn't", item.offset, item.size)
            whole = self.position - since
            for index in range(first, len(self.tones)):
                stress = self.shaped[index]
                if stress is not None and whole:
                    level = base + (goal - base) * float((self.tones[index].onset - since) / whole)
                    self.tones[index] = self.tones[index]._replace(velocity=level + stress)
            self.swell = None
        self.level = goal

    def finish(self, end: int) -> None:
        """Check what must be complete at the end of the string."""
        if self.swell:
            raise NotationError("this swell has no end", self.swell[0].offset, 1, "write the level it reaches: !f")
        if self.line is not None and self.position != self.line:
            self.bars.check(self.position, self.line, max(0, end - 1))
        self._settle()


def _written(items: list[Item], offset: int) -> Fraction:
    """The length of items in their own terms."""
    total = ZERO
    for item in items:
        inner = _written(item.items, item.offset) if item.kind == "group" else item.length
        total += inner * item.times
    if not total:
        raise NotationError("there is nothing in this tuplet", offset)
    return total
