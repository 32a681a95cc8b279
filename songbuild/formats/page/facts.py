"""What a report says: everything that its page is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Measured = Mapping[str, Any]
"""What a meter says, by the names of `dsp.loudness.Loudness`; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as part of the page: `data` is its data: URI; where there is none, `trouble` says why."""

    data: str = ""
    trouble: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What the page is about: `about` and `credits` are (what, text); `kind` says what it is: 'Song'."""

    title: str
    artist: str
    kind: str
    seconds: float
    about: Sequence[tuple[str, str]]
    credits: Sequence[tuple[str, str]]
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of time with a name: a section of the form, a track of an album."""

    label: str
    note: str
    start_s: float
    stop_s: float


@dataclass(frozen=True, slots=True)
class Master:
    """A master: what it aims at, what it measures and whether that is right, and its curves (`stages.curves`).

    `name` is empty for the song's own; `target` names a delivery target.  `fine` holds readings that there is a target
    for: whether they reach it.  `reference_db` is the balance of a track that it was matched to.
    """

    name: str
    target: str
    loudness: float | None
    ceiling: float | None
    measured: Measured
    curves: Mapping[str, Any]
    fine: Mapping[str, bool] = field(default_factory=dict)
    balance_db: Sequence[float] | None = None
    sides: Sequence[float | None] = ()
    reference_db: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A delivered file: what it is, what it measures (decoded where it is lossy), and what is wrong with it.

    `frames` and `rate` are None where it has no audio, `measured` where nothing measures it.
    """

    name: str
    form: str
    size: int
    sha256: str
    frames: int | None = None
    rate: int | None = None
    measured: Measured | None = None
    lossy: bool = False
    wrong: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a check found."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A note on the music that isn't done: its number in the manifest, 'vocal, chorus 2, bars 17–20', what it says.

    `time` is where it starts and ends in seconds; None for the whole.
    """

    number: int
    where: str
    text: str
    by: str = ""
    date: str = ""
    time: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SongFacts:
    """A song's report."""

    head: Head
    marks: Sequence[Mark]
    masters: Sequence[Master]
    files: Sequence[File]
    warnings: Sequence[Notice]
    remarks: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True)
class Track:
    """A track of an album: where it is, what it measures, what it aims at, and how it lies beside the others.

    audio_s    where its own sound begins and ends, which may overlap with a neighbour's
    join       how it follows the track before it: 'gap 2.0 s'
    measured   what a meter says of it; silence at its ends, the step to it from the track before (`api.album_report`)
    offsets    octave -> dB against the mean of the tracks
    index      (index 0 or None, index 1, length) as a CD's MM:SS:FF
    wrong      what a check says of it
    """

    number: int
    title: str
    start_s: float
    length_s: float
    audio_s: tuple[float, float]
    join: str
    isrc: str
    measured: Measured
    loudness: float | None
    offsets: Mapping[str, float]
    index: tuple[str | None, str, str]
    wrong: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """An album's report; `gain_db` is the one gain of all tracks, `disc` where a CD's lead-out begins."""

    head: Head
    master: Master
    tracks: Sequence[Track]
    files: Sequence[File]
    warnings: Sequence[Notice]
    gain_db: float | None
    disc: str
    remarks: Sequence[Remark] = ()
