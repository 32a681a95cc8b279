"""Where an album's tracks are: on sectors, one after the other, as the album says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbuild.model.album import AlbumTrack
from songbuild.model.programme import SECTORS_PER_S, Programme, programme

RATE = 44_100
SECTOR = RATE // SECTORS_PER_S


def laid(lengths: list[int], *tracks: dict[str, Any], rate: int = RATE) -> Programme:
    made, faults = programme([AlbumTrack(song=f"s{n}", **each) for n, each in enumerate(tracks)], lengths, rate)
    assert made is not None, faults
    return made


def codes(lengths: list[int], *tracks: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    _, faults = programme([AlbumTrack(song=f"s{n}", **each) for n, each in enumerate(tracks)], lengths, RATE)
    return [(fault.code, fault.path) for fault in faults]


def test_tracks_follow_each_other_after_two_seconds_unless_the_album_says_more() -> None:
    made = laid([10 * RATE + 1, 10 * RATE, 10 * RATE], {}, {}, {"gap": 0.5})
    first, second, third = made.tracks
    assert (second.start, second.sector) == (901 * SECTOR, 901)  # 12 s and a frame, on the next sector
    assert second.pregap == 150
    assert third.start - second.stop == 38 * SECTOR  # 37.5 sectors of half a second
    assert made.cuts() == [(0, 901), (901, third.sector), (third.sector, made.sectors)]
    assert first.start == 0 and made.frames(RATE) >= third.stop


def test_without_a_gap_the_audio_goes_on_at_the_very_next_frame() -> None:
    made = laid([10 * RATE + 100, 10 * RATE], {}, {"gap": 0})
    assert made.tracks[1].start == made.tracks[0].stop == 10 * RATE + 100
    assert made.tracks[1].sector == 750  # the sector in which it begins
    assert made.tracks[1].pregap == 0


def test_a_crossfade_overlaps_and_both_fade_over_all_of_it() -> None:
    made = laid([10 * RATE + 100, 10 * RATE], {"crossfade": {"4 s": "linear"}}, {})
    first, second = made.tracks
    overlap = first.stop - second.start
    assert second.start % SECTOR == 0 and 4 * RATE <= overlap < 4 * RATE + SECTOR
    (out,), (into,) = first.ramps, second.ramps
    assert (out.start, out.frames, out.out, out.curve) == (first.frames - overlap, overlap, True, "linear")
    assert (into.start, into.frames, into.out) == (0, overlap, False)


def test_trims_shorten_and_a_pregap_may_be_named() -> None:
    made = laid([10 * RATE] * 2, {"trim_start": 1, "trim_end": 2, "fade_out": 1}, {"pregap": 1})
    assert (made.tracks[0].frames, made.tracks[0].skipped) == (7 * RATE, RATE)
    assert made.tracks[0].ramps[0].start == 6 * RATE
    assert made.tracks[1].pregap == 75


@pytest.mark.parametrize(
    ("tracks", "expected"),
    [
        ([{"gap": 1}, {}], ("ALB033", ("songs", 0, "gap"))),
        ([{}, {"crossfade": 1}], ("ALB033", ("songs", 1, "crossfade"))),
        ([{"crossfade": 1}, {"gap": 1}], ("ALB034", ("songs", 1, "gap"))),
        ([{"crossfade": 11}, {}], ("ALB035", ("songs", 0, "crossfade"))),
        ([{"crossfade": 6}, {"crossfade": 6}, {}], ("ALB035", ("songs", 1, "crossfade"))),
        ([{"trim_start": 5, "trim_end": 5}, {}], ("ALB031", ("songs", 0, "trim_start"))),
        ([{"fade_in": 6, "fade_out": 6}, {}], ("ALB032", ("songs", 0, "fade_out"))),
        ([{}, {"pregap": 11}], ("ALB036", ("songs", 1, "pregap"))),
        ([{}] * 100, ("ALB030", ("songs", 99))),
    ],
)
def test_what_cannot_be_is_a_fault_at_its_place(tracks: list[dict[str, Any]], expected: tuple[str, Any]) -> None:
    assert codes([10 * RATE] * len(tracks), *tracks) == [expected]


@given(
    st.lists(
        st.tuples(
            st.integers(3 * RATE, 9 * RATE),
            st.one_of(
                st.builds(lambda gap: {"gap": gap}, st.floats(0, 3)),
                st.builds(lambda fade: {"over": fade}, st.floats(0.1, 1.4)),
            ),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([44_100, 48_000, 96_000]),
)
def test_cuts_tile_the_album_at_every_rate(given_: list[tuple[int, dict[str, float]]], rate: int) -> None:
    tracks: list[dict[str, Any]] = [{} for _ in given_]
    for place, (_, how) in enumerate(given_):
        if place and "over" in how:
            tracks[place - 1]["crossfade"] = how["over"]
        elif place:
            tracks[place]["gap"] = how["gap"]
    made = laid([length * rate // RATE for length, _ in given_], *tracks, rate=rate)
    spans = made.spans(rate)
    assert spans[0][0] == 0 and spans[-1][1] == made.frames(rate)
    assert all(a[1] == b[0] for a, b in pairwise(spans))
    for placed, (start, stop) in zip(made.tracks, spans, strict=True):
        assert start <= placed.start < start + rate // SECTORS_PER_S < stop
        assert placed.stop <= made.frames(rate)
