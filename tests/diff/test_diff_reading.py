"""From songs to facts, and facts kept as JSON."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diff.songs import BAND, edited, facts
from songbuild.diff.facts import TICKS, Facts, Feel, Note, Part, Section
from songbuild.diff.keeping import from_json, to_json
from songbuild.model import events as written
from songbuild.model.line import Tone

TEXT = st.text('aé "\\漢', max_size=5)
FEEL = ("tempo: 96", "tempo: 96\nswing: 62% of 16\nhumanize: {time: 9ms, velocity: 12, seed: 4}")


def test_notes_are_as_written_whatever_the_feel() -> None:
    plain, felt = facts(BAND), facts(edited(BAND, FEEL))
    assert plain.parts == felt.parts
    assert plain.feels["drums"][0] == Feel(1, "", 0.0, 0.0, 0, ())
    assert felt.feels["drums"][0] == Feel(1, "62% of 16", 9.0, 12.0, 4, ())


def test_notes_know_section_place_pattern_and_syllable() -> None:
    lead = facts(BAND).parts["lead"]
    sung = [note for note in lead.notes if note.text]
    assert lead.instrument == "subtractive"
    assert lead.notes[0] == Note(0, TICKS, 64, 80, "", "", 1, "tune")
    assert [(note.start, note.text, note.section, note.pattern) for note in sung[:2]] == [
        (0, "light", 2, "hook"),
        (2 * TICKS, "in", 2, "hook"),
    ]
    assert [note.pattern for note in facts(BAND).parts["bass"].notes if note.section == 5] == ["inline", "inline"]


def test_of_two_notes_that_start_together_one_is_written_as_loud_and_as_long_as_either() -> None:
    pair = [
        written.Note(
            Fraction(0), 0.0, length, 60, velocity, "a#1/x/1:0/60", Tone(Fraction(0), length, 60, velocity), None
        )
        for length, velocity in ((Fraction(1), 90.0), (Fraction(2), 40.0))
    ]
    (event,) = written.events(pair, "t", 1, float)
    assert event.tone is not None
    assert (event.length, event.velocity) == (event.tone.length, event.tone.velocity) == (2, 90)


def test_drums_have_names_and_keys_and_transposition_is_in_pitches() -> None:
    song = facts(edited(BAND, ("bass: bass", "bass: {instrument: bass, transpose: -12}")))
    assert {note.drum for note in song.parts["drums"].notes} == {"kick", "snare", "hat"}
    assert song.parts["bass"].notes[0].pitch == facts(BAND).parts["bass"].notes[0].pitch - 12


def test_a_note_ends_where_its_pitch_sounds_again() -> None:
    ringing = facts(
        edited(BAND, ('"d2:1 | e2:1", keys', '"d2:1 | e2:1", lead: {play: "R | a4:1~ | a4:1", ring: true}, keys'))
    )
    assert [note[:3] for note in ringing.parts["lead"].notes if note.section == 5] == [(4 * TICKS, 4 * TICKS, 69)]


def test_strums_are_told_with_their_direction() -> None:
    song = facts(edited(BAND, ("voicing: drop2", "voicing: drop2, strum: -12ms")))
    assert {feel.strum_ms for feel in song.feels["keys"]} == {(-12.0,)}
    assert {feel.strum_ms for feel in song.feels["bass"]} == {()}


def test_bars_sections_and_keys() -> None:
    song = facts(
        edited(
            BAND,
            ("key: A minor", "key: A minor\npickup: 2 beats"),
            ("chorus: {bars: 4", "chorus: {bars: 4, transpose: 2"),
        )
    )
    assert song.bars[:3] == (0, 2 * TICKS, 6 * TICKS)
    assert len(song.bars) == 26 + 2
    assert song.sections[2] == Section("chorus#1", "chorus", 26 * TICKS, 16 * TICKS, 7, 4, "B minor")
    assert song.chords[6] == (26 * TICKS, 4 * TICKS, "G")


def test_a_ramp_is_many_points_and_a_jump_is_one() -> None:
    text = "tempo: [{at: 1, bpm: 96}, {at: 3, to: 104, over: 1 bars}, {at: 9, bpm: 96}]"
    song = facts(edited(BAND, ("tempo: 96", text)))
    assert song.tempo[0] == (0, 96.0)
    assert song.tempo[-2:] == ((12 * TICKS, 104.0), (32 * TICKS, 96.0))
    assert all(b[0] - a[0] <= TICKS // 2 for a, b in pairwise(song.tempo[1:-1]))


def test_facts_are_kept_exactly() -> None:
    song = facts(edited(BAND, FEEL))
    album = Facts("album", "All", songs={"one": song, "two": facts(BAND)})
    for each in (song, album, Facts()):
        assert from_json(to_json(each)) == each
        assert type(from_json(to_json(each)).sections) is tuple


@given(
    st.lists(
        st.builds(
            Note, st.integers(-TICKS, 10**7), st.integers(0, 10**6), st.integers(0, 127), st.integers(1, 127),
            st.sampled_from(["", "kick"]), TEXT, st.integers(0, 9), TEXT,
        ),
        max_size=5,
    )
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_notes_are_kept_exactly(notes: list[Note]) -> None:
    song = Facts(parts={"a": Part("bass", "", tuple(notes)), "b": Part("", "vox", ())})
    assert from_json(to_json(song)) == song


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format":0}', b'{"format":1,"kind":"song"}', b"\xff"])
def test_damaged_or_other_facts_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        from_json(data)
