"""A text file of a song: read once, within limits, and asked for its lines and places."""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

from songbuild.manifest import codes
from songbuild.problems import Problem, Span

MAX_BYTES = 8 << 20
"""A manifest larger than this is refused: it isn't one."""

_BREAK = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")

_CONFLICT = re.compile(
    r"^<{7,}(?: [^\r\n]*)?\r?$(?:(?!^<{7}).)*?^={7,}\r?$(?:(?!^<{7}).)*?^>{7,}(?: [^\r\n]*)?\r?$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's text, without the byte-order mark, under the name that problems show."""

    name: str
    text: str
    starts: tuple[int, ...] = field(repr=False, default=(0,))

    @classmethod
    def of(cls, name: str, text: str) -> Source:
        """The source of this text."""
        return cls(name, text, (0, *(m.end() for m in _BREAK.finditer(text))))

    def line(self, number: int) -> str | None:
        """The text of a line, counted from 1; None past the end."""
        if not 1 <= number <= len(self.starts):
            return None
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int | None = None) -> Span:
        """The place of the characters from `start` to `end`, as far as they stand on one line."""
        row = bisect_right(self.starts, start)
        column = start - self.starts[row - 1]
        room = len(self.line(row) or "") - column
        length = 1 if end is None else min(end - start, room)
        return Span(self.name, row, column + 1, max(1, length))

    def problem(self, code: str, message: str, span: Span, hint: str | None = None) -> Problem:
        """A problem at a place in this file, with its line."""
        return Problem(code, message, span, hint, self.line(span.line))


def read_source(path: Path, name: str) -> tuple[Source | None, list[Problem]]:
    """The text of a manifest, or what forbids to read it: not a file, too large, not UTF-8, control characters."""
    try:
        # Opened without blocking, so that a named pipe can't hang the build; a regular file doesn't care.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None, [Problem(codes.NOT_A_FILE, f"'{name}' is not a file", Span(name))]
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return None, [Problem(codes.UNREADABLE, f"'{name}' can't be read: {reason.lower()}", Span(name))]
    if len(data) > MAX_BYTES:
        return None, [Problem(codes.TOO_LARGE, f"larger than {MAX_BYTES >> 20} MiB", Span(name))]
    return decode(data, name)


def decode(data: bytes, name: str) -> tuple[Source | None, list[Problem]]:
    """The source that these bytes are, or the place of the first that can't be in one."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = error.object[error.start]
        before = error.object[: error.start].decode("utf-8-sig")
        shown = Source.of(name, before + error.object[error.start :].decode("utf-8", "replace"))
        problem = shown.problem(
            codes.NOT_UTF8, f"byte 0x{bad:02x} is not UTF-8", shown.span(len(before)), "save the file as UTF-8"
        )
        return None, [problem]
    source = Source.of(name, text)
    found = _CONTROL.search(text)
    if found:
        span = source.span(found.start())
        line = _CONTROL.sub("?", source.line(span.line) or "")
        message = f"a control character, U+{ord(found[0]):04X}, can't stand in a manifest"
        return None, [Problem(codes.CONTROL_CHARACTER, message, span, None, line)]
    return source, []


def unresolved(source: Source) -> list[Problem]:
    """The merge conflicts that are left in a file, each at the line where its markers start."""
    if "\n=======" not in source.text:
        return []
    hint = "keep what is right of both sides, and take out the lines of <, = and >"
    return [
        source.problem(codes.UNRESOLVED, "unresolved merge conflict", source.span(found.start(), found.end()), hint)
        for found in _CONFLICT.finditer(source.text)
    ]


def controls(text: str) -> str | None:
    """The first control character or lone surrogate of a value as 'U+0007', or None."""
    for found in _CONTROL.finditer(text):
        if found[0] not in "\x85\u2028\u2029":
            return f"U+{ord(found[0]):04X}"
    lone = re.search("[\ud800-\udfff]", text)
    return f"U+{ord(lone[0]):04X}" if lone else None
