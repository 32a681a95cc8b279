"""What became of the harmony: keys, transposed sections, chords by bar."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from songbuild.diff.change import Bars, Change
from songbuild.diff.facts import Facts
from songbuild.diff.identity import Both
from songbuild.diff.words import bars_text, count, moved, places, playing, playings, stretches

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ROOT = re.compile(r"([A-G])([#b]*)")
_SPELLINGS = (
    (re.compile(r"maj|Maj|ma(?![jd])|M|Δ"), "maj"),
    (re.compile(r"min|mi(?!n)|-(?!\d)"), "m"),
    (re.compile(r"°|(?<![a-z])o(?!m)"), "dim"),
    (re.compile(r"ø7?"), "m7b5"),
    (re.compile(r"\+(?!\d)|\+(?=7)"), "aug"),
    (re.compile(r"6/9"), "69"),
    (re.compile(r"[(),]"), ""),
)
"""How qualities of chords are spelled, and the one spelling that they are compared in."""
_NAMED = 2
"""So many bars with other chords are named each; more are counted."""
_WHOLE = 40
"""Characters up to which a section's chords are told whole."""


class Chord(NamedTuple):
    """A chord in a section: ticks from its start, what it is in pitch classes, and as written."""

    start: int
    meaning: tuple[int, str, int]
    symbol: str


def transpositions(both: Both) -> dict[int, int]:
    """The semitones by which playings have been moved as a whole with their key, by their new indices."""
    return {b: semitones for a, b in both.kept if (semitones := _transposed(both, a, b))}


def changes(both: Both, up: Mapping[int, int]) -> list[Change]:
    """Every change of keys and chords; chords that only move `up` with their section are no change."""
    return [*_keys(both, up), *_chords(both, up)]


def _transposed(both: Both, a: int, b: int) -> int:
    """The semitones by which a section has been moved as a whole with its key; 0 where it hasn't."""
    was, now = both.old.sections[a].key, both.new.sections[b].key
    one, other = _tonic(was), _tonic(now)
    if one is None or other is None or one[1] != other[1] or one[0] == other[0]:
        return 0
    wanted = (other[0] - one[0]) % 12
    steps: Counter[int] = Counter()
    for name, new_name in both.both_parts:
        old, new = both.old_notes[name][a], both.new_notes[new_name][b]
        if len(old) == len(new):
            steps.update(y.pitch - x.pitch for x, y in zip(old, new, strict=True) if not x.drum and x.start == y.start)
    best = max(steps, key=lambda step: (steps[step], -abs(step), step), default=0)
    # Most of the notes; what moved otherwise is told note by note.
    return best if best % 12 == wanted and 2 * steps[best] > steps.total() else 0


def _tonic(key: str) -> tuple[int, str] | None:
    """Pitch class and mode of 'A minor'."""
    match = _ROOT.match(key)
    return (_class(match), key[match.end() :].strip()) if match else None


def _class(match: re.Match[str]) -> int:
    return (_LETTERS[match[1]] + match[2].count("#") - match[2].count("b")) % 12


def _keys(both: Both, up: Mapping[int, int]) -> Iterator[Change]:
    found: dict[tuple[str, str, int], list[int]] = {}
    for a, b in both.kept:
        was, now = both.old.sections[a].key, both.new.sections[b].key
        if was != now:
            found.setdefault((was, now, up.get(b, 0)), []).append(b)
    if len(found) > 1 and not any(up.values()) and sum(map(len, found.values())) == len(both.kept):
        steps = {_step(was, now) for was, now, _ in found}
        if len(steps) == 1 and None not in steps:  # the song's key, and with it that of what is transposed
            was, now, _ = max(found, key=lambda keys: len(found[keys]))
            found = {(was, now, 0): [b for _, b in both.kept]}
    for (was, now, semitones), where in found.items():
        everywhere = len(where) == len(both.kept)
        place = places(where, both.new.sections)
        if semitones:
            text = f"{'everything' if everywhere else place} {moved(semitones)}: {was} -> {now}"
        else:
            text = f"key {was} -> {now}" if everywhere else f"{place}: key {was} -> {now}"
        name = both.new.sections[where[0]].name
        yield Change(
            "harmony", "changed", "key" if everywhere else name, text,
            both.bars(where), was, now,
            path=("key",) if everywhere else ("arrangement", "sections", name),
            weight=both.share(where) * (0.9 if semitones else 0.3),
        )  # fmt: skip


def _step(was: str, now: str) -> tuple[int, str, str] | None:
    """How far a tonic has moved, up, and both modes."""
    one, other = _tonic(was), _tonic(now)
    return ((other[0] - one[0]) % 12, one[1], other[1]) if one and other else None


def chords_of(facts: Facts) -> list[list[Chord]]:
    """The chords of each section, those that last told once."""
    starts = [section.start for section in facts.sections]
    found: list[list[Chord]] = [[] for _ in starts]
    for start, _, symbol in facts.chords:
        index = bisect_right(starts, start) - 1
        meaning = meaning_of(symbol)
        if index >= 0 and not (found[index] and found[index][-1].meaning == meaning):
            found[index].append(Chord(start - starts[index], meaning, symbol))
    return found


@lru_cache(maxsize=1024)
def meaning_of(symbol: str) -> tuple[int, str, int]:
    """Root, quality and bass of a chord, whatever it is spelled like; of N.C. the root is -1."""
    match = _ROOT.match(symbol)
    if not match:
        return -1, symbol, -1
    quality = symbol[match.end() :]
    head, _, bass = quality.rpartition("/")
    low = _ROOT.fullmatch(bass)
    quality = head if low else quality
    for spelling, one in _SPELLINGS:
        quality = spelling.sub(one, quality)
    return _class(match), quality, _class(low) if low else _class(match)


