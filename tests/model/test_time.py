"""Bars, beats, seconds and frames."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.model.positions import parse_length, parse_position, position
from songbuild.model.song import Song
from songbuild.model.time import TimeMap, tempo_map
from songbuild.problems import NotationError

CURVES = ["linear-beats", "linear-time", "exponential"]
bpms = st.decimals(20, 300, places=2)


def song(**given: Any) -> Song:
    sections = {"verse": {"bars": 8}, "chorus": {"bars": 4}}
    form = ["verse", "chorus", "verse", "chorus"]
    return Song.model_validate({"title": "T", "arrangement": {"sections": sections, "form": form}, **given})


def ramp(curve: str, v0: float = 90, v1: float = 140) -> TimeMap:
    return TimeMap.build([{"at": 1, "bpm": v0}, {"at": 3, "to": v1, "over": "4 bars", "curve": curve}])


@pytest.mark.parametrize("curve", CURVES)
@settings(deadline=None, max_examples=20)
@given(v0=st.decimals(50, 200, places=2), v1=st.decimals(50, 200, places=2))
def test_a_ramps_time_is_the_integral_of_its_tempo(curve: str, v0: Any, v1: Any) -> None:
    """Simpson's rule over 60/bpm."""
    time = ramp(curve, float(v0), float(v1))
    n, length = 500, Fraction(16)
    speed = [60 / time.bpm_at(8 + length * i / n) for i in range(n)] + [60 / float(v1)]
    simpson = float(length) / n / 3 * sum(y * (1 if i in (0, n) else 4 if i % 2 else 2) for i, y in enumerate(speed))
    assert time.seconds(Fraction(24)) - time.seconds(Fraction(8)) == pytest.approx(simpson, rel=1e-5)


@pytest.mark.parametrize("curve", CURVES)
def test_a_ramp_is_what_its_name_says_halfway(curve: str) -> None:
    time = ramp(curve)
    half = time.bpm_at(Fraction(16))
    if curve == "linear-beats":
        assert half == pytest.approx(115)
    elif curve == "exponential":
        assert half == pytest.approx((90 * 140) ** 0.5)
    else:  # halfway in time the tempo is the mean: there are more beats in the faster half
        start, stop = time.seconds(Fraction(8)), time.seconds(Fraction(24))
        low, high = Fraction(8), Fraction(24)
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if time.seconds(middle) < (start + stop) / 2 else (low, middle)
        assert time.bpm_at(low) == pytest.approx(115)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(bpms, st.sampled_from([None, *CURVES])), min_size=1, max_size=6), st.data())
def test_seconds_grow_with_beats_and_tempo_joins_up(steps: list[Any], data: st.DataObject) -> None:
    entries: list[dict[str, Any]] = [{"at": 1, "bpm": 100}]
    for index, (bpm, curve) in enumerate(steps):
        at = 3 * index + 2
        entries.append(
            {"at": at, "to": float(bpm), "over": "2 bars", "curve": curve} if curve else {"at": at, "bpm": float(bpm)}
        )
    time = TimeMap.build(entries)
    beats = sorted({data.draw(st.fractions(0, 90, max_denominator=96)) for _ in range(8)})
    seconds = [time.exact_seconds(beat) for beat in beats]
    assert seconds == sorted(set(seconds))
    for segment in time.tempo[1:]:
        before = time.exact_seconds(segment.beat - Fraction(1, 10**9))
        assert float(time.exact_seconds(segment.beat) - before) < 1e-7
    events = time.tempo_events()
    last = events[-1].beat
    midi = sum(60 * float(b.beat - a.beat) / a.bpm for a, b in pairwise(events))
    assert midi == pytest.approx(time.seconds(last), abs=1e-9)


def test_steady_tempo_is_exact() -> None:
    time = TimeMap.build("97.3 bpm")
    assert time.exact_seconds(Fraction(973)) == 600
    assert time.frame(Fraction(973), 44_100) == 600 * 44_100


@settings(deadline=None, max_examples=20)
@given(bpms, st.sampled_from([44_100, 48_000, 96_000]))
def test_repeated_sections_have_the_same_frames_inside(bpm: Any, rate: int) -> None:
    time, faults = tempo_map(song(tempo=float(bpm), pickup="1/8"))
    assert faults == []
    starts = [time.beat_at(bar) for bar in (1, 13)]  # the two verses
    inside = [[time.frame(s + Fraction(i, 3), rate) - time.frame(s, rate) for i in range(97)] for s in starts]
    assert inside[0] == inside[1]
    beats = [Fraction(i, 7) for i in range(700)]
    frames = [time.frame(beat, rate) for beat in beats]
    assert frames == sorted(frames)
    # each section's start may add half a frame
    assert all(abs(f - rate * time.seconds(b)) <= 3 for f, b in zip(frames, beats, strict=True))


def test_bars_meters_and_pickup() -> None:
    time = TimeMap.build(120, {1: "4/4", 3: "7/8 (2+2+3)", "5": "3/4"}, "1 beat")
    assert [time.beat_at(bar) for bar in (0, 1, 2, 3, 4, 5, 6)] == [-3, 1, 5, 9, Fraction(25, 2), 16, 19]
    assert time.bar_at(Fraction(0)) == (0, 3)
    assert time.bar_at(Fraction(25, 2)) == (4, 0)
    assert time.bars_between(Fraction(1), Fraction(9)) == [(1, 1), (2, 5)]
    assert time.bars_between(Fraction(0), Fraction(5)) == [(1, 1)]
    assert str(time.meters[1][1]) == "7/8 (2+2+3)"
    assert time.meters[1][1].groups == (2, 2, 3)
    assert time.pickup == 1


