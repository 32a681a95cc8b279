"""Sections through edits: which is which, and what is said of those that come, go, move and change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diff.songs import BAND, edited, facts
from songbuild.diff import form
from songbuild.diff.facts import Facts
from songbuild.diff.identity import Both, side_by_side

FORM = "[intro, verse, chorus, verse, chorus, bridge, chorus, outro]"
START = "intro, verse, chorus, verse, chorus"
OLD = facts(BAND)


def with_form(items: str, *edits: tuple[str, str]) -> Facts:
    return facts(edited(BAND, (FORM, f"[{items}]"), *edits))


def told(old: Facts, new: Facts) -> list[str]:
    return [change.text for change in form.changes(side_by_side(old, new))]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (f"{START}, chorus, bridge, chorus, outro", "chorus 2 repeated: 4 bars more before bridge"),
        (f"{START} x3, bridge, chorus, outro", "chorus 2 repeated 2 times: 8 bars more before bridge"),
        ("intro, verse, chorus, bridge, verse, chorus x2, outro", "bridge moved: now after chorus 1 (bars 11-12)"),
        ("verse, chorus, verse, chorus, bridge, chorus, outro", "intro removed (2 bars at the start)"),
        (f"{START}, chorus, outro", "bridge removed (2 bars after chorus 2)"),
        (f"{START}, verse, chorus, bridge, chorus, outro", "verse 3 and chorus 3 added: 8 bars after chorus 2"),
        (f"{START}, bridge, chorus", "outro removed (2 bars after chorus 3)"),
        (f"outro, {START}, bridge, chorus", "outro moved: now at the start (bars 1-2)"),
        ("intro, verse, chorus, verse, {chorus: {bars: 6}}, bridge, chorus, outro", "chorus 2: 2 bars longer, 4 -> 6"),
    ],
)  # fmt: skip
def test_what_is_said_of_the_form(items: str, text: str) -> None:
    assert told(OLD, with_form(items)) == [text]


def test_two_repeats_are_two_changes() -> None:
    assert told(OLD, with_form("intro x2, verse x2, chorus, verse, chorus, bridge, chorus, outro")) == [
        "intro 1 repeated: 2 bars more before verse 1",
        "verse 1 repeated: 4 bars more before chorus 1",
    ]


def test_the_way_back_is_told_the_other_way_round() -> None:
    more = with_form("intro, verse, chorus, verse, chorus x2, bridge, chorus, outro")
    acts = [[change.act for change in form.changes(side_by_side(*pair))] for pair in ((OLD, more), (more, OLD))]
    assert acts == [["added"], ["removed"]]
    assert told(more, OLD) == ["chorus 2 no longer repeated: 4 bars fewer before bridge"]


def test_a_renamed_section_is_the_same_one() -> None:
    new = facts(edited(BAND, ("verse: {bars", "strophe_a: {bars"), (FORM, FORM.replace("verse", "strophe_a"))))
    assert told(OLD, new) == ["verse renamed to strophe a"]
    assert side_by_side(OLD, new).kept == tuple((index, index) for index in range(8))


def test_a_playing_that_becomes_another_section_like_it() -> None:
    section = "verse_b: {bars: 4, chords: verse, parts: {drums: beat, bass: riff, keys: keys}}\n    chorus: {bars"
    new = with_form("intro, verse, chorus, verse_b, chorus, bridge, chorus, outro", ("chorus: {bars", section))
    assert told(OLD, new) == ["verse 2 is now verse b"]


def test_a_section_of_other_music_is_another_section() -> None:
    section = 'solo: {bars: 4, parts: {lead: "c5:8 d e f g a b c6"}}\n    chorus: {bars'
    new = with_form("intro, verse, chorus, solo, chorus, bridge, chorus, outro", ("chorus: {bars", section))
    assert told(OLD, new) == ["solo added: 4 bars after chorus 1", "verse 2 removed (4 bars after chorus 1)"]


def test_playings_renumbered_by_an_insertion_stay_themselves() -> None:
    other = ("bridge: {bars: 2", "bridge: {bars: 2, transpose: 5")
    new = with_form("intro, chorus, verse, chorus, verse, chorus, bridge, chorus, outro", other)
    both = side_by_side(OLD, new)
    assert both.kept == ((0, 0), *((index, index + 1) for index in range(1, 8)))
    assert told(OLD, new) == ["chorus 1 added: 4 bars after intro"]


def pairs(both: Both) -> set[tuple[str | None, str | None]]:
    return {
        (both.old.sections[a].id if a is not None else None, both.new.sections[b].id if b is not None else None)
        for a, b in both.sections
    }


@given(st.lists(st.sampled_from(["intro", "verse", "chorus", "bridge", "outro"]), min_size=1, max_size=9))
@settings(max_examples=15, deadline=None)
def test_every_playing_is_paired_once_and_back_is_the_mirror(items: list[str]) -> None:
    new = with_form(", ".join(items))
    both, back = side_by_side(OLD, new), side_by_side(new, OLD)
    assert sorted(a for a, _ in both.sections if a is not None) == list(range(8))
    assert [b for _, b in both.sections if b is not None] == list(range(len(items)))
    assert len(both.kept) == len(back.kept)
    assert bool(told(OLD, new)) == bool(told(new, OLD)) == (new.sections != OLD.sections)


def test_of_playings_with_one_name_the_like_ones_belong_together() -> None:
    old = with_form("intro, {verse: {lead: null, bass: null}}, verse, outro")
    assert told(old, with_form("intro, verse, outro")) == ["verse 1 removed (4 bars after intro)"]


def test_of_two_that_change_places_the_shorter_one_moves() -> None:
    old, new = with_form("intro, bridge, verse, outro"), with_form("intro, verse, bridge, outro")
    assert told(old, new) == ["bridge moved: now after verse (bars 7-8)"]
    assert told(new, old) == ["bridge moved: now after intro (bars 3-4)"]


def test_sections_of_the_same_music_that_both_songs_know_are_no_renames() -> None:
    same = ('intro: {bars: 2, chords: "Am7 | G"', 'intro: {bars: 2, chords: "Am7"')
    old, new = with_form("intro, verse, outro", same), with_form("verse, outro, {intro: {keys: null}}, outro", same)
    assert "intro moved: now after outro 1 (bars 7-8)" in told(old, new)
    old, new = with_form("intro, verse, outro, bridge", same), with_form("verse, outro, bridge, outro", same)
    assert told(old, new) == ["outro 2 added: 2 bars after bridge", "intro removed (2 bars at the start)"]


def test_a_song_beside_itself() -> None:
    both = side_by_side(OLD, facts(BAND))
    assert pairs(both) == {(section.id, section.id) for section in OLD.sections}
    assert not both.moved
    assert form.changes(both) == []


def test_tracks_are_known_by_what_they_play() -> None:
    new = facts(
        edited(
            BAND,
            ("bass:", "low_end:"),
            ("lead: sub", "voice: sub"),
            ("lead: tune", "voice: tune"),
            ("lead: hook", "voice: hook"),
        )
    )
    assert side_by_side(OLD, new).parts == (
        ("drums", "drums"),
        ("bass", "low_end"),
        ("keys", "keys"),
        ("lead", "voice"),
    )


def test_a_track_that_plays_something_else_is_another_one() -> None:
    new = facts(
        edited(BAND, ("bass: bass", "tuba: bass"), ("bass: riff", 'tuba: "g2:8 g a a"'), ("bass:", "tuba:")),
    )
    parts = side_by_side(OLD, new).parts
    assert ("bass", None) in parts
    assert (None, "tuba") in parts