def _chords(both: Both, up: Mapping[int, int]) -> Iterator[Change]:
    old, new = chords_of(both.old), chords_of(both.new)
    found: dict[tuple[str, tuple[tuple[int, str, str], ...], str, str], list[int]] = {}
    for a, b in both.kept:
        was = [chord._replace(meaning=_up(chord.meaning, up.get(b, 0))) for chord in old[a]]
        if [chord[:2] for chord in was] == [chord[:2] for chord in new[b]]:
            continue
        bars = tuple(_bars(both, a, b, was, new[b]))
        if bars:
            lines = _line(both.old, a, was), _line(both.new, b, new[b])
            found.setdefault((both.new.sections[b].name, bars, *lines), []).append(b)
    for (name, bars, was_line, now_line), where in found.items():
        yield _change(both, name, bars, was_line, now_line, where)


def _up(meaning: tuple[int, str, int], semitones: int) -> tuple[int, str, int]:
    root, quality, bass = meaning
    return meaning if root < 0 else ((root + semitones) % 12, quality, (bass + semitones) % 12)


def _inside(facts: Facts, index: int) -> list[int]:
    """Where the bars of a section start and where it ends, from its own start."""
    section = facts.sections[index]
    first = bisect_right(facts.bars, section.start) - 1
    return [tick - section.start for tick in facts.bars[first : first + section.bars + 1]]


def _in_bars(facts: Facts, index: int, chords: Sequence[Chord]) -> list[list[Chord]]:
    """The chords that sound in each bar of a section, the first perhaps from before."""
    bars = _inside(facts, index)
    found = []
    for start, stop in pairwise(bars):
        inside = [chord for chord in chords if start <= chord.start < stop]
        if not inside or inside[0].start > start:
            inside = [*[chord for chord in chords if chord.start < start][-1:], *inside]
        found.append([chord._replace(start=max(0, chord.start - start)) for chord in inside])
    return found


def _bars(both: Both, a: int, b: int, was: Sequence[Chord], now: Sequence[Chord]) -> Iterator[tuple[int, str, str]]:
    """The bars of a section, from 1, whose chords differ, with both; bars that only one song has are left out."""
    old, new = _in_bars(both.old, a, was), _in_bars(both.new, b, now)
    for bar, (one, other) in enumerate(zip(old, new, strict=False), 1):
        if [chord[:2] for chord in one] != [chord[:2] for chord in other]:
            yield bar, _symbols(one), _symbols(other)


def _symbols(chords: Sequence[Chord]) -> str:
    return " ".join(chord.symbol for chord in chords) or "none"


def _line(facts: Facts, index: int, chords: Sequence[Chord]) -> str:
    """The chords of a section as a line: 'Am7 | D9 G | C'; a bar in which nothing new comes is '%'."""
    told: list[str] = []
    last = ""
    for bar in _in_bars(facts, index, chords):
        symbols = _symbols(bar)
        told.append("%" if symbols == last and len(bar) == 1 else symbols)
        last = bar[-1].symbol if bar else ""
    return " | ".join(told)


def _change(
    both: Both, name: str, bars: tuple[tuple[int, str, str], ...], was: str, now: str, where: Sequence[int]
) -> Change:
    sections = both.new.sections
    numbers = [bar for bar, _, _ in bars]
    details: tuple[Change, ...] = ()
    whole = sections[where[0]].bars
    old: str | None = was
    new: str | None = now
    if len(bars) <= _NAMED:
        old, new = " | ".join(bar[1] for bar in bars), " | ".join(bar[2] for bar in bars)
        text = f"{_place(both, where, numbers)}: {', '.join(f'{one} -> {other}' for _, one, other in bars)}"
    elif len(was) <= _WHOLE and len(now) <= _WHOLE:
        text = f"chords, {playings(where, sections)}: {was} -> {now}"
    else:
        text = f"chords, {playings(where, sections)}: other in {len(bars)} of {count(whole, 'bar')}"
        details = tuple(
            Change(
                "harmony", "changed", name, f"{_place(both, where, [bar])}: {one} -> {other}",
                _places(both, where, [bar]), one, other, path=("arrangement", "sections", name, "chords"),
                weight=both.share(where) / whole * 0.6,
            )
            for bar, one, other in bars
        )  # fmt: skip
    return Change(
        "harmony", "changed", name, text, _places(both, where, numbers), old, new,
        path=("arrangement", "sections", name, "chords"),
        weight=both.share(where) * len(bars) / whole * 0.6, details=details,
    )  # fmt: skip


def _place(both: Both, where: Sequence[int], bars: Sequence[int]) -> str:
    """'verse 2, bar 13' counted in the song; of several playings 'verse (both), bar 3 of each'."""
    sections = both.new.sections
    if len(where) == 1:
        first = sections[where[0]].first_bar
        return f"{playing(where[0], sections)}, {bars_text(stretches(first + bar - 1 for bar in bars))}"
    return f"{playings(where, sections)}, {bars_text(stretches(bars))} of each"


def _places(both: Both, where: Sequence[int], bars: Sequence[int]) -> tuple[Bars, ...]:
    return tuple(
        Bars(section.first_bar + first - 1, section.first_bar + last - 1, section.id)
        for section in (both.new.sections[index] for index in where)
        for first, last in stretches(bars)
    )
