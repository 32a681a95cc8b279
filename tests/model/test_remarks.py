"""Where notes on the music are."""

from __future__ import annotations

from fractions import Fraction

import pytest

from songbuild.model.expand import expand
from songbuild.model.remarks import SongRemark, in_order, stretch
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import NotationError


@pytest.fixture(scope="module")
def score() -> Score:
    """A beat of pickup, then verse (bars 1-4), chorus (5-6), verse (7-10), in 4/4."""
    sections = {"verse": {"bars": 4}, "chorus": {"bars": 2}, "un-mixed": {"bars": 1}}
    form = ["verse", "chorus", "verse", "un-mixed"]
    song = Song.model_validate({"title": "T", "pickup": 1, "arrangement": {"sections": sections, "form": form}})
    return expand(song, {})[0]


@pytest.mark.parametrize(
    ("at", "bars", "sections", "whole"),
    [
        (3, (3, 3), ["verse#1"], False),
        ("3", (3, 3), ["verse#1"], False),
        ("2-5", (2, 5), ["verse#1", "chorus#1"], False),
        ("3.2", (3, 3), ["verse#1"], False),
        ("3.4-5.1", (3, 5), ["verse#1", "chorus#1"], False),
        ("chorus", (5, 6), ["chorus#1"], True),
        ("verse#2", (7, 10), ["verse#2"], True),
        ("verse#2+1", (8, 8), ["verse#2"], False),
        ("verse#1 - chorus", (1, 6), ["verse#1", "chorus#1"], True),
        ("7-end", (7, 11), ["verse#2", "un-mixed#1"], True),
        ("un-mixed", (11, 11), ["un-mixed#1"], True),
        ("0", (0, 0), [], False),
    ],
)
def test_a_place_is_written_as_everywhere(
    score: Score, at: str | int, bars: tuple[int, int], sections: list[str], whole: bool
) -> None:
    found = stretch(at, score) if at != "0" else None
    if found is None:  # the pickup is a part of bar 0, which itself begins before the song
        with pytest.raises(NotationError, match="before the song starts"):
            stretch(at, score)
        found = stretch("0.4", score)
    assert (found.first_bar, found.last_bar) == bars
    assert [each.id for each in found.sections] == sections
    assert found.whole is whole


def test_beats_count_from_the_start_of_the_song(score: Score) -> None:
    found = stretch("3.2-3.3", score)
    assert (found.start, found.stop) == (Fraction(10), Fraction(12))


@pytest.mark.parametrize(
    ("at", "message", "hint"),
    [
        ("verse.2", "is not a position", "write verse#2"),
        ("5-3", "ends after it starts", None),
        ("12", "after the song's end", "its last bar is 11"),
        ("10-12", "after the song's end", "its last bar is 11"),
        ("vers", "no section 'vers'", "did you mean 'verse'?"),
        ("verse#3", "'verse' is played 2 times", None),
        ("end", "ends after it starts", None),
    ],
)
def test_a_place_that_is_none_is_refused(score: Score, at: str, message: str, hint: str | None) -> None:
    with pytest.raises(NotationError, match=message) as refused:
        stretch(at, score)
    assert refused.value.hint == hint


def test_they_come_in_order_of_time_those_of_the_whole_song_first(score: Score) -> None:
    at = ["verse#2", None, "2", "nowhere", "2-9"]
    remarks = [SongRemark(text=str(place), at=place) for place in at]
    assert [(index, where is None) for index, _, where in in_order(remarks, score)] == [
        (1, True), (3, True), (2, False), (4, False), (0, False),
    ]  # fmt: skip
