"""CHK005: a title or a name is written in a way that stores refuse or change.

Why: stray spaces make two artists of one; a featured artist in a title is credited to nobody; stores rewrite titles in
capitals and drop emoji.
Fix: write it as it is to be printed; `credits: {featuring: …}` and `version_title` are the places of the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from songbuild.model.song import Song
from songbuild.model.stores import STORES
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath

_FEATURING = re.compile(r"(?:^|[\s(\[])(feat\.?|ft\.|featuring)\s", re.IGNORECASE)
_VERSION = re.compile(
    r"[(\[]([^)\]]*\b(?:edit|remix|mix|version|live|acoustic|instrumental|remaster(?:ed)?|demo|extended)\b[^)\]]*)[)\]]\s*$",
    re.IGNORECASE,
)
_ADVISORY = re.compile(r"[(\[](explicit|clean)[)\]]", re.IGNORECASE)
_SPACES = re.compile(r"^\s+|\s+$|\s{2,}|[\u200b\u200e\u200f\ufeff]")
SHOUTED = 5
"""So many letters, all capitals or all small, are no abbreviation."""


def titles(song: Song, folder: Path) -> list[Fault]:  # noqa: ARG001
    """Warn about spaces in names, other people's names in titles; and for strict stores about capitals and emoji."""
    strict = [STORES[name].title for name in song.delivery.stores if STORES[name].strict]
    found: list[Fault] = []
    for path, text in _texts(song):
        found += _spaces(path, text)
        if strict and path[0] in ("title", "artist", "album", "album_artist", "version_title"):
            found += _style(path, text, " and ".join(strict))
    found += _title(song)
    return found


def _texts(song: Song) -> Iterator[tuple[SongPath, str]]:
    """What is printed: titles and names."""
    for name in ("title", "version_title", "artist", "album", "album_artist", "label", "genre", "secondary_genre"):
        text = getattr(song, name)
        if text:
            yield (name,), text
    for role, people in song.credits.items():
        for index, person in enumerate(people):
            yield ("credits", role, index, "name"), person.name


def _spaces(path: SongPath, text: str) -> list[Fault]:
    found = _SPACES.search(text)
    if not found:
        return []
    where = "before" if found.start() == 0 else "after" if found.end() == len(text) else "inside of"
    message = f"a stray space {where} '{text.strip()}'"
    return [Fault("CHK005", path, message, "take it out", found.start(), len(found[0]), severity="warning")]


def _title(song: Song) -> list[Fault]:
    """What has a place of its own, and stands in the title."""
    found: list[Fault] = []
    title = song.title
    for match, message, hint in (
        (_FEATURING.search(title), "a featured artist in the title", "credits: {featuring: …} names them"),
        (_ADVISORY.search(title), "the advisory in the title", "explicit: explicit or clean says it"),
        (_VERSION.search(title), "the version in the title", "version_title: says it"),
    ):
        if match:
            place = (match.start(1), len(match[1]))
            found.append(Fault("CHK005", ("title",), message, hint, *place, severity="warning"))
    return found


def _style(path: SongPath, text: str, stores: str) -> list[Fault]:
    letters = [c for c in text if c.isalpha() and c.lower() != c.upper()]
    if len(letters) >= SHOUTED and (text.isupper() or text.islower()):
        kind = "capitals" if text.isupper() else "small letters"
        hint = "write it as a title, unless the artist does so everywhere"
        return [Fault("CHK005", path, f"all in {kind}, which {stores} may change", hint, severity="warning")]
    odd = next((at for at, c in enumerate(text) if _is_picture(c)), None)
    if odd is not None:
        message = f"'{text[odd]}' is a picture, which {stores} may refuse"
        return [Fault("CHK005", path, message, "letters, digits and punctuation are safe", odd, severity="warning")]
    return []


def _is_picture(char: str) -> bool:
    return unicodedata.category(char) == "So" or char in "\ufe0f\u200d"
