"""Comps: which take sounds when, as cuts in frames with crossfades between neighbours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from songbuild.model.faults import Faults
from songbuild.model.positions import parse_range, position
from songbuild.model.recordings import Recording, Region, Take
from songbuild.model.score import Score
from songbuild.problems import Fault, NotationError, Path, did_you_mean

if TYPE_CHECKING:
    from songbuild.model.song import Song

_REGION = re.compile(r"\s*(\S+)\s+(.*\S)\s*")


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a take in the song.

    take                          the name of the take; its gain, polarity and direction are the take's own
    start_frame, stop_frame       on the song's timeline, fades included; stop None is the end of the take
    source_frame                  the frame of the take's file, at the build's rate, that falls on `start_frame`; below
                                  0 the file has not begun.  Of a take that is reversed, frames count from its end
    gain_db                       the region's gain
    fade_in_frames, …_out_frames  from silence after the start, to silence before the stop; they overlap the
                                  neighbour's
    curve                         of the fades: 'equal-power' or 'linear'
    reverse                       the same frames are played last to first
    """

    take: str
    start_frame: int
    stop_frame: int | None
    source_frame: int
    gain_db: float = 0.0
    fade_in_frames: int = 0
    fade_out_frames: int = 0
    curve: str = "equal-power"
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class _Span:
    """A region on the song's timeline, without its fades; `origin` is where its take's first frame falls."""

    index: int
    region: Region
    take: str
    start: int
    stop: int
    origin: int


def cuts(song: Song, score: Score, rate: int, name: str) -> tuple[list[Cut], list[Fault]]:
    """The cuts of a recording in order of time, and what is wrong with its takes and comp.

    Without a comp, the first take sounds whole.
    """
    recording = song.recordings[name]
    path: Path = ("recordings", name)
    faults = Faults()
    origins = _origins(recording.takes, score, rate, path, faults)
    if not recording.comp:
        first = next(iter(recording.takes), None)
        if first is None:
            faults.add("comp", (*path, "takes"), "there is no take")
        return [_whole(first, origins[first])] if first in origins else [], list(faults)
    spans = _spans(recording, origins, score, rate, path, faults)
    return [] if len(faults) else _joined(spans, recording, rate), list(faults)


def _origins(takes: Mapping[str, Take], score: Score, rate: int, path: Path, faults: Faults) -> dict[str, int]:
    """The frame of the song that the first frame of each take's file falls on."""
    origins: dict[str, int] = {}
    for name, take in takes.items():
        try:
            at = score.time.frame(position(take.at, score.time.bars, score.sections), rate)
        except NotationError as error:
            faults.text("comp", (*path, "takes", name, "at"), error)
            continue
        origins[name] = at + _frames(take.nudge / 1000, rate) - _frames(take.offset, rate)
    return origins


def _whole(take: str, origin: int) -> Cut:
    return Cut(take, max(0, origin), None, max(0, -origin))


def _spans(
    recording: Recording, origins: Mapping[str, int], score: Score, rate: int, path: Path, faults: Faults
) -> list[_Span]:
    """The regions in order of time; overlaps are faults."""
    spans: list[_Span] = []
    for index, region in enumerate(recording.comp):
        here = (*path, "comp", index, "region")
        try:
            take, start, stop = parse_region(region.region, recording.takes, score)
        except NotationError as error:
            faults.text("comp", here, error)
            continue
        if take in origins:
            first, last = score.time.frame(start, rate), score.time.frame(stop, rate)
            origin = origins[take] + _frames(region.nudge / 1000, rate)
            spans.append(_Span(index, region, take, first, last, origin))
    spans.sort(key=lambda span: (span.start, span.index))
    for before, after in pairwise(spans):
        if after.start < before.stop:
            earlier, later = sorted((before, after), key=lambda span: span.index)
            message = f"'{later.region.region}' overlaps '{earlier.region.region}'"
            faults.add("comp", (*path, "comp", later.index, "region"), message)
    return spans


def parse_region(text: str, takes: Mapping[str, Take], score: Score) -> tuple[str, Fraction, Fraction]:
    """The take of 'take2 9-12' and the beats where it starts and ends; raises NotationError.

    An end is inclusive: bar 12 whole, the whole beat of bar.beat, a whole section.  'take2 9' is one bar, 'take2
    chorus' one section, 'take2 9-end' all to the end of the song.
    """
    match = _REGION.fullmatch(text)
    name = match[1] if match else text.strip()
    if name not in takes:
        raise NotationError(f"unknown take '{name}'", text.find(name), max(1, len(name)), did_you_mean(name, takes))
    if not match:
        raise NotationError("a region is a take and its bars", 0, max(1, len(text)), "such as 'take2 9-12'")
    start, stop = parse_range(match[2], score.time.bars, score.sections, match.start(2))
    if stop <= start:
        raise NotationError("a region ends after it starts", match.start(2), len(match[2]))
    return name, start, stop


def _joined(spans: Sequence[_Span], recording: Recording, rate: int) -> list[Cut]:
    """Cuts whose neighbours overlap by the crossfade, centred on the boundary; edges at silence fade the same way."""
    whole = _frames(recording.crossfade.time / 1000, rate)
    found: list[Cut] = []
    for index, span in enumerate(spans):
        region = span.region
        fade_in, early = whole, whole - whole // 2
        fade_out, late = whole, whole // 2
        before = spans[index - 1] if index else None
        after = spans[index + 1] if index + 1 < len(spans) else None
        if region.fade_in is not None:
            fade_in, early = _frames(region.fade_in / 1000, rate), 0
        elif before and before.stop == span.start and before.region.fade_out is not None:
            early = 0
        if region.fade_out is not None:
            fade_out, late = _frames(region.fade_out / 1000, rate), 0
        elif after and after.start == span.stop and after.region.fade_in is not None:
            late = 0
        early = min(early, span.start)
        start, stop = span.start - early, span.stop + late
        found.append(
            Cut(
                span.take,
                start,
                stop,
                start - span.origin,
                region.gain_db,
                min(fade_in, stop - start),
                min(fade_out, stop - start),
                recording.crossfade.curve,
                region.reverse,
            )
        )
    return found


def _frames(seconds: float, rate: int) -> int:
    """Seconds in whole frames, halves away from the past."""
    return int((seconds * rate + 0.5) // 1)
