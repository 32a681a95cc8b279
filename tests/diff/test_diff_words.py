"""The phrases that changes share."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.diff import words
from songbuild.diff.facts import TICKS, Facts, Section


def sections(*names: str) -> tuple[Section, ...]:
    found: list[Section] = []
    for index, name in enumerate(names):
        times = sum(section.name == name for section in found) + 1
        found.append(Section(f"{name}#{times}", name, index * 8 * TICKS, 8 * TICKS, 2 * index + 1, 2, "C major"))
    return tuple(found)


FORM = sections("intro", "lead_in", "verse", "chorus", "verse", "chorus", "verse")


def test_playings_are_named_by_section_and_time() -> None:
    assert [words.playing(index, FORM) for index in (0, 1, 4)] == ["intro", "lead in", "verse 2"]
    assert words.playings([2, 6], FORM) == "verse 1 and 3"
    assert words.playings([5, 3], FORM) == "chorus (both)"
    assert words.playings([2, 4, 6, 1], FORM) == "lead in and verse (all 3)"
    assert words.playings(range(7), FORM) == "throughout"
    assert words.playings([0], FORM[:1]) == "intro"


def test_many_names_are_told_shorter() -> None:
    form = sections("a", "b", "c", "d", "e")
    assert words.places([0, 1, 2], form) == "a, b and c"
    assert words.places([0, 1, 2, 4], form) == "bars 1-6 and 9-10"
    assert words.places(range(5), form) == "throughout"
    every = ["kick", "hats", "low_end", "keys", "lead"]
    assert words.parts_text(every[:2], every) == "kick and hats"
    assert words.parts_text(["kick", "hats", "keys", "lead"], every) == "all but low end"
    assert words.parts_text(every[:2], every[:2]) == "kick and hats"


@pytest.mark.parametrize(
    ("bars", "text"),
    [
        ([6], "bar 6"),
        ([5, 6], "bars 5-6"),
        ([9, 5, 6, 12, 13], "bars 5-6, 9 and 12-13"),
        ([1, 3], "bars 1 and 3"),
        ([0], "the pickup"),
        ([0, 1, 4], "the pickup and bars 1 and 4"),
    ],
)
def test_bars(bars: list[int], text: str) -> None:
    assert words.bars_text(words.stretches(bars)) == text


@given(st.sets(st.integers(0, 40)))
@settings(max_examples=50, deadline=None)
def test_stretches_hold_exactly_their_bars(bars: set[int]) -> None:
    found = words.stretches(bars)
    assert [bar for first, last in found for bar in range(first, last + 1)] == sorted(bars)
    assert all(after[0] > before[1] + 1 for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("ticks", "one", "many"),
    [
        (TICKS // 2, "an eighth", "eighths"),
        (TICKS // 4, "a sixteenth", "sixteenths"),
        (TICKS, "a quarter", "quarters"),
        (TICKS * 3 // 4, "a dotted eighth", "dotted eighths"),
        (TICKS // 3, "a triplet eighth", "triplet eighths"),
        (TICKS // 5, "a quintuplet sixteenth", "quintuplet sixteenths"),
        (2 * TICKS, "2 beats", "half notes"),
        (5 * TICKS, "5 beats", None),
        (TICKS * 5 // 4, "1 1/4 beats", None),
        (TICKS * 5 // 8, "5/8 of a beat", None),
    ],
)
def test_note_lengths(ticks: int, one: str, many: str | None) -> None:
    assert words.length_text(ticks) == one
    assert words.values_text(ticks) == many


@pytest.mark.parametrize(
    ("semitones", "text"),
    [(12, "up an octave"), (-2, "down a whole tone"), (24, "up 2 octaves"), (-19, "down an octave and a fifth")],
)
def test_intervals(semitones: int, text: str) -> None:
    assert words.moved(semitones) == text


def test_numbers_lists_and_beats() -> None:
    assert [words.number(value) for value in (96.0, 2.5, -0.25, 1 / 3, -0.0)] == ["96", "2.5", "-0.25", "0.3333", "0"]
    assert [words.listing(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    beats = [words.beat_text(ticks) for ticks in (0, TICKS * 3 // 2, TICKS + TICKS // 3)]
    assert beats == ["1", "2.5", "2+1/3"]
    assert words.beat_text(TICKS, TICKS // 2) == "3"
    assert [words.plural(name) for name in ("drums", "lead_strings", "bass", "drum_bus", "vocal")] == [
        True,
        True,
        *[False] * 3,
    ]
    assert words.duration(185.4) == "3:05"


def test_bars_are_counted_from_1_after_a_pickup() -> None:
    plain = Facts(sections=FORM[:1], bars=(0, 4 * TICKS, 8 * TICKS))
    late = Facts(sections=(FORM[0]._replace(start=TICKS),), bars=(0, TICKS, 5 * TICKS, 9 * TICKS))
    assert words.bar_at(plain, 5 * TICKS) == (2, TICKS)
    assert [words.bar_at(late, beat * TICKS) for beat in (0, 1, 6)] == [(0, 0), (1, 0), (2, TICKS)]
