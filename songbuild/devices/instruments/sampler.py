"""Sampler: plays the user's own WAV and FLAC files, as one-shots or as an instrument spread over keys and velocities.

A note is pitched by resampling (soxr, VHQ): what would lie above half the sample rate is gone before it can alias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.dsp.envelopes import adsr, release, release_frames
from songbuild.dsp.noise import noise
from songbuild.dsp.pan import balance, constant_power
from songbuild.dsp.voices import gain, power_of_2, velocity_gain
from songbuild.model.scales import parse_pitch
from songbuild.problems import NotationError
from songbuild.units import Cents, Db, Ms, Pan, Params, Ratio

_FADE_MS: Final = 18.0  # a sample's end falls by 60 dB in this time, so that one cut too short doesn't click
_FARTHEST: Final = 96.0  # semitones up or down that a sample can be pitched
_MARGIN: Final = 256  # frames the resampler may see beyond what is used
_SHORTEST_LOOP: Final = 2  # frames


def _key(value: Any) -> Any:
    """A MIDI key, written as its number or as a note's name."""
    if not isinstance(value, str):
        return value
    try:
        return parse_pitch(value)
    except NotationError as error:
        raise PydanticCustomError("pitch", "{message}", {"message": error.message}) from None


_SCHEMA: Final = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 127}, {"type": "string"}]}
Key = Annotated[float, BeforeValidator(_key), Field(ge=0, le=127), WithJsonSchema(_SCHEMA)]
"""A MIDI key: 60, or 'c4'; fractions are microtones."""


class Zone(Params):
    """One file, and the keys and velocities it sounds at."""

    file: str = Field(min_length=1, description="path below the song's folder: WAV or FLAC, mono or stereo")
    root: Key = Field(60.0, description="the key at which it sounds as recorded: 60 or 'c4'")
    keys: tuple[Key, Key] = Field((0.0, 127.0), description="lowest and highest key")
    velocities: tuple[int, int] = Field((0, 127), description="lowest and highest MIDI velocity")
    tracking: Ratio = Field(1.0, ge=0, le=2, description="how far the pitch follows the key; 0 is a drum")
    tune_cents: Cents = Field(0.0, ge=-1200, le=1200, description="fine tuning")
    gain_db: Db = Field(0.0, ge=-96, le=24, description="level")
    pan: Pan = Field(0.0, ge=-1, le=1, description="place between the loudspeakers")
    start_ms: Ms = Field(0.0, ge=0, description="where in the file it starts")
    end_ms: Ms | None = Field(None, ge=0, description="where in the file it ends; none: at its end")
    loop_ms: tuple[Ms, Ms] | None = Field(None, description="start and end of what repeats while the note is held")
    crossfade_ms: Ms = Field(10.0, ge=0, le=5000, description="how much of the loop's end blends into its start")
    one_shot: bool = Field(False, description="plays to its end however short the note is")
    take_turns: str = Field("", description="a group: of its zones that fit a note, one plays, drawn for each note")

    @model_validator(mode="after")
    def _in_order(self) -> Zone:
        """Ranges run upwards."""
        for name, pair in (("keys", self.keys), ("velocities", self.velocities), ("loop_ms", self.loop_ms)):
            if pair and (pair[0] > pair[1] or pair[0] < 0 or (name == "loop_ms" and pair[0] == pair[1])):
                raise PydanticCustomError("range", "{name} must run from low to high", {"name": name})
        return self


class Sampler(Params):
    """Plays samples: either one `file` over all keys, or `zones`."""

    file: str | None = Field(None, min_length=1, description="a single one-shot, on every key at its own pitch")
    zones: tuple[Zone, ...] = Field((), description="files by key and velocity; all that fit a note sound together")
    tune_cents: Cents = Field(0.0, ge=-4800, le=4800, description="tuning of everything")
    velocity_db: Db = Field(24.0, ge=0, le=60, description="level difference between velocity 0 and 1")
    attack_ms: Ms = Field(0.0, ge=0, le=2000, description="time to full level; 0 keeps the recorded attack")
    decay_ms: Ms = Field(1000.0, ge=1, le=60_000, description="time in which it falls by 60 dB towards the sustain")
    sustain: Ratio = Field(1.0, ge=0, le=1, description="level while held")
    release_ms: Ms = Field(250.0, ge=1, le=30_000, description="fall by 60 dB after the note's end, or a one-shot's")
    longest_ms: Ms = Field(10_000.0, ge=10, le=120_000, description="one-shots are let go after this time")
    gain_db: Db = Field(-6.0, ge=-96, le=24, description="level; a full-scale file peaks near -12 dBFS at velocity 0.8")

    @model_validator(mode="after")
    def _one_way(self) -> Sampler:
        """The short form and zones exclude each other."""
        if self.file and self.zones:
            raise PydanticCustomError("sampler", "give either `file` or `zones`, not both")
        return self

    @property
    def all_zones(self) -> tuple[Zone, ...]:
        """The zones, also of the short form."""
        return (Zone(file=self.file, tracking=0.0, one_shot=True),) if self.file else self.zones


def files(p: Sampler) -> tuple[str, ...]:
    """Each file once, in the order it is first named."""
    return tuple(dict.fromkeys(zone.file for zone in p.all_zones))


