"""The masters of a song beside what was measured of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from songbuild.model.master import Values
from songbuild.model.song import Song
from songbuild.problems import Path


@dataclass(frozen=True)
class Measured:
    """One master: its name ("" is the song's own), its path in the song, what it is made with, what a meter says."""

    name: str
    path: Path
    values: Values
    found: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What a message calls it."""
        return f"the version '{self.name}'" if self.name else "the master"


def measured_masters(song: Song, measured: Mapping[str, Any]) -> Iterator[Measured]:
    """The master and the versions that were measured."""
    for name, values in song.master.all():
        found = measured.get("versions", {}).get(name) if name else measured.get("master")
        if found:
            path: Path = ("master", "versions", name) if name else ("master",)
            yield Measured(name, path, values, found)
