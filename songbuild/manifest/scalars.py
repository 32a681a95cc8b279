"""YAML scalars: what a plain one means (YAML 1.2.2, section 10.3), and where in the file each character stands."""

from __future__ import annotations

import math
import re
from itertools import groupby

_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
_BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_NAN = frozenset({".nan", ".NaN", ".NAN"})
_NUMERIC_START = frozenset("+-.0123456789")

_MAX_DIGITS = 18
_ESCAPES = {"x": 2, "u": 4, "U": 8}
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


class NumberError(ValueError):
    """A plain scalar that reads as a number, but one that a song can't hold; `hint` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar: null, true, false, decimal numbers; all else is the text it is.

    Raises NumberError for hexadecimal, octal, not-a-number and what exceeds 18 digits or a double's range.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC_START:
        return text
    if _INT.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise NumberError("a number of more than 18 digits", "put it in quotes if it is text")
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise NumberError(f"'{text}' is too large a number", "put it in quotes if it is text")
        return number
    if _INFINITE.fullmatch(text):
        return -math.inf if text[0] == "-" else math.inf
    if _BASED.fullmatch(text):
        raise NumberError(f"'{text}' is not a decimal number", f"write {int(text, 0)}, or put it in quotes")
    if text in _NAN:
        raise NumberError("not-a-number is no value", "leave the key out, or put it in quotes")
    return text


def positions(raw: str, style: str, value: str) -> list[int]:
    """Where each character of `value` stands in `raw`, the scalar as written from its first character on.

    One entry more than the value has, for its end.  `style` is '' for plain, else the first character: ' " | or >.
    Folded and escaped characters stand where their line break or escape starts.
    """
    found = _block(raw, value) if style in ("|", ">") and style else _flow(raw, style, value)
    return found[: len(value) + 1] + [found[-1]] * (len(value) + 1 - len(found))


def _flow(raw: str, style: str, value: str) -> list[int]:
    """Positions in a plain or quoted scalar (section 7.3)."""
    at = 1 if style else 0
    found: list[int] = []
    while len(found) < len(value) and at < len(raw):
        char = raw[at]
        if char in " \t\r\n":
            end = at + len(raw[at:]) - len(raw[at:].lstrip(" \t\r\n"))
            breaks = len(re.findall(r"\r\n|\r|\n", raw[at:end]))
            if breaks:
                found += [at] * max(1, breaks - 1)
                at = end
                continue
        if style == "'" and raw.startswith("''", at):
            found.append(at)
            at += 2
        elif style == '"' and char == "\\":
            step = raw[at + 1 : at + 2]
            if step in ("\r", "\n"):
                at += len(raw[at + 1 :]) - len(raw[at + 1 :].lstrip(" \t\r\n")) + 1
                continue
            found.append(at)
            at += 2 + _ESCAPES.get(step, 0)
        else:
            found.append(at)
            at += 1
    return [*found, at]


def _block(raw: str, value: str) -> list[int]:
    """Positions in a literal or folded block scalar (section 8.1)."""
    head = _LINE.match(raw)
    assert head is not None
    lines = [(m.start(), m[1]) for m in _LINE.finditer(raw, head.end()) if m[0]]
    explicit = re.search(r"[1-9]", head[1].partition("#")[0])
    full = [line for _, line in lines if line.strip(" ")]
    first = value.lstrip("\n")
    if explicit and full:
        # The indicator counts from the parent's indentation, which the first full line and the value give together.
        indent = len(full[0]) - len(full[0].lstrip(" ")) - (len(first) - len(first.lstrip(" ")))
    else:
        indent = len(full[0]) - len(full[0].lstrip(" ")) if full else 0
    found: list[int] = []
    end = head.end()
    for blank, group in groupby(lines, key=lambda item: len(item[1]) <= indent and not item[1].strip(" ")):
        for start, line in group:
            if not blank:
                found += range(start + indent, start + len(line))
                end = start + len(line)
            # A break is kept, folded to a space, or dropped where blank lines follow it: the value tells.
            if value[len(found) : len(found) + 1] in ("\n", " "):
                found.append(start + len(line) if not blank else start)
    return [*found, end]
