"""What is said of tempo, meter, feel, harmony, lyrics, and of who plays where."""

from __future__ import annotations

import pytest

from diff.songs import BAND, edited, facts
from songbuild.diff import feel, harmony, lyrics, parts, timing
from songbuild.diff.change import Change
from songbuild.diff.identity import side_by_side

OLD = facts(BAND)
Edit = tuple[str, str]
FORM = "[intro, verse, chorus, verse, chorus, bridge, chorus, outro]"


def found(*edits: Edit, back: bool = False) -> list[Change]:
    """What all but notes, form and desk say of an edit."""
    pair = OLD, facts(edited(BAND, *edits))
    both = side_by_side(*(reversed(pair) if back else pair))
    told = [change for room in (timing, feel, parts, lyrics) for change in room.changes(both)]
    return [*told, *harmony.changes(both, harmony.transpositions(both))]


CASES: list[tuple[list[Edit], list[str]]] = [
    ([("tempo: 96", "tempo: 104")], ["tempo 96 -> 104 bpm"]),
    (
        [("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: chorus, bpm: 100}, {at: verse#2, bpm: 96}]")],
        ["tempo, chorus 1: 96 -> 100 bpm"],
    ),
    (
        [("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: outro, to: 80, over: 2 bars}]")],
        ["tempo, outro: now 96 to 80 bpm over bars 25-26 (was 96 bpm)"],
    ),
    (
        [("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: 20.3, bpm: 60}, {at: 21, bpm: 96}]")],
        ["tempo, bridge: now 96 bpm, 60 bpm from bar 20.3 (was 96 bpm)"],
    ),
    (
        [("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: 25.3, to: 60, over: 2 beats}]")],
        ["tempo, outro: now 96 bpm, to 60 bpm over bar 25 (was 96 bpm)"],
    ),
    (
        [("tempo: 96", "tempo: [{at: 1, bpm: 100}, {at: outro, bpm: 96}]")],
        ["tempo, bars 1-24: 96 -> 100 bpm"],
    ),
    (
        [("tempo: 96", "tempo: 96\nmeter: {1: 4/4, 19: 3/4, 21: 4/4}"), ("d2:1 | e2:1", "d2:2. | e2:2.")],
        ["meter, bridge: 4/4 -> 3/4"],
    ),
    ([("tempo: 96", "tempo: 96\npickup: 2 beats")], ["a pickup of 2 beats"]),
    ([("tempo: 96", "tempo: 96\nswing: 58% of 16")], ["swing straight -> 58% of 16"]),
    ([("drums: drum_kit", "drums: {instrument: drum_kit, swing: 58% of 8}")], ["drums: swing straight -> 58% of 8"]),
    ([("verse: {bars: 4", "verse: {bars: 4, swing: 60% of 8")], ["verse (both): swing straight -> 60% of 8"]),
    (
        [("lead: tune", "lead: {play: tune, humanize: {time: 5ms, velocity: 3}}")],
        ["lead, verse (both): humanized: time 5 ms, velocity 3"],
    ),
    ([("voicing: drop2", "voicing: drop2, strum: 12ms")], ["keys: strummed, 12 ms"]),
    ([("key: A minor", "key: C major")], ["key A minor -> C major"]),
    (
        [(FORM, FORM.replace("bridge, chorus", "bridge, {chorus: {transpose: 2}}"))],
        ["chorus 3 up a whole tone: A minor -> B minor"],
    ),
    ([("bridge: {bars: 2", "bridge: {bars: 2, key: E minor")], ["bridge: key A minor -> E minor"]),
    ([('verse: "Am7 | Fmaj7', 'verse: "Am7 | D9')], ["verse (both), bar 2 of each: Fmaj7 -> D9"]),
    ([('"Dm7 | E7"', '"Dm7 | Bm7b5 E7"')], ["bridge, bar 20: E7 -> Bm7b5 E7"]),
    (
        [('verse: "Am7 | Fmaj7 | C | G"', 'verse: "Dm7 | G7 | C | A"')],
        ["chords, verse (both): Am7 | Fmaj7 | C | G -> Dm7 | G7 | C | A"],
    ),
    ([("light in the", "night in the")], ["chorus (all 3), line 1: 'light' -> 'night'"]),
    ([("bring me | home", "bring me | home to- night"), ("a4:2 e4 | a4:1", "a4:2 e4 | a4:2 a4:4 b4")],
     ["chorus (all 3), line 1: 'tonight' added"]),
    (
        [(', lyrics: "light in the | dark | bring me | home"', "")],
        ["chorus (all 3): no words any more (was 'light in the dark bring me home')"],
    ),
    ([("light in the | dark", "__ light in | the~dark")], ["chorus (all 3): the same words on other notes"]),
    ([("keys: keys, lead: tune", "keys: keys")], ["lead silent in verse (both)"]),
    (
        [('parts: {keys: keys}}\n    verse', "parts: {drums: beat, bass: riff, keys: keys}}\n    verse")],
        ["drums and bass enter at intro (were at verse 1)"],
    ),
    ([('bass: "d2:1 | e2:1", ', "")], ["bass silent in bridge"]),
    ([('bass: "d2:1 | e2:1", ', 'bass: "d2:1 | e2:1", lead: "a4:1 | b4:1", ')], ["lead now also plays in bridge"]),
    ([("bass:", "low_end:")], ["bass renamed to low end"]),
    (
        [("keys: fm_piano", "rhodes: fm_piano"), ("{keys: keys}}\n    verse", "{rhodes: keys}}\n    verse"),
         ("bass: riff, keys: keys, lead: tune", "bass: riff, rhodes: {play: keys, octave: 1}, lead: tune"),
         ("keys: keys, lead: hook", "rhodes: keys, lead: hook"), ('e2:1", keys: keys', 'e2:1", rhodes: keys'),
         ('"Am7", parts: {keys: keys', '"Am7", parts: {rhodes: keys')],
        ["keys renamed to rhodes"],
    ),
    (
        [("lead: subtractive}", "lead: subtractive, pad: pad}"), ('"Am7", parts: {', '"Am7", parts: {pad: keys, ')],
        ["pad added (pad): plays in outro"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "texts"), CASES, ids=[texts[0] for _, texts in CASES])
def test_what_is_said_of_an_edit(edits: list[Edit], texts: list[str]) -> None:
    there, back = found(*edits), found(*edits, back=True)
    assert [change.text for change in there if change.subject != "length"] == texts
    assert sorted({change.area for change in there}) == sorted({change.area for change in back})
    assert all(0 < change.weight <= 1 for change in [*there, *back])
    assert all(change.path for change in there)


def test_words_that_go_on_in_a_longer_section_are_no_other_words() -> None:
    assert [change.text for change in found(("chorus: {bars: 4", "chorus: {bars: 8")) if change.area == "lyrics"] == []


def test_tempo_and_meter_of_a_section_that_has_come() -> None:
    turn = ("  form:", '    turn: {bars: 2, chords: "Am7", parts: {keys: keys}}\n  form:')
    clock = ("tempo: 96", "tempo: [{at: 1, bpm: 96}, {at: turn, to: 72, over: 2 bars}]\nmeter: {1: 4/4, 28: 3/4}")
    form = (FORM, FORM.replace("outro]", "outro, turn]"))
    assert [change.text for change in found(turn, clock, form) if change.subject != "length"] == [
        "tempo, turn: 96 to 72 bpm over bars 27-28",
        "meter, turn: 4/4, 3/4 from bar 28",
    ]


def test_a_ramp_on_another_curve() -> None:
    ramp = "tempo: [{at: 1, bpm: 96}, {at: outro, to: 80, over: 2 bars, curve: linear-beats}]"
    pair = (facts(edited(BAND, ("tempo: 96", text))) for text in (ramp, ramp.replace("-beats", "-time")))
    assert [change.text for change in timing.changes(side_by_side(*pair))] == [
        "tempo, outro: 96 to 80 bpm over bars 25-26 on another curve"
    ]


def test_a_key_that_is_another_throughout_is_told_once() -> None:
    up = (FORM, FORM.replace("bridge, chorus", "bridge, {chorus: {transpose: 2}}"))
    pair = (facts(edited(BAND, up, ("key: A minor", f"key: {key}"))) for key in ("A minor", "C major"))
    both = side_by_side(*pair)
    told = harmony.changes(both, harmony.transpositions(both))
    assert [change.text for change in told] == ["key A minor -> C major"]


def test_values_units_and_bars() -> None:
    (change,) = found(("tempo: 96", "tempo: 104.5"))
    assert (change.old, change.new, change.unit, change.path) == (96.0, 104.5, "bpm", ("tempo",))
    assert [(bars.first, bars.last) for bars in change.bars][:2] == [(1, 2), (3, 6)]
    (change, _) = found(("tempo: 96", "tempo: 104"), (FORM, FORM.replace("chorus, outro", "chorus x2, outro")))
    assert [bars.first for bars in change.bars][-2:] == [25, 29]  # what is new is played in the new tempo too
    (chord,) = found(('"Dm7 | E7"', '"Dm7 | E9"'))
    assert (chord.old, chord.new, chord.bars[0][:3]) == ("E7", "E9", (20, 20, "bridge#1"))


@pytest.mark.parametrize(
    ("symbol", "other"),
    [
        ("Am7", "Ami7"),
        ("Fmaj7", "FM7"),
        ("Fmaj7", "FΔ7"),
        ("G#", "Ab"),
        ("C6/9", "C69"),
        ("Bm7b5", "Bø"),
        ("C/G#", "C/Ab"),
    ],
)
def test_chords_spelled_otherwise_are_the_same(symbol: str, other: str) -> None:
    assert harmony.meaning_of(symbol) == harmony.meaning_of(other)


@pytest.mark.parametrize(("symbol", "other"), [("Am7", "A7"), ("C/G", "C"), ("C6", "C69"), ("N.C.", "C"), ("Cm", "CM")])
def test_other_chords_are_other_chords(symbol: str, other: str) -> None:
    assert harmony.meaning_of(symbol) != harmony.meaning_of(other)


def test_many_changed_lines_are_counted_and_told_in_full() -> None:
    tune = ('"a4:2 c5:4 b | g4:1 | a4:2 e4 | a4:1"', '"a4:2 r | b4 r | c5 r | d5 r"')
    sung = "light in the | dark | bring me | home"
    old, new = (facts(edited(BAND, tune, (sung, text))) for text in ("one two three four", "five six seven eight"))
    (change,) = lyrics.changes(side_by_side(old, new))
    assert change.text == "chorus (all 3): new words (4 lines)"
    assert [detail.text for detail in change.details][:2] == [
        "chorus (all 3), line 1: 'one' -> 'five'",
        "chorus (all 3), line 2: 'two' -> 'six'",
    ]


def test_a_key_that_few_notes_follow_is_no_transposition() -> None:
    song = """\
title: Four
key: {0}
arrangement:
  tracks: {{a: bass, b: bass, c: bass, d: bass}}
  sections: {{s: {{bars: 1, parts: {{a: "{1}", b: "{2}", c: "{3}", d: "{4}"}}}}}}
  form: [s]
"""
    old = facts(song.format("C major", "c3:2 d", "e3:1", "g3:1", "b3:1"))
    few = facts(song.format("D major", "d3:2 e", "e3:1", "c4:1", "a3:1"))
    most = facts(song.format("D major", "d3:2 e", "f#3:1", "a3:1", "a3:1"))
    texts = []
    for new in (few, most):
        both = side_by_side(old, new)
        texts += [change.text for change in harmony.changes(both, harmony.transpositions(both))]
    assert texts == ["key C major -> D major", "everything up a whole tone: C major -> D major"]


def test_parts_that_change_alike_are_told_once_with_each_in_full() -> None:
    (change,) = found(("parts: {keys: keys}}\n    verse", "parts: {drums: beat, bass: riff, keys: keys}}\n    verse"))
    assert [detail.text for detail in change.details] == [
        "drums enter at intro (were at verse 1)",
        "bass enters at intro (was at verse 1)",
    ]


def test_the_song_s_length_is_told_in_bars_and_minutes() -> None:
    texts = [change.text for change in found((FORM, FORM.replace("outro]", "outro, outro]")))]
    assert texts == ["2 bars longer: 26 -> 28 bars, 1:05 -> 1:10"]
