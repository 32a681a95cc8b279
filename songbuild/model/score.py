"""What an arrangement comes to: sections in time, and the events of every track."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from songbuild.model.arrangement import Humanize
    from songbuild.model.humanize import Swing
    from songbuild.model.line import Tone
    from songbuild.model.time import TimeMap


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One playing of a section; `id` is the section's name and how many times it has been played: 'verse#2'.

    `start` and `length` are in quarter-note beats; `first_bar` is the song's bar it starts in.
    """

    id: str
    section: str
    start: Fraction
    length: Fraction
    first_bar: int
    bars: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A note of a track.

    onset, length  quarter-note beats from the song's start; swing is in them
    pitch          MIDI key, 60 is middle C; for a drum named by a grid, its key once `drum_keys` is known, else 0
    velocity       1 to 127
    shift_s        seconds to add to the onset: strums and humanize
    id             identity for randomness: 'verse#2/riff/3:3-2/60' is section, pattern, bar and the place in the bar
                   as written (3/2 beats after its start), pitch or drum
    text           the syllable sung
    drum           the name a grid gives the drum; else empty
    tone           the note as written, before swing and humanize; its onset counts from its section's start
    """

    onset: Fraction
    length: Fraction
    pitch: int
    velocity: int
    shift_s: float = 0.0
    id: str = ""
    text: str = ""
    drum: str = ""
    tone: Tone | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Score:
    """The song in musical time: `length` is the end of the last section, `chords` are (start, length, symbol).

    `feels` holds the swing and the deviations of each (track, occurrence's id) that plays.
    """

    time: TimeMap
    sections: tuple[Occurrence, ...]
    tracks: Mapping[str, tuple[Event, ...]]
    length: Fraction
    chords: tuple[tuple[Fraction, Fraction, str], ...] = ()
    feels: Mapping[tuple[str, str], tuple[Swing | None, Humanize | None]] = field(default_factory=dict)
