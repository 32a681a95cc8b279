"""What is drawn of a stream, beside figures worked out another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from songbuild.dsp.loudness import follow
from songbuild.stages.curves import COLUMNS, CURVES

RATE = 44_100


class Whole:
    """Audio in the manner of a Reader, in tiles of any size."""

    def __init__(self, x: np.ndarray, tile: int) -> None:
        self.x, self.tile, self.frames, self.channels = x, tile, x.shape[1], len(x)

    def fold(self, _params: Any, step: Callable[[Any, Any], tuple[Any, Any]]) -> tuple[list[Any], Any]:
        parts, state = [], None
        for start in range(0, self.frames, self.tile):
            part, state = step(self.x[:, start : start + self.tile], state)
            parts.append(part)
        return parts, state


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    random = np.random.default_rng(5)
    envelope = np.repeat(random.uniform(0.02, 0.4, 13), RATE)[: 12 * RATE + 1234]
    mono = random.normal(size=envelope.size)
    return np.clip(np.stack([mono, 0.7 * mono + random.normal(size=envelope.size)]) * envelope, -1.0, 1.0)


def curves(x: np.ndarray, tile: int = 100_000) -> dict[str, Any]:
    return CURVES.run([Whole(x, tile)], {}, RATE, [])  # type: ignore[no-any-return]


def test_the_outline_is_the_extremes_of_each_column(noise: np.ndarray) -> None:
    found = curves(noise)
    hops = -(-noise.shape[1] // 441)
    width = -(-hops // COLUMNS) * 441
    assert found["column_s"] == width / RATE
    assert found["seconds"] == noise.shape[1] / RATE
    for lane in range(2):
        cut = [noise[lane, at : at + width] for at in range(0, noise.shape[1], width)]
        assert found["low"][lane] == [round(float(part.min()), 4) for part in cut]
        assert found["high"][lane] == [round(float(part.max()), 4) for part in cut]


def test_readings_stand_in_the_columns_in_which_their_windows_end(noise: np.ndarray) -> None:
    found = curves(noise)
    _, wanted = follow([noise], RATE)
    step = round(found["column_s"] * 100)
    for name, first, values, extreme in (
        ("momentary_low", 40, wanted.momentary_lufs, min),
        ("momentary_high", 40, wanted.momentary_lufs, max),
        ("short_term", 300, wanted.short_term_lufs, max),
        ("correlation_low", 40, wanted.correlation, min),
        ("correlation_high", 40, wanted.correlation, max),
    ):
        columns: dict[int, list[float]] = {}
        for place, value in enumerate(values.tolist()):
            columns.setdefault((place + first - 1) // step, []).append(value)
        drawn = {place: value for place, value in enumerate(found[name]) if value is not None}
        assert drawn.keys() == columns.keys()
        assert drawn == pytest.approx({place: extreme(each) for place, each in columns.items()}, abs=0.006)


def test_the_curves_do_not_depend_on_the_tiles(noise: np.ndarray) -> None:
    assert curves(noise, 100_000) == curves(noise, 44_123) == curves(noise, noise.shape[1])


def test_silence_nothing_and_mono_have_curves() -> None:
    silent = curves(np.zeros((2, RATE * 4)))
    assert set(silent["momentary_low"]) == {None, -70.0}
    assert set(silent["correlation_low"]) == {None}
    nothing = curves(np.zeros((2, 0)))
    assert nothing["seconds"] == 0.0
    assert nothing["momentary_low"] == []
    mono = curves(np.full((1, RATE), 0.25))
    assert mono["high"] == [[0.25] * 100]
    assert set(mono["correlation_high"]) == {None}


def test_there_are_never_more_columns_than_are_drawn() -> None:
    found = curves(np.zeros((1, RATE * 61)), RATE * 10)
    assert len(found["low"][0]) == len(found["short_term"]) <= COLUMNS
