"""What songbuild.lock holds: what a song or album was made from, and what came of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from songbuild.units import Params

DIGEST = r"^[0-9a-f]{64}$"
Plain = bool | int | float | str | None


class Inputs(Params):
    """What a song or album is made from; equal inputs make equal bytes.

    Of an album, what is one of its songs' is under names that begin with that song's folder: 'first: tempo'.
    """

    versions: dict[str, str] = Field(description="songbuild, and what else makes samples or files -> version")
    profile: str = Field(description="the platform, and the CPU features that are left alone")
    song: dict[str, Plain] = Field(description="value's path in the text -> the value, or its digest where it is long")
    presets: dict[str, str] = Field(default_factory=dict, description="preset -> digest of what it gives")
    files: dict[str, str] = Field(default_factory=dict, description="audio or other file that is read -> BLAKE3 digest")
    locks: dict[str, str] = Field(default_factory=dict, description="song of an album -> BLAKE3 digest of its own lock")


class DeliveredFile(Params):
    """A file that was delivered."""

    size: int = Field(ge=0, description="bytes")
    digest: str = Field(pattern=DIGEST, description="BLAKE3 digest of its bytes")
    audio: str | None = Field(None, pattern=DIGEST, description="BLAKE3 digest of its decoded samples")


class Lock(Inputs):
    """The whole of a lock file."""

    format: Literal[1] = Field(1, description="version of this format")
    loudness_gain_db: dict[str, float] = Field(default_factory=dict, description="node -> gain that reaches its target")
    nodes: dict[str, str] = Field(description="node -> digest of what it puts out, then the start of each tile's name")
    delivered: dict[str, DeliveredFile] = Field(description="file below out/ -> what it is")
