"""No text and no shape of data makes a parser fail in any way but its own."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.automation import parse_lane
from songbuild.model.chords import parse_chords
from songbuild.model.comp import parse_region
from songbuild.model.comping import parse_rhythm, parse_strum
from songbuild.model.drums import parse_grid, parse_row
from songbuild.model.expand import expand
from songbuild.model.humanize import parse_swing
from songbuild.model.lyrics import sing
from songbuild.model.meter import parse_meters
from songbuild.model.notes import parse_degrees, parse_notes
from songbuild.model.positions import parse_length, position
from songbuild.model.recordings import Take
from songbuild.model.scales import Key, parse_key, parse_pitch
from songbuild.model.song import Song
from songbuild.model.time import tempo_map
from songbuild.problems import NotationError

BAR = (Fraction(4), Fraction(7, 2))
SONG = Song.model_validate(
    {"title": "T", "arrangement": {"sections": {"a-b": {"bars": 4}, "c": {"bars": 2}}, "form": ["a-b", "c"]}}
)
SCORE = expand(SONG)[0]
TAKES = {"t": Take(file="x.wav")}
PARSERS: list[Callable[[str], object]] = [
    lambda text: parse_notes(text, BAR),
    lambda text: parse_degrees(text, Key(), BAR),
    lambda text: parse_chords(text, Key(), BAR),
    lambda text: parse_row(text, Fraction(16), BAR),
    lambda text: parse_rhythm(text, Fraction(8), BAR, Fraction(8), 80),
    parse_strum,
    parse_swing,
    parse_key,
    parse_pitch,
    parse_grid,
    parse_meters,
    lambda text: parse_length(text, SCORE.time.bars, Fraction(0)),
    lambda text: position(text, SCORE.time.bars, SCORE.sections),
    lambda text: parse_lane(text, SCORE, 48_000),
    lambda text: parse_region(text, TAKES, SCORE),
    lambda text: sing(parse_notes("c4 d", BAR).tones, text),
]
pieces = st.sampled_from(
    [
        *"abcdefgxXrRiIvV0123456789#b:.~|[]{}()*!<>^_-+/,%? \n\"'",
        "maj7",
        "m7b5",
        "sus4",
        "c4:8",
        "!mf",
        "ii",
        "V7/",
        "t 1-2",
    ]
)
texts = st.one_of(st.lists(pieces, max_size=14).map("".join), st.text(max_size=12))


@pytest.mark.parametrize("parse", PARSERS)
@settings(deadline=None, max_examples=60)
@given(text=texts)
def test_text_is_read_or_refused_at_a_place_in_it(parse: Callable[[str], object], text: str) -> None:
    try:
        parse(text)
    except NotationError as error:
        assert error.message
        assert 0 <= error.offset <= len(text)
        assert error.length >= 0


data = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-2, 9), st.floats(-2, 9), texts, st.sampled_from(["p", "beat", "p x2"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["play", "bars", "enter", "pickup", "transpose", "lyrics", "humanize", "swing", "ring", "at", "bpm",
                 "to", "over", "curve", "a", "t", "notes", "chords", "rhythm", "kick", "key", 1, 2]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(part=data, form=st.lists(st.one_of(st.just("a"), data), max_size=2), tempo=data, meter=data)
def test_any_arrangement_expands(part: Any, form: list[Any], tempo: Any, meter: Any) -> None:
    """Parts, form, tempo and meter are free data in the model: whatever they are, faults come of it at worst."""
    section = {"bars": 2, "chords": "C", "parts": {"t": part}}
    arrangement = {"tracks": {"t": "synth"}, "sections": {"a": section}, "form": ["a", *form]}
    composition = {"patterns": {"p": "c4:4 d", "beat": {"grid": 8, "drums": {"kick": "x-"}}}}
    song = Song.model_validate(
        {"title": "T", "tempo": tempo, "meter": meter, "composition": composition, "arrangement": arrangement}
    )
    score, faults = expand(song, {"t": {"kick": 36}})
    assert score.sections
    assert all(fault.message and fault.path for fault in faults)
    assert tempo_map(song)[0].seconds(score.length) > 0
