"""Musical time: bars and beats to seconds and frames, rounded in one place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from songbuild.model.faults import Faults
from songbuild.model.form import occurrences
from songbuild.model.meter import Meter, MeterMap, parse_meters
from songbuild.model.positions import parse_length
from songbuild.model.score import Occurrence
from songbuild.model.tempo import Segment, parse_tempo
from songbuild.problems import Fault, NotationError

if TYPE_CHECKING:
    from songbuild.model.song import Song


@dataclass(frozen=True, slots=True)
class TempoEvent:
    """From `beat` on the tempo is `bpm` quarter notes a minute."""

    beat: Fraction
    bpm: float


@dataclass(frozen=True)
class TimeMap:
    """Bars, beats, seconds and frames of one song.  Beats are quarter notes from the song's start.

    anchors  the beats at which sections start: frames are counted from there, so that a section repeated at the same
             tempo has the same frames inside.
    """

    bars: MeterMap
    tempo: tuple[Segment, ...]
    anchors: tuple[Fraction, ...] = ()
    _starts: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _anchors: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _frames: dict[int, tuple[int, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _known: dict[tuple[int, int, int], int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "anchors", tuple(sorted({Fraction(0), *self.anchors})))
        object.__setattr__(self, "_starts", tuple(float(segment.beat) for segment in self.tempo))
        object.__setattr__(self, "_anchors", tuple(float(anchor) for anchor in self.anchors))

    @classmethod
    def build(
        cls,
        tempo: object = 120,
        meter: object = "4/4",
        pickup: object = 0,
        sections: Sequence[Occurrence] = (),
    ) -> TimeMap:
        """A map of these, written as in a song; raises NotationError."""
        bars = _meter_map(meter, pickup)
        segments, faults = parse_tempo(tempo, bars, sections)
        if faults:
            raise NotationError(faults[0].message, hint=faults[0].hint)
        return cls(bars, segments, tuple(item.start for item in sections))

    @property
    def pickup(self) -> Fraction:
        """Beats before bar 1."""
        return self.bars.pickup

    @property
    def meters(self) -> tuple[tuple[int, Meter], ...]:
        """The meter changes as (bar, meter)."""
        return self.bars.changes

    def beat_at(self, bar: int, beat: Fraction = Fraction(0)) -> Fraction:
        """The beat of the song that lies `beat` quarter notes after the start of `bar`."""
        return self.bars.beat_at(bar, beat)

    def bar_at(self, beat: Fraction) -> tuple[int, Fraction]:
        """The bar that a beat lies in, and the quarter notes since the bar's start; the pickup is in bar 0."""
        return self.bars.bar_at(beat)

    def bars_between(self, start: Fraction, stop: Fraction) -> list[tuple[int, Fraction]]:
        """The bars that start at or after `start` and before `stop`, as (bar, its first beat)."""
        bar, rest = self.bar_at(start)
        found = []
        bar += rest > 0
        while (beat := self.beat_at(bar)) < stop:
            found.append((bar, beat))
            bar += 1
        return found

    def exact_seconds(self, beat: Fraction) -> Fraction:
        """The time of a beat in seconds from the song's start."""
        segment = self._segment(beat)
        return segment.second + segment.elapsed(beat - segment.beat)

    def seconds(self, beat: Fraction) -> float:
        """The time of a beat in seconds from the song's start."""
        return float(self.exact_seconds(beat))

    def frame(self, beat: Fraction, rate: int) -> int:
        """The frame of a beat at `rate` Hz: its section's frame plus the rounded distance from there."""
        key = (beat.numerator, beat.denominator, rate)  # the parts of a song start and end together
        if key not in self._known:
            index = max(0, bisect_right(self._anchors, float(beat)) - 1)
            self._known[key] = self._anchor_frames(rate)[index] + self._distance(self.anchors[index], beat, rate)
        return self._known[key]

    def bpm_at(self, beat: Fraction) -> float:
        """The tempo at a beat, in quarter notes a minute; at a jump the new one."""
        segment = self._segment(beat)
        return segment.bpm(beat - segment.beat)

    def tempo_events(self, step: Fraction = Fraction(1, 4)) -> list[TempoEvent]:
        """The tempo as jumps, for MIDI: a ramp is cut into steps, each with the tempo that takes the exact time."""
        events: list[TempoEvent] = []
        for segment in self.tempo:
            done = Fraction(0)
            while segment.curve != "jump" and done < segment.length:
                following = min(done + step, segment.length)
                seconds = segment.elapsed(following) - segment.elapsed(done)
                events.append(TempoEvent(segment.beat + done, float(60 * (following - done) / seconds)))
                done = following
            if segment.curve == "jump":
                events.append(TempoEvent(segment.beat, float(segment.start_bpm)))
        return events

    def _segment(self, beat: Fraction) -> Segment:
        return self.tempo[max(0, bisect_right(self._starts, float(beat)) - 1)]

    def _anchor_frames(self, rate: int) -> tuple[int, ...]:
        if rate not in self._frames:
            frames = [0]
            for before, anchor in zip(self.anchors, self.anchors[1:], strict=False):
                frames.append(frames[-1] + self._distance(before, anchor, rate))
            self._frames[rate] = tuple(frames)
        return self._frames[rate]

    def _distance(self, start: Fraction, stop: Fraction, rate: int) -> int:
        segment = self._segment(start)
        if segment.curve == "jump" and segment is self._segment(stop):
            beats, bpm = stop - start, segment.start_bpm
            return _rounded(60 * rate * beats.numerator * bpm.denominator, beats.denominator * bpm.numerator)
        seconds = self.exact_seconds(stop) - self.exact_seconds(start)
        return _rounded(rate * seconds.numerator, seconds.denominator)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def tempo_map(song: Song, anchors: Sequence[Occurrence] | None = None) -> tuple[TimeMap, list[Fault]]:
    """The time map of a song, and what is wrong with its meter, pickup and tempo.

    anchors  the sections in time; None works them out from the song's form.
    """
    faults = Faults()
    meter: object = song.meter
    try:
        parse_meters(meter)
    except NotationError as error:
        faults.text("meter", ("meter",), error)
        meter = "4/4"
    try:
        bars = _meter_map(meter, song.pickup)
    except NotationError as error:
        faults.text("pickup", ("pickup",), error)
        bars = _meter_map(meter, 0)
    if anchors is None:
        anchors = occurrences(song, bars)[0]
    segments, wrong = parse_tempo(song.tempo, bars, anchors)
    return TimeMap(bars, segments, tuple(item.start for item in anchors)), [*faults, *wrong]


def _meter_map(meter: object, pickup: object) -> MeterMap:
    changes = tuple(parse_meters(meter))
    plain = MeterMap(changes)
    length = parse_length(pickup, plain, Fraction(0))
    if not 0 <= length <= changes[0][1].length:
        raise NotationError("a pickup is shorter than a bar")
    return MeterMap(changes, length)
