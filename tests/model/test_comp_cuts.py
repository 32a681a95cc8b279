"""Comps in frames, and automation lanes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.automation import parse_lane
from songbuild.model.comp import Cut, cuts
from songbuild.model.expand import expand
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault, NotationError
from songbuild.units import Unit

RATE = 48_000
BEAT = 24_000  # frames at 120 bpm


def song(comp: list[Any], **given_: Any) -> Song:
    takes = given_.pop("takes", {"take1": "a.wav", "take2": {"file": "b.wav", "at": 5, "nudge": "-10ms"}})
    sections = {"verse": {"bars": 4}, "pre-chorus": {"bars": 4}}
    recordings = {"vox": {"takes": takes, "comp": comp, "crossfade": "10ms", **given_}}
    arrangement = {"sections": sections, "form": ["verse", "pre-chorus", "verse"]}
    return Song.model_validate({"title": "T", "arrangement": arrangement, "recordings": recordings})


def made(comp: list[Any], **given_: Any) -> tuple[list[Cut], list[Fault]]:
    it = song(comp, **given_)
    return cuts(it, expand(it)[0], RATE, "vox")


def test_neighbours_cross_over_centred_on_the_boundary() -> None:
    found, faults = made(["take1 1-4", "take2 5-8"])
    assert faults == []
    boundary = 16 * BEAT
    assert found == [
        Cut("take1", 0, boundary + 240, 0, 0.0, 480, 480),
        Cut("take2", boundary - 240, 32 * BEAT + 240, 240, 0.0, 480, 480),
    ]


REGIONS = [
    ("take1 9-12", 32, 48), ("take1 9", 32, 36), ("take1 5.3-8", 18, 32), ("take1 5.3-8.2", 18, 30),
    ("take1 2.4-2.4", 7, 8),
    ("take1 verse", 0, 16), ("take1 verse#2", 32, 48), ("take1 pre-chorus", 16, 32), ("take1 verse-pre-chorus", 0, 32),
    ("take1 pre-chorus+1-pre-chorus+2", 20, 28), ("take1 9 - end", 32, 48), ("take1 verse#2+1.2-12", 37, 48),
]  # fmt: skip


@pytest.mark.parametrize(("region", "start", "stop"), REGIONS)
def test_regions_end_with_what_they_name(region: str, start: int, stop: int) -> None:
    (cut,), faults = made([region])
    assert faults == []
    assert (cut.start_frame, cut.stop_frame) == (max(0, start * BEAT - 240), stop * BEAT + 240)
    assert cut.source_frame == cut.start_frame


def test_offset_and_nudge_move_the_source() -> None:
    takes = {"t": {"file": "a.wav", "at": 3, "offset": "1s", "nudge": "20ms"}}
    (cut,), _ = made([{"region": "t 4-5", "nudge": "-5ms", "gain_db": -2, "reverse": True}], takes=takes)
    assert cut.source_frame == cut.start_frame - 8 * BEAT + RATE - 960 + 240
    assert (cut.gain_db, cut.reverse) == (-2, True)


def test_own_fades_stay_inside_and_stop_the_crossfade() -> None:
    found, _ = made(["take1 1-4", {"region": "take2 5-8", "fade_in": "100ms", "fade_out": "0ms"}])
    assert found[0].stop_frame == 16 * BEAT
    assert (found[1].start_frame, found[1].fade_in_frames) == (16 * BEAT, 4800)
    assert (found[1].stop_frame, found[1].fade_out_frames) == (32 * BEAT, 0)


def test_without_a_comp_the_first_take_is_whole() -> None:
    assert made([])[0] == [Cut("take1", 0, None, 0)]
    takes = {"t": {"file": "a.wav", "offset": "2s"}}
    assert made([], takes=takes)[0] == [Cut("t", 0, None, 2 * RATE)]
    assert made([], takes={"t": {"file": "a.wav", "at": "pre-chorus"}})[0] == [Cut("t", 16 * BEAT, None, 0)]


WRONG = [
    (["take3 1-4"], 0, "unknown take 'take3'", 0, 5),
    (["take1 1-4", "take2 4-5"], 1, "'take2 4-5' overlaps 'take1 1-4'", None, 1),
    (["take2 4-5", "take1 1-4"], 1, "'take1 1-4' overlaps 'take2 4-5'", None, 1),
    (["take1 4-2"], 0, "a region ends after it starts", 6, 3),
    (["take1"], 0, "a region is a take and its bars", 0, 5),
    (["take1 1-8.7"], 0, "bar 8 has 4 beats (4/4)", 8, 1),
    (["take1 bridge-9"], 0, "no section 'bridge' in the form", 6, 6),
]


@pytest.mark.parametrize(("comp", "index", "message", "offset", "length"), WRONG)
def test_wrong_comps(comp: list[str], index: int, message: str, offset: int | None, length: int) -> None:
    found, (fault,) = made(comp)
    assert found == []
    assert (fault.code, fault.path) == ("REC048", ("recordings", "vox", "comp", index, "region"))
    assert (fault.message, fault.offset, fault.length) == (message, offset, length)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["take1", "take2"]), st.integers(1, 3)), min_size=1, max_size=4))
def test_contiguous_regions_leave_no_gap(regions: list[tuple[str, int]]) -> None:
    comp, bar = [], 1
    for take, bars in regions:
        comp.append(f"{take} {bar}-{bar + bars - 1}")
        bar += bars
    found, faults = made(comp)
    assert faults == []
    for before, after in pairwise(found):
        assert before.stop_frame is not None
        assert before.stop_frame - after.start_frame == before.fade_out_frames == after.fade_in_frames == 480


def score() -> Score:
    return expand(song([]))[0]


DB = Unit("dB", {"db": 1.0}, infinite=True)


def test_lanes() -> None:
    text = "1: -inf, 2.3: -6dB lin, pre-chorus+0: 0 exp, verse#2+1.2: -3 smooth, end: -9 hold"
    assert parse_lane(text, score(), RATE, DB) == [
        [0, -float("inf"), "lin"], [6 * BEAT, -6, "lin"], [16 * BEAT, 0, "exp"], [37 * BEAT, -3, "smooth"],
        [48 * BEAT, -9, "hold"],
    ]  # fmt: skip


def test_lane_units() -> None:
    hz = Unit("Hz", {"hz": 1.0, "khz": 1000.0})
    assert parse_lane("1: 2 kHz exp, 2: 150Hz", score(), RATE, hz) == [[0, 2000, "exp"], [4 * BEAT, 150, "lin"]]


def test_points_at_sections_stand_in_any_order() -> None:
    moved = "1: 0, end: -9 hold, pre-chorus+0: -3 exp, 2.3: -6"
    assert parse_lane(moved.replace("2.3", "verse#1+2"), score(), RATE, DB) == sorted(
        parse_lane("1: 0, verse#1+2: -6, pre-chorus+0: -3 exp, end: -9 hold", score(), RATE, DB)
    )


WRONG_LANES = [
    ("1: 0, 3", 6, 1, "a point is a position and a value"),
    ("1: 0, 3: ", 6, 2, "a point is a position and a value"),
    ("5: 0, 3: -6", 6, 1, "points stand in order of time"),
    ("1: 0, 1.1: -6", 6, 3, "points stand in order of time"),
    ("verse#1+1: 0, verse#1+1: 3", 14, 9, "two points stand at the same time"),
    ("1: loud", 3, 4, "expected a number in dB, such as '-3 dB', not 'loud'"),
    ("1: 5 kHz", 3, 5, "expected a number in dB, such as '-3 dB', not '5 kHz'"),
    ("1: 0 linn, 2: 3", 5, 4, "unknown curve 'linn'"),
    ("1: 0, bridge+1: 3", 6, 6, "no section 'bridge' in the form"),
    ("", 0, 1, "a point is a position and a value"),
]


@pytest.mark.parametrize(("text", "offset", "length", "message"), WRONG_LANES)
def test_wrong_lanes(text: str, offset: int, length: int, message: str) -> None:
    with pytest.raises(NotationError) as error:
        parse_lane(text, score(), RATE, DB)
    assert (error.value.message, error.value.offset, error.value.length) == (message, offset, length)
