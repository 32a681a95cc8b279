"""Patterns and their variations: from what a composition holds to lines of music."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, ParamSpec, TypeVar

from songbuild.model import line as lines
from songbuild.model.chords import parse_chords
from songbuild.model.comping import parse_rhythm, parse_strum, play_chords, steady
from songbuild.model.composition import Composition, Pattern
from songbuild.model.context import Context, Written
from songbuild.model.drums import parse_grid, parse_row, repeated
from songbuild.model.faults import Faults, Kind
from songbuild.model.line import FULL, BarStarts, Line
from songbuild.model.lyrics import sing
from songbuild.model.notes import DEFAULT_VELOCITY, parse_degrees, parse_notes
from songbuild.model.scales import parse_pitch
from songbuild.problems import NotationError, Path, did_you_mean

_STEPS = re.compile(r"\s*([+-]?\d{1,3})\s*(d?)\s*")
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}(\.[0-9]{1,6}|/[1-9][0-9]{0,5})?")
_FROM_BASE = ("grid", "voicing", "range", "rhythm", "strum", "arpeggio", "velocity", "gate")
_DEEPEST = 16
_SOURCES = ("notes", "degrees", "chords", "drums", "from_")


_P = ParamSpec("_P")
_T = TypeVar("_T")


class _FaultyError(Exception):
    """A pattern can't be played; why has been reported."""


