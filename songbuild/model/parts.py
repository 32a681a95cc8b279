"""What a track plays in one section: phrases in turn, fills, entries and pickups."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from songbuild.model.arrangement import Humanize
from songbuild.model.composition import Pattern
from songbuild.model.context import Context, Written
from songbuild.model.form import with_times
from songbuild.model.humanize import Swing, parse_swing
from songbuild.model.line import ZERO, BarStarts, Line, Tone
from songbuild.model.lyrics import sing
from songbuild.model.notes import parse_notes
from songbuild.model.patterns import Patterns
from songbuild.problems import NotationError, Path, did_you_mean

_OWN = ("play", "bars", "enter", "exit", "pickup", "swing", "humanize", "ring", "lyrics")
_NAME = re.compile(r"[^\W\d][\w-]*(\s+x\d{1,4})?")
_BARS = re.compile(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?")
KEYS = (*_OWN, *(field.alias or name for name, field in Pattern.model_fields.items()))
SOURCES = ("play", "notes", "degrees", "chords", "drums", "from")
MOST_PHRASES = 5_000
_NOTHING: Mapping[str, Any] = MappingProxyType({})
INLINE = "inline"


class Placed(NamedTuple):
    """A tone in a section (onset from the section's start) and the name of the pattern it comes from."""

    tone: Tone
    pattern: str


@dataclass(frozen=True)
class Part:
    """What a track plays in a section; `swing` and `humanize` are None where the part says nothing of them."""

    placed: tuple[Placed, ...] = ()
    swing: tuple[Swing | None] | None = None
    humanize: Humanize | None = None


class Player:
    """Plays parts of one section.  What is wrong goes to the patterns' faults."""

    def __init__(self, patterns: Patterns, context: Context, path: Path) -> None:
        self.patterns, self.context, self.path = patterns, context, path
        self.faults = patterns.faults
        self.starts = BarStarts(context.bars)
        bar, rest = self.starts.bar_of(context.length)
        self.bars = bar + (rest > 0)
        self.ring = False

    def play(self, part: Any) -> Part:
        """What a part plays: a name, notation, a list of them in turn, or a mapping."""
        if not isinstance(part, Mapping):
            return Part(tuple(self._fill(part, self.path, ZERO, self.context.length)))
        varied = {key: value for key, value in part.items() if key not in _OWN}
        phrase = part.get("play")
        path = self.path if phrase is None else (*self.path, "play")
        self.ring = self._checked(part, "ring", False, lambda value: isinstance(value, bool), "true or false")
        is_bar = f"a bar of the section: 1 to {self.bars}"
        enter = self._checked(part, "enter", 1, self._is_bar, is_bar)
        leave = self._checked(part, "exit", self.bars, self._is_bar, is_bar)
        start, stop = self.starts.start_of(enter - 1), min(self.starts.start_of(leave), self.context.length)
        placed = self._fill({} if phrase is None and varied else phrase, path, start, stop, varied)
        placed = self._with_bars(placed, part.get("bars"))
        if (pickup := part.get("pickup")) is not None:
            placed += self._pickup(pickup, start, varied)
        placed.sort(key=lambda item: (item.tone.onset, item.tone.pitch, item.tone.drum))
        if placed and (words := part.get("lyrics")) is not None:
            placed = self._sung(placed, words)
        return Part(tuple(placed), *self._feel(part))

    def _is_bar(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= self.bars

    def _checked(self, part: Mapping[str, Any], key: str, default: Any, legal: Callable[[Any], bool], what: str) -> Any:
        value = part.get(key, default)
        if legal(value):
            return value
        self.faults.add("part", (*self.path, key), f"'{key}' is {what}")
        return default

    def _fill(
        self, phrases: Any, path: Path, start: Fraction, stop: Fraction, varied: Mapping[str, Any] = _NOTHING
    ) -> list[Placed]:
        """Phrases in turn, each with the settings `varied`, again and again, from `start` to `stop`."""
        if phrases is None:
            return []
        turn = phrases if isinstance(phrases, list | tuple) else [phrases]
        items = [
            (phrase, (*path, index) if turn is phrases else path)
            for index, written in enumerate(turn)
            for phrase in self._times(written)
        ]
        placed: list[Placed] = []
        at, count = start, 0
        while at < stop and items:
            phrase, here = items[count % len(items)]
            found = self._phrase(phrase, here, self.context.later(at, stop), varied)
            if found is None:
                return placed
            line, name = found
            if count < len(items) and at + line.length > stop:
                left = f"{float(stop - at):g} of its {float(line.length):g} beats"
                self.faults.warn("cut", here, f"only {left} fit here; the rest is cut off")
            placed += self._moved(line, name, at, stop)
            at, count = at + line.length, count + 1
            if count > MOST_PHRASES:
                self.faults.add("part", here, "this is too short to fill the section")
                return placed
        return placed

    def _moved(self, line: Line, name: str, at: Fraction, stop: Fraction) -> list[Placed]:
        placed = []
        for tone in line.tones:
            onset = tone.onset + at
            if onset < stop:
                length = tone.length if self.ring else min(tone.length, stop - onset)
                placed.append(Placed(tone._replace(onset=onset, length=length), name))
        return placed

    def _times(self, phrase: Any) -> list[Any]:
        if isinstance(phrase, str) and phrase not in self.patterns.patterns:
            name, times = with_times(phrase)
            if name in self.patterns.patterns and 1 <= times <= 999:
                return [name] * times
        return [phrase]

    def _phrase(self, phrase: Any, path: Path, context: Context, varied: Mapping[str, Any]) -> tuple[Line, str] | None:
        """One phrase as a line, with the name for its events; None where it can't be played."""
        if phrase is None:
            return Line((), context.bars[0]), INLINE
        if isinstance(phrase, str):
            if phrase in self.patterns.patterns and not varied:
                line = self.patterns.line(phrase, context)
                return None if line is None else (line, phrase)
            written = self._variation(phrase, varied, path, self.path if varied else path, context)
        elif isinstance(phrase, Mapping):
            own = {key: value for key, value in phrase.items() if key != "play"}
            home = path if phrase else self.path
            written = self._variation(phrase.get("play"), {**varied, **own}, (*path, "play"), home, context)
        else:
            self.faults.add("part", path, "a part is a pattern's name, notes, a list of them, or {play: …}")
            return None
        if written is None:
            return None
        line = self.patterns.define(written, "/".join(map(str, path)), context)
        return None if line is None else (line, written.pattern.from_ or INLINE)

    def _variation(
        self, base: Any, varied: Mapping[str, Any], path: Path, home: Path, context: Context
    ) -> Written | None:
        """What stands at `path` (a pattern's name, or notes) with settings that stand at `home`, as a pattern."""
        given = dict(varied)
        if base is not None and not isinstance(base, str):
            self.faults.add("part", path, "inside of a list, 'play' is a pattern's name or notes")
            return None
        if base is not None and base not in self.patterns.patterns and not self._is_notation(base, context):
            self._unknown(base, path)
            return None
        if base is not None:
            given["from" if base in self.patterns.patterns else "notes"] = base
        try:
            return Written(Pattern.model_validate(given), home, path if base is not None else None)
        except ValidationError as error:
            for item in error.errors():
                if item["type"] == "extra_forbidden":
                    name = str(item["loc"][-1])
                    self.faults.name("part", (*home, name), f"unknown key '{name}'", did_you_mean(name, KEYS))
                else:
                    self.faults.add("part", (*home, *item["loc"]), item["msg"])
            return None

    def _unknown(self, text: str, path: Path) -> None:
        name = with_times(text)[0]
        hint = did_you_mean(name, self.patterns.patterns)
        self.faults.text("unknown pattern", path, NotationError(f"unknown pattern '{name}'", 0, len(name), hint))

    def _is_notation(self, text: str, context: Context) -> bool:
        """Whether text that names no pattern is meant as notes: it reads as such, or doesn't look like a name."""
        if not _NAME.fullmatch(text.strip()):
            return True
        try:
            parse_notes(text, context.bars)
        except NotationError:
            return False
        return True

    def _with_bars(self, placed: list[Placed], bars: Any) -> list[Placed]:
        """The part with something else in some bars: {4: fill, 7-8: null}."""
        if bars is None:
            return placed
        path = (*self.path, "bars")
        if not isinstance(bars, Mapping):
            self.faults.add("part", path, "this maps bars to what stands there: {4: fill, 7-8: null}")
            return placed
        for key, phrase in bars.items():
            match = _BARS.fullmatch(str(key))
            first, end = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            if not 1 <= first <= end <= self.bars:
                message = f"'{key}' is not a bar of the section, 1 to {self.bars}, nor bars such as 7-8"
                self.faults.name("part", (*path, key), message)
                continue
            start, stop = self.starts.start_of(first - 1), self.starts.start_of(end)
            kept = [
                item._replace(tone=item.tone._replace(length=start - item.tone.onset))
                if item.tone.onset < start < item.tone.onset + item.tone.length
                else item
                for item in placed
                if not start <= item.tone.onset < stop
            ]
            placed = kept + self._fill(phrase, (*path, key), start, stop)
        return placed

    def _pickup(self, phrase: Any, start: Fraction, varied: Mapping[str, Any]) -> list[Placed]:
        """What leads into the part: it ends where the part starts."""
        context = Context(self.context.key, (self.starts.length_of(0),))
        found = self._phrase(phrase, (*self.path, "pickup"), context, varied)
        return self._moved(found[0], found[1], start - found[0].length, start) if found else []

    def _sung(self, placed: list[Placed], words: Any) -> list[Placed]:
        path = (*self.path, "lyrics")
        if not isinstance(words, str):
            self.faults.add("part", path, "lyrics are text: 'Stay with me to- night __'")
            return placed
        try:
            sung = sing([item.tone for item in placed], words)
        except NotationError as error:
            self.faults.text("lyrics", path, error)
            return placed
        return [item._replace(tone=tone) for item, tone in zip(placed, sung, strict=True)]

    def _feel(self, part: Mapping[str, Any]) -> tuple[tuple[Swing | None] | None, Humanize | None]:
        swing, humanize = None, None
        if (text := part.get("swing")) is not None:
            try:
                swing = (parse_swing(str(text)),)
            except NotationError as error:
                self.faults.text("swing", (*self.path, "swing"), error)
        if (given := part.get("humanize")) is not None:
            try:
                humanize = Humanize.model_validate(given)
            except ValidationError as error:
                for item in error.errors():
                    self.faults.add("part", (*self.path, "humanize", *item["loc"]), item["msg"])
        return swing, humanize