def chosen(note: Note, p: Sampler) -> tuple[Zone, ...]:
    """The zones that sound for a note, in their order; of those that take turns the note's seed draws one."""
    key, velocity = round(note.pitch), round(note.velocity * 127)
    fit = [
        zone
        for zone in p.all_zones
        if zone.keys[0] <= key <= zone.keys[1] and zone.velocities[0] <= velocity <= zone.velocities[1]
    ]
    groups: dict[str, list[int]] = {}
    for i, zone in enumerate(fit):
        if zone.take_turns:
            groups.setdefault(zone.take_turns, []).append(i)
    silent: set[int] = set()
    for name, members in groups.items():
        draw = 0.5 + 0.5 * float(noise(("sampler", note.seed, name), 0, 1)[0])
        silent.update(set(members) - {members[int(draw * len(members))]})
    return tuple(zone for i, zone in enumerate(fit) if i not in silent)


def render(notes: Sequence[Note], p: Sampler, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:
    """Each note as (2, frames); what sounds equal is rendered once."""
    done: dict[tuple[Any, ...], Audio] = {}
    out = []
    for note in notes:
        zones = chosen(note, p)
        same = (note.pitch, note.velocity, note.frames, zones)
        if same not in done:
            done[same] = _mixed([_sounded(note, zone, p, rate, samples[zone.file]) for zone in zones])
        out.append(done[same])
    return out


def _mixed(parts: list[Audio]) -> Audio:
    out = np.zeros((2, max((part.shape[1] for part in parts), default=0)))
    for part in parts:
        out[:, : part.shape[1]] += part
    return out


def _sounded(note: Note, zone: Zone, p: Sampler, rate: int, sample: Audio) -> Audio:
    """One zone of a note, (2, frames)."""
    semitones = (note.pitch - zone.root) * zone.tracking + (zone.tune_cents + p.tune_cents) / 100.0
    ratio = power_of_2(min(max(semitones, -_FARTHEST), _FARTHEST) / 12.0)
    gate = _longest(p, rate) if zone.one_shot else note.frames
    frames = gate + release_frames(p.release_ms, rate)
    y = repitched(unrolled(zone, sample, rate, round((frames + _MARGIN) * ratio) + _MARGIN), ratio)[:, :frames]
    y = y * (gain(zone.gain_db + p.gain_db) * velocity_gain(note.velocity, p.velocity_db))
    envelope = adsr(gate, rate, p.attack_ms, p.decay_ms, p.sustain, p.release_ms)
    if p.attack_ms == 0:
        envelope[:1] = 1.0
    y *= envelope[: y.shape[1]]
    fade = min(y.shape[1] // 8, release_frames(_FADE_MS, rate))
    y[:, y.shape[1] - fade :] *= release(_FADE_MS, rate)[release_frames(_FADE_MS, rate) - fade :]
    left, right = constant_power(zone.pan) if len(y) == 1 else balance(zone.pan)
    return np.stack([y[0] * left, y[-1] * right])


def unrolled(zone: Zone, sample: Audio, rate: int, frames: int) -> Audio:
    """At most `frames` of a zone's recording from its start, with the loop written out; (channels, frames).

    Towards a loop's end, what comes before its start is faded in, so that the jump back joins on to itself.  At the
    build's rate a loop may be a fraction of a frame long; its turns are then a frame longer or shorter by turns, so
    that the pitch of a short loop stays true.
    """

    def at(ms: float) -> float:
        return min(ms * rate / 1000, float(sample.shape[1]))

    start = round(at(zone.start_ms))
    end = sample.shape[1] if zone.end_ms is None else round(at(zone.end_ms))
    if zone.loop_ms is None or zone.one_shot:
        return sample[:, start : max(start, min(end, start + frames))]
    first, length = round(at(zone.loop_ms[0])), at(zone.loop_ms[1]) - at(zone.loop_ms[0])
    if length < _SHORTEST_LOOP or start >= first + int(length):
        return sample[:, start : max(start, min(end, start + frames))]
    fade = min(round(at(zone.crossfade_ms)), first, int(length))
    turns = {}
    for n in {int(length), min(int(np.ceil(length)), sample.shape[1] - first)}:
        turn = np.array(sample[:, first : first + n])
        if fade:
            rise = np.arange(1, fade + 1) / (fade + 1)
            turn[:, n - fade :] += (sample[:, first - fade : first] - turn[:, n - fade :]) * rise
        turns[n] = turn
    missing = max(0, frames - (first - start))
    edges = np.floor(np.arange(int(missing / length) + 2) * length + 0.5).astype(np.int64)
    parts = [turns[min(max(int(n), min(turns)), max(turns))] for n in np.diff(edges)]
    lead = sample[:, start:first] if start < first else parts.pop(0)[:, start - first :]
    return np.concatenate([lead, *parts], axis=1)[:, :frames]


def repitched(x: Audio, ratio: float) -> Audio:
    """x played `ratio` times as fast, (channels, frames / ratio), without alias (soxr, VHQ: images below -120 dB)."""
    if ratio == 1.0 or x.shape[1] == 0:
        return x
    import soxr

    return np.ascontiguousarray(soxr.resample(np.ascontiguousarray(x.T), ratio, 1.0, quality="VHQ").T)


def _longest(p: Sampler, rate: int) -> int:
    return round(p.longest_ms * rate / 1000)


def tail(p: Sampler, rate: int) -> int:
    """Frames that a note may sound after its end: a one-shot, all of it."""
    one_shot = any(zone.one_shot for zone in p.all_zones)
    return release_frames(p.release_ms, rate) + (_longest(p, rate) if one_shot else 0)


INSTRUMENT = Instrument("sampler", Sampler, render, tail, channels=2, random=True, files=files)
