"""What is wrong with the music of a song: each mistake is one fault, at its place, in these words."""

from __future__ import annotations

from typing import Any

import pytest

from songbuild.model.expand import expand
from songbuild.model.song import Song
from songbuild.problems import Fault

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


PATTERN, PART = ("composition", "patterns"), ("arrangement", "sections", "a", "parts", "t")
FAULTS: list[tuple[dict[str, Any], str, str | None, int | None]] = [
    (
        {"patterns": {"riff": "c4:4 d e f | g:4 f e d"}, "part": "rif"},
        "ARR035 arrangement.sections.a.parts.t: unknown pattern 'rif'",
        "did you mean 'riff'?",
        0,
    ),
    (
        {"part": "c4:4 x"},
        "ARR030 arrangement.sections.a.parts.t: 'x' is not a note",
        "a note is a letter a to g, # or b, an octave and a length: c#4:8",
        5,
    ),
    (
        {"patterns": {"p": "c4:1 | d:2"}, "part": "p"},
        "COMP030 composition.patterns.p.notes: bar 2 is 2 beats short",
        None,
        9,
    ),
    (
        {"patterns": {"p": {"from": "q"}, "q": {"from": "p"}}, "part": "p"},
        "COMP036 composition.patterns.q.from: a pattern can't be made from itself: p from q from p",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4:1", "bars": {1: "p"}}}, "part": "p"},
        "COMP036 composition.patterns.p: a pattern can't play itself: p plays p",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"from": "rif"}, "riff": "c4:1"}, "part": "riff"},
        "COMP035 composition.patterns.p.from: unknown pattern 'rif'",
        "did you mean 'riff'?",
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4", "degrees": "1"}}, "part": "c4:1"},
        "COMP037 composition.patterns.p: a pattern has one of notes, degrees, chords, drums and from; "
        "this has 'notes' and 'degrees'",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4:1", "bars": {3: "c4:1"}}}, "part": "p"},
        "COMP038 composition.patterns.p.bars.3: the pattern has no bar 3",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4:1", "bars": {1: "c4:1 c4:1"}}}, "part": "p"},
        "COMP038 composition.patterns.p.bars.1: this is longer than what is left of the pattern from bar 1 on",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4:1", "transpose": "up"}}, "part": "p"},
        "COMP037 composition.patterns.p.transpose: 'up' is not a transposition",
        "+2 semitones, or '+2d' steps of the scale",
        None,
    ),
    (
        {"patterns": {"p": {"notes": "c4:1", "lyrics": "one two"}}, "part": "p"},
        "COMP034 composition.patterns.p.lyrics: 2 syllables for 1 notes: none is left for 'two'",
        None,
        4,
    ),
    (
        {"patterns": {"p": {"chords": "section"}}, "part": "p"},
        "COMP032 composition.patterns.p.chords: a section that plays this has no chords",
        "give the section `chords`",
        None,
    ),
    (
        {"patterns": {"p": {"chords": "Cx"}}, "part": "p"},
        "COMP032 composition.patterns.p.chords: 'x' is not part of a chord symbol",
        None,
        1,
    ),
    (
        {"patterns": {"p": {"drums": {"kick": "x-x"}}}, "part": "c4:1"},
        "COMP031 composition.patterns.p.kick: the row has 3 steps; a bar has 16",
        "write whole bars, or a part that goes into one",
        0,
    ),
    (
        {"patterns": {"p": {"drums": {"kick": "-|-|-", "snare": "-|-"}}}, "part": "c4:1"},
        "COMP031 composition.patterns.p.snare: 'snare' has 2 bars and 'kick' 3, which is no multiple of 2",
        None,
        None,
    ),
    (
        {"patterns": {"p": {"drums": {"kick": "x---"}, "octave": 1}}, "part": "c4:1"},
        "COMP037 composition.patterns.p: a drum grid has no pitches to move",
        "change its `rows`",
        None,
    ),
    (
        {"part": {"play": "c4:1", "transpsoe": 2}},
        "ARR047 arrangement.sections.a.parts.t.transpsoe: unknown key 'transpsoe'",
        "did you mean 'transpose'?",
        None,
    ),
    (
        {"part": {"play": "c4:1", "bars": {9: "c4"}}},
        "ARR047 arrangement.sections.a.parts.t.bars.9: '9' is not a bar of the section, 1 to 2, nor bars such as 7-8",
        None,
        None,
    ),
    (
        {"part": {"play": "c4:1", "enter": 3}},
        "ARR047 arrangement.sections.a.parts.t.enter: 'enter' is a bar of the section: 1 to 2",
        None,
        None,
    ),
    (
        {"part": {"play": "c4:1", "pickup": "c4:4"}},
        "ARR047 arrangement.sections.a.parts.t: this starts before the song does",
        "give the song a longer `pickup`",
        None,
    ),
    (
        {"part": {"play": "c9:1", "octave": 2}},
        "ARR047 arrangement.sections.a.parts.t: a note lies outside of MIDI's range, 0 to 127, once transposed",
        None,
        None,
    ),
    (
        {"part": 7},
        "ARR047 arrangement.sections.a.parts.t: a part is a pattern's name, notes, a list of them, or {play: …}",
        None,
        None,
    ),
    (
        {"part": "c4:1", "song": {"form": ["b"]}},
        "ARR043 arrangement.form.0: unknown section 'b'",
        "known: a",
        0,
    ),
    (
        {"part": "c4:1", "song": {"form": [{"a": {"tt": None}}]}},
        "ARR044 arrangement.form.0.a.tt: unknown track 'tt'",
        None,
        None,
    ),
    (
        {"part": "c4:1", "song": {"swing": "90% of 8"}},
        "SONG039 swing: swing lies between 25% and 80%; 50% is straight",
        None,
        0,
    ),
    (
        {"part": "c4:1", "song": {"key": "H"}},
        "SONG033 key: 'H' is not a key",
        "write 'A minor' or 'F# dorian'",
        0,
    ),
    (
        {"part": "c4:1", "song": {"chords": {"x": "C | Q"}}},
        "COMP032 composition.chords.x: 'Q' is not a chord",
        "such as Am7, F#dim, G/B, ii7, bVII or N.C.",
        4,
    ),
    (
        {"part": "c4:1", "song": {"sections": {"b": {"bars": 1, "parts": {"t": "h4"}}}}},
        "ARR035 arrangement.sections.b.parts.t: unknown pattern 'h4'",
        None,
        0,
    ),
]


