"""Text as a CD holds it: ISO 8859-1."""

from __future__ import annotations

import unicodedata

_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": ",",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u2032": "'",
        "\u2033": '"',
        "\u2044": "/",
        "\u202f": " ",
        "\u00a0": " ",
    }
)
"""What typesetting has and ISO 8859-1 has not."""


def plain(text: str) -> str:
    """Text in composed letters, with the quotes, dashes and dots of a typewriter."""
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def refused(text: str) -> str:
    """The characters of a text that a CD can't hold, each once: those outside ISO 8859-1 and control characters."""
    return "".join(dict.fromkeys(c for c in plain(text) if ord(c) > 0xFF or unicodedata.category(c) == "Cc"))


def latin(text: str) -> bytes:
    """A text in ISO 8859-1; ValueError for one that has `refused` characters."""
    wrong = refused(text)
    if wrong:
        raise ValueError(f"{wrong[0]!r} is not in ISO 8859-1")
    return plain(text).encode("latin-1")
