"""Text in which the two sides of a merge may differ here and there, and how that is marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

Side: TypeAlias = Literal["ours", "theirs"]
SIDES: tuple[Side, Side] = ("ours", "theirs")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Fork(NamedTuple):
    """A place where it has to be decided what is right; `numbers` are the conflicts told about it."""

    ours: str
    theirs: str
    numbers: tuple[int, ...] = ()


Piece: TypeAlias = str | Fork
Pieces: TypeAlias = list[Piece]


def lines_of(text: str) -> list[str]:
    """The lines of a text, each with its line feed; nothing else ends a line."""
    return _LINES.findall(text)


def taken(pieces: Iterable[Piece], side: Side) -> str:
    """The text with every fork decided for one side."""
    return "".join(piece if isinstance(piece, str) else getattr(piece, side) for piece in pieces)


def forked(pieces: Iterable[Piece]) -> tuple[int, ...]:
    """The numbers of all conflicts in a text."""
    return tuple(number for piece in pieces if isinstance(piece, Fork) for number in piece.numbers)


def shifted(pieces: Pieces, by: int, line_start: bool) -> Pieces:
    """The same with each line that isn't empty indented `by` more spaces (fewer where negative).

    `line_start` says whether the text starts at the start of a line.
    """
    if not by:
        return pieces
    found: Pieces = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(_indented(piece, by, line_start))
            line_start = piece.endswith("\n") if piece else line_start
        else:
            ours, theirs = (_indented(text, by, line_start) for text in (piece.ours, piece.theirs))
            found.append(Fork(ours, theirs, piece.numbers))
            line_start = (piece.ours or piece.theirs).endswith("\n")
    return found


def _indented(text: str, by: int, line_start: bool) -> str:
    lines = lines_of(text)
    for index, line in enumerate(lines):
        if (index or line_start) and line.strip():
            lines[index] = " " * by + line if by > 0 else line[min(-by, len(line) - len(line.lstrip(" "))) :]
    return "".join(lines)


def marked(pieces: Sequence[Piece], size: int, newline: str) -> tuple[str, dict[int, int]]:
    """The text with whole lines between conflict markers wherever it forks; conflict number -> line of its markers."""
    out: list[str] = []
    lines: dict[int, int] = {}
    count = 1
    ours = theirs = ""
    numbers: list[int] = []
    is_forked = False

    def flush() -> None:
        nonlocal ours, theirs, is_forked, count
        if is_forked and ours != theirs:
            before, left, right, after = _trimmed(ours, theirs)
            for number in numbers:
                lines[number] = count + before.count("\n")
            hunk = ("<" * size, " ours", newline, left, "=" * size, newline, right, ">" * size, " theirs", newline)
            text = before + "".join(hunk) + after
        else:
            text = ours
        out.append(text)
        count += text.count("\n")
        ours = theirs = ""
        is_forked = False
        numbers.clear()

    for piece in pieces:
        if isinstance(piece, Fork):
            ours, theirs, is_forked = ours + piece.ours, theirs + piece.theirs, True
            numbers.extend(piece.numbers)
            continue
        for line in lines_of(piece):
            if is_forked and _ended(ours) and _ended(theirs):
                flush()
            ours, theirs = ours + line, theirs + line
            if line.endswith("\n"):
                flush()
    if is_forked:
        ours, theirs = (text + newline if not _ended(text) else text for text in (ours, theirs))
    flush()
    return "".join(out), lines


def _ended(text: str) -> bool:
    return not text or text.endswith("\n")


def _trimmed(ours: str, theirs: str) -> tuple[str, str, str, str]:
    """Equal lines before, each side's own, equal lines after."""
    left, right = lines_of(ours), lines_of(theirs)
    first = 0
    while first < min(len(left), len(right)) and left[first] == right[first]:
        first += 1
    last = 0
    while last < min(len(left), len(right)) - first and left[-1 - last] == right[-1 - last]:
        last += 1
    return (
        "".join(left[:first]),
        "".join(left[first : len(left) - last]),
        "".join(right[first : len(right) - last]),
        "".join(left[len(left) - last :]),
    )
