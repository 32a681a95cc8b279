"""Note strings: "c4:8 e g:4. r:4 | a4:2~8", and degrees written the same way.

docs/notation.md is the user's description.  Reading has two steps: here text becomes items (pitches and written
lengths, octave and length carried over); `layout` gives them places in time and checks bars and ties.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from songbuild.model.layout import Item, Pitch, lay_out
from songbuild.model.line import FULL, Line
from songbuild.model.scales import Key, pitch_of
from songbuild.problems import NotationError

DYNAMICS = {"ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 127}
DEFAULT_VELOCITY = 80
STACCATO = Fraction(1, 2)
ACCENT, STRESS = 20, 8
MOST_REPEATS, DEEPEST = 999, 16

_NOTE = re.compile(r"([A-Ga-g])(x|##|#|♯|bb|b|♭)?(-?\d)?")
_DEGREE = re.compile(r"([\^_]*)([#b♯♭]{0,2})(\d{1,4})")
_LENGTH = re.compile(r"(\d+)(\.{0,2})(t?)")
_LEVEL = re.compile(r"!([a-z]+|\d+)")
_TIMES = re.compile(r"\*(\d+)")
_WORD = re.compile(r"[^\s|{}\[\]()]+|.", re.DOTALL)
_SEPARATORS = " \t\r\n|{}[]()"
_CLOSERS = {"{": "}", "(": ")"}
_GROUPS = {"{": "tuplet", "(": "group"}

Reader = Callable[["_Scanner"], Pitch | None]
"""Reads one pitch at the scanner's place and moves on, or returns None where there is none."""


@lru_cache(maxsize=1024)  # a song that is watched is read again at every save
def parse_notes(text: str, bars: tuple[Fraction, ...] = (Fraction(4),), velocity: float = DEFAULT_VELOCITY) -> Line:
    """The line that a note string writes, in bars of the given lengths (the last for ever); raises NotationError."""
    return lay_out(written_items(text), bars, velocity, text)


def parse_degrees(
    text: str, key: Key, bars: tuple[Fraction, ...] = (Fraction(4),), velocity: float = DEFAULT_VELOCITY
) -> Line:
    """The line that scale degrees write in a key: 1 is the tonic of octave 4; raises NotationError."""
    return lay_out(written_items(text, key), bars, velocity, text)


def written_items(text: str, key: Key | None = None) -> list[Item]:
    """What a note string, or in a key a string of degrees, is made of before it is laid out; raises NotationError."""
    return _Scanner(text, _read_note if key is None else _degrees_in(key)).items()


def _degrees_in(key: Key) -> Reader:
    def read(scanner: _Scanner) -> Pitch | None:
        match = _DEGREE.match(scanner.text, scanner.at)
        if not match:
            return None
        if not 1 <= int(match[3]) <= 50:
            raise NotationError("degrees count from 1 to 50", match.start(3), len(match[3]))
        octaves = match[1].count("^") - match[1].count("_")
        altered = match[2].count("#") + match[2].count("♯") - match[2].count("b") - match[2].count("♭")
        scanner.at = match.end()
        pitch = key.pitch(int(match[3]) - 1) + 12 * octaves + altered
        return Pitch(_in_range(pitch, match), match.start(), len(match[0]))

    return read


def _read_note(scanner: _Scanner) -> Pitch | None:
    match = _NOTE.match(scanner.text, scanner.at)
    if not match:
        return None
    if match[3]:
        scanner.octave = int(match[3])
    following = scanner.text[match.end() : match.end() + 1]
    if following and following not in _SEPARATORS + ":.~!_^*":
        return None
    if scanner.octave is None:
        raise NotationError(
            "the first note names its octave", match.start(), len(match[0]), f"write {match[0]}4; c4 is middle C"
        )
    scanner.at = match.end()
    pitch = pitch_of(match[1], match[2] or "", scanner.octave)
    return Pitch(_in_range(pitch, match), match.start(), len(match[0]))


def _in_range(pitch: int, match: re.Match[str]) -> int:
    if not 0 <= pitch <= 127:
        raise NotationError(f"'{match[0]}' lies outside of c-1 to g9", match.start(), len(match[0]))
    return pitch