class Patterns:
    """The patterns of a composition as lines; `faults` collects what is wrong with them, each once.

    `rows` maps (pattern, drum) to the path of the row that gives the drum; `used` holds what has been asked for.
    """

    def __init__(self, composition: Composition, faults: Faults) -> None:
        self.patterns = composition.patterns
        self._chords = composition.chords
        self._memo: dict[tuple[str, Context], Line | None] = {}
        self._active: list[str] = []
        self.used: set[str] = set()
        self.faults = faults
        self.rows: dict[tuple[str, str], Path] = {}

    def line(self, name: str, context: Context) -> Line | None:
        """A pattern's line, or None where something is wrong with it."""
        return self.define(self._named(name), name, context)

    def define(self, written: Written, label: str, context: Context) -> Line | None:
        """The line of a pattern, or None where something is wrong with it; `label` is its name, or one of its own."""
        if not self._hears_chords(written.pattern, set()):
            context = context.without_chords()
        key = (label, context)
        if key not in self._memo:
            try:
                self._memo[key] = self._made(self._chain(written, label), label, context)
            except _FaultyError:
                self._memo[key] = None
        return self._memo[key]

    def _hears_chords(self, pattern: Pattern, seen: set[str]) -> bool:
        """Whether a pattern, or one that it uses, plays its section's chords."""
        uses = {name for name in (*pattern.bars.values(), pattern.from_) if name in self.patterns} - seen
        return pattern.chords == "section" or any(self._hears_chords(self.patterns[name], seen | uses) for name in uses)

    def fault(self, kind: Kind, path: Path, message: str, hint: str | None = None) -> _FaultyError:
        """Report, and return what to raise."""
        self.faults.add(kind, path, message, hint)
        return _FaultyError()

    def read(self, kind: Kind, path: Path, parse: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        """What a parser returns; what it raises is reported."""
        try:
            return parse(*args, **named)
        except NotationError as error:
            self.faults.text(kind, path, error)
            raise _FaultyError from None

    def _named(self, name: str) -> Written:
        self.used.add(name)
        return Written(self.patterns[name], ("composition", "patterns", name))

    def _chain(self, written: Written, label: str) -> list[Written]:
        """The pattern and those it is made from, the first one first."""
        chain = [written]
        seen = [label]
        while (base := chain[0].pattern.from_) is not None:
            path = (*chain[0].path, "from")
            self._one_source(chain[0])
            if base not in self.patterns:
                hint = did_you_mean(base, self.patterns)
                raise self.fault("unknown pattern", path, f"unknown pattern '{base}'", hint)
            if base in seen:
                way = " from ".join([*seen[seen.index(base) :], base])
                raise self.fault("cycle", path, f"a pattern can't be made from itself: {way}")
            seen.append(base)
            chain.insert(0, self._named(base))
        self._one_source(chain[0])
        return chain

    def _one_source(self, written: Written) -> None:
        given = [name.rstrip("_") for name in _SOURCES if getattr(written.pattern, name) is not None]
        if len(given) != 1:
            has = " and ".join(f"'{name}'" for name in given) or "none"
            message = f"a pattern has one of notes, degrees, chords, drums and from; this has {has}"
            raise self.fault("pattern", written.path, message)

    def _made(self, chain: Sequence[Written], label: str, context: Context) -> Line:
        if label in self._active:
            way = " plays ".join([*self._active[self._active.index(label) :], label])
            raise self.fault("cycle", chain[-1].path, f"a pattern can't play itself: {way}")
        if len(self._active) > _DEEPEST:
            raise self.fault("cycle", chain[-1].path, "patterns are nested too deeply")
        self._active.append(label)
        try:
            made = self._source(chain, label, context)
            for written in chain:
                made = self._varied(made, written, chain[0], context)
            for pattern, path, _ in reversed(chain):
                if pattern.lyrics is not None:
                    return Line(self.read("lyrics", (*path, "lyrics"), sing, made.tones, pattern.lyrics), made.length)
            return made
        finally:
            self._active.pop()

    def _source(self, chain: Sequence[Written], label: str, context: Context) -> Line:
        """What the first pattern of the chain writes, with the settings that later ones give it."""
        root = chain[0]
        settings = {name: (getattr(root.pattern, name), (*root.path, name)) for name in _FROM_BASE}
        for pattern, path, _ in chain[1:]:
            given = pattern.model_fields_set.intersection(_FROM_BASE)
            settings |= {name: (getattr(pattern, name), (*path, name)) for name in given}
        if root.pattern.drums is not None:
            made = self._grid(chain, label, settings, context)
        elif root.pattern.chords is not None:
            made = self._comped(root.pattern.chords, (*root.path, "chords"), settings, context)
        else:
            degrees = root.pattern.degrees is not None
            text = root.pattern.degrees if degrees else root.pattern.notes
            path = root.text or (*root.path, "degrees" if degrees else "notes")
            made = self._tune(text or "", degrees, path, settings["velocity"][0], context)
        if not made.length:
            raise self.fault("pattern", root.path, "there is nothing in this pattern")
        gate = Fraction(str(settings["gate"][0]))
        tones = (tone if tone.gate is not None else tone._replace(gate=gate) for tone in made.tones)
        return Line(tuple(tones), made.length)

    def _tune(self, text: str, degrees: bool, path: Path, velocity: int | None, context: Context) -> Line:
        base = velocity or DEFAULT_VELOCITY
        if degrees:
            return self.read("degrees", path, parse_degrees, text, context.key, context.bars, base)
        return self.read("notes", path, parse_notes, text, context.bars, base)

    def _grid(
        self, chain: Sequence[Written], label: str, settings: Mapping[str, tuple[Any, Path]], context: Context
    ) -> Line:
        """The rows of a grid, with those that variations change, each repeated to the longest one's length."""
        rows = {drum: (text, (*chain[0].path, drum)) for drum, text in (chain[0].pattern.drums or {}).items()}
        for pattern, path, _ in chain:
            for drum, text in pattern.rows.items():
                here = (*path, "rows", drum)
                if text is not None:
                    rows[drum] = (text, here)
                elif rows.pop(drum, None) is None:
                    raise self.fault("unknown pattern", here, f"no row '{drum}' to leave out", did_you_mean(drum, rows))
        grid = self.read("grid", settings["grid"][1], parse_grid, settings["grid"][0])
        velocity = settings["velocity"][0]
        parsed: dict[str, tuple[Line, int]] = {}
        for drum, (text, path) in rows.items():
            self.rows[label, drum] = path
            parsed[drum] = self.read("grid", path, parse_row, text, grid, context.bars, velocity, drum)
        total = max((count for _, count in parsed.values()), default=0)
        tones: list[lines.Tone] = []
        for drum, (row, count) in parsed.items():
            if total % count:
                longest = next(name for name, (_, bars) in parsed.items() if bars == total)
                message = f"'{drum}' has {count} bars and '{longest}' {total}, which is no multiple of {count}"
                raise self.fault("grid", rows[drum][1], message)
            tones += repeated(row, count, total, context.bars).tones
        return Line(lines.ordered(tones), BarStarts(context.bars).start_of(total))

    def _comped(self, text: str, path: Path, settings: Mapping[str, tuple[Any, Path]], context: Context) -> Line:
        """A chord line as its settings play it."""
        spans, length = context.chords, context.length
        if text != "section":
            path = ("composition", "chords", text) if text in self._chords else path
            line = self._chords.get(text, text)
            spans, length = self.read("chords", path, parse_chords, line, context.key, context.bars)
        elif not spans:
            raise self.fault("chords", path, "a section that plays this has no chords", "give the section `chords`")
        velocity = settings["velocity"][0] or DEFAULT_VELOCITY
        grid = self.read("grid", settings["grid"][1], parse_grid, settings["grid"][0])
        arpeggio = settings["arpeggio"][0]
        strokes = steady(grid, length, velocity) if arpeggio else None
        rhythm, here = settings["rhythm"]
        if rhythm is not None:
            strokes = self.read("grid", here, parse_rhythm, rhythm, grid, context.bars, length, velocity)
        strum, here = settings["strum"]
        delay = 0.0 if strum is None else self.read("chords", here, parse_strum, strum)
        ends, here = settings["range"]
        low, high = (self.read("notes", (*here, i), parse_pitch, end) for i, end in enumerate(ends or ("c-1", "g9")))
        limits = (low, high) if ends else None
        voicing = settings["voicing"][0]
        return self.read(
            "chords", path, play_chords, spans, length, velocity, voicing, limits, strokes, delay, arpeggio
        )

    def _varied(self, made: Line, written: Written, first: Written, context: Context) -> Line:
        """A line with a pattern's own changes, in the order that docs/notation.md gives."""
        pattern, path, root = written.pattern, written.path, first.pattern
        for bar, text in pattern.bars.items():
            made = self._with_bar(made, bar, text, (*path, "bars", bar), root, context)
        if root.drums is None and pattern.rows:
            raise self.fault("pattern", (*path, "rows"), "only a drum grid has rows")
        moved = pattern.transpose not in (0, "0")
        if root.drums is not None and (moved or pattern.invert or pattern.octave):
            raise self.fault("pattern", path, "a drum grid has no pitches to move", "change its `rows`")
        if pattern.invert:
            made = lines.invert(made, context.key)
        if pattern.retrograde:
            made = lines.retrograde(made)
        if (factor := self._number(pattern.augment, (*path, "augment"), Fraction(1, 16), Fraction(16))) != FULL:
            made = lines.augment(made, factor)
        if beats := self._number(pattern.rotate, (*path, "rotate"), Fraction(-4096), Fraction(4096)):
            made = lines.rotate(made, beats)
        if moved:
            match = _STEPS.fullmatch(str(pattern.transpose))
            if not match:
                message = f"'{pattern.transpose}' is not a transposition"
                raise self.fault("pattern", (*path, "transpose"), message, "+2 semitones, or '+2d' steps of the scale")
            amount = int(match[1])
            made = lines.transpose_steps(made, amount, context.key) if match[2] else lines.transpose(made, amount)
        if pattern.octave:
            made = lines.transpose(made, 12 * pattern.octave)
        return lines.scale_velocity(made, pattern.scale_velocity) if pattern.scale_velocity != 1.0 else made

    def _number(self, value: str | int | float, path: Path, low: Fraction, high: Fraction) -> Fraction:
        if not _NUMBER.fullmatch(str(value)):
            raise self.fault("pattern", path, f"'{value}' is not a number or a fraction such as 1/2")
        number = Fraction(str(value))
        if not low <= number <= high:
            raise self.fault("pattern", path, f"{value} lies outside of {low} to {high}")
        return number

    def _with_bar(self, made: Line, bar: int, text: str, path: Path, root: Pattern, context: Context) -> Line:
        """The line with something else from a bar on, for as many bars as that lasts."""
        starts = BarStarts(context.bars)
        start = starts.start_of(bar - 1)
        if bar < 1 or start >= made.length:
            raise self.fault("variation", path, f"the pattern has no bar {bar}")
        if text in self.patterns:
            other = self.line(text, context.later(start))
            if other is None:
                raise _FaultyError
        elif root.drums is not None or root.chords is not None:
            raise self.fault("unknown pattern", path, f"unknown pattern '{text}'", did_you_mean(text, self.patterns))
        else:
            other = self._tune(text, root.degrees is not None, path, root.velocity, context.later(start))
        last, rest = starts.bar_of(start + other.length)
        stop = starts.start_of(last + 1 if rest else last)
        if stop > made.length:
            raise self.fault("variation", path, f"this is longer than what is left of the pattern from bar {bar} on")
        return lines.replace(made, start, stop, other)
