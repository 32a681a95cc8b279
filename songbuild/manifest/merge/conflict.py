"""What a merge comes to: a text, what both sides changed, and what is worth knowing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that both sides changed: where in the music, what each did, and the line of the markers around it."""

    place: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of a merge, with conflict markers where `conflicts` names some; `notes` are no conflicts."""

    text: str
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
