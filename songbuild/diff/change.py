"""What a diff says: changes in words, with where they are and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from songbuild.diff.facts import Facts, Json, Note
from songbuild.problems import Path

Act = Literal["added", "removed", "moved", "renamed", "changed"]
AREAS = (
    "album",  # tracks, order, gaps
    "time",  # tempo, meter, pickup, swing, length
    "form",  # sections added, removed, moved, repeated
    "harmony",  # key, chords
    "parts",  # tracks that enter, leave, are renamed; another instrument
    "notes",
    "lyrics",
    "recordings",  # takes, comps, edits
    "sound",  # instruments' parameters
    "mix",  # levels, pan, inserts, sends, routing
    "automation",
    "master",
    "delivery",
    "metadata",
    "remarks",  # notes on the music
    "other",
)
"""Kinds of change, in the order in which they are told where the weight is the same."""


class Bars(NamedTuple):
    """A stretch of bars, both ends included; `section` is the playing it lies in ('verse#2'), '' where in several.

    `side` tells whose bars are counted: 'new', or 'old' of what is there no more.
    """

    first: int
    last: int
    section: str = ""
    side: Literal["new", "old"] = "new"


@dataclass(frozen=True)
class Change:
    """One difference.

    area     one of AREAS
    act      what became of the subject
    subject  the part, channel, section, device or field that it is about, as the song names it: 'bass'
    text     the whole sentence: 'bass, verse 2: up an octave'
    bars     where, in order
    old, new values, where the change is of one
    unit     of the values
    path     the place in the new song's text; in the old one's where the act is 'removed'
    weight   how much of it is heard, from 0 to 1: a part of the song's time, times how much it matters there
    details  what the change is made of, told by `--full`
    """

    area: str
    act: Act
    subject: str
    text: str
    bars: tuple[Bars, ...] = ()
    old: Json = None
    new: Json = None
    unit: str = ""
    path: Path = ()
    weight: float = 0.5
    details: tuple[Change, ...] = ()


class NotePair(NamedTuple):
    """A note before and after; None where there was or is none."""

    old: Note | None
    new: Note | None


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two songs.

    sections  which section is which: pairs of indices in `old.sections` and `new.sections`, None where there is none
    parts     which part is which: pairs of names
    notes     of each pair of parts, by the new name (the old one where it is gone): the notes that differ
    changes   what is heard most comes first
    songs     of albums: each song's difference, by the album's name for it
    """

    old: Facts
    new: Facts
    sections: tuple[tuple[int | None, int | None], ...] = ()
    parts: tuple[tuple[str | None, str | None], ...] = ()
    notes: Mapping[str, tuple[NotePair, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    songs: Mapping[str, Difference] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.changes) or any(self.songs.values())
