"""How a syllable is sung: its vowels in turn, from its letters, and when the tract has reached each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from songbuild.devices.device import Note
from songbuild.dsp.formants import Vowel

_SPELLED: Final[Mapping[str, tuple[Vowel, ...]]] = {
    "aa": ("a",), "ee": ("i",), "ii": ("i",), "oo": ("u",), "uu": ("u",), "ea": ("i",), "ie": ("i",), "ou": ("o", "u"),
}  # fmt: skip
_WITH_NEXT: Final[Mapping[str, tuple[Vowel, ...]]] = {"uh": ("schwa",), "er": ("schwa",), "eah": ("e", "a")}
_LETTERS: Final[Mapping[str, Vowel]] = {
    "a": "a", "e": "e", "i": "i", "o": "o", "u": "u", "y": "i", "w": "u", "ə": "schwa",
}  # fmt: skip
_ONSETS: Final[Mapping[str, Vowel]] = {"m": "hum", "n": "hum", "w": "u", "y": "i"}
_SYLLABLE: Final = re.compile(r"([^aeiouyə]*y?(?=[aeiouə])|[^aeiouyə]*)([aeiouə][aeiouywə]*|y)(.*)")


def syllable(text: str, default: Vowel) -> tuple[str, tuple[Vowel, ...], str]:
    """What is sung of a syllable: letters before, vowels in turn, letters after; `default` where it has no vowel."""
    letters = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalpha())
    match = _SYLLABLE.fullmatch(letters)
    if not match:
        return "", ("hum",) if letters and set(letters) <= set("hmng") else (default,), ""
    before, group, after = match[1], match[2], match[3]
    if before[-1:] == "y" and group == "ou":
        return before, ("u",), after
    if group + after[:1] in _WITH_NEXT:
        return before, _WITH_NEXT[group + after[:1]], after[1:]
    spelled = _SPELLED.get(group) or tuple(_LETTERS[c] for c in group)
    return before, tuple(v for i, v in enumerate(spelled) if i == 0 or v != spelled[i - 1]), after


def targets(note: Note, default: Vowel, rate: int) -> list[tuple[float, Vowel]]:
    """(time in seconds, vowel) of a note, between which the tract moves in straight lines."""
    length = note.frames / rate
    before, vowels, after = syllable(note.text, default)
    found: list[tuple[float, Vowel]] = []
    start, end = 0.0, length
    if before[-1:] in _ONSETS:
        start = min(0.09, 0.3 * length)
        found = [(0.0, _ONSETS[before[-1]]), (0.4 * start, _ONSETS[before[-1]])]
    if after[:1] in ("m", "n"):
        end -= min(0.12, 0.3 * length)
    share = (end - start) / len(vowels)
    for i, vowel in enumerate(vowels):
        move = min(0.06, 0.3 * share)
        found.append((start + i * share + (move if i else 0.0), vowel))
        found.append((start + (i + 1) * share - (move if i + 1 < len(vowels) else 0.0), vowel))
    if end < length:
        found.append((0.5 * (end + length), "hum"))
    return found
