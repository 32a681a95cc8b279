"""Delivery: which files are made of the master."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from songbuild.units import Params

Format = Literal["wav24", "wav16", "flac", "mp3", "stems", "midi"]


class Delivery(Params):
    """The files in out/."""

    formats: list[Format] = Field(
        default=["wav24", "wav16", "flac", "mp3", "stems", "midi"], description="what is made"
    )
    mp3_kbps: Literal[128, 160, 192, 224, 256, 320] = Field(320, description="bit rate of the MP3")
    flac_bits: Literal[16, 24] = Field(24, description="word length of the FLAC")
    stem_bits: Literal[16, 24] = Field(24, description="word length of the stems")
