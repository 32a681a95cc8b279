"""The song: one immutable record of everything, from title to deliverables."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from songbuild.model.arrangement import Arrangement, Humanize
from songbuild.model.composition import Composition
from songbuild.model.delivery import Delivery
from songbuild.model.master import Master
from songbuild.model.metadata import Recording
from songbuild.model.mix import Mix
from songbuild.model.recordings import Recordings
from songbuild.model.remarks import SongRemark
from songbuild.units import Seconds

STAGES = ("composition", "arrangement", "recordings", "mix", "master", "delivery")
IN_FILES = (*STAGES, "notes")
"""What may be in a file of its own."""


class Song(Recording):
    """A song, whole.  A stage is an inline mapping, or the path of a .yaml or .py file."""

    rate: Literal[44_100, 48_000, 88_200, 96_000] = Field(44_100, description="sample rate of the build in Hz")
    key: str = Field("C major", description="'A minor', 'F# dorian'")
    tempo: Any = Field(
        120, description="bpm, or [{at: 1, bpm: 96}, {at: 33, to: 88, over: 4 bars, curve: linear-beats}]"
    )
    meter: Any = Field("4/4", description="'4/4', or {1: 4/4, 17: '7/8 (2+2+3)'}")
    pickup: str | int | float = Field(0, description="beats before bar 1: '1 beat'")
    swing: str | None = Field(None, description="'58% of 16'")
    humanize: Humanize | None = Field(None, description="small deviations of time and velocity")
    seed: int = Field(1, ge=0, description="seed of everything random in the song")
    tail: Seconds = Field(3.0, ge=0, le=60, description="time after the last bar, for what rings on")
    composition: Composition = Field(default_factory=Composition, description="chords and patterns")
    arrangement: Arrangement = Field(default_factory=Arrangement, description="tracks, sections and form")
    recordings: Recordings = Field(default_factory=dict, description="name -> recorded part")
    mix: Mix = Field(default_factory=Mix, description="the console")
    master: Master = Field(default_factory=Master, description="the last chain")
    delivery: Delivery = Field(default_factory=Delivery, description="the files in out/")
    notes: list[SongRemark] = Field(
        default_factory=list, description="notes on the music, for people; they never sound"
    )
