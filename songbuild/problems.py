"""What can be wrong with a song, as data: a place, a sentence and a hint.

A user's mistake is never an exception that reaches the user.  Code that knows only the song as data
(`model`, `stages`, `devices`) reports a `Fault`, which names the value by its path in the song; code that
knows the files (`manifest`) turns it into a `Problem`, which names file, line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]
"""A value's path in the song: ("mix", "channels", "bass", "inserts", 0, "compressor", "threshold_db")."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text file.  `line` and `column` count from 1; `length` is in characters."""

    file: str
    line: int = 1
    column: int = 1
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the value at `path`, or with the name it stands under where `key` is set.

    `offset` and `length` point into the value where it is a string.
    """

    code: str
    path: Path
    message: str
    hint: str | None = None
    offset: int | None = None
    length: int = 1
    severity: Severity = "error"
    key: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place in a file, with the source line it stands in where there is one."""

    code: str
    message: str
    span: Span
    hint: str | None = None
    source: str | None = None
    severity: Severity = "error"

    def __str__(self) -> str:
        head = f"{self.span}: {self.severity}[{self.code}]: {self.message}"
        if self.source is None:
            return head + (f"\n     hint: {self.hint}" if self.hint else "")
        number = f"{self.span.line:>5}"
        shown, start = _window(self.source, self.span.column)
        carets = "^" * max(1, min(self.span.length, len(shown) - start))
        hint = f" {self.hint}" if self.hint else ""
        return f"{head}\n{number} | {shown}\n{'':>5} | {'':>{start}}{carets}{hint}"


def _window(source: str, column: int, width: int = 110) -> tuple[str, int]:
    """The part of a long source line around `column`, and where in it the column falls."""
    source = source.replace("\t", " ")
    start = max(0, column - 1 - width // 2) if len(source) > width else 0
    return source[start : start + width], column - 1 - start


class NotationError(ValueError):
    """A music string that can't be read; `offset` and `length` point into the string."""

    def __init__(self, message: str, offset: int = 0, length: int = 1, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.offset, self.length, self.hint = message, offset, length, hint

    def fault(self, code: str, path: Path) -> Fault:
        """The same, about the value at `path`."""
        return Fault(code, path, self.message, self.hint, self.offset, self.length)


_UNIT_ENDING = re.compile(r"_(db|hz|ms|s|beats|samples|lufs)$")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, by its letters in any case and without the unit at its end; None if none is."""
    names: dict[str, str] = {}
    for each in sorted(known):
        names.setdefault(_UNIT_ENDING.sub("", each.lower()), each)
        names[each.lower()] = each
    for wanted in (name.lower(), _UNIT_ENDING.sub("", name.lower())):
        near = get_close_matches(wanted, names, n=1, cutoff=0.6)
        if near:
            return names[near[0]]
    return None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the known name that is nearest to `name`, or all of them where they are few."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    if 0 < len(names) <= 12:
        return "known: " + ", ".join(names)
    return None
