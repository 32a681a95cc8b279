"""Standard MIDI files, type 1 (RP-001): a conductor track, then one track a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import mido

PPQ = 960
"""Ticks in a quarter note: sixteenth triplets, quintuplets and septuplets nearly, all binary values exactly."""
DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True)
class MidiNote:
    """A note: start and length in ticks, MIDI key, velocity 1 to 127, and the syllable sung on it."""

    tick: int
    length: int
    key: int
    velocity: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class MidiTrack:
    """A part: its name, channel (0 to 15), program (0 to 127, None to leave it) and notes."""

    name: str
    channel: int
    program: int | None
    notes: tuple[MidiNote, ...]


@dataclass(frozen=True, slots=True)
class MidiSong:
    """A song as MIDI tells it: (tick, bpm), (tick, numerator, denominator), (tick, text), and the parts.

    `key` is a key signature as mido spells it ("Am", "F#"), or None.
    """

    title: str
    tempos: tuple[tuple[int, float], ...]
    meters: tuple[tuple[int, int, int], ...]
    markers: tuple[tuple[int, str], ...] = ()
    key: str | None = None
    tracks: tuple[MidiTrack, ...] = field(default=())


def channels(drums: Sequence[bool]) -> list[int]:
    """A channel for each track: 9 (the tenth) for drums, else the others in turn."""
    melodic = [channel for channel in range(16) if channel != DRUM_CHANNEL]
    found, count = [], 0
    for is_drums in drums:
        found.append(DRUM_CHANNEL if is_drums else melodic[count % len(melodic)])
        count += not is_drums
    return found


def write_midi(path: Path, song: MidiSong) -> None:
    """Write `song` as a type 1 file with PPQ ticks a quarter note.

    At one tick note-offs come before note-ons; a note lasts at least one tick, and ends where the next of its key
    starts.  A tempo that glides is given as a staircase of tempos.
    """
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=PPQ, charset="utf-8")
    file.tracks.append(_track(_conductor(song)))
    for track in song.tracks:
        file.tracks.append(_track(_part(track)))
    file.save(path)


# An event is (tick, order at that tick, message without a time).
_Event = tuple[int, int, Any]


def _conductor(song: MidiSong) -> Iterable[_Event]:
    from mido import MetaMessage, bpm2tempo

    yield 0, 0, MetaMessage("track_name", name=song.title)
    if song.key is not None:
        yield 0, 1, MetaMessage("key_signature", key=song.key)
    for tick, numerator, denominator in song.meters:
        yield tick, 2, MetaMessage("time_signature", numerator=numerator, denominator=denominator)
    for tick, bpm in song.tempos:
        yield tick, 3, MetaMessage("set_tempo", tempo=min(0xFFFFFF, max(1, bpm2tempo(bpm))))
    for tick, text in song.markers:
        yield tick, 4, MetaMessage("marker", text=text)


def _part(track: MidiTrack) -> Iterable[_Event]:
    from mido import Message, MetaMessage

    yield 0, 0, MetaMessage("track_name", name=track.name)
    if track.program is not None:
        yield 0, 1, Message("program_change", channel=track.channel, program=track.program)
    for note in _untangled(track.notes):
        own = {"channel": track.channel, "note": note.key}
        if note.text:
            yield note.tick, 3, MetaMessage("lyrics", text=note.text)
        yield note.tick, 4, Message("note_on", velocity=note.velocity, **own)
        yield note.tick + max(1, note.length), 2, Message("note_off", velocity=0, **own)


def _untangled(notes: Iterable[MidiNote]) -> list[MidiNote]:
    """Notes in order of time; one that sounds into the next of its key ends there, for MIDI can't tell them apart."""
    sounding: dict[int, int] = {}
    found: list[MidiNote] = []
    for note in sorted(notes, key=lambda note: (note.tick, note.key, -note.length)):
        before = sounding.get(note.key)
        if before is not None:
            last = found[before]
            if last.tick == note.tick:
                continue  # the longer of two equal notes stays
            if last.tick + last.length > note.tick:
                found[before] = replace(last, length=note.tick - last.tick)
        sounding[note.key] = len(found)
        found.append(note)
    return found


def _track(events: Iterable[_Event]) -> mido.MidiTrack:
    """Events in order of time, with the ticks between them."""
    import mido

    made, now = mido.MidiTrack(), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        message.time = tick - now
        made.append(message)
        now = tick
    made.append(mido.MetaMessage("end_of_track", time=0))
    return made
