"""Recordings: takes of real audio, the comp that chooses among them, and the edits, all as text."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from songbuild.units import Db, Ms, Params, Seconds


class Take(Params):
    """One audio file and where its first sample falls in the song."""

    file: str = Field(description="path below the song's folder: WAV, FLAC, AIFF, MP3 or Ogg, any rate, mono or stereo")
    at: str | int = Field("1", description="position of the file's start: a bar, bar.beat, or section+bars")
    offset: Seconds = Field(0.0, ge=0, description="where in the file the take starts")
    gain_db: Db = Field(0.0, ge=-96, le=24, description="gain")
    nudge: Ms = Field(0.0, ge=-2000, le=2000, description="later (or, negative, earlier)")
    reverse: bool = Field(False, description="backwards")
    polarity: Literal["normal", "inverted"] = Field("normal", description="sign")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain file name."""
        return {"file": value} if isinstance(value, str) else value


class Region(Params):
    """A stretch of a take in the comp: 'take2 9-12' (bars 9 to 12, inclusive) or 'take1 5.3-8' (bar.beat)."""

    region: str = Field(description="'take2 9-12'")
    gain_db: Db = Field(0.0, ge=-96, le=24, description="gain")
    nudge: Ms = Field(0.0, ge=-500, le=500, description="play the take later (or earlier) inside this region")
    fade_in: Ms | None = Field(None, ge=0, le=60_000, description="in place of the crossfade at its start")
    fade_out: Ms | None = Field(None, ge=0, le=60_000, description="in place of the crossfade at its end")
    reverse: bool = Field(False, description="the region backwards")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain 'take2 9-12'."""
        return {"region": value} if isinstance(value, str) else value


class Crossfade(Params):
    """How neighbouring regions are joined."""

    time: Ms = Field(12.0, ge=0, le=2000, description="length")
    curve: Literal["equal-power", "linear"] = Field(
        "equal-power", description="equal-power for different takes, linear for the same sound"
    )

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain time, and {12ms: linear}."""
        if isinstance(value, str | int | float):
            return {"time": value}
        if isinstance(value, dict) and len(value) == 1 and not value.keys() & cls.model_fields.keys():
            ((time, curve),) = value.items()
            return {"time": time, "curve": curve}
        return value


class Recording(Params):
    """A recorded part: its takes and what is used of them."""

    takes: dict[str, Take] = Field(description="name -> take; plain text is a file")
    comp: list[Region] = Field(default_factory=list, description="regions in order; none: the first take, whole")
    crossfade: Crossfade = Field(default_factory=Crossfade, description="'12ms', or {12ms: equal-power}")


Recordings = dict[str, Recording]
"""Every recorded part by name."""
