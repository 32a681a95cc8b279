"""What is wrong with the music of a song, each fault once, with stable codes: the stage's prefix and a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from songbuild.problems import Fault, NotationError, Path

Kind = Literal[
    "notes", "grid", "chords", "degrees", "lyrics", "unknown pattern", "cycle", "pattern", "variation", "swing",
    "tempo", "meter", "pickup", "form", "track", "drum", "cut", "part", "comp",
]  # fmt: skip

KINDS: dict[Kind, int] = {
    "notes": 30,
    "grid": 31,
    "chords": 32,
    "degrees": 33,
    "lyrics": 34,
    "unknown pattern": 35,
    "cycle": 36,
    "pattern": 37,
    "variation": 38,
    "swing": 39,
    "tempo": 40,
    "meter": 41,
    "pickup": 42,
    "form": 43,
    "track": 44,
    "drum": 45,
    "cut": 46,
    "part": 47,
    "comp": 48,
}
"""Numbers below 030 belong to what loading a song reports."""
_PREFIX = {"composition": "COMP", "arrangement": "ARR", "recordings": "REC"}


def code(kind: Kind, path: Path) -> str:
    """The code of a fault of this kind at `path`: ("notes", ("composition", …)) -> "COMP030"."""
    prefix = _PREFIX.get(path[0], "SONG") if path and isinstance(path[0], str) else "SONG"
    return f"{prefix}{KINDS[kind]:03}"


class Faults:
    """Faults in the order they were found; what is found again isn't repeated."""

    def __init__(self, found: Iterable[Fault] = ()) -> None:
        self._found = dict.fromkeys(found)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add(self, kind: Kind, path: Path, message: str, hint: str | None = None) -> None:
        """Report an error about the value at `path`."""
        self._found[Fault(code(kind, path), path, message, hint)] = None

    def name(self, kind: Kind, path: Path, message: str, hint: str | None = None) -> None:
        """Report an error about the name that the value at `path` stands under."""
        self._found[Fault(code(kind, path), path, message, hint, key=True)] = None

    def warn(self, kind: Kind, path: Path, message: str, hint: str | None = None) -> None:
        """Report what is probably not meant."""
        self._found[Fault(code(kind, path), path, message, hint, severity="warning")] = None

    def text(self, kind: Kind, path: Path, error: NotationError) -> None:
        """Report what a parser raised about the text at `path`."""
        self._found[error.fault(code(kind, path), path)] = None

    def reset(self, found: Iterable[Fault]) -> None:
        """Hold these faults and no others."""
        self._found = dict.fromkeys(found)
