"""Syllables under a melody: "Stay with me to- night __"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from songbuild.model.line import Tone
from songbuild.problems import NotationError

_SYLLABLE = re.compile(r"[^\s|]+")


def sing(tones: Sequence[Tone], lyrics: str) -> tuple[Tone, ...]:
    """The tones with a syllable each, in order; tones that start together share one.

    '__' or '_' sings on what came before, 'to~me' is two words on one note, 'to-' goes on in the next syllable, '|' is
    for the eye.  Raises NotationError where syllables are left over.
    """
    syllables = [(match[0], match.start()) for match in _SYLLABLE.finditer(lyrics)]
    sung: list[Tone] = []
    count = -1
    onset = None
    for tone in tones:
        if tone.drum:
            sung.append(tone)
            continue
        if tone.onset != onset:
            count, onset = count + 1, tone.onset
        word = syllables[count][0] if count < len(syllables) else ""
        sung.append(tone._replace(text="" if word in ("_", "__") else word.replace("~", " ")))
    if len(syllables) > count + 1:
        word, offset = syllables[count + 1]
        raise NotationError(
            f"{len(syllables)} syllables for {count + 1} notes: none is left for '{word}'", offset, len(word)
        )
    return tuple(sung)
