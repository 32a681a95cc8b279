"""Lyrics with times, as LRC text: '[mm:ss.xx]' and a line, times in hundredths of a second."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

SUFFIXES = (".lrc", ".txt")
"""Endings of a file of lyrics."""
LARGEST = 1 << 20
"""Bytes after which a file is no text of a song."""
_TIME = re.compile(r"\[(\d{1,3}):([0-5]\d)(?:[.:](\d{1,3}))?\]")
_HEAD = re.compile(r"\[([a-z#]+):(.*)\]", re.IGNORECASE)
_WORD = re.compile(r"<\d{1,3}:[0-5]\d(?:[.:]\d{1,3})?>")

Synced = tuple[tuple[int, str], ...]
"""Lines with the milliseconds at which they start."""


class LyricsError(ValueError):
    """A file that holds no lyrics."""


def is_lyrics_file(name: str) -> bool:
    """Whether a name is that of a file of lyrics, by its ending."""
    return name.lower().endswith(SUFFIXES)


def lrc(lines: Iterable[tuple[int, str]]) -> str:
    """Lines with times as LRC text."""
    return "".join(f"{_stamp(ms)}{text}\n" for ms, text in lines)


def read_lyrics(path: Path) -> tuple[str, Synced]:
    """The words in an .lrc or .txt file, and their times: none in a .txt.

    An LRC line may have several times, and times of words, which are left out; `[offset:+n]` moves all of them n ms
    earlier.  Raises LyricsError for what is no such text, OSError where it can't be read.
    """
    if path.stat().st_size > LARGEST:
        raise LyricsError("it is larger than 1 MiB")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise LyricsError(f"byte {error.start + 1} is not UTF-8") from None
    if any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise LyricsError("it holds control characters")
    if path.suffix.lower() != ".lrc":
        words = "\n".join(line.rstrip() for line in text.strip().split("\n"))
        if not words:
            raise LyricsError("it is empty")
        return words, ()
    return _parsed(text)


def _parsed(text: str) -> tuple[str, Synced]:
    found: list[tuple[int, str]] = []
    offset = 0
    for number, line in enumerate(text.split("\n"), start=1):
        rest, times = line.strip(), []
        while match := _TIME.match(rest):
            times.append(60_000 * int(match[1]) + 1000 * int(match[2]) + int((match[3] or "0").ljust(3, "0")))
            rest = rest[match.end() :].lstrip()
        if times:
            found += [(ms, " ".join(_WORD.sub(" ", rest).split())) for ms in times]
        elif head := _HEAD.fullmatch(rest):
            if head[1].lower() == "offset":
                try:
                    offset = int(head[2])
                except ValueError:
                    raise LyricsError(f"line {number}: '{head[2].strip()}' is no offset in ms") from None
        elif rest:
            raise LyricsError(f"line {number} has no time such as [01:23.45]")
    if not any(words for _, words in found):
        raise LyricsError("it holds no lines")
    synced = tuple(sorted((max(0, ms - offset), words) for ms, words in found))
    return "\n".join(words for _, words in synced).strip(), synced


def _stamp(ms: int) -> str:
    minutes, rest = divmod(ms // 10, 6000)
    return f"[{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}]"
