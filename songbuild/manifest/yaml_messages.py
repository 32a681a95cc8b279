"""What libyaml says about a broken file, in words for someone who writes songs."""

from __future__ import annotations

import re
from typing import Any

from songbuild.manifest import codes
from songbuild.manifest.source import Source
from songbuild.problems import Problem

_QUOTE = "put music and other text with such characters in quotes"

_SAYINGS: tuple[tuple[str, str, str | None], ...] = (
    ("mapping values are not allowed", "a ':' where none can stand", f"{_QUOTE}; or check the indentation"),
    ("could not find expected ':'", "a key without ':'", None),
    ("found unexpected end of stream", "a quoted text never ends", "close the quotes"),
    ("did not find expected ',' or ']'", "a list in [ ] that isn't closed, or lacks a comma", _QUOTE),
    ("did not find expected ',' or '}'", "a mapping in { } that isn't closed, or lacks a comma", _QUOTE),
    ("did not find expected '-' indicator", "expected another '- ' of the list", "check the indentation"),
    ("did not find expected key", "expected a key here", f"check the indentation; {_QUOTE}"),
    ("did not find expected node content", "expected a value here", _QUOTE),
    ("found character that cannot start", "this character can't start a value", _QUOTE),
    ("block sequence entries are not allowed", "a list's '- ' can't start here", _QUOTE),
    ("block mapping", "a mapping can't start here", None),
    ("found unknown escape character", "an unknown escape in double quotes", r"write a backslash as '\\'"),
    ("invalid unicode character escape", "an escape that is no character", None),
    ("did not find expected hexdecimal number", "an escape that is no character", None),
    ("found undefined tag handle", "tags ('!…') aren't allowed", "put text that starts with '!' in quotes"),
    ("did not find expected alphabetic", "a name must follow '*' or '&'", _QUOTE),
    ("found a tab character", "a tab can't indent", "use spaces"),
    ("found unknown directive", "directives ('%…') aren't allowed", _QUOTE),
    ("found incompatible yaml document", "not a version of YAML that is read here", None),
    ("did not find expected <document start>", "expected the end of the file here", "check the indentation"),
)


def explained(error: Any, source: Source) -> Problem:
    """A YAMLError of the parser as a problem at its place."""
    said = str(getattr(error, "problem", None) or error)
    mark: Any = getattr(error, "problem_mark", None)
    context_mark: Any = getattr(error, "context_mark", None)
    unclosed = "unexpected end of stream" in said or " flow " in str(getattr(error, "context", None))
    if unclosed and context_mark and mark and context_mark.line != mark.line:
        mark = context_mark
    index = min(mark.index if mark is not None else 0, len(source.text))
    if index == len(source.text):
        index = len(source.text.rstrip())
    message, hint = said.strip().lower().splitlines()[0], None
    for words, meaning, advice in _SAYINGS:
        if words in said.lower():
            message, hint = meaning, advice
            break
    span = source.span(index)
    line = source.line(span.line) or ""
    if "\t" in line[: span.column] and not re.sub(r"[\s]", "", line[: span.column - 1]):
        message, hint = "a tab can't indent", "use spaces"
    return source.problem(codes.SYNTAX, message, span, hint)
