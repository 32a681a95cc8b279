"""What every stage needs to plan its nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from songbuild.engine import Node, Source
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath
from songbuild.units import beats_of_note_value


@dataclass(frozen=True)
class Context:
    """A song and what has been worked out from it.

    `end` is the song's length in frames; `digest` gives the digest of a file's content; `faults` collects what turns
    out to be wrong while planning; `files` holds the node and length of each audio file that has been planned,
    `delivered` the value that measures each file which is delivered.
    """

    song: Song
    score: Score
    folder: Path
    end: int
    digest: Callable[[Path], str]
    faults: list[Fault] = field(default_factory=list)
    files: dict[str, tuple[Node, int]] = field(default_factory=dict)
    delivered: dict[str, Node] = field(default_factory=dict)

    @property
    def rate(self) -> int:
        return self.song.rate

    def source(self, name: str) -> Source:
        """The file `name` below the song's folder, with its digest."""
        path = self.folder / name
        return Source(path, self.digest(path))

    def fault(self, code: str, path: SongPath, message: str, hint: str | None = None) -> None:
        self.faults.append(Fault(code, path, message, hint))

    def ms(self, value: float | str) -> float:
        """A duration in ms; a note value by the tempo at the song's start."""
        if isinstance(value, str):
            return beats_of_note_value(value) * 60_000.0 / self.score.time.bpm_at(Fraction(0))
        return value