@pytest.mark.parametrize(("given_", "expected", "hint", "offset"), FAULTS)
def test_faults(given_: dict[str, Any], expected: str, hint: str | None, offset: int | None) -> None:
    """Exactly one fault: its code, place, words and offset, and the hint where one is expected."""
    made = song(given_.get("patterns", {}), {"t": given_["part"]}, **given_.get("song", {}))
    _, (fault,) = expand(made)
    path = ".".join(map(str, fault.path))
    assert f"{fault.code} {path}: {fault.message}" == expected
    assert fault.offset == offset
    assert hint is None or fault.hint == hint


def test_drum_faults() -> None:
    patterns = {"beat": {"grid": 8, "drums": {"kick": "x-------", "snair": "x---"}}}
    _, faults = expand(song(patterns, {"drums": "beat", "t": "beat"}, 1), KIT)
    assert [(f.code, f.path, f.message, f.hint, f.key) for f in faults] == [
        ("ARR045", PART, "the instrument of 't' is no drum kit, and 'beat' is a grid", None, False)
        if f.path == PART
        else (
            "COMP045",
            (*PATTERN, "beat", "snair"),
            "the kit of 'drums' has no 'snair'",
            "did you mean 'snare'?",
            True,
        )
        for f in faults
    ]
    assert len(faults) == 2


def test_a_recording_cant_play_notes() -> None:
    tracks = {"t": {"recording": "vocal"}}
    _, (fault,) = expand(song({}, {"t": "c4:1"}, tracks=tracks))
    assert (fault.code, fault.message) == ("ARR044", "'t' plays a recording, so it can't play notes")


def test_a_pattern_cut_at_the_end_is_a_warning() -> None:
    score, (fault,) = expand(song({"riff": RIFF}, {"t": "riff"}, 1))
    assert fault == Fault("ARR046", PART, "only 4 of its 8 beats fit here; the rest is cut off", severity="warning")
    assert [e.pitch for e in score.tracks["t"]] == [60, 62, 64, 65]


def test_unused_patterns_are_read_in_every_meter() -> None:
    meter = {1: "4/4", 2: "7/8"}
    assert expand(song({"p": "c4:2~4. | d:2~4."}, {"t": "c4:4"}, meter=meter))[1] == []
    _, faults = expand(song({"p": "c4:2 | d:2"}, {"t": "c4:4"}, meter=meter))
    assert [f.message for f in faults] == ["bar 1 is 2 beats short"]
