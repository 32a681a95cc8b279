"""One stream taken from another, tile by tile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.api.heard.subtracting import first_frame, joined, subtract
from songbuild.engine import Stream

RATE = 8000
HOP = RATE // 100


def stream(x: np.ndarray, cuts: list[int], tiles: dict[str, np.ndarray]) -> Stream:
    """x (2, n) cut into tiles that are named by what is in them."""
    made = Stream(2)
    for start, stop in pairwise([0, *cuts, x.shape[1]]):
        tile = x[:, start:stop]
        name = f"{hash(tile.tobytes()):x}/{stop - start}"
        tiles[name] = tile
        made.add(name, stop - start)
    return made


class Shelf:
    """Tiles by their names, and how many frames were asked for."""

    def __init__(self) -> None:
        self.tiles: dict[str, np.ndarray] = {}
        self.read = 0

    def fetch(self, stream: Stream, start: int, stop: int) -> np.ndarray:
        self.read += stop - start
        return stream.gather(start, stop, self.tiles.__getitem__)


def noise(seed: int, frames: int, level: float = 0.1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-level, level, (2, frames))


def test_equal_tiles_are_not_read() -> None:
    shelf = Shelf()
    x, y = noise(1, 4000), noise(1, 4000)
    y[:, 1700:1800] *= 2.0
    old, new = (stream(side, [1000, 2000, 3000], shelf.tiles) for side in (x, y))
    rest = subtract(old, 0, new, 0, 4000, RATE, shelf.fetch)
    assert shelf.read <= 2 * (1000 + 2 * HOP)
    assert set(rest.hops[rest.audible].tolist()) == {21, 22}
    same = subtract(old, 0, old, 0, 4000, RATE, shelf.fetch)
    assert same.same
    assert same.hops.size == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 2999), max_size=5), st.lists(st.integers(1, 2999), max_size=5), st.integers(0, 900))
def test_the_sums_are_those_of_the_whole_however_it_is_cut(one: list[int], other: list[int], at: int) -> None:
    x, y = noise(2, 3000), noise(2, 3000)
    y[:, 1500:1600] += noise(3, 100)
    y[:, 2500:] = 0.0
    shelf = Shelf()
    old, new = (stream(side, sorted(set(cuts)), shelf.tiles) for side, cuts in ((x, one), (y, other)))
    rest = subtract(old, at, new, at, 3000 - at, RATE, shelf.fetch)
    power = float(np.square(x[:, at:]).sum())
    depth = 10 * np.log10(np.square(y - x)[:, at:].sum() / power)
    assert rest.depth_db(power) == pytest.approx(depth, abs=0.01)
    gained = 10 * np.log10(np.square(0.5 * y - x)[:, at:].sum() / power)
    assert rest.matched_db(power, 20 * np.log10(0.5)) == pytest.approx(gained, abs=0.01)


def test_a_tile_that_has_slipped_is_not_the_same() -> None:
    shelf = Shelf()
    x = noise(4, 3000)
    old = stream(x, [], shelf.tiles)
    rest = subtract(old, 0, old, 100, 2900, RATE, shelf.fetch)
    assert rest.depth_db(0.0) == pytest.approx(3.0, abs=0.5)


def test_a_section_at_another_place_is_the_same() -> None:
    shelf = Shelf()
    x = noise(4, 3000)
    moved = np.concatenate([x[:, 1000:], x[:, :1000]], axis=1)
    old, new = stream(x, [1000], shelf.tiles), stream(moved, [2000], shelf.tiles)
    assert subtract(old, 1000, new, 0, 2000, RATE, shelf.fetch).same
    assert shelf.read == 0


@pytest.mark.parametrize(
    ("change", "heard"),
    [
        (lambda x: x * 10 ** (0.1 / 20), False),  # 0.1 dB louder
        (lambda x: x * 10 ** (0.5 / 20), True),
        (lambda x: x + noise(9, x.shape[1], 2e-5), False),  # below -70 dBFS
        (lambda x: x + noise(9, x.shape[1], 2e-3), True),
        (lambda x: -x, True),
        (lambda x: 0.0 * x, True),
    ],
)
def test_what_can_be_heard(change: Callable[[np.ndarray], np.ndarray], heard: bool) -> None:
    shelf = Shelf()
    x = noise(5, 1600)
    old, new = (stream(side, [], shelf.tiles) for side in (x, change(x)))
    rest = subtract(old, 0, new, 0, 1600, RATE, shelf.fetch)
    assert rest.audible.all() == rest.audible.any() == heard


def test_what_is_60_db_below_the_music_is_not_heard_but_is_in_a_pause() -> None:
    shelf = Shelf()
    x = np.concatenate([noise(6, 800, 0.9), np.zeros((2, 800))], axis=1)
    old, new = (stream(side, [], shelf.tiles) for side in (x, x + noise(7, 1600, 7e-4)))
    rest = subtract(old, 0, new, 0, 1600, RATE, shelf.fetch)
    assert rest.hops[rest.audible].tolist() == list(range(10, 20))


def test_against_nothing_there_is_no_depth() -> None:
    shelf = Shelf()
    new = stream(noise(8, 800), [], shelf.tiles)
    rest = subtract(Stream(2), 0, new, 0, 800, RATE, shelf.fetch)
    assert rest.depth_db(0.0) is None
    assert rest.audible.all()


def test_stretches_together_are_one_after_the_other() -> None:
    shelf = Shelf()
    x, y = noise(10, 1600), noise(11, 1600)
    old, new = (stream(side, [800], shelf.tiles) for side in (x, y))
    halves = [subtract(old, at, new, at, 800, RATE, shelf.fetch) for at in (0, 800)]
    both = joined([None, *halves])
    whole = subtract(old, 0, new, 0, 1600, RATE, shelf.fetch)
    assert both is not None
    assert both.hops.tolist() == whole.hops.tolist()
    assert both.depth_db(0.0) == whole.depth_db(0.0)
    assert joined([None]) is None


def test_the_first_frame_is_that_of_the_change() -> None:
    x = noise(12, HOP)
    y = x.copy()
    y[1, 33:] += 0.05
    assert first_frame(x, y) == 33
    assert first_frame(x, x) == 0
