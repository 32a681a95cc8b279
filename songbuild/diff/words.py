"""The phrases that changes share: names of playings, lists of bars, note lengths, intervals, numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from math import gcd
from typing import Literal

from songbuild.diff.change import Bars
from songbuild.diff.facts import TICKS, Facts, Section

_INTERVALS = (
    "unison", "a semitone", "a whole tone", "a minor third", "a major third", "a fourth", "a tritone", "a fifth",
    "a minor sixth", "a major sixth", "a minor seventh", "a major seventh",
)  # fmt: skip
_LENGTHS = {1: "whole", 2: "half", 4: "quarter", 8: "eighth", 16: "sixteenth", 32: "thirty-second", 64: "sixty-fourth"}
_PLURALS = {1: "whole notes", 2: "half notes", 4: "quarters"}
_FEW = 3
"""So many names are listed; more are told in a shorter way."""
_TUPLETS = {3: "triplet", 5: "quintuplet", 7: "septuplet", 9: "nonuplet"}


def listing(items: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def words(name: str) -> str:
    """A name as it is read: 'lead_vocal' is 'lead vocal'."""
    return name.replace("_", " ")


def count(number: int, noun: str) -> str:
    """'1 note', '2 notes'."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def number(value: float) -> str:
    """A number as people write it: '96', '2.5', '-0.25'; at most four decimals."""
    rounded = round(value, 4)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:.4f}".rstrip("0")


def playing(index: int, sections: Sequence[Section]) -> str:
    """A playing of a section: 'verse 2', or plain 'intro' where it is played once."""
    item = sections[index]
    once = sum(other.name == item.name for other in sections) == 1
    return words(item.name) if once else f"{words(item.name)} {item.id.rpartition('#')[2]}"


def playings(indices: Iterable[int], sections: Sequence[Section]) -> str:
    """Several playings, in order: 'verse 1 and 2', 'chorus (all 3)', 'intro and verse 1'; 'throughout' for all."""
    wanted = sorted(set(indices))
    if len(wanted) == len(sections) > 1:
        return "throughout"
    times = Counter(section.name for section in sections)
    found: dict[str, list[str]] = {}
    for index in wanted:
        found.setdefault(sections[index].name, []).append(sections[index].id.rpartition("#")[2])
    told = []
    for name, which in found.items():
        if times[name] == 1:
            told.append(words(name))
        elif len(which) == times[name]:
            told.append(f"{words(name)} ({'both' if len(which) == 2 else f'all {len(which)}'})")
        else:
            told.append(f"{words(name)} {listing(which)}")
    return listing(told)


def places(indices: Iterable[int], sections: Sequence[Section]) -> str:
    """Several playings by their names, or by their bars where those would be many: 'bars 1-46'."""
    wanted = sorted(set(indices))
    if len({sections[index].name for index in wanted}) <= _FEW or len(wanted) == len(sections):
        return playings(wanted, sections)
    return bars_text(stretches(bar for index in wanted for bar in _bars(sections[index])))


def _bars(section: Section) -> range:
    return range(section.first_bar, section.first_bar + section.bars)


def parts_text(names: Sequence[str], every: Sequence[str]) -> str:
    """Parts as a list: 'bass and keys', or of most of `every` one 'all but lead'."""
    others = [words(name) for name in every if name not in names]
    if len(names) > _FEW and len(others) <= 2:
        return f"all but {listing(others)}" if others else "all"
    return listing([words(name) for name in names])


def stretches(bars: Iterable[int]) -> list[tuple[int, int]]:
    """Bars as the stretches they make up: 5, 6, 9 is (5, 6), (9, 9)."""
    found: list[tuple[int, int]] = []
    for bar in sorted(set(bars)):
        if found and found[-1][1] == bar - 1:
            found[-1] = (found[-1][0], bar)
        else:
            found.append((bar, bar))
    return found


def bars_text(stretches: Iterable[tuple[int, int]]) -> str:
    """'bar 6', 'bars 5-6', 'bars 5-6, 9 and 12-15'; bar 0 is the pickup."""
    pairs = [(first, last) for first, last in stretches if last > 0]
    pickup = any(first <= 0 for first, _ in pairs) or not pairs
    told = [f"{max(1, first)}-{last}" if last > max(1, first) else str(last) for first, last in pairs]
    many = len(told) > 1 or any("-" in text for text in told)
    rest = f"bar{'s' if many else ''} {listing(told)}" if told else ""
    return " and ".join(filter(None, ("the pickup" if pickup else "", rest)))


