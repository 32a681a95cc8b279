"""The long-term spectrum and the levels of a programme."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.spectrum import BANDS, FLOOR_DB, PERCENT, Spectrum, centres, partial, spectrum

RATE = 44_100
AT_1_KHZ = 17


def _spectrum(x: np.ndarray, rate: int = RATE, cuts: tuple[int, ...] = ()) -> Spectrum:
    """Of x (channels, frames), given in the pieces that `cuts` make."""
    parts, state = [], None
    for start, stop in zip((0, *cuts), (*cuts, x.shape[1]), strict=True):
        part, state = partial(x[:, start:stop], rate, state)
        parts.append(part)
    return spectrum(parts, state, rate)


def _noise(seconds: float, rate: int = RATE, seed: int = 1) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal((2, round(seconds * rate)))


def test_bands_are_the_third_octaves_of_iec_61260() -> None:
    assert len(centres()) == BANDS
    assert centres()[AT_1_KHZ] == 1000.0
    np.testing.assert_allclose(centres()[[0, 2, 10, -1]], [19.95, 31.62, 199.5, 19953], rtol=1e-3)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_sine_has_its_level_in_its_band(rate: int) -> None:
    time = np.arange(4 * rate) / rate
    found = _spectrum(np.stack([np.sin(2 * np.pi * 1000 * time)] * 2), rate)
    assert found.mid_db[AT_1_KHZ] == pytest.approx(-3.01, abs=0.05)
    assert max(level for band, level in enumerate(found.mid_db) if band != AT_1_KHZ) < -45
    assert set(found.side_db) == {FLOOR_DB}


def test_white_noise_rises_by_a_decibel_a_band() -> None:
    found = np.array(_spectrum(_noise(60)).mid_db)
    # mean square 0.01, half of it in the middle; band n has 23.16 % of its centre as width
    wanted = 10 * np.log10(0.005 * centres() * (10**0.05 - 10**-0.05) / (RATE / 2))
    np.testing.assert_allclose(found[5:30], wanted[5:30], atol=0.3)


def test_middle_and_sides_are_told_apart() -> None:
    low, high = (np.sin(2 * np.pi * hz * np.arange(2 * RATE) / RATE) for hz in (100, 1000))
    found = _spectrum(np.stack([low + 0.1 * high, low - 0.1 * high]))
    assert found.mid_db[7] == pytest.approx(-3.01, abs=0.1)
    assert found.side_db[AT_1_KHZ] == pytest.approx(-23.01, abs=0.1)
    assert found.mid_db[AT_1_KHZ] < -60


def test_a_mono_stream_is_all_middle() -> None:
    x = _noise(2)[:1]
    assert _spectrum(x) == _spectrum(np.concatenate([x, x]))


def test_in_blocks_equals_in_one_piece() -> None:
    x = _noise(3)
    whole = _spectrum(x)
    assert _spectrum(x, cuts=(1, 700, 16_384, 16_385, 100_000)).levels_db == whole.levels_db
    np.testing.assert_allclose(_spectrum(x, cuts=(1, 700, 16_384, 100_000)).mid_db, whole.mid_db, atol=1e-9)


def test_levels_are_those_of_blocks_that_are_no_pauses() -> None:
    time = np.arange(10 * RATE) / RATE
    gain = np.select([time < 4, time < 8], [0.5, 0.25], 0.001)
    found = _spectrum(np.stack([gain * np.sin(2 * np.pi * 1000 * time)] * 2))
    at = dict(zip(PERCENT, found.levels_db, strict=True))
    assert at[5] == pytest.approx(-15.05, abs=0.02)
    assert at[45] == pytest.approx(-15.05, abs=0.02)
    assert at[55] == pytest.approx(-9.03, abs=0.02)


def test_what_is_shorter_than_a_window_counts() -> None:
    time = np.arange(2000) / RATE
    found = _spectrum(np.stack([np.sin(2 * np.pi * 1000 * time)] * 2))
    assert max(range(BANDS), key=lambda band: found.mid_db[band]) == AT_1_KHZ


@pytest.mark.parametrize("frames", [0, 100_000])
def test_silence_has_no_levels(frames: int) -> None:
    found = _spectrum(np.zeros((2, frames)))
    assert set(found.mid_db) == {FLOOR_DB}
    assert found.levels_db == ()