@settings(deadline=None, max_examples=20)
@given(st.integers(-3, 60), st.fractions(0, Fraction(299, 100)))
def test_bar_at_undoes_beat_at(bar: int, beat: Fraction) -> None:
    time = TimeMap.build(120, {1: "4/4", 9: "7/8", 20: "6/4"}, 2)
    assert time.bar_at(time.beat_at(bar, beat)) == (bar, beat)


POSITIONS = [
    (17, 65), ("17", 65), (5.3, 19), ("5.3.5", Fraction(39, 2)), ("5.3+1/3", 19 + Fraction(1, 3)), ("0.4", 0),
    ("chorus", 33), ("chorus+0", 33), ("chorus + 2", 41), ("chorus+2.3", 43), ("chorus#2+1", 85), ("verse#2", 49),
    ("end", 97), ("5.1", 17),
]  # fmt: skip


@pytest.mark.parametrize(("written", "beat"), POSITIONS)
def test_positions(written: object, beat: Fraction) -> None:
    time, _ = tempo_map(song(pickup=1))
    sections = _sections(1)
    assert position(written, time.bars, sections) == beat


def _sections(pickup: int = 0) -> Any:
    from songbuild.model.form import occurrences

    made = song(pickup=pickup)
    return occurrences(made, tempo_map(made, ())[0].bars)[0]


WRONG = [
    ("5.5", "bar 5 has 4 beats (4/4)", None),
    ("5.0", "beats count from 1", None),
    ("", "'' is not a position", "write bar, bar.beat or section+bars: 17, 5.3, chorus+2"),
    ("chrus+1", "no section 'chrus' in the form", "did you mean 'chorus'?"),
    ("chorus#3", "'chorus' is played 2 times", None),
    ("chorus+5", "'chorus' has 4 bars", None),
    ("0", "this is before the song starts", None),
    (True, "a position is a bar, bar.beat or section+bars", None),
]


@pytest.mark.parametrize(("written", "message", "hint"), WRONG)
def test_wrong_positions(written: object, message: str, hint: str | None) -> None:
    time, _ = tempo_map(song())
    with pytest.raises(NotationError) as error:
        position(written, time.bars, _sections())
    assert (error.value.message, error.value.hint) == (message, hint)


def test_lengths() -> None:
    bars = TimeMap.build(120, {1: "4/4", 3: "7/8"}).bars
    zero = Fraction(0)
    lengths = {"4 bars": 15, "1 bar": 4, "0.5 bars": 2, "2 beats": 2, "1/8": Fraction(1, 2), "1/8.": Fraction(3, 4)}
    assert {text: parse_length(text, bars, zero) for text in lengths} == lengths
    assert parse_length("1/8t", bars, zero) == Fraction(1, 3)
    assert parse_length("3 beats", bars, Fraction(8)) == Fraction(3, 2)
    assert parse_length(2, bars, zero) == 2
    with pytest.raises(NotationError, match="'soon' is not a length"):
        parse_length("soon", bars, zero)
    assert parse_position("verse").bar is None


FAULTS = [
    ({"tempo": "fast"}, ("tempo",), "SONG040", "expected a number in bpm, such as '1 bpm', not 'fast'"),
    ({"tempo": 2}, ("tempo",), "SONG040", "a tempo lies between 5 and 999 bpm"),
    ({"tempo": [{"at": 1, "bmp": 90}]}, ("tempo", 0), "SONG040", "unknown key 'bmp'"),
    ({"tempo": [{"at": 1, "to": 90, "over": "1 bar"}]}, ("tempo", 0), "SONG040", "a ramp needs a tempo before it"),
    (
        {"tempo": [{"at": 1, "bpm": 90}, {"at": 2, "to": 100, "over": "2 bars", "curve": "linear"}]},
        ("tempo", 1, "curve"), "SONG040", "unknown curve 'linear'",
    ),
    (
        {"tempo": [{"bpm": 90}, {"at": 2, "to": 100, "over": "2 bars"}, {"at": 3, "bpm": 90}]},
        ("tempo", 2), "SONG040", "this starts before the entry above it has ended",
    ),
    (
        {"tempo": [{"bpm": 90}, {"at": "bridge", "bpm": 99}]},
        ("tempo", 1, "at"), "SONG040", "no section 'bridge' in the form",
    ),
    ({"meter": "4/5"}, ("meter",), "SONG041", "the lower number of a meter is 1, 2, 4, 8, 16 or 32"),
    ({"meter": "7/8 (2+2)"}, ("meter",), "SONG041", "the groups add up to 4, not 7"),
    ({"meter": {3: "4/4"}}, ("meter",), "SONG041", "the meter of bar 1 is missing"),
    ({"pickup": "5 beats"}, ("pickup",), "SONG042", "a pickup is shorter than a bar"),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "path", "code", "message"), FAULTS)
def test_faults(given_: dict[str, Any], path: Any, code: str, message: str) -> None:
    time, (fault,) = tempo_map(song(**given_))
    assert (fault.path, fault.code, fault.message) == (path, code, message)
    assert time.seconds(Fraction(8)) > 0
