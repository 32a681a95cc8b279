"""Music strings merge by bar, and in a bar by event; what they come to parses and adds up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.manifest.merge.diff3 import chunks
from songbuild.manifest.merge.lanes import merge_lanes
from songbuild.manifest.merge.notation import bars_of
from songbuild.manifest.merge.strings import merge_strings
from songbuild.model.notes import parse_notes

CLEAN: list[tuple[Any, str, str, str, str]] = [
    ("notes", "c4:4 e g e | d f a f", "c4:4 e g e | d f a g", "c4:4 d g e | d f a f", "c4:4 d g e | d f a g"),
    # within a bar, as long as it adds up
    ("notes", "c4:4 e g e", "c4:4 e g:8 a g:4", "d4:4 e g e", "d4:4 e g:8 a g:4"),
    ("notes", "c4:4 d e f", "c4:4 d# e f", "c4:4 d eb f", "c4:4 d# eb f"),
    ("notes", "!mf c4:4 e g e", "!f c4:4 e g e", "!mf c4:4 e g a", "!f c4:4 e g a"),
    # a bar that has another length or octave before it now says its own
    ("notes", "c4:2 e | d:4*4", "c4:2 e:4 c | d:4*4", "c4:2 e | d:8*8", "c4:2 e:4 c | d:8*8"),
    ("notes", "c4:2 e | d f", "c4:2 e:4 c | d:2 f", "c4:2 e | e f", "c4:2 e:4 c | e:2 f"),
    ("notes", "c4:4 e g e | d f a f", "c4:4 e g e5 | d4 f a f", "c4:4 e g e | e f a f", "c4:4 e g e5 | e4 f a f"),
    # bars put in and taken out
    ("notes", "c4:1 | d:1 | e:1", "c4:1 | e:1", "c4:1 | d:1 | e:1 | f:1", "c4:1 | e:1 | f:1"),
    ("notes", "c4:1 | d:1", "b3:1 | c4 | d:1", "c4:1 | e:1", "b3:1 | c4 | e:1"),
    ("degrees", "1:4 3 5 3 | 1:1", "1:4 3 5 6 | 1:1", "1:4 3 5 3 | ^1:1", "1:4 3 5 6 | ^1:1"),
    ("row", "x--- x---", "x--- x-o-", "X--- x---", "X--- x-o-"),
    ("row", "x--- | x---", "x--- | -", "xx-- | x---", "xx-- | -"),
    ("chords", "C | D/F# A/C# | F", "C | D/F# Am | G", "C | D A/C# | F", "C | D Am | G"),
    ("chords", "C F | G", "C:2 F:4. G:8 | G", "C F | Am", "C:2 F:4. G:8 | Am"),
    ("chords", "C:2 F:4 G:4", "C:2. F:8 G:8", "C:2 F:4 Am:4", "C:2. F:8 Am:8"),
    ("lyrics", "Stay to- night | stay", "Stay to- day | stay", "Go to- night | go", "Go to- day | go"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "base", "ours", "theirs", "wanted"), CLEAN)
def test_edits_of_different_bars_and_events(role: Any, base: str, ours: str, theirs: str, wanted: str) -> None:
    for left, right in ((ours, theirs), (theirs, ours)):
        merged = merge_strings(role, base, left, right)
        assert merged is not None
        assert merged.clashes == []
        found = merged.value(left, "ours")
        assert found == merged.value(left, "theirs")
        assert found == wanted or left is theirs
        assert [bar.meaning for bar in bars_of(found, role)] == [bar.meaning for bar in bars_of(wanted, role)]


CLASHES: list[tuple[Any, str, str, str, list[str] | None]] = [
    ("notes", "c4:1 | d:1", "c4:1 | e:1", "c4:1 | f:1", ["bar 2"]),
    ("notes", "R*3 | d4:1", "R*3 | e4:1", "R*3 | f4:1", ["bar 4"]),
    # both halve another note: the bar would be too long
    ("notes", "c4:4 e g e", "c4:4 e g e:8 f e", "c4:8 d e c e:4 g e", ["bar 1"]),
    ("row", "x--- x---", "x--- o---", "x--- X---", ["bar 1"]),
    ("row", "x--- | x---", "x--- | -", "x--- | x-x-", ["bar 2"]),
    ("chords", "C F | G", "C:2. F:4 | G", "C:4 F:2. | G", ["bar 1"]),
    # nothing to tell bars by, or a tie that would lead nowhere
    ("notes", "c4:1 | d:1", "c4:1 | d:1 | e:1", "c4:1 | d:1 | f:1", None),
    ("notes", "c4:1 | c:1", "c4:1~ | c:1", "c4:1 | d:1", None),
    ("notes", "verse", "verse_b", "verse_c", None),
]


@pytest.mark.parametrize(("role", "base", "ours", "theirs", "clashes"), CLASHES)
def test_what_both_changed_is_told(role: Any, base: str, ours: str, theirs: str, clashes: list[str] | None) -> None:
    merged = merge_strings(role, base, ours, theirs)
    if clashes is None:
        assert merged is None
        return
    assert merged is not None
    assert merged.clashes == clashes
    assert merged.value(ours, "ours") == ours
    assert merged.value(ours, "theirs") == theirs


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "wanted"),
    [
        ("1: -6, 9: 0", "1: -6, 5: -3, 9: 0", "1: -6, 9: 1", "1: -6, 5: -3, 9: 1"),
        ("1: 0, 9: 0", "1: 0, 5: 1 lin, 9: 0", "1: 0, 3: 2, 9: 0", "1: 0, 3: 2, 5: 1 lin, 9: 0"),
        ("1: 0, chorus: 3, end: 1", "1: 0, end: 1", "1: 0, chorus: 3, end: 2", "1: 0, end: 2"),
        ("1: 0, chorus: 3", "1: 0, chorus: 4", "1: 0, chorus: 3, verse+2.3: 1", "1: 0, chorus: 4, verse+2.3: 1"),
    ],
)
def test_automation_merges_by_points(base: str, ours: str, theirs: str, wanted: str) -> None:
    for left, right in ((ours, theirs), (theirs, ours)):
        merged = merge_lanes(base, left, right)
        assert merged is not None
        assert not merged.clashes
        assert merged.value(left, "ours") == wanted


def test_a_point_that_both_moved_is_told() -> None:
    merged = merge_lanes("1: 0, 5: 1", "1: 1, 5: 2", "1: 0, 5: 3")
    assert merged is not None
    assert merged.clashes == ["at 5"]
    assert merged.value("1: 1, 5: 2", "theirs") == "1: 1, 5: 3"
    gone = merge_lanes("1: 0, 5: 1", "1: 0", "1: 0, 5: 3")
    assert gone is not None
    assert gone.clashes == ["at 5"]
    assert (gone.value("1: 0", "ours"), gone.value("1: 0", "theirs")) == ("1: 0", "1: 0, 5: 3")


BARS = st.lists(
    st.sampled_from(["c4:4 d e f", "g4:2 a", "{c4 d e}:2 r:2", "e5:8*4 r:2", "c4:4. d:8 e:2"]), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(BARS, st.data())
def test_bars_of_either_side_are_whole(bars: list[str], data: st.DataObject) -> None:
    places = data.draw(st.permutations(range(len(bars))))
    cut = data.draw(st.integers(0, len(bars)))
    mine = [f"!{40 + i} {bar}" if i in places[:cut] else bar for i, bar in enumerate(bars)]
    other = ["b3:1" if i in places[cut:] else bar for i, bar in enumerate(bars)]
    ours, theirs = " | ".join(mine), " | ".join(other)
    merged = merge_strings("notes", " | ".join(bars), ours, theirs)
    assert merged is not None
    assert not merged.clashes
    wanted = " | ".join(mine[i] if i in places[:cut] else other[i] for i in range(len(bars)))
    assert parse_notes(merged.value(ours, "ours")).tones == parse_notes(merged.value(ours, "theirs")).tones
    meanings = [[bar.meaning for bar in bars_of(text, "notes")] for text in (merged.value(ours, "ours"), wanted)]
    assert meanings[0] == meanings[1]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(*[st.lists(st.integers(0, 3), max_size=8)] * 3)
def test_chunks_tile_all_three(base: list[int], ours: list[int], theirs: list[int]) -> None:
    found = list(chunks(base, ours, theirs))
    for index, whole in enumerate((base, ours, theirs)):
        assert [i for chunk in found for i in chunk[index]] == list(range(len(whole)))
    for b, o, t, stable in found:
        if stable:
            assert base[b[0]] == ours[o[0]] == theirs[t[0]]
