"""MIDI: the score as a file that any sequencer opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from songbuild.devices.instruments import INSTRUMENTS
from songbuild.engine import Node, Recipe
from songbuild.engine.graph import Json
from songbuild.formats.midi import PPQ, MidiNote, MidiSong, MidiTrack, channels, write_midi
from songbuild.model.scales import parse_key
from songbuild.stages.context import Context

PROGRAMS = {
    "fm_piano": 5,
    "pluck": 26,
    "bass": 34,
    "subtractive": 82,
    "pad": 90,
    "voice": 54,
    "sampler": 1,
}
"""The General MIDI program (from 1) that comes nearest to an instrument (RP-003)."""


MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
"""Key signatures by their sharps, from seven flats to seven sharps."""


def _midi(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path], path: Path) -> Json:
    tracks = tuple(
        MidiTrack(track["name"], track["channel"], track["program"], tuple(MidiNote(*note) for note in track["notes"]))
        for track in params["tracks"]
    )
    song = MidiSong(
        params["title"],
        tuple((tick, bpm) for tick, bpm in params["tempos"]),
        tuple((tick, over, under) for tick, over, under in params["meters"]),
        tuple((tick, text) for tick, text in params["markers"]),
        params["key"],
        tracks,
    )
    write_midi(path, song)
    return {"notes": sum(len(track.notes) for track in tracks)}


MIDI = Recipe("delivery.midi", 1, "file", _midi)


def plan_midi(context: Context, file: str) -> Node:
    """The node that writes the score as a MIDI file: notes as they are played, with swing and humanize."""
    song, score = context.song, context.score
    named = {name: track.instrument for name, track in song.arrangement.tracks.items() if track.instrument}
    kits = [bool(INSTRUMENTS[device.device].keys) for device in named.values()]
    tracks = []
    for (name, device), channel, kit in zip(named.items(), channels(kits), kits, strict=True):
        program = song.arrangement.tracks[name].gm_program or PROGRAMS.get(device.device)
        tracks.append(
            {
                "name": name,
                "channel": channel,
                "program": None if kit or program is None else program - 1,
                "notes": _notes(context, name),
            }
        )
    time = score.time
    params = {
        "title": song.title,
        "key": _signature(song.key),
        "tempos": [[_tick(event.beat), event.bpm] for event in time.tempo_events()],
        "meters": [[_tick(time.beat_at(bar)), meter.numerator, meter.denominator] for bar, meter in time.meters],
        "markers": [[_tick(section.start), section.id] for section in score.sections],
        "tracks": tracks,
    }
    return Node(
        file, "delivery", MIDI, params, origins={("tracks",): ("arrangement", "tracks"), ("tempos",): ("tempo",)}
    )


def _notes(context: Context, name: str) -> list[Json]:
    """The events of a track in ticks; deviations in seconds become ticks by the tempo there."""
    notes = []
    for event in context.score.tracks.get(name, ()):
        late = PPQ * event.shift_s * context.score.time.bpm_at(event.onset) / 60.0 if event.shift_s else 0.0
        start = max(0, round(PPQ * event.onset.numerator / event.onset.denominator + late))
        notes.append([start, max(1, _tick(event.length)), event.pitch, event.velocity, event.text])
    return notes


def _tick(beat: Fraction) -> int:
    return round(beat * PPQ)


def _signature(text: str) -> str | None:
    """A key as a MIDI key signature names it, by its sharps (or negative flats); None past seven of them."""
    key = parse_key(text)
    names = MINOR if key.steps[2] == 3 else MAJOR
    return names[key.signature + 7] if abs(key.signature) <= 7 else None
