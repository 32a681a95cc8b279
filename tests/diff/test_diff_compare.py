"""Two songs compared whole: order, what explains what, transposed sections, albums."""

from __future__ import annotations

from dataclasses import replace

from diff.songs import BAND, edited, facts
from songbuild.diff.change import AREAS, Change, Difference
from songbuild.diff.compare import compare, in_order
from songbuild.diff.facts import Facts

FORM = "[intro, verse, chorus, verse, chorus, bridge, chorus, outro]"
OLD = facts(BAND)


def differ(*edits: tuple[str, str]) -> Difference:
    return compare(OLD, facts(edited(BAND, *edits)))


def told(*edits: tuple[str, str]) -> list[str]:
    return [change.text for change in differ(*edits).changes]


def test_what_is_heard_most_comes_first_then_what_matters_more() -> None:
    low, high = (Change(area, "changed", "a", area, weight=weight) for area, weight in (("time", 0.1), ("mix", 0.9)))
    same = [Change(area, "changed", "a", area, weight=0.5) for area in reversed(AREAS)]
    assert in_order([low, *same, high]) == (high, *reversed(same), low)
    texts = told(("tempo: 96", "tempo: 104"), ("title: Band", "title: Trio"), ("bridge, ", ""))
    assert texts[:2] == ["tempo 96 -> 104 bpm", "bridge removed (2 bars after chorus 2)"]
    assert texts[2].startswith("title")


def test_a_transposed_section_is_told_once() -> None:
    assert told((FORM, FORM.replace("bridge, chorus", "bridge, {chorus: {transpose: 2}}"))) == [
        "chorus 3 up a whole tone: A minor -> B minor"
    ]


def test_what_moved_otherwise_in_a_transposed_section_is_told() -> None:
    new = FORM.replace("bridge, chorus", "bridge, {chorus: {transpose: 2, lead: {transpose: 12}}}")
    first, second = told((FORM, f"{new}"))
    assert {first, second} >= {"chorus 3 up a whole tone: A minor -> B minor"}
    assert "lead" in first + second


def test_the_length_follows_from_one_change_of_form_but_sums_up_several() -> None:
    assert not any("longer" in text for text in told(("bridge, chorus, outro", "bridge, chorus x2, outro")))
    assert any(
        text.startswith("6 bars longer") for text in told((FORM, FORM.replace("intro, verse", "intro x2, verse x2")))
    )


def test_bars_that_a_longer_section_adds_are_told_once() -> None:
    assert told(("bridge: {bars: 2", "bridge: {bars: 4")) == ["bridge: 2 bars longer, 2 -> 4"]
    assert told(("bridge: {bars: 2", "bridge: {bars: 1")) == ["bridge: 1 bar shorter, 2 -> 1"]


def test_a_pattern_that_is_no_longer_played_is_told_where_it_was_played() -> None:
    assert told((", lead: tune", "")) == ["lead silent in verse (both)"]
    assert told((FORM, FORM.replace("bridge, ", ""))) == ["bridge removed (2 bars after chorus 2)"]


def test_notes_that_only_come_or_go_are_told() -> None:
    assert [change.area for change in differ(("x--- x---", "x-x- x---")).changes] == ["notes"]
    assert [change.area for change in differ(("x--- x---", "x--- ----")).changes] == ["notes"]


def test_a_pattern_that_never_was_played_is_told() -> None:
    assert [change.area for change in differ(('    riff: "', '    spare: "c4:1"\n    riff: "')).changes] == ["other"]


def test_a_tempo_that_stays_is_not_told_of_another_change() -> None:
    ramps = "tempo: [{at: 1, bpm: 96}, {at: bridge, to: 80, over: 2 bars}, {at: outro+1.3, to: 60, over: 2 beats}]"
    old, new = (facts(edited(BAND, ("tempo: 96", ramps), *more)) for more in ([], [("x--- x---", "x--- ----")]))
    assert [change.area for change in compare(old, new).changes] == ["notes"]


def test_a_moved_section_keeps_its_notes() -> None:
    difference = differ(
        (FORM, "[intro, verse, chorus, bridge, verse, chorus, chorus, outro]"), ("d2:1 | e2:1", "d2:1 | f2:1")
    )
    assert [change.area for change in difference.changes] == ["form", "notes"]
    assert list(difference.notes) == ["bass"]


def test_a_renamed_track_keeps_its_notes_and_its_channel() -> None:
    mix = "mix: {channels: {lead: {gain_db: -6}}}\n"
    text = edited(BAND, ("lead", "voice"))
    texts = [change.text for change in compare(facts(BAND + mix), facts(text + mix.replace("lead", "voice"))).changes]
    assert texts == ["lead renamed to voice"]


def test_albums_hold_the_differences_of_their_songs() -> None:
    other = facts(edited(BAND, ("tempo: 96", "tempo: 104")))
    renamed = replace(OLD, title="Other")
    old = Facts("album", "All", songs={"one": OLD, "two": OLD, "three": renamed})
    new = Facts("album", "All", songs={"one": other, "two": OLD, "drei": renamed})
    difference = compare(old, new)
    assert list(difference.songs) == ["one"]
    assert [change.text for change in difference.songs["one"].changes] == ["tempo 96 -> 104 bpm"]
    assert difference


def test_a_song_and_an_album_are_told_apart() -> None:
    (change,) = compare(OLD, Facts("album", "All")).changes
    assert change.text == "song 'Band' -> album 'All'"
