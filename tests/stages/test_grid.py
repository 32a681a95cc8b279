"""Tiles: on bar lines, 3 to 8 seconds, restarting at sections."""

from __future__ import annotations

from itertools import pairwise

import pytest

from songbuild.model.expand import expand
from songbuild.model.song import Song
from songbuild.stages.grid import LONGEST_S, PIECE, SHORTEST_S, grid


def _song(form: list[str], tempo: object = 120, meter: str = "4/4") -> Song:
    sections = {"a": {"bars": 5}, "b": {"bars": 8}}
    arrangement = {"sections": sections, "form": form}
    return Song.model_validate({"title": "Grid", "tempo": tempo, "meter": meter, "arrangement": arrangement})


def _cut(song: Song, rate: int = 44_100, tail: int = 44_100) -> tuple[tuple[int, ...], list[int], set[int]]:
    """The grid, the section starts and the bar lines of a song."""
    score, faults = expand(song)
    assert not faults
    time = score.time
    end = time.frame(score.length, rate) + tail
    lines = {time.frame(beat, rate) for _, beat in time.bars_between(time.beat_at(1), score.length)}
    starts = [time.frame(section.start, rate) for section in score.sections]
    return grid(score, rate, end), starts, lines


@pytest.mark.parametrize(
    "tempo", [40, 73.3, 96, 120, 181, [{"at": 1, "bpm": 90}, {"at": 6, "to": 130, "over": "4 bars"}]]
)
@pytest.mark.parametrize("meter", ["4/4", "7/8", "3/4"])
def test_tiles_lie_on_bar_lines_and_are_3_to_8_seconds(tempo: object, meter: str) -> None:
    cuts, starts, lines = _cut(_song(["a", "b", "a", "b"], tempo, meter))
    assert cuts[0] == 0
    assert set(starts) <= set(cuts)
    last_line = max(lines)
    for start, stop in pairwise(cuts):
        assert 0 < stop - start <= max(LONGEST_S * 44_100, PIECE)
        ends_section = stop in starts or stop >= last_line
        assert stop - start >= SHORTEST_S * 44_100 or ends_section or start in starts
        assert (
            start in lines
            or start >= last_line
            or (start - max(x for x in cuts if x in lines and x < start)) % PIECE == 0
        )


def test_a_moved_section_keeps_its_tiles() -> None:
    def tiles(form: list[str], index: int) -> list[int]:
        cuts, starts, _ = _cut(_song(form, tempo=97.3))
        start = starts[index]
        stop = starts[index + 1]
        return [cut - start for cut in cuts if start <= cut <= stop]

    first, second = tiles(["b", "a", "b"], 0), tiles(["a", "a", "b", "a"], 2)
    assert len(first) > 3
    assert first == second


def test_a_song_of_any_length_has_tiles_of_the_same_size() -> None:
    short, *_ = _cut(_song(["b"]), tail=0)
    long, *_ = _cut(_song(["b"] * 5), tail=0)
    assert len(long) - 1 == 5 * (len(short) - 1)
