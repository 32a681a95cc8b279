"""A line of music before it has a place in the song, and what can be done to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.scales import Key
from songbuild.problems import NotationError

ZERO = Fraction(0)
FULL = Fraction(1)


class Tone(NamedTuple):
    """One note or hit.

    onset, length  quarter notes from the line's start, as written; `gate` is the part of the length that sounds,
                   None where the writing leaves it to the pattern
    pitch          MIDI key; 0 for a drum
    velocity       not yet limited to 1…127, so that scaling it is exact
    offset, size   where in the string it was written
    shift_s        seconds by which a strum delays it
    """

    onset: Fraction
    length: Fraction
    pitch: int
    velocity: float
    gate: Fraction | None = None
    offset: int = 0
    size: int = 1
    shift_s: float = 0.0
    text: str = ""
    drum: str = ""


class Line(NamedTuple):
    """Tones in order of onset, and how long the line is."""

    tones: tuple[Tone, ...]
    length: Fraction


def _each(line: Line, change: Callable[[Tone], Tone]) -> Line:
    return Line(tuple(change(tone) for tone in line.tones), line.length)


def ordered(tones: Iterable[Tone]) -> tuple[Tone, ...]:
    """Tones by onset, then pitch, then drum."""
    return tuple(sorted(tones, key=lambda tone: (tone.onset, tone.pitch, tone.drum)))


def transpose(line: Line, semitones: int) -> Line:
    """Pitched tones up by semitones."""
    return _each(line, lambda tone: tone if tone.drum else tone._replace(pitch=tone.pitch + semitones))


def transpose_steps(line: Line, steps: int, key: Key) -> Line:
    """Pitched tones up by steps of the key's scale; a chromatic note keeps its alteration."""

    def move(tone: Tone) -> Tone:
        step, altered = key.step_of(tone.pitch)
        return tone if tone.drum else tone._replace(pitch=key.pitch(step + steps) + altered)

    return _each(line, move)


def invert(line: Line, key: Key) -> Line:
    """Intervals upside down around the first tone, in steps of the scale; an alteration changes its sign."""
    pitched = [tone for tone in line.tones if not tone.drum]
    if not pitched:
        return line
    axis, axis_altered = key.step_of(pitched[0].pitch)

    def turn(tone: Tone) -> Tone:
        if tone.drum:
            return tone
        step, altered = key.step_of(tone.pitch)
        return tone._replace(pitch=key.pitch(2 * axis - step) + 2 * axis_altered - altered)

    return Line(ordered(turn(tone) for tone in line.tones), line.length)


def retrograde(line: Line) -> Line:
    """Last to first: what ended at the line's end now starts it."""
    return Line(
        ordered(tone._replace(onset=line.length - tone.onset - tone.length) for tone in line.tones), line.length
    )


def augment(line: Line, factor: Fraction) -> Line:
    """Every onset and length times `factor`."""
    tones = (tone._replace(onset=tone.onset * factor, length=tone.length * factor) for tone in line.tones)
    return Line(tuple(tones), line.length * factor)


def rotate(line: Line, beats: Fraction) -> Line:
    """Every onset later by `beats`, around the line's end."""
    if not line.length:
        return line
    return Line(ordered(tone._replace(onset=(tone.onset + beats) % line.length) for tone in line.tones), line.length)


def scale_velocity(line: Line, factor: float) -> Line:
    """Every velocity times `factor`."""
    return _each(line, lambda tone: tone._replace(velocity=tone.velocity * factor))


def replace(line: Line, start: Fraction, stop: Fraction, other: Line) -> Line:
    """What starts between `start` and `stop` gives way to `other`; what rings into it ends there."""
    kept = []
    for tone in line.tones:
        if tone.onset < start < tone.onset + tone.length:
            tone = tone._replace(length=start - tone.onset)
        if not start <= tone.onset < stop:
            kept.append(tone)
    placed = (
        tone._replace(onset=tone.onset + start, length=min(tone.length, stop - start - tone.onset))
        for tone in other.tones
        if tone.onset < stop - start
    )
    return Line(ordered([*kept, *placed]), line.length)


def span(line: Line, start: Fraction, stop: Fraction) -> Line:
    """The part of a line from `start` to `stop`, starting at 0; what rings out of it ends there."""
    tones = (
        tone._replace(onset=tone.onset - start, length=min(tone.length, stop - tone.onset))
        for tone in line.tones
        if start <= tone.onset < stop
    )
    return Line(tuple(tones), stop - start)


def beats_text(beats: Fraction) -> str:
    """A length as people say it: 'half a beat', '2 beats', '1 1/2 beats', '1/3 of a beat'."""
    whole, part = divmod(beats, 1)
    if not part:
        return f"{whole} beat{'' if whole == 1 else 's'}"
    if whole:
        return f"{whole} {part} beats"
    return "half a beat" if part == Fraction(1, 2) else f"{part} of a beat"


class BarStarts:
    """Where the bars of a line start: `lengths` in quarter notes, the last one for ever.  Bars count from 0."""

    def __init__(self, lengths: tuple[Fraction, ...]) -> None:
        self.lengths = lengths
        self._starts = [ZERO]
        for length in lengths[:-1]:
            self._starts.append(self._starts[-1] + length)

    def length_of(self, bar: int) -> Fraction:
        """The length of a bar."""
        return self.lengths[max(0, min(bar, len(self.lengths) - 1))]

    def start_of(self, bar: int) -> Fraction:
        """Where a bar starts."""
        last = len(self._starts) - 1
        if bar < 0:
            return bar * self.lengths[0]
        return self._starts[bar] if bar <= last else self._starts[last] + (bar - last) * self.lengths[last]

    def bar_of(self, position: Fraction) -> tuple[int, Fraction]:
        """The bar at `position`, and the distance from its start."""
        last = len(self._starts) - 1
        if position < 0:
            bar, rest = divmod(position, self.lengths[0])
            return int(bar), rest
        if last and position < self._starts[last]:
            bar = next(index for index in range(last) if position < self._starts[index + 1])
            return bar, position - self._starts[bar]
        bars, rest = divmod(position - self._starts[last], self.lengths[last])
        return last + int(bars), rest

    def check(self, position: Fraction, since: Fraction, offset: int, size: int = 1) -> None:
        """Raise NotationError unless `position` is a bar line; the bar line before it was at `since`."""
        bar, rest = self.bar_of(position)
        if not rest:
            return
        written, _ = self.bar_of(since)
        over = position - self.start_of(written + 1)
        if bar == written + 1 and over <= self.length_of(bar) / 2:
            raise NotationError(f"bar {written + 1} is {beats_text(over)} too long", offset, size)
        raise NotationError(f"bar {bar + 1} is {beats_text(self.length_of(bar) - rest)} short", offset, size)
