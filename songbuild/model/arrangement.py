"""Arrangement: the tracks, the sections, and the form: which part plays what, when."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from songbuild.model.device import Device
from songbuild.units import Ms, Params


class Humanize(Params):
    """Small deviations, drawn by (seed, the event's identity): inserting a note changes no other."""

    time: Ms = Field(0.0, ge=0, le=100, description="standard deviation of the onset")
    velocity: float = Field(0.0, ge=0, le=40, description="standard deviation of the velocity, in MIDI steps")
    seed: int = Field(0, ge=0, description="another seed, other deviations")


class Track(Params):
    """A part of the arrangement: an instrument that plays events, or a recording."""

    instrument: Device | None = Field(None, description="the instrument: 'bass/round', or {bass/round: {drive: 0.4}}")
    recording: str | None = Field(None, description="the recording of `recordings` that this track plays")
    swing: str | None = Field(None, description="'58% of 16': where the second of each pair of sixteenths falls")
    humanize: Humanize | None = Field(None, description="small deviations of time and velocity")
    transpose: int = Field(0, ge=-48, le=48, description="semitones")
    gm_program: int | None = Field(
        None, ge=1, le=128, description="General MIDI program of the track in the delivered MIDI file"
    )

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain instrument."""
        return {"instrument": value} if isinstance(value, str) else value


class Section(Params):
    """A stretch of the form: its length, harmony and who plays what."""

    bars: int = Field(ge=1, le=999, description="length")
    chords: str | None = Field(None, description="a chord line's name, or the line itself; repeats to fill the section")
    key: str | None = Field(None, description="'F# minor', when it differs from the song's")
    parts: dict[str, Any] = Field(
        default_factory=dict,
        description=(
            "track -> pattern name, notation, a list of them in turn, or {play: …, transpose: …, velocity: …, "
            "bars: {4: fill}}; null is silence"
        ),
    )
    transpose: int = Field(0, ge=-48, le=48, description="semitones, for everything but drums")
    swing: str | None = Field(None, description="'58% of 16', when it differs")
    humanize: Humanize | None = Field(None, description="when it differs")


class Arrangement(Params):
    """Tracks, sections and form."""

    tracks: dict[str, Track] = Field(default_factory=dict, description="name -> track; plain text is an instrument")
    sections: dict[str, Section] = Field(default_factory=dict, description="name -> section")
    form: list[Any] = Field(default_factory=list, description="[intro, verse x2, chorus, {verse: {drums: half_time}}]")
