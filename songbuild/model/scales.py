"""Keys, scales and degrees, and how pitches are spelled in them.

MIDI keys: 60 is middle C, written c4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from songbuild.problems import NotationError, did_you_mean

LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_FIFTHS = {"f": -1, "c": 0, "g": 1, "d": 2, "a": 3, "e": 4, "b": 5}
_ALTER = {"#": 1, "♯": 1, "b": -1, "♭": -1, "x": 2}
_NAME = re.compile(r"\s*([A-Ga-g])([#♯b♭x]{0,2})\s*(m(?![a-z]))?\s*(.*?)\s*")
_PITCH = re.compile(r"\s*([A-Ga-g])(x|[#♯]{1,2}|[b♭]{1,2})?(-?\d)\s*")

_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# name -> (semitones above the tonic, fifths from the tonic's to the key signature's, the seven-note scale for chords)
SCALES: dict[str, tuple[tuple[int, ...], int, tuple[int, ...]]] = {
    "major": (_MAJOR, 0, _MAJOR),
    "minor": (_MINOR, -3, _MINOR),
    "dorian": ((0, 2, 3, 5, 7, 9, 10), -2, (0, 2, 3, 5, 7, 9, 10)),
    "phrygian": ((0, 1, 3, 5, 7, 8, 10), -4, (0, 1, 3, 5, 7, 8, 10)),
    "lydian": ((0, 2, 4, 6, 7, 9, 11), 1, (0, 2, 4, 6, 7, 9, 11)),
    "mixolydian": ((0, 2, 4, 5, 7, 9, 10), -1, (0, 2, 4, 5, 7, 9, 10)),
    "locrian": ((0, 1, 3, 5, 6, 8, 10), -5, (0, 1, 3, 5, 6, 8, 10)),
    "harmonic minor": ((0, 2, 3, 5, 7, 8, 11), -3, _MINOR),
    "melodic minor": ((0, 2, 3, 5, 7, 9, 11), -3, _MINOR),
    "phrygian dominant": ((0, 1, 4, 5, 7, 8, 10), -4, (0, 1, 4, 5, 7, 8, 10)),
    "major pentatonic": ((0, 2, 4, 7, 9), 0, _MAJOR),
    "minor pentatonic": ((0, 3, 5, 7, 10), -3, _MINOR),
    "blues": ((0, 3, 5, 6, 7, 10), -3, _MINOR),
    "major blues": ((0, 2, 3, 4, 7, 9), 0, _MAJOR),
    "whole tone": ((0, 2, 4, 6, 8, 10), 0, _MAJOR),
    "chromatic": (tuple(range(12)), 0, _MAJOR),
}
_ALIASES = {
    "": "major", "maj": "major", "ionian": "major", "min": "minor", "aeolian": "minor", "natural minor": "minor",
    "pentatonic": "major pentatonic", "pentatonic major": "major pentatonic",
    "pentatonic minor": "minor pentatonic", "minor blues": "blues",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class and name), a scale, and the fifths of its key signature (sharps, or negative flats)."""

    tonic: int = 0
    name: str = "C"
    mode: str = "major"
    signature: int = 0

    @property
    def steps(self) -> tuple[int, ...]:
        """Semitones of the scale above the tonic."""
        return SCALES[self.mode][0]

    @property
    def chord_steps(self) -> tuple[int, ...]:
        """Semitones of the seven degrees that roman numerals count."""
        return SCALES[self.mode][2]

    def pitch(self, step: int) -> int:
        """The MIDI key of a step of the scale; step 0 is the tonic of octave 4 (60 to 71)."""
        octave, index = divmod(step, len(self.steps))
        return 60 + self.tonic + 12 * octave + self.steps[index]

    def step_of(self, pitch: int) -> tuple[int, int]:
        """The step at or below a MIDI key, and the semitones it is raised by."""
        octave, inside = divmod(pitch - 60 - self.tonic, 12)
        index = max(i for i, semitones in enumerate(self.steps) if semitones <= inside)
        return octave * len(self.steps) + index, inside - self.steps[index]

    def transposed(self, semitones: int) -> Key:
        """The key a number of semitones higher, in the spelling with fewer accidentals."""
        tonic = (self.tonic + semitones) % 12
        signature = (self.signature + 7 * semitones + 5) % 12 - 5
        shift = SCALES[self.mode][1]
        return Key(tonic, _name_of_fifths(signature - shift), self.mode, signature)

    def __str__(self) -> str:
        return f"{self.name} {self.mode}"


@lru_cache(maxsize=256)
def parse_key(text: str) -> Key:
    """The key that 'A minor', 'F# dorian', 'Bbm' or 'E' names; raises NotationError."""
    match = _NAME.fullmatch(text)
    if not match:
        raise NotationError(f"'{text}' is not a key", 0, max(1, len(text)), "write 'A minor' or 'F# dorian'")
    letter, accidentals, short, scale = match[1].lower(), match[2], match[3], match[4].lower()
    scale = "minor" if short and not scale else scale
    mode = _ALIASES.get(scale, scale)
    if mode not in SCALES or (short and match[4]):
        raise NotationError(
            f"unknown scale '{match[4]}'", match.start(4), max(1, len(match[4])), did_you_mean(scale, SCALES)
        )
    altered = sum(_ALTER[sign] for sign in accidentals)
    fifths = _FIFTHS[letter] + 7 * altered
    name = letter.upper() + accidentals.replace("♯", "#").replace("♭", "b")
    return Key((LETTERS[letter] + altered) % 12, name, mode, fifths + SCALES[mode][1])


def parse_pitch(text: str) -> int:
    """The MIDI key that 'c4', 'f#3' or 'Bb2' names; raises NotationError."""
    match = _PITCH.fullmatch(text)
    pitch = pitch_of(match[1], match[2] or "", int(match[3])) if match else -1
    if not 0 <= pitch <= 127:
        raise NotationError(f"'{text}' is not a pitch such as c4 or f#3", 0, max(1, len(text)))
    return pitch


def pitch_of(letter: str, accidentals: str, octave: int) -> int:
    """The MIDI key of a letter with '#', 'b', 'x' in an octave; octave 4 starts at middle C."""
    return 12 * (octave + 1) + LETTERS[letter.lower()] + sum(_ALTER[sign] for sign in accidentals)


def pitch_class(name: str) -> int:
    """The pitch class of 'C', 'F#', 'Bb'."""
    return (LETTERS[name[0].lower()] + sum(_ALTER[sign] for sign in name[1:])) % 12


def spell_class(pitch_class: int, key: Key) -> str:
    """The name of a pitch class in a key: 'F#' in D major, 'Gb' in Db major.

    Names are taken from twelve neighbours on the line of fifths, which hold the key's scale and the chromatic notes
    common in it: the raised fourth, and the flattened second, third, sixth and seventh of a major key; the raised
    third, sixth and seventh of a minor one.
    """
    lowest = key.signature - (3 if 3 in key.steps and 4 not in key.steps else 4)
    fifths = (7 * pitch_class) % 12
    return _name_of_fifths(lowest + (fifths - lowest) % 12)


def spell(pitch: int, key: Key) -> str:
    """A MIDI key as written in notation, in the spelling of a key: 'f#4'."""
    name = spell_class(pitch % 12, key)
    octave = (pitch - sum(_ALTER[sign] for sign in name[1:])) // 12 - 1
    return f"{name.lower()}{octave}"


def _name_of_fifths(fifths: int) -> str:
    letter = "FCGDAEB"[(fifths + 1) % 7]
    altered = (fifths + 1) // 7
    return letter + ("#" * altered if altered > 0 else "b" * -altered)
