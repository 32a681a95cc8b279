"""A song as a diff sees it: plain data that can be kept as JSON, free of how the files were written.

Two songs with equal facts are the same song: comments, order of keys, split files, spellings of units and defaults
written out leave no trace here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
TICKS = 80_640
"""Ticks of a quarter-note beat: whole for binary, triplet, quintuplet, septuplet and nonuplet divisions of a 32nd."""


class Note(NamedTuple):
    """A note of a part, before swing and humanize.

    start, length  ticks; the start counts from that of the section it is played in
    pitch          MIDI key; 60 is middle C
    velocity       1 to 127
    drum           the name a grid gives the drum, else ''
    text           the syllable sung, else ''
    section        index of the section in `Facts.sections`
    pattern        the pattern that wrote it; '' where the section itself did
    """

    start: int
    length: int
    pitch: int
    velocity: int
    drum: str
    text: str
    section: int
    pattern: str


class Section(NamedTuple):
    """One playing of a section: id 'verse#2' is the second of the section `name` verse; start and length in ticks."""

    id: str
    name: str
    start: int
    length: int
    first_bar: int
    bars: int
    key: str


class Part(NamedTuple):
    """A track: its instrument as a song names it ('bass/round') or the recording it plays, and its notes in order."""

    instrument: str
    recording: str
    notes: tuple[Note, ...]


class Feel(NamedTuple):
    """How a part is played in a section, which its notes don't show.

    section            index of the section in `Facts.sections`
    swing              '58% of 16', '' where it is straight
    time_ms, velocity  standard deviations of humanize, drawn by `seed`
    strum_ms           times between the notes of its chords, low to high; below 0 high to low
    """

    section: int
    swing: str
    time_ms: float
    velocity: float
    seed: int
    strum_ms: tuple[float, ...]


@dataclass(frozen=True)
class Facts:
    """All of a song or album that can be heard or read in what is delivered.

    sections   in order of time; `bars` are the starts of the song's bars in ticks, and its end, a pickup first
    tempo      (tick, beats of a quarter a minute), where it changes, as fine as it can be heard
    meters     (bar, meter as written)
    chords     (start, length, symbol), ticks from the song's start
    parts      by the name of the track, in the order of the arrangement
    feels      of each part, for the sections it plays in
    tree       the song's other values as canonical data: the song's own, and its stages `composition` (what no part
               plays), `recordings`, `mix`, `master`, `delivery`, `metadata`…; devices with every parameter
    units      a path in `tree` joined by '.', names and numbers as '*' ('mix.channels.*.gain_db'), or of a parameter
               'DEVICE.PARAMETER' -> its unit: 'dB', 'Hz', 'ms', 'LUFS', 'dBTP', 's', '%', ':1', 'pan'…
    files      files that the song names, by their path in its folder -> what tells one content from another
    lines      a path in the song, as JSON -> 'file:line' where it was written; as far as it is known
    songs      the songs of an album, by its names for them
    """

    kind: str = "song"
    title: str = ""
    sections: tuple[Section, ...] = ()
    bars: tuple[int, ...] = ()
    tempo: tuple[tuple[int, float], ...] = ()
    meters: tuple[tuple[int, str], ...] = ()
    chords: tuple[tuple[int, int, str], ...] = ()
    parts: Mapping[str, Part] = field(default_factory=dict)
    feels: Mapping[str, tuple[Feel, ...]] = field(default_factory=dict)
    tree: Mapping[str, Json] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    songs: Mapping[str, Facts] = field(default_factory=dict)
