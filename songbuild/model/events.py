"""From what parts play to the events of a track: swung, transposed, humanized, each with its identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from songbuild.model.arrangement import Humanize
from songbuild.model.humanize import Swing, deviations, swung
from songbuild.model.line import FULL, BarStarts, Tone
from songbuild.model.parts import Placed
from songbuild.model.score import Event, Occurrence

_NEAR = 16  # beats from the song's start; the largest deviation is 0.6 s, and 16 beats last longer at any tempo
_CLOSE = 1e-6  # beats; what is further apart needs no exact comparison


class Felt(NamedTuple):
    """A tone as it will sound in any occurrence of its section: swung, `place` the middle of its identity."""

    onset: Fraction
    length: Fraction
    place: str
    tone: Tone


@dataclass(slots=True)
class Note:
    """An event while its length and velocity can still change; `at` is near its onset, for quick comparisons."""

    onset: Fraction
    at: float
    length: Fraction
    pitch: int
    velocity: float
    id: str
    tone: Tone
    humanize: Humanize | None


class Feel:
    """Swing in bars of given lengths; positions recur, so each is worked out once."""

    def __init__(self, bars: tuple[Fraction, ...], swing: Swing | None) -> None:
        self.starts, self.swing = BarStarts(bars), swing
        self._moved: dict[Fraction, Fraction] = {}
        self._places: dict[Fraction, str] = {}

    def at(self, position: Fraction) -> Fraction:
        """Where a position falls."""
        if self.swing is None:
            return position
        if position not in self._moved:
            self._moved[position] = swung(position, self.swing, self.starts)
        return self._moved[position]

    def place(self, position: Fraction) -> str:
        """The bar, from 1, and the quarter notes since its start: '3:3-2'."""
        if position not in self._places:
            bar, inside = self.starts.bar_of(position)
            self._places[position] = f"{bar + 1}:{inside}".replace("/", "-")
        return self._places[position]


def felt(placed: Iterable[Placed], feel: Feel) -> list[Felt]:
    """The tones of a part with swing, and where each was written."""
    found: list[Felt] = []
    for tone, pattern in placed:
        length = tone.length if tone.gate is None or tone.gate is FULL else tone.length * tone.gate
        onset = feel.at(tone.onset)
        if feel.swing is not None:
            length = feel.at(tone.onset + length) - onset
        found.append(Felt(onset, length, f"{pattern}/{feel.place(tone.onset)}/{tone.drum or tone.pitch}", tone))
    return found


def notes(
    felt: Iterable[Felt], where: Occurrence, humanize: Humanize | None, key_of: Callable[[Felt], int | None]
) -> list[Note]:
    """The tones of a part in the song's time; `key_of` gives a tone's MIDI key, None leaves it out."""
    found: list[Note] = []
    for item in felt:
        key = key_of(item)
        if key is not None:
            onset = where.start + item.onset
            name = f"{where.id}/{item.place}"
            found.append(Note(onset, float(onset), item.length, key, item.tone.velocity, name, item.tone, humanize))
    return found


def events(notes: list[Note], track: str, seed: int, seconds: Callable[[Fraction], float]) -> tuple[Event, ...]:
    """A track's events by onset and pitch.

    A note ends where its pitch sounds again; of two that start together the louder and longer stays.
    """
    notes.sort(key=lambda note: (note.at, note.pitch, note.tone.drum))
    sounding: dict[int | str, Note] = {}
    kept: list[Note] = []
    for note in notes:
        name = note.tone.drum if note.tone.drum and not note.pitch else note.pitch
        before = sounding.get(name)
        if before and note.at - before.at - float(before.length) < _CLOSE:
            if before.onset == note.onset:
                before.tone = _joined(before, note)
                before.length, before.velocity = max(before.length, note.length), max(before.velocity, note.velocity)
                continue
            before.length = min(before.length, note.onset - before.onset)
        sounding[name] = note
        kept.append(note)
    return tuple(_event(note, track, seed, seconds) for note in kept)


def _joined(note: Note, other: Note) -> Tone:
    """The tone that two notes which start together come to: as loud as the louder one, as long as the longer."""
    longer = other.tone if other.length > note.length else note.tone
    return note.tone._replace(
        length=longer.length, gate=longer.gate, velocity=max(note.tone.velocity, other.tone.velocity)
    )


def _event(note: Note, track: str, seed: int, seconds: Callable[[Fraction], float]) -> Event:
    velocity, shift, feel = note.velocity, note.tone.shift_s, note.humanize
    if feel and (feel.time or feel.velocity):
        late, loud = deviations(seed, feel.seed, track, note.id)
        velocity, shift = velocity + loud * feel.velocity, shift + late * feel.time / 1000
        if shift < 0 and note.at < _NEAR:
            shift = max(shift, -seconds(note.onset))
    loudness = max(1, min(127, round(velocity)))
    tone = note.tone
    return Event(note.onset, note.length, note.pitch, loudness, shift, note.id, tone.text, tone.drum, tone)
