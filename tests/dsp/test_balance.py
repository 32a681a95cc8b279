"""Tonal balance and width of bands."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.balance import LEVELLED, balance, corridor, sides
from songbuild.dsp.spectrum import FLOOR_DB, centres, partial, spectrum

RATE = 44_100


def test_the_corridor_falls_by_2_db_an_octave_in_the_middle() -> None:
    low, high = corridor()
    middle, octaves = 0.5 * (low + high)[LEVELLED], np.log2(centres()[LEVELLED])
    assert centres()[LEVELLED][[0, -1]] == pytest.approx([100.0, 3981.1], rel=1e-4)
    assert np.polyfit(octaves, middle, 1)[0] == pytest.approx(-2.0, abs=0.02)
    assert (high - low)[LEVELLED] == pytest.approx(10.0)
    assert (high - low)[[0, -1]] == pytest.approx(16.0)


def test_pink_noise_tilted_by_2_db_an_octave_lies_in_the_corridor_whatever_its_level() -> None:
    size = RATE * 8
    random = np.random.default_rng(2)
    hz = np.fft.rfftfreq(size, 1 / RATE)
    shape = np.zeros(len(hz))
    shape[1:] = (hz[1:] / 1000.0) ** (-0.5 - 2.0 / 6.0206)
    shape[hz < 40] = 0.0
    noise = np.fft.irfft(np.fft.rfft(random.normal(size=size)) * shape, size)
    low, high = corridor()
    made = []
    for gain in (0.01, 0.1):
        part, state = partial(np.stack([noise, noise]) * gain, RATE, None)
        found = balance(*spectrum([part], state, RATE)[:2])
        assert found is not None
        made.append(found)
        levels = np.array(found)[LEVELLED]
        assert (levels > low[LEVELLED]).all() and (levels < high[LEVELLED]).all()
        assert levels - 0.5 * (low + high)[LEVELLED] == pytest.approx(0.0, abs=1.2)
    assert made[0] == pytest.approx(made[1], abs=0.02)


def test_of_silence_there_is_no_balance() -> None:
    assert balance([FLOOR_DB] * 31, [FLOOR_DB] * 31) is None
    assert sides([FLOOR_DB] * 31, [FLOOR_DB] * 31) == [None] * 31


def test_width_is_0_mono_a_half_unrelated_1_out_of_phase() -> None:
    random = np.random.default_rng(3)
    left, right = random.normal(size=(2, RATE * 10)) * 0.1
    for pair, wanted, error in (((left, left), 0.0, 1e-6), ((left, -left), 1.0, 1e-6), ((left, right), 0.5, 0.05)):
        part, state = partial(np.stack(pair), RATE, None)
        found = spectrum([part], state, RATE)
        shares = sides(found.mid_db, found.side_db)[5:]
        assert shares == pytest.approx([wanted] * 26, abs=error)