def beat_text(offset: int, beat: int = TICKS) -> str:
    """A place in a bar, `offset` ticks after its start, as positions count beats: '1', '2.5', '2+1/3'."""
    whole, rest = divmod(offset, beat)
    if not rest:
        return str(whole + 1)
    if rest * 100 % beat == 0:
        return number(whole + 1 + rest / beat)
    common = gcd(rest, beat)
    return f"{whole + 1}+{rest // common}/{beat // common}"


def _value(ticks: int) -> tuple[str, int] | None:
    """The kind of a note value ('', 'dotted', 'triplet'…) and its lower number: (dotted, 8)."""
    whole = 4 * TICKS
    for lower in _LENGTHS:
        plain = whole // lower
        if ticks == plain:
            return "", lower
        if 2 * ticks == 3 * plain:
            return "dotted", lower
    for lower in _LENGTHS:
        for into, kind in _TUPLETS.items():
            space = 1 << (into.bit_length() - 1)  # three in the time of two, five of four, nine of eight
            if ticks * into == whole // lower * space:
                return kind, lower
    return None


def length_text(ticks: int) -> str:
    """A length of time: 'an eighth', 'a dotted quarter', 'a triplet eighth', '2 beats', '3/5 of a beat'."""
    value = _value(ticks)
    if value is None or (ticks % TICKS == 0 and ticks > TICKS):
        if ticks % TICKS == 0:
            return count(ticks // TICKS, "beat")
        common = gcd(ticks, TICKS)
        upper, lower = ticks // common, TICKS // common
        if lower > 64:
            return f"{number(ticks / TICKS)} beats"
        return f"{upper}/{lower} of a beat" if upper < lower else f"{upper // lower} {upper % lower}/{lower} beats"
    kind, lower = value
    told = f"{kind} {_LENGTHS[lower]}".lstrip()
    told += " note" if lower <= 2 else ""
    return f"{'an' if told[0] in 'aeiou' else 'a'} {told}"


def values_text(ticks: int) -> str | None:
    """Notes of a length: 'eighths', 'dotted quarters', 'triplet eighths'; None where the length has no name."""
    value = _value(ticks)
    if value is None:
        return None
    kind, lower = value
    return f"{kind} {_PLURALS.get(lower, _LENGTHS[lower] + 's')}".lstrip()


def interval(semitones: int) -> str:
    """An interval, whatever its direction: 'a whole tone', 'an octave', '2 octaves', 'an octave and a third'."""
    octaves, rest = divmod(abs(semitones), 12)
    told = ["an octave" if octaves == 1 else f"{octaves} octaves"] if octaves else []
    return " and ".join([*told, _INTERVALS[rest]] if rest or not octaves else told)


def moved(semitones: int) -> str:
    """'up an octave', 'down a whole tone'."""
    return f"{'up' if semitones > 0 else 'down'} {interval(semitones)}"


def bar_at(facts: Facts, tick: int) -> tuple[int, int]:
    """The bar of the song that a tick from its start lies in, and the ticks since that bar's start; a pickup is bar 0.

    What is after the end counts on in the last bar.
    """
    index = min(max(0, bisect_right(facts.bars, tick) - 1), max(0, len(facts.bars) - 2))
    pickup = bool(facts.sections) and facts.sections[0].start > 0
    return index + (0 if pickup else 1), tick - (facts.bars[index] if facts.bars else 0)


def beat_ticks(facts: Facts, bar: int) -> int:
    """The beat that a bar counts, in ticks: an eighth in 6/8.  A pickup is in the first meter."""
    meters = facts.meters or ((1, "4/4"),)
    meter = next((text for first, text in reversed(meters) if first <= bar), meters[0][1])
    return 4 * TICKS // int(meter.partition("/")[2].partition(" ")[0])


def bars_of(section: Section, side: Literal["new", "old"] = "new") -> Bars:
    """All bars of a section."""
    return Bars(section.first_bar, section.first_bar + section.bars - 1, section.id, side)


def plural(name: str) -> bool:
    """Whether a part's name is a plural: 'drums', 'strings', but not 'bass', 'drum bus' or 'rhodes'."""
    last = words(name).rpartition(" ")[2].lower()
    return last.endswith("s") and not last.endswith(("ss", "us", "rhodes"))


def duration(seconds: float) -> str:
    """'3:05'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
