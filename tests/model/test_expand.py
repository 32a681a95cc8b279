"""From a song to its score."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.expand import expand
from songbuild.model.humanize import deviations
from songbuild.model.score import Event, Score
from songbuild.model.song import Song

RIFF = "c4:4 d e f | g:4 f e d"
KIT = {"drums": {"kick": 36, "snare": 38}}


def song(patterns: dict[str, Any], parts: dict[str, Any], bars: int = 2, **given_: Any) -> Song:
    tracks = given_.pop("tracks", dict.fromkeys(parts, "synth"))
    section = {"bars": bars, "parts": parts, **given_.pop("section", {})}
    arrangement = {
        "tracks": tracks,
        "sections": {"a": section, **given_.pop("sections", {})},
        "form": given_.pop("form", ["a"]),
    }
    composition = {"patterns": patterns, "chords": given_.pop("chords", {})}
    return Song.model_validate({"title": "T", "composition": composition, "arrangement": arrangement, **given_})


def played(made: Song, track: str = "t", keys: Any = None) -> list[Event]:
    score, faults = expand(made, keys)
    assert faults == []
    return list(score.tracks[track])


def pitches(part: Any, bars: int = 2, patterns: dict[str, Any] | None = None, **given_: Any) -> list[int]:
    return [event.pitch for event in played(song(patterns or {"riff": RIFF}, {"t": part}, bars, **given_))]


RISE = [60, 62, 64, 65, 67, 65, 64, 62]

PARTS = [
    ("riff", 2, RISE),
    ("riff", 3, [*RISE, *RISE[:4]]),
    ("c4:1", 2, [60, 60]),
    (["riff", "c5:1"], 4, [*RISE, 72, *RISE[:4]]),
    (["riff", None], 4, [*RISE, *RISE[:4]]),
    (["e4:1", "riff x2"], 5, [64, *RISE, *RISE]),
    ({"play": "riff", "transpose": 2}, 2, [p + 2 for p in RISE]),
    ({"play": "riff", "transpose": "+1d"}, 2, [62, 64, 65, 67, 69, 67, 65, 64]),
    ({"play": "riff", "octave": -1}, 2, [p - 12 for p in RISE]),
    ({"play": "riff", "retrograde": True}, 2, RISE[::-1]),
    ({"play": "riff", "augment": 2}, 4, RISE),
    ({"play": "riff", "augment": "1/2"}, 2, RISE * 2),
    ({"play": "riff", "rotate": -1}, 2, [*RISE[1:], RISE[0]]),
    ({"play": "riff", "invert": True}, 2, [60, 59, 57, 55, 53, 55, 57, 59]),
    ({"play": "riff", "bars": {2: "c3:1"}}, 4, [*RISE[:4], 48, *RISE]),
    ({"play": "riff", "bars": {"2-3": None}}, 4, [*RISE[:4], *RISE[4:]]),
    ({"play": "riff", "enter": 2}, 4, [*RISE, *RISE[:4]]),
    ({"play": "riff", "enter": 2, "exit": 3}, 4, RISE),
    ({"notes": "c4:1"}, 2, [60, 60]),
    ({"degrees": "1:1 5"}, 2, [60, 67]),
    ({"chords": "C | F", "voicing": "root"}, 2, [36, 29]),
    ({"play": ["riff", "e4:1"], "transpose": 1}, 3, [*(p + 1 for p in RISE), 65]),
]


@pytest.mark.parametrize(("part", "bars", "expected"), PARTS)
def test_parts(part: Any, bars: int, expected: list[int]) -> None:
    found = pitches(part, bars)
    assert found == expected


VARIATIONS = [
    ({"from": "riff", "bars": {2: "g4:1"}}, [*RISE[:4], 67]),
    ({"from": "riff", "bars": {1: "other"}}, [72, 71, *RISE[4:]]),
    ({"from": "riff", "bars": {2: "g4:2"}}, None),
    ({"from": "up", "octave": 1}, [p + 14 for p in RISE]),
    ({"from": "steps", "transpose": "+2d"}, [64, 67, 71]),
]


@pytest.mark.parametrize(("pattern", "expected"), VARIATIONS)
def test_variations(pattern: Any, expected: list[int] | None) -> None:
    patterns = {
        "riff": RIFF,
        "other": "c5:2 b4",
        "up": {"from": "riff", "transpose": 2},
        "steps": {"degrees": "1:2 3 5:1"},
        "v": pattern,
    }
    if expected is not None:
        assert pitches("v", patterns=patterns) == expected
    else:
        assert pitches("v", patterns=patterns) == [*RISE[:4], 67]


def test_settings_of_the_writing_are_read_anew() -> None:
    patterns = {
        "a": {"chords": "section", "voicing": "root", "rhythm": "x---"},
        "b": {"from": "a", "rhythm": "x-------", "velocity": 50, "gate": "50%"},
    }
    made = song(patterns, {"t": "b"}, 1, section={"chords": "C"})
    assert [(e.onset, e.length, e.velocity) for e in played(made)] == [(0, 1, 50), (2, 1, 50)]


def test_events_have_exact_places_and_identities() -> None:
    made = song({"riff": "c4:8t d e f:4"}, {"t": "riff"}, 1, form=["a x2"], pickup=1)
    found = played(made)
    assert found[1] == Event(Fraction(4, 3), Fraction(1, 3), 62, 80, 0.0, "a#1/riff/1:1-3/62")
    assert [event.id for event in found[8:10]] == ["a#2/riff/1:0/60", "a#2/riff/1:1-3/62"]
    assert len({event.id for event in found}) == len(found)


def test_form_changes_and_occurrences() -> None:
    patterns = {"riff": RIFF, "low": "c3:1"}
    form = ["a", {"a": {"t": "low", "u": None}}, {"a x2": {"t": {"transpose": 12}, "bars": 1}}, "b", "a"]
    made = song(patterns, {"t": "riff", "u": "low"}, form=form, sections={"b": {"bars": 1}})
    score, faults = expand(made)
    assert [f.code for f in faults] == ["ARR046"]  # the riff is longer than the shortened section
    assert [(s.id, s.first_bar, s.bars) for s in score.sections] == [
        ("a#1", 1, 2), ("a#2", 3, 2), ("a#3", 5, 1), ("a#4", 6, 1), ("b#1", 7, 1), ("a#5", 8, 2),
    ]  # fmt: skip
    by_section = {s.id: [e.pitch for e in score.tracks["t"] if e.id.startswith(s.id + "/")] for s in score.sections}
    assert by_section["a#2"] == [48, 48]
    assert by_section["a#3"] == by_section["a#4"] == [p + 12 for p in RISE[:4]]
    assert not [e for e in score.tracks["u"] if e.id.startswith("a#2/")]
    assert score.length == 36


def test_a_section_transposed_spares_drums() -> None:
    patterns = {"beat": {"grid": 4, "drums": {"kick": "x---"}}, "deg": {"degrees": "1:1"}}
    made = song(patterns, {"drums": "beat", "t": "deg"}, 1, section={"transpose": 2, "chords": "C Am"}, form=["a"])
    score, faults = expand(made, KIT)
    assert faults == []
    assert [e.pitch for e in score.tracks["drums"]] == [36]
    assert [e.pitch for e in score.tracks["t"]] == [62]
    assert [symbol for _, _, symbol in score.chords] == ["D", "Bm"]


def test_notes_end_with_their_section_unless_they_ring() -> None:
    for ring, length in ((False, 1), (True, 4)):
        part = {"play": "r:4 r r c4:1 r:4 r r r r", "ring": ring}
        made = song({}, {"t": part}, 1)
        score, faults = expand(made)
        assert [f.severity for f in faults] == ["warning"]
        assert [e.length for e in score.tracks["t"]] == [length]


def test_a_pitch_that_sounds_again_ends_the_note_before() -> None:
    part = {"play": "c4:1", "pickup": "c4:4 d:8~ d:8"}
    found = played(song({}, {"t": part}, 1, pickup=2))
    assert [(e.onset, e.length, e.pitch) for e in found] == [(0, 1, 60), (1, 1, 62), (2, 4, 60)]
    made = song({}, {"t": {"play": "[c4!50 c4!70]:1"}}, 1)
    assert [(e.pitch, e.velocity) for e in played(made)] == [(60, 70)]
    ringing, _ = expand(song({}, {"t": {"play": "c4:1~1", "ring": True}}, 1, form=["a x2"]))
    assert [(e.onset, e.length) for e in ringing.tracks["t"]] == [(0, 4), (4, 8)]


def test_flams_and_rolls_are_real_hits() -> None:
    patterns = {"b": {"grid": 8, "drums": {"snare": "f-r-----"}}}
    made = song(patterns, {"drums": "b"}, 1, form=["a x2"])
    score, faults = expand(made, KIT)
    assert faults == []
    onsets = [event.onset for event in score.tracks["drums"]]
    roll = [1 + Fraction(i, 8) for i in range(4)]
    # on the song's first beat there is no room for the grace note
    assert onsets == [0, *roll, 4 - Fraction(1, 16), 4, *(4 + beat for beat in roll)]


def test_swing_is_exact() -> None:
    made = song({"p": "c4:16*16"}, {"t": "p"}, 1, swing="58% of 16")
    onsets = [event.onset for event in played(made)]
    assert onsets[:4] == [0, Fraction(29, 100), Fraction(1, 2), Fraction(79, 100)]
    assert all(e.onset + e.length == f.onset for e, f in zip(played(made), played(made)[1:], strict=False))
    straight = song({"p": "c4:16*16"}, {"t": {"play": "p", "swing": "straight"}}, 1, swing="58% of 16")
    assert [event.onset for event in played(straight)] == [Fraction(i, 4) for i in range(16)]
    odd = song({"p": "c4:8*7"}, {"t": "p"}, 1, swing="60% of 8", meter="7/8")
    assert [event.onset for event in played(odd)] == [0, Fraction(3, 5), 1, Fraction(8, 5), 2, Fraction(13, 5), 3]


def test_the_most_particular_swing_counts() -> None:
    def second(part: Any = "c4:8 c", track: Any = None, section: Any = None) -> Fraction:
        tracks = {"t": {"instrument": "synth", "swing": track}}
        made = song({}, {"t": part}, 1, swing="60% of 8", tracks=tracks, section={"swing": section})
        return played(made)[1].onset

    assert second() == Fraction(3, 5)
    assert second(section="70% of 8") == Fraction(7, 10)
    assert second(section="70% of 8", track="65% of 8") == Fraction(13, 20)
    assert second({"play": "c4:8 c", "swing": "straight"}, "65% of 8", "70% of 8") == Fraction(1, 2)


words = st.lists(st.sampled_from(["c4:8", "e4:8", "g4:4", "r:8", "[c4 g4]:8"]), min_size=1, max_size=12)


@settings(deadline=None, max_examples=30)
@given(words, st.integers(0, 12), st.sampled_from(["b4:8", "d5:4"]))
def test_inserting_a_note_changes_no_other(line: list[str], place: int, new: str) -> None:
    """Where a note takes the place of a rest of its length, every other keeps its deviation."""
    place = min(place, len(line))
    rest = "r" + new[2:]
    feel = {"time": "10ms", "velocity": 9}
    before, after = (
        played(song({"p": " ".join([*line[:place], each, *line[place:]])}, {"t": "p"}, 4, humanize=feel))
        for each in (rest, new)
    )
    kept = [event for event in after if event.pitch not in (71, 74)]
    assert kept == before


def test_humanize_is_normal_and_seeded() -> None:
    drawn = [deviations(1, 0, "t", f"a#1/p/1:{i}/60") for i in range(4000)]
    for axis in (0, 1):
        values = [item[axis] for item in drawn]
        mean = sum(values) / 4000
        assert abs(mean) < 0.06
        assert 0.95 < (sum((v - mean) ** 2 for v in values) / 4000) ** 0.5 < 1.05
        assert 0.66 < sum(abs(v) < 1 for v in values) / 4000 < 0.71
    assert deviations(1, 0, "t", "x") != deviations(2, 0, "t", "x") != deviations(2, 1, "t", "x")
    found = played(song({"p": "c4:4*4"}, {"t": "p"}, 8, humanize={"time": "50ms", "velocity": 20}))
    assert all(event.onset > 4 or event.onset / 2 + Fraction(event.shift_s) >= -Fraction(1, 10**9) for event in found)
    assert len({event.velocity for event in found}) > 10
    assert all(1 <= event.velocity <= 127 for event in found)


def test_chords_follow_a_part_that_enters_late() -> None:
    patterns = {"bass": {"chords": "section", "voicing": "root"}}
    made = song(patterns, {"t": {"play": "bass", "enter": 3}}, 4, section={"chords": "C | D | E | F"})
    assert [(e.onset, e.pitch) for e in played(made)] == [(8, 28), (12, 29)]


def test_lyrics_of_each_verse() -> None:
    patterns = {"tune": {"notes": "c4:2 d", "lyrics": "la la"}}
    form = ["a", {"a": {"t": {"lyrics": "o- ther"}}}]
    made = song(patterns, {"t": "tune"}, 1, form=form)
    assert [event.text for event in played(made)] == ["la", "la", "o-", "ther"]


def test_mixed_meters_within_a_section() -> None:
    patterns = {"beat": {"grid": 8, "drums": {"kick": "x-------|x------"}}, "long": "c4:1 | d4:2~4."}
    made = song(patterns, {"drums": "beat", "t": "long"}, 2, meter={1: "4/4", 2: "7/8"})
    score, faults = expand(made, KIT)
    assert faults == []
    assert [e.onset for e in score.tracks["drums"]] == [0, 4]
    assert score.length == Fraction(15, 2)


def test_limits_hold() -> None:
    _, faults = expand(song({}, {"t": "c4:1"}, 999, form=["a x99"]))
    assert any("longer than 10,000 bars" in f.message for f in faults)
    _, faults = expand(song({"p": {"notes": "c4:64", "augment": "1/16"}}, {"t": "p"}, 99))
    assert any("too short to fill" in f.message for f in faults)


def test_an_empty_song_has_an_empty_score() -> None:
    score, faults = expand(Song(title="T"))
    assert isinstance(score, Score)
    assert (dict(score.tracks), score.sections, score.length, faults) == ({}, (), 0, [])
