"""What of a difference is heard: two versions of a song, measured beside each other.  Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from songbuild.diff.change import Bars

Kind = Literal["master", "mix", "track", "bus", "return"]
BANDS_HZ = (20, 112, 447, 4467, 20_000)
"""Edges of the bands that levels are given of: lows, low mids, mids and highs, on the edges of third octaves."""
BANDS = ("lows", "low mids", "mids", "highs")
SHORT_S = 3.0
"""Of what is shorter, the greatest momentary loudness stands for the integrated one."""


class Reading(NamedTuple):
    """What a meter says of a stretch of audio; None where there is nothing to say, as in silence.

    loudness_lufs   integrated (ITU-R BS.1770-5); of less than SHORT_S the greatest momentary loudness
    true_peak_dbtp  the highest point of the waveform
    lra_lu          loudness range (EBU Tech 3342); None of less than SHORT_S
    bands_db        the level in each of BANDS, dB re full scale
    width_db        the sides' power re the middle's, at least -60: mono
    correlation     of left and right, -1 to 1
    """

    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    lra_lu: float | None = None
    bands_db: tuple[float | None, ...] = (None,) * len(BANDS)
    width_db: float | None = None
    correlation: float | None = None


NOTHING = Reading()
"""What a meter says of silence."""


class Span(NamedTuple):
    """Where a stretch lies in its version: seconds, and the bars it holds."""

    start_s: float
    stop_s: float
    bars: Bars


@dataclass(frozen=True)
class Stretch:
    """A stretch of both versions of a stream: a section where it was and where it is, or all of it.

    name             of the section's playing in the new version, of one that is gone in the old: 'verse 2'; '' for the
                     whole stream
    old, new         where; None where it wasn't or isn't there
    same             whether every sample is equal
    before, after    what a meter says of each
    null_db          the power of the difference of both in dB re the old one: what stays when one is taken from the
                     other; None where it has no meaning: one side is missing, silent, or of another tempo or rate
    matched_null_db  the same after both have been brought to one loudness
    audible          the bars of the new version in which the difference can be heard
    """

    name: str
    old: Span | None
    new: Span | None
    same: bool = False
    before: Reading = NOTHING
    after: Reading = NOTHING
    null_db: float | None = None
    matched_null_db: float | None = None
    audible: tuple[Bars, ...] = ()


class Place(NamedTuple):
    """A point of a song: bar, beat (counted from 1, to the nearest sixteenth), seconds, and whose bars are counted."""

    bar: int
    beat: float
    seconds: float
    side: Literal["new", "old"] = "new"


@dataclass(frozen=True)
class Stream:
    """One signal of both versions: a track, bus or return after its fader, the mix, or the master.

    name      as the new version has it, of a signal that is gone as the old one has it; 'master' and 'mix'
    same      whether it is equal throughout: then there are no stretches, and it wasn't read
    whole     all of it
    sections  its sections, in the order of the new version, those that are gone where they were
    first     where the first difference that can be heard is; None where there is none
    """

    name: str
    kind: Kind
    same: bool = False
    whole: Stretch | None = None
    sections: tuple[Stretch, ...] = ()
    first: Place | None = None


@dataclass(frozen=True)
class Clip:
    """A few bars of the master to listen to, before and after, equally loud: files beside the page.

    name           what it is of: 'verse 2, bars 17-18'
    before, after  names of FLAC files; None where there is no such stretch
    before_gain_db, after_gain_db
                   what was taken off, so that both are equally loud
    """

    name: str
    bars: Bars
    seconds: float
    before: str | None = None
    after: str | None = None
    before_gain_db: float = 0.0
    after_gain_db: float = 0.0


@dataclass(frozen=True)
class Heard:
    """All that is heard of a difference.

    streams  the master first, then the mix, tracks, buses and returns; those that couldn't be rendered are missing
    clips    in the order of the song
    faults   what could not be rendered or compared, and why, a sentence each
    songs    of albums: what is heard of each song, by the album's name for it
    """

    streams: tuple[Stream, ...] = ()
    clips: tuple[Clip, ...] = ()
    faults: tuple[str, ...] = ()
    songs: Mapping[str, Heard] = field(default_factory=dict)
