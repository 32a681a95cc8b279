"""Delivery: which files are made of the master."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from songbuild.model.stores import StoreName
from songbuild.units import Hz, Params

Format = Literal[
    "wav24", "wav16", "bwf", "flac", "mp3", "ogg", "opus", "aac", "stems", "midi", "lrc", "metadata", "report",
    "provenance",
]  # fmt: skip
Bits = Literal[16, 24, "32 float"]
Dither = Literal["none", "tpdf", "shaped"]


class AudioFile(Params):
    """One file of the master: its format, and how it differs from what is usual for that."""

    format: Literal["wav", "bwf", "flac", "mp3", "ogg", "opus", "aac"] = Field(description="file format")
    bits: Bits | None = Field(None, description="word length (wav, bwf, flac); usual: 24; 32 float only as wav")
    rate: Hz | None = Field(None, description="sample rate; usual: the song's, or the nearest that the format has")
    dither: Dither | None = Field(None, description="of wav, bwf and flac; usual: tpdf at 16 bits, else none")
    kbps: int | None = Field(None, description="bit rate (mp3, opus, aac); usual: 320, 128, 256")
    quality: float | None = Field(None, description="0 to 10 (ogg); usual: 6")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain format."""
        return {"format": value} if isinstance(value, str) else value


class Delivery(Params):
    """The files in out/."""

    formats: list[Format] = Field(
        default=["wav24", "wav16", "flac", "mp3", "stems", "midi"],
        description="what is made, by short names; none of them where only `files` is written",
    )
    files: list[AudioFile] = Field(
        default_factory=list, description="further files of the master: 'flac', or {format: opus, kbps: 96}"
    )
    mp3_kbps: Literal[128, 160, 192, 224, 256, 320] = Field(320, description="bit rate of an MP3 that names none")
    flac_bits: Literal[16, 24] = Field(24, description="word length of a FLAC that names none")
    stem_bits: Literal[16, 24] = Field(24, description="word length of the stems")
    stores: list[StoreName] = Field(
        default_factory=list, description="stores and distributors whose requirements `check` holds the song to"
    )

    @model_validator(mode="before")
    @classmethod
    def _only_files(cls, value: Any) -> Any:
        """Without `formats`, `files` are all that is made."""
        if isinstance(value, dict) and value.get("files") and "formats" not in value:
            return {**value, "formats": []}
        return value
