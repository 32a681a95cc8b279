"""Placing: any cut adds up to the same bits; equal notes are rendered once; memory is bounded; threads agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from songbuild.devices import placer
from songbuild.devices.cache import ArrayCache
from songbuild.devices.device import Audio, Instrument, Note
from songbuild.devices.instruments import INSTRUMENTS
from songbuild.devices.placer import RENDERED, Placed, overlapping, place, reach
from songbuild.units import Params

RATE = 44_100


class Toy(Params):
    tail: int = 50


class Counter:
    """Renders a rising ramp, and counts."""

    def __init__(self, one_shot: bool = False, name: str = "toy") -> None:
        self.calls: list[list[Note]] = []
        self.instrument = Instrument(name, Toy, self.render, lambda p, rate: p.tail, one_shot=one_shot)

    def render(self, notes: Sequence[Note], p: Toy, rate: int, samples: Mapping[str, Audio]) -> list[Audio]:
        self.calls.append(list(notes))
        return [np.arange(1.0, n.frames + p.tail + 1)[None] * n.velocity + n.pitch for n in notes]


@pytest.fixture(autouse=True)
def _empty() -> None:
    RENDERED.clear()


def song(seed: int, count: int = 60, frames: int = 60_000) -> list[Placed]:
    rng = np.random.default_rng(seed)
    return [
        (int(rng.integers(-3000, frames)), Note(float(rng.choice([48, 55, 60.5])), 0.8, int(rng.choice([500, 4000]))))
        for _ in range(count)
    ]


def test_a_note_is_where_it_was_placed() -> None:
    toy = Counter()
    out = place([(10, Note(0, 1.0, 5))], toy.instrument, Toy(tail=3), RATE, 0, 30, {}, "a")
    assert out.shape == (1, 30)
    assert out[0].tolist() == [0.0] * 10 + [1, 2, 3, 4, 5, 6, 7, 8] + [0.0] * 12


def test_a_note_from_before_the_tile_goes_on_in_it() -> None:
    toy = Counter()
    out = place([(-4, Note(0, 1.0, 5))], toy.instrument, Toy(tail=3), RATE, 0, 6, {}, "a")
    assert out[0].tolist() == [5, 6, 7, 8, 0, 0]


@pytest.mark.parametrize("name", ["subtractive", "pluck", "fm_piano"])
def test_any_cut_is_the_whole_bit_for_bit(name: str) -> None:
    instrument = INSTRUMENTS[name]
    p = instrument.params()
    notes = song(1)
    whole = place(notes, instrument, p, RATE, 0, 60_000, {}, "a")
    assert np.abs(whole).max() > 0.1
    rng = np.random.default_rng(2)
    for _ in range(3):
        cuts = [0, *sorted(rng.integers(1, 60_000, 4).tolist()), 60_000]
        RENDERED.clear()
        shuffled = [notes[i] for i in rng.permutation(len(notes))]
        tiles = [place(shuffled, instrument, p, RATE, a, b, {}, "a") for a, b in pairwise(cuts)]
        assert np.array_equal(np.concatenate(tiles, axis=1), whole)
    shifted = [(at - 20_000, note) for at, note in overlapping(notes, instrument, p, RATE, 20_000, 30_000)]
    assert np.array_equal(place(shifted, instrument, p, RATE, 0, 10_000, {}, "a"), whole[:, 20_000:30_000])


def test_equal_notes_are_rendered_once_and_what_is_missing_in_one_call() -> None:
    toy = Counter()
    a, b = Note(60, 0.5, 100), Note(62, 0.5, 100)
    place([(0, a), (50, b), (200, a), (300, a)], toy.instrument, Toy(), RATE, 0, 1000, {}, "a")
    assert [sorted(n.pitch for n in call) for call in toy.calls] == [[60, 62]]
    place([(0, a), (10, Note(64, 0.5, 100))], toy.instrument, Toy(), RATE, 0, 1000, {}, "a")
    assert [n.pitch for n in toy.calls[1]] == [64]


@pytest.mark.parametrize("change", ["digest", "rate", "revision", "name", "seed"])
def test_what_differs_is_rendered_anew(change: str) -> None:
    toy = Counter()
    note = Note(60, 0.5, 100)
    place([(0, note)], toy.instrument, Toy(), RATE, 0, 100, {}, "a")
    other: dict[str, Any] = {"instrument": toy.instrument, "rate": RATE, "digest": "a", "note": note}
    if change in ("revision", "name"):
        fields = {"revision": {"revision": 2}, "name": {"name": "toy2"}}[change]
        other["instrument"] = Instrument(
            **{"name": "toy", "params": Toy, "render": toy.render, "tail": lambda p, rate: p.tail, **fields}
        )
    changed = {"digest": {"digest": "b"}, "rate": {"rate": 48_000}, "seed": {"note": Note(60, 0.5, 100, 7)}}
    other |= changed.get(change, {})
    place([(0, other["note"])], other["instrument"], Toy(), other["rate"], 0, 100, {}, other["digest"])
    assert len(toy.calls) == 2


def test_overlapping_and_reach() -> None:
    held, shot = Counter().instrument, Counter(one_shot=True).instrument
    assert reach(held, Toy(), RATE, Note(0, 1, 100)) == 150
    assert reach(shot, Toy(), RATE, Note(0, 1, 100)) == 50
    starts = ((0, 100), (149, 1), (-150, 100), (-149, 100), (200, 1))
    notes = [(at, Note(number, 1, gate)) for number, (at, gate) in enumerate(starts, 1)]
    assert [n.pitch for _, n in overlapping(notes, held, Toy(), RATE, 0, 200)] == [4, 1, 2]
    assert [n.pitch for _, n in overlapping(notes, shot, Toy(), RATE, 49, 200)] == [1, 2]


def test_batches_keep_the_order_and_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = song(3)
    toy = Counter()
    whole = place(notes, toy.instrument, Toy(), RATE, 0, 60_000, {}, "a")
    calls = len(toy.calls)
    monkeypatch.setattr(placer, "_BATCH_SIZE", 9000)
    monkeypatch.setattr(placer, "RENDERED", ArrayCache(0))
    assert np.array_equal(place(notes, toy.instrument, Toy(), RATE, 0, 60_000, {}, "a"), whole)
    assert len(toy.calls) > calls + 5


def test_threads_get_the_same() -> None:
    instrument = INSTRUMENTS["pluck"]
    p = instrument.params()
    notes = song(4, 30)
    alone = place(notes, instrument, p, RATE, 0, 60_000, {}, "a")
    RENDERED.clear()
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(lambda _: place(notes, instrument, p, RATE, 0, 60_000, {}, "a"), range(8)):
            assert np.array_equal(made, alone)


def test_the_cache_is_bounded_and_forgets_the_least_recently_used() -> None:
    cache = ArrayCache(8 * 100 * 10)
    for i in range(10):
        cache.put(i, np.full(100, float(i)))
    assert cache.get(0) is not None
    cache.put(10, np.zeros(100))
    assert cache.get(1) is None
    assert cache.get(0) is not None
    assert cache.held_bytes == 8 * 100 * 10
    cache.put(0, np.zeros(50))
    assert cache.held_bytes == 8 * (100 * 9 + 50)
    big = cache.put("big", np.zeros(300))
    assert cache.get("big") is None
    with pytest.raises(ValueError, match="read-only"):
        big[0] = 1.0
    made = cache.made("x", lambda: np.ones(3))
    assert cache.made("x", lambda: np.zeros(3)) is made


def test_channels_that_are_one_array_count_once() -> None:
    cache: ArrayCache[np.float64] = ArrayCache(8 * 100 * 10)
    cache.put("both", np.broadcast_to(np.ones(100), (2, 100)))
    assert cache.held_bytes == 8 * 100
    cache.put("two", np.ones((2, 100)))
    assert cache.held_bytes == 8 * 300
    cache.put("both", np.ones((2, 50)))
    assert cache.held_bytes == 8 * 300
