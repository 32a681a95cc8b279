"""Arrangement: each track that has an instrument becomes a node that plays its events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.devices.device import Instrument, Note
from songbuild.devices.instruments import INSTRUMENTS
from songbuild.devices.placer import place, reach
from songbuild.engine import Node, Recipe, Tile, digest_json
from songbuild.engine.graph import Json, State
from songbuild.model.automation import target
from songbuild.model.score import Event
from songbuild.model.song import Song
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.lanes import lane, value_at
from songbuild.stages.recordings import decoded

ROUND_ROBIN = 4
"""Variations of a random instrument's note: few, so that equal notes are still rendered once."""

# params: {"instrument", "revision", "params", "files": frames of each sample, "digests": theirs,
#          "notes": [[frame, frames it may sound, gate, pitch, velocity, seed, text, {changed parameter: value}], …]}


def drum_keys(song: Song) -> dict[str, Mapping[str, int]]:
    """Track -> the names that its instrument knows in a drum grid."""
    return {
        name: INSTRUMENTS[track.instrument.device].keys
        for name, track in song.arrangement.tracks.items()
        if track.instrument and INSTRUMENTS[track.instrument.device].keys
    }


def _act(params: Mapping[str, Json], start: int, stop: int) -> Json:
    """The notes that sound in a tile, relative to it."""
    notes = [[note[0] - start, *note[1:]] for note in params["notes"] if note[0] < stop and note[0] + note[1] > start]
    return {**params, "notes": notes}


def _reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    """The samples, whole, where a note sounds."""
    sounds = bool(_act(params, start, stop)["notes"])
    return [(0, frames if sounds else 0) for frames in params["files"]]


def _play(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    instrument, inputs = INSTRUMENTS[params["instrument"]], [*inputs]
    out = np.zeros((instrument.channels, tile.frames))
    if not params["notes"]:
        return out, state
    groups: dict[str, list[tuple[int, Note]]] = {}
    for start, _, gate, pitch, velocity, seed, text, changed in params["notes"]:
        note = _note(gate, pitch, velocity, seed, text)
        groups.setdefault(json.dumps(changed, sort_keys=True), []).append((start, note))
    for changed, notes in groups.items():
        values = instrument.params.model_validate({**params["params"], **json.loads(changed)})
        names = instrument.files(values) if instrument.files else ()
        samples = dict(zip(dict.fromkeys(names), inputs, strict=True))
        digest = digest_json([params["params"], changed, params["digests"]])
        out += place(notes, instrument, values, tile.rate, 0, tile.frames, samples, digest)
    return out, state


PLAY = Recipe("arrangement.play", 1, "stream", _play, act=_act, reads=_reads)


def plan_track(context: Context, name: str) -> Node | None:
    """The node that plays the events of track `name`; None where a sample can't be used."""
    device = context.song.arrangement.tracks[name].instrument
    assert device is not None
    instrument = INSTRUMENTS[device.device]
    params = instrument.params.model_validate(device.params)
    path: Path = ("arrangement", "tracks", name, "instrument")
    files: list[tuple[Node, int]] = []
    for file in dict.fromkeys(instrument.files(params) if instrument.files else ()):
        made = decoded(context, file, path)
        if made is None:
            return None
        files.append(made)
    changes, origins = _automation(context, name, instrument)
    return Node(
        f"track {name}",
        "arrangement",
        PLAY,
        {
            "instrument": instrument.name,
            "revision": instrument.revision,
            "params": device.params,
            "files": [frames for _, frames in files],
            "digests": [node.params["digest"] for node, _ in files],
            "notes": _notes(context, name, instrument, device.params, changes),
        },
        tuple(node for node, _ in files),
        channels=instrument.channels,
        origins={("params",): path, **origins},
    )


def _automation(
    context: Context, name: str, instrument: Instrument
) -> tuple[dict[str, list[list[Json]]], dict[tuple[str | int, ...], Path]]:
    """The lanes of an instrument's parameters, which each note takes at its start."""
    strip = context.song.mix.channels.get(name)
    lanes: dict[str, list[list[Json]]] = {}
    origins: dict[tuple[str | int, ...], Path] = {}
    for moved, text in (strip.automation if strip else {}).items():
        label, _, parameter = moved.partition(".")
        if label == "instrument" and parameter in instrument.params.model_fields:
            path: Path = ("mix", "channels", name, "automation", moved)
            lanes[parameter] = lane(context, text, path, target(instrument.params, parameter))
            origins[("notes",)] = path
    return lanes, origins


def _note(gate: int, pitch: float, velocity: int, seed: int, text: str) -> Note:
    return Note(float(pitch), velocity / 127.0, gate, seed, text)


def _notes(
    context: Context,
    name: str,
    instrument: Instrument,
    given: Mapping[str, Json],
    lanes: Mapping[str, list[list[Json]]],
) -> list[list[Json]]:
    """The events of a track as an instrument takes them, in frames."""
    time, rate = context.score.time, context.rate
    notes: list[list[Json]] = []
    for event in context.score.tracks.get(name, ()):
        at = time.frame(event.onset, rate)
        start = max(0, at + round(event.shift_s * rate))
        gate = max(1, time.frame(event.onset + event.length, rate) - at)
        changed = {parameter: round(value_at(points, start), 6) for parameter, points in lanes.items()}
        seed = _seed(context.song.seed, name, event) if instrument.random else 0
        sounded = [0 if instrument.one_shot else gate, event.pitch, event.velocity, seed, event.text]
        notes.append([start, 0, *sounded, changed])
    params = instrument.params.model_validate(given)
    for note in _choked(notes, instrument):
        values = instrument.params.model_validate({**given, **note[-1]}) if note[-1] else params
        note[1] = reach(instrument, values, rate, _note(*note[2:7]))
    return notes


def _seed(seed: int, track: str, event: Event) -> int:
    """Which variation of its note a random instrument plays, drawn from the event's identity."""
    digest = blake2b(f"{seed}\0{track}\0{event.id}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") % ROUND_ROBIN


def _choked(notes: list[list[Json]], instrument: Instrument) -> list[list[Json]]:
    """A hit ends where the next one of its choke group begins, if that is another drum: a closed hi-hat, an open one.

    A drum struck again rings on under the new stroke, as a real one does; so equal strokes stay equal.
    """
    for group in instrument.chokes:
        for hit, following in pairwise([note for note in notes if note[3] in group]):
            if following[3] != hit[3] and following[0] > hit[0]:
                hit[2] = following[0] - hit[0]
    return notes