@dataclass
class _Scanner:
    """Reads a string from left to right; `length` and `octave` are what was written last."""

    text: str
    read: Reader
    at: int = 0
    length: Fraction = Fraction(1)
    octave: int | None = None
    depth: int = field(default=0)

    def items(self, closer: str = "") -> list[Item]:
        """Everything up to `closer`, or to the end."""
        found: list[Item] = []
        while self._skip():
            if self.text[self.at] == closer:
                return found
            found.append(self._item())
        return found

    def _skip(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _item(self) -> Item:
        start, sign = self.at, self.text[self.at]
        if sign == "|":
            self.at += 1
            return Item("bar", start)
        if sign in "<>" or (sign == "!" and _LEVEL.match(self.text, start)):
            return self._dynamic(sign)
        if sign in _GROUPS:
            item = self._group(sign)
        elif sign == "[":
            item = self._chord()
        elif sign == "%" or self._is_word("R"):
            self.at += 1
            item = Item("again" if sign == "%" else "rest_bar", start)
        elif self._is_word("r"):
            self.at += 1
            item = Item("rest", start)
        elif pitch := self.read(self):
            item = Item("note", start, pitches=[pitch])
        else:
            word = self._word()
            hint = "a note is a letter a to g, # or b, an octave and a length: c#4:8"
            raise NotationError(f"'{word}' is not a note", start, len(word), hint if self.read is _read_note else None)
        self._suffixes(item)
        item.size = self.at - start
        return item

    def _is_word(self, letter: str) -> bool:
        after = self.text[self.at + 1 : self.at + 2]
        return self.text[self.at] == letter and (not after or after in _SEPARATORS + ":*")

    def _word(self) -> str:
        match = _WORD.match(self.text, self.at)
        return match[0] if match else ""

    def _dynamic(self, sign: str) -> Item:
        start = self.at
        if sign in "<>":
            self.at += 1
            return Item("louder" if sign == "<" else "softer", start)
        level = self._level()
        return Item("level", start, self.at - start, value=level)

    def _level(self) -> int:
        match = _LEVEL.match(self.text, self.at)
        if not match:
            raise NotationError("'!' is followed by a velocity or a dynamic: !96, !mf", self.at, 1)
        word = match[1]
        value = int(word) if word.isdecimal() and len(word) <= 3 else DYNAMICS.get(word, 0)
        if not 1 <= value <= 127:
            known = ", ".join(DYNAMICS)
            raise NotationError(f"'{match[0]}' is not a velocity", self.at, len(match[0]), f"1 to 127, or {known}")
        self.at = match.end()
        return value

    def _group(self, sign: str) -> Item:
        start, length = self.at, self.length
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotationError("brackets are nested too deeply", start)
        self.at += 1
        items = self.items(_CLOSERS[sign])
        self._close(_CLOSERS[sign], start)
        self.depth -= 1
        if sign == "{":  # what is written inside of a tuplet stays inside
            self.length = length
        if not items:
            raise NotationError("there is nothing between the brackets", start, self.at - start)
        return Item(_GROUPS[sign], start, items=items)

    def _chord(self) -> Item:
        start = self.at
        self.at += 1
        item = Item("note", start)
        while self._skip() and self.text[self.at] != "]":
            here = self.at
            pitch = self.read(self)
            if pitch is None:
                word = self._word()
                raise NotationError(f"'{word}' is not a note", here, len(word))
            while (sign := self.text[self.at : self.at + 1]) and sign in "!~":
                if sign == "!":
                    pitch = pitch._replace(velocity=self._level())
                else:
                    self.at += 1
                    pitch = pitch._replace(tied=True)
            if (after := self.text[self.at : self.at + 1]) and after not in _SEPARATORS:
                raise NotationError("a chord's length and articulation stand after its ']'", self.at)
            item.pitches.append(pitch)
        self._close("]", start)
        if not item.pitches:
            raise NotationError("there is nothing between the brackets", start, self.at - start)
        return item

    def _close(self, closer: str, start: int) -> None:
        if self.text[self.at : self.at + 1] != closer:
            raise NotationError(f"'{self.text[start]}' is never closed", start, 1, f"add '{closer}'")
        self.at += 1

    def _suffixes(self, item: Item) -> None:
        takes_length = item.kind in ("note", "rest", "tuplet")
        while (sign := self.text[self.at : self.at + 1]) and sign not in _SEPARATORS:
            if sign == "*":
                item.times = self._times()
            elif sign == ":" and takes_length:
                self.at += 1
                self.length = self._length()
            elif item.kind == "note" and sign == "!":
                item.value = self._level()
            elif item.kind == "note" and sign in ".^_~":
                self.at += 1
                if sign == ".":
                    item.gate = STACCATO
                elif sign == "_":
                    item.gate, item.stress = item.gate or FULL, item.stress + STRESS
                elif sign == "^":
                    item.stress += ACCENT
                else:
                    item.pitches = [pitch._replace(tied=True) for pitch in item.pitches]
            else:
                word = self._word()
                raise NotationError(f"'{word}' can't stand here", self.at, len(word))
        if takes_length:
            item.length = self.length

    def _times(self) -> int:
        match = _TIMES.match(self.text, self.at)
        if not match or not 1 <= int(match[1][:9]) <= MOST_REPEATS:
            raise NotationError(f"'*' is followed by how often: 1 to {MOST_REPEATS}", self.at, len(self._word()))
        self.at = match.end()
        return int(match[1])

    def _length(self) -> Fraction:
        """One length, or several tied: '4', '8.', '2~8'."""
        total = Fraction(0)
        while True:
            match = _LENGTH.match(self.text, self.at)
            if not match or match[1] not in ("1", "2", "4", "8", "16", "32", "64"):
                word = match[0] if match else self._word()
                hint = "1, 2, 4, 8, 16, 32 or 64; dotted '8.'; triplet '8t'"
                raise NotationError(f"':{word}' is not a length", self.at, max(1, len(word)), hint)
            dotted = (Fraction(1), Fraction(3, 2), Fraction(7, 4))[len(match[2])]
            total += Fraction(4, int(match[1])) * dotted * (Fraction(2, 3) if match[3] else 1)
            self.at = match.end()
            following = self.text[self.at + 1 : self.at + 2]
            if self.text[self.at : self.at + 1] != "~" or not following.isdecimal():
                return total
            self.at += 1
