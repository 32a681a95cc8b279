"""Where an album's tracks are: each one's audio, and the sector of a CD at which it begins.

A track begins on a sector, 1/75 s, at every rate, so that a CD and files agree.  After a gap and in a crossfade its
audio begins with the sector.  Without a gap it follows the audio before it at once, and the sector that this falls into
is the track's first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from songbuild.model.album import GAP_S, MOST_TRACKS, AlbumTrack, TrackFade
from songbuild.problems import Fault, Path

SECTORS_PER_S = 75
"""IEC 60908: a sector is 588 frames at 44.1 kHz; every rate of songbuild's is a multiple of 75."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """A fade of a track: frames from the start of its audio; `out` where the level falls."""

    start: int
    frames: int
    curve: str
    out: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """One track: its audio is frames `start` to `stop` of the album, from frame `skipped` of its source on.

    `sector` is where the track begins in the album, the `pregap` sectors before that are its index 0.
    """

    start: int
    stop: int
    skipped: int
    sector: int
    pregap: int
    ramps: tuple[Ramp, ...]

    @property
    def frames(self) -> int:
        """The length of its audio."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Programme:
    """The tracks of an album at `rate` Hz, `sectors` in all; where one begins the one before it ends."""

    rate: int
    tracks: tuple[Placed, ...]
    sectors: int

    def cuts(self) -> list[tuple[int, int]]:
        """First and last sector of each track, as (start, stop); together they are the album."""
        return [*pairwise([*(track.sector for track in self.tracks), self.sectors])]

    def spans(self, rate: int) -> list[tuple[int, int]]:
        """The same in frames at `rate` Hz, any multiple of SECTORS_PER_S."""
        sector = rate // SECTORS_PER_S
        return [(start * sector, stop * sector) for start, stop in self.cuts()]

    def frames(self, rate: int) -> int:
        """The album's length at `rate` Hz."""
        return self.sectors * (rate // SECTORS_PER_S)


def programme(tracks: Sequence[AlbumTrack], lengths: Sequence[int], rate: int) -> tuple[Programme | None, list[Fault]]:
    """The tracks one after the other; `lengths` are those of their sources, in frames at `rate` Hz.

    None where a fault makes it impossible.
    """
    frames = [
        length - _frames(track.trim_start, rate) - _frames(track.trim_end, rate)
        for track, length in zip(tracks, lengths, strict=True)
    ]
    faults = [*_faults(tracks, frames, rate)]
    if faults:
        return None, faults
    starts = _starts(tracks, frames, rate)
    stops = [start + count for start, count in zip(starts, frames, strict=True)]
    sector = rate // SECTORS_PER_S
    placed: list[Placed] = []
    for place, track in enumerate(tracks):
        before = stops[place - 1] if place else 0
        after = starts[place + 1] if place + 1 < len(tracks) else stops[place]
        pregap = max(0, starts[place] - before) // sector if track.pregap is None else _sectors(track.pregap)
        fades = (tracks[place - 1].crossfade if place else None, before - starts[place], stops[place] - after)
        ramps = tuple(_ramps(track, frames[place], rate, *fades))
        first = starts[place] // sector
        placed.append(Placed(starts[place], stops[place], _frames(track.trim_start, rate), first, pregap, ramps))
    return Programme(rate, tuple(placed), -(-max(stops) // sector)), []


def _starts(tracks: Sequence[AlbumTrack], frames: Sequence[int], rate: int) -> list[int]:
    """The album's frame at which the audio of each track begins."""
    sector = rate // SECTORS_PER_S
    starts = [0]
    for (before, track), count in zip(pairwise(tracks), frames, strict=False):
        end = starts[-1] + count
        gap = GAP_S if track.gap is None else track.gap
        if before.crossfade is not None:
            starts.append((end - _frames(before.crossfade.time, rate)) // sector * sector)
        else:
            starts.append(-(-(end + _frames(gap, rate)) // sector) * sector if gap else end)
    return starts


def _ramps(
    track: AlbumTrack, frames: int, rate: int, crossfade: TrackFade | None, over_before: int, over_after: int
) -> Iterator[Ramp]:
    """The fades of a track: its own, and those over the frames that it shares with its neighbours."""
    for fade, count, out in (
        (track.fade_in, _frames(track.fade_in.time, rate), False),
        (track.fade_out, _frames(track.fade_out.time, rate), True),
        (crossfade, max(0, over_before), False),
        (track.crossfade, max(0, over_after), True),
    ):
        if fade is not None and count:
            yield Ramp(frames - count if out else 0, count, fade.curve, out)


def _faults(tracks: Sequence[AlbumTrack], frames: Sequence[int], rate: int) -> Iterator[Fault]:
    """What can't be put one after the other; `frames` is what trimming leaves of each track."""
    if len(tracks) > MOST_TRACKS:
        message = f"an album has at most {MOST_TRACKS} tracks, this is number {MOST_TRACKS + 1} of {len(tracks)}"
        yield Fault("ALB030", ("songs", MOST_TRACKS), message, "make two albums of it")
    for place, (track, count) in enumerate(zip(tracks, frames, strict=True)):
        path: Path = ("songs", place)
        fades = _frames(track.fade_in.time, rate) + _frames(track.fade_out.time, rate)
        if count <= 0:
            what = ("trim_start" if track.trim_start else "trim_end",)
            message = f"nothing is left of '{track.source}', which is {_time(count, track, rate)}"
            yield Fault("ALB031", (*path, *what), message, "trim less")
            continue
        if fades > count:
            what = ("fade_out" if track.fade_out.time else "fade_in",)
            yield Fault(
                "ALB032", (*path, *what), f"the fades of '{track.source}' are longer than its {count / rate:.1f} s"
            )
        yield from _joined(tracks, frames, place, rate)


def _joined(tracks: Sequence[AlbumTrack], frames: Sequence[int], place: int, rate: int) -> Iterator[Fault]:
    """What is wrong with how a track follows the one before it."""
    track, path = tracks[place], ("songs", place)
    before = tracks[place - 1] if place else None
    if before is None and track.gap:
        yield Fault("ALB033", (*path, "gap"), "nothing is before the first track", "leave the gap out")
    if before is None and track.pregap:
        yield Fault("ALB033", (*path, "pregap"), "nothing is before the first track", "leave the pregap out")
    if place == len(tracks) - 1 and track.crossfade is not None:
        yield Fault("ALB033", (*path, "crossfade"), "nothing follows the last track", "use fade_out")
    if before is None:
        return
    if before.crossfade is not None and track.gap:
        message = f"'{before.source}' crosses over into '{track.source}', so there can't be a gap between them"
        yield Fault("ALB034", (*path, "gap"), message, "leave out the gap or the crossfade")
    shortest = min(frames[place - 1 : place + 1])
    length = _frames(before.crossfade.time, rate) if before.crossfade is not None else 0
    if length > shortest > 0:
        name = (before if shortest == frames[place - 1] else track).source
        message = f"a crossfade of {length / rate:.1f} s is longer than '{name}', which has {shortest / rate:.1f} s"
        yield Fault("ALB035", ("songs", place - 1, "crossfade"), message)
    if (
        track.crossfade is not None
        and place + 1 < len(tracks)
        and length + _frames(track.crossfade.time, rate) > frames[place] >= length
    ):
        message = f"the crossfades into and out of '{track.source}' together are longer than it is"
        yield Fault("ALB035", (*path, "crossfade"), message)
    if track.pregap is not None and _frames(track.pregap, rate) > frames[place - 1]:
        message = f"a pregap of {track.pregap:g} s is longer than the track before it"
        yield Fault("ALB036", (*path, "pregap"), message)


def clock(seconds: float) -> str:
    """A length as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _time(count: int, track: AlbumTrack, rate: int) -> str:
    return f"{count / rate + track.trim_start + track.trim_end:.1f} s long"


def _frames(seconds: float, rate: int) -> int:
    return round(seconds * rate)


def _sectors(seconds: float) -> int:
    return round(seconds * SECTORS_PER_S)
