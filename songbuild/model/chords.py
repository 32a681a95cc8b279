"""Chord lines: lead-sheet symbols and roman numerals in bars: "Cm7 F7 | Bbmaj7 % | ii V7 | G/B"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from songbuild.model.line import ZERO, BarStarts, beats_text
from songbuild.model.scales import Key, pitch_class, spell_class
from songbuild.problems import NotationError

_SYMBOL = re.compile(r"[^\s|:]+")
_LENGTH = re.compile(r":(\d+)(\.{0,2})")
_ROOT = re.compile(r"([A-G])([#♯b♭]{0,2})")
_NUMERAL = re.compile(r"([#♯b♭]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?![A-Za-z]*[VI])")
_BASS = re.compile(r"/(?:([A-G][#♯b♭]{0,2})|([#♯b♭]?)([1-7]))$")
_APPLIED = re.compile(r"/([#♯b♭]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i))$")
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_SIGN = {"#": 1, "♯": 1, "+": 1, "b": -1, "♭": -1, "-": -1}
_DEGREE_TONES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
_QUALITY = re.compile(
    r"(?P<major>maj|Maj|ma(?![jd])|M|Δ)|(?P<minor>min|mi(?!n)|m(?!aj))"
    r"|(?:no|omit)(?P<left>3|5)|(?P<dim>dim|°|o)|(?P<half>ø)|(?P<aug>aug|\+(?!\d)|\+(?=7))|(?P<sus>sus(?P<suspended>2|4)?)|(?P<sixnine>6/9|69)"
    r"|add(?P<added>[#♯b♭]?(?:2|4|6|9|11|13))|(?P<alt>alt)"
    r"|(?P<altered>[#♯b♭+-](?:5|9|11|13))|(?P<number>13|11|9|7|6|5)|(?P<skip>[(),])"
)


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: pitch classes of root and bass, and semitones of its tones above the root, in the order 1 3 5 7 9….

    `symbol` is how it is written in letters; a chord without tones is N.C.
    """

    root: int
    tones: tuple[int, ...]
    bass: int
    symbol: str

    def transposed(self, semitones: int, key: Key) -> Chord:
        """The chord higher by semitones, spelled in `key`."""
        if not self.tones or not semitones % 12:
            return self
        root, bass = (self.root + semitones) % 12, (self.bass + semitones) % 12
        match = _ROOT.match(self.symbol)
        quality = _BASS.sub("", self.symbol[match.end() :]) if match else ""
        return replace(self, root=root, bass=bass, symbol=_symbol(root, quality, bass, key))


NO_CHORD = Chord(0, (), 0, "N.C.")


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord in time: quarter notes from the line's start, and where in the string it stands."""

    start: Fraction
    length: Fraction
    chord: Chord
    offset: int


def parse_chord(symbol: str, key: Key) -> Chord:
    """The chord that a symbol ('Cm7b5', 'G/B') or a numeral in a key ('ii7', 'V7/vi') names; raises NotationError."""
    if symbol in ("N.C.", "NC"):
        return NO_CHORD
    if match := _ROOT.match(symbol):
        found = _BASS.search(symbol, match.end())
        if found and not found[1]:
            raise NotationError("the bass after '/' is a note", found.start(), len(found[0]))
        root = pitch_class(_ascii(match[0]))
        bass = pitch_class(_ascii(found[1])) if found else root
        quality = symbol[match.end() : found.start() if found else None]
        return Chord(root, _tones(quality, (0, 4, 7), match.end()), bass, _ascii(symbol))
    if match := _NUMERAL.match(symbol):
        return _numeral(symbol, match, key)
    raise NotationError(f"'{symbol}' is not a chord", 0, len(symbol), "such as Am7, F#dim, G/B, ii7, bVII or N.C.")


def _numeral(symbol: str, match: re.Match[str], key: Key) -> Chord:
    end, bass_step = len(symbol), None
    if applied := _APPLIED.search(symbol, match.end()):
        end = applied.start()
        target = parse_chord(applied[1], key)
        name = spell_class(target.root, key)
        key = Key(target.root, name, "minor" if target.tones[1] == 3 else "major", key.signature)
    elif found := _BASS.search(symbol, match.end()):
        if found[1]:
            bass_step = pitch_class(_ascii(found[1]))
        else:
            bass_step = (key.tonic + key.chord_steps[int(found[3]) - 1] + _SIGN.get(found[2], 0)) % 12
        end = found.start()
    step = key.chord_steps[_NUMERALS.index(match[2].lower())]
    root = (key.tonic + step + _SIGN.get(match[1], 0)) % 12
    written = symbol[match.end() : end]
    minor = match[2].islower()
    tones = _tones(written, (0, 3, 7) if minor else (0, 4, 7), match.end())
    quality = written if not minor or re.match(r"°|o|ø|dim|sus|min|m(?!aj)|-", written) else "m" + written
    bass = root if bass_step is None else bass_step
    return Chord(root, tones, bass, _symbol(root, quality, bass, key))


def _ascii(name: str) -> str:
    return name.replace("♯", "#").replace("♭", "b")


def _symbol(root: int, quality: str, bass: int, key: Key) -> str:
    return spell_class(root, key) + quality + (f"/{spell_class(bass, key)}" if bass != root else "")


def _tones(quality: str, triad: tuple[int, int, int], offset: int) -> tuple[int, ...]:
    """The semitones above the root that a quality means; raises NotationError at what it can't read."""
    tones = dict(zip((1, 3, 5), triad, strict=True))
    major = dim = False
    at = 0
    if quality.startswith("-"):  # only here a minus is minor; after a number it flattens: 7-5
        tones[3], at = 3, 1
    while at < len(quality):
        match = _QUALITY.match(quality, at)
        if not match:
            raise NotationError(f"'{quality[at:]}' is not part of a chord symbol", offset + at, len(quality) - at)
        found = {name: value for name, value in match.groupdict().items() if value}
        if "major" in found:
            major = True
            if found["major"] == "Δ":
                tones[7] = 11
        elif "minor" in found:
            tones[3] = 3
        elif "dim" in found or "half" in found:
            tones[3], tones[5], dim = 3, 6, "dim" in found
            if "half" in found:
                tones[7] = 10
        elif "aug" in found:
            tones[5] = 8
        elif "sus" in found:
            tones.pop(3, None)
            tones[2 if found.get("suspended") == "2" else 4] = 2 if found.get("suspended") == "2" else 5
        elif "sixnine" in found:
            tones[6], tones[9] = 9, 14
        elif "added" in found:
            degree = int(found["added"].lstrip("#♯b♭"))
            tones[degree] = _DEGREE_TONES[degree] + _SIGN.get(found["added"][0], 0)
        elif "alt" in found:
            tones.pop(5, None)
            tones |= {7: 10, 9: 13, 10: 15, 13: 20}
        elif "left" in found:
            tones.pop(int(found["left"]), None)
        elif "altered" in found:
            degree = int(found["altered"][1:])
            altered = _DEGREE_TONES[degree] + _SIGN[found["altered"][0]]
            tones[10 if degree == 9 and 9 in tones and tones[9] != 14 else degree] = altered
        elif "number" in found:
            _extend(tones, int(found["number"]), major, dim)
        at = match.end()
    return tuple(dict.fromkeys(tones[degree] for degree in sorted(tones)))


def _extend(tones: dict[int, int], number: int, major: bool, dim: bool) -> None:
    """Stack what 5, 6, 7, 9, 11 and 13 stand for; a fourth or third that would clash is left out, as players do."""
    if number == 5:
        tones.pop(3, None)
    elif number == 6:
        tones[6] = 9
    else:
        tones.setdefault(7, 11 if major else 9 if dim else 10)
        if number >= 9:
            tones.setdefault(9, 14)
        if number == 11:
            tones[11] = 17
            if tones.get(3) == 4:
                del tones[3]
        if number == 13:
            tones[13] = 21


def parse_chords(text: str, key: Key, bars: tuple[Fraction, ...]) -> tuple[tuple[ChordSpan, ...], Fraction]:
    """The chords of a line in bars of the given lengths (the last for ever), and its length; raises NotationError.

    The chords of a bar share it evenly, a dot holding the one before; a written length ("C:2 F:4 G:4") counts first.
    """
    starts = BarStarts(bars)
    spans: list[ChordSpan] = []
    bar, offset, since = 0, 0, 0
    parts = text.split("|")
    for number, part in enumerate(parts):
        if not part.strip():
            if number in (0, len(parts) - 1) and len(parts) > 1:
                offset += len(part) + 1
                continue
            raise NotationError("there is no chord in this bar", offset, max(1, len(part)), "write N.C. for none")
        if part.strip() == "%":
            shift = starts.start_of(bar) - starts.start_of(bar - 1)
            if bar == 0 or starts.length_of(bar) != starts.length_of(bar - 1):
                raise NotationError("there is no bar of this length before it to repeat", offset + part.index("%"))
            again = spans[since:]
            since = len(spans)
            spans += [replace(span, start=span.start + shift, offset=offset + part.index("%")) for span in again]
        else:
            since = len(spans)
            before = spans[-1].chord if spans else None
            spans += _bar(part, offset, key, starts.start_of(bar), starts.length_of(bar), bar, before)
        bar += 1
        offset += len(part) + 1
    return tuple(spans), starts.start_of(bar)


def _bar(
    part: str, offset: int, key: Key, start: Fraction, length: Fraction, bar: int, before: Chord | None
) -> list[ChordSpan]:
    slots: list[tuple[Chord | None, Fraction | None, int]] = []
    at = 0
    while at < len(part):
        if part[at].isspace():
            at += 1
            continue
        written: re.Match[str] | None = None
        match = _SYMBOL.match(part, at)
        if not match:
            raise NotationError(f"'{part[at]}' is not a chord", offset + at)
        chord = before
        if match[0] == ".":
            if not slots:
                raise NotationError("a dot holds a chord of the same bar", offset + at, 1, "write % to repeat a chord")
            slots.append((None, None, offset + at))
        else:
            if match[0] != "%":
                try:
                    chord = parse_chord(match[0], key)
                except NotationError as error:
                    raise NotationError(error.message, offset + at + error.offset, error.length, error.hint) from None
            if chord is None:
                raise NotationError("there is no chord before it to repeat", offset + at)
            written = _LENGTH.match(part, match.end())
            slots.append((chord, _length(written, offset) if written else None, offset + at))
        at = written.end() if written else match.end()
        before = chord
    return _shared(slots, start, length, bar, offset, len(part))


def _length(match: re.Match[str], offset: int) -> Fraction:
    if match[1] not in ("1", "2", "4", "8", "16"):
        raise NotationError(f"'{match[0]}' is not a length", offset + match.start(), len(match[0]), "1, 2, 4, 8 or 16")
    return Fraction(4, int(match[1])) * (Fraction(1), Fraction(3, 2), Fraction(7, 4))[len(match[2])]


def _shared(
    slots: list[tuple[Chord | None, Fraction | None, int]], start: Fraction, length: Fraction, bar: int, offset: int,
    size: int,
) -> list[ChordSpan]:  # fmt: skip
    fixed = sum((given for _, given, _ in slots if given), ZERO)
    free = sum(given is None for _, given, _ in slots)
    share = (length - fixed) / free if free else ZERO
    if (free and share <= 0) or (not free and fixed != length):
        over = fixed - length
        wrong = f"{beats_text(over)} too long" if over > 0 else f"{beats_text(-over)} short" if over else "full already"
        raise NotationError(f"bar {bar + 1} is {wrong}", offset, size)
    if free and fixed == 0 and (share % Fraction(1, 2)):
        raise NotationError(
            f"{free} chords don't share bar {bar + 1} evenly",
            offset,
            size,
            "hold one with a dot, 'C . F G', or write lengths, 'C:2 F:4 G:4'",
        )
    spans: list[ChordSpan] = []
    for chord, given, place in slots:
        taken = share if given is None else given
        if chord is None:
            spans[-1] = replace(spans[-1], length=spans[-1].length + taken)
        else:
            spans.append(ChordSpan(start, taken, chord, place))
        start += taken
    return spans
