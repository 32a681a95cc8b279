"""Pitch, velocity and modal sums, against their plain definitions."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.ensembles import bands, loop
from songbuild.dsp.strings import plucked
from songbuild.dsp.voices import decay_life, gain, modes, pitch_hz, velocity_gain

RATE = 44_100


def test_pitch_and_gain() -> None:
    assert pitch_hz(69) == 440.0
    assert pitch_hz(60) == pytest.approx(261.6255653, rel=1e-9)
    assert gain(-6.0) == pytest.approx(10 ** (-0.3), rel=1e-12)
    assert velocity_gain(1.0, 24) == 1.0
    assert velocity_gain(0.0, 24) == pytest.approx(10 ** (-24 / 20))


@pytest.mark.parametrize("frames", [0, 1, 255, 2048, 2049, 30_000])
def test_modes_are_the_sum_of_decaying_sines(frames: int) -> None:
    rng = np.random.default_rng(5)
    hz, t60 = rng.uniform(50, 9000, 20), rng.uniform(0.05, 3, 20)
    sine, cosine = rng.standard_normal((2, 20))
    n = np.arange(frames)[:, None]
    angle = 2 * np.pi * hz * n / RATE
    wanted = ((sine * np.sin(angle) + cosine * np.cos(angle)) * 10 ** (-3 * n / (t60 * RATE))).sum(axis=1)
    made = modes(frames, RATE, hz, t60, sine, cosine)
    assert made.shape == (frames,)
    assert np.allclose(made, wanted, atol=20 * 10 ** (-84 / 20))
    assert np.allclose(made[:2000], wanted[:2000], atol=1e-2 if frames == 0 else 3e-4)


def test_modes_of_longer_notes_begin_as_shorter_ones() -> None:
    given = (np.array([220.0, 441.0, 663.0, 887.0, 1100.0, 1500.0]), np.full(6, 0.4), np.ones(6), np.zeros(6))
    assert np.array_equal(modes(40_000, RATE, *given)[:5000], modes(5000, RATE, *given))


def test_modes_above_half_the_rate_and_silent_ones_are_left_out() -> None:
    assert not modes(100, RATE, np.array([23_000.0]), np.ones(1), np.ones(1), np.zeros(1)).any()
    assert not modes(100, RATE, np.array([100.0]), np.ones(1), np.zeros(1), np.zeros(1)).any()


def test_a_life_ends_84_db_down() -> None:
    assert decay_life(1.0, RATE) == pytest.approx(1.4 * RATE, abs=1)


def test_a_plucked_string_has_energy_1_and_stays_below_its_limit() -> None:
    string = plucked(
        82.4, 5000, position=0.2, pickup=0, pluck_hz=3000, tone_hz=9000, stiffness=1e-4, decay_s=5, damping=0.4
    )
    assert np.square(string.amplitude).sum() == pytest.approx(1.0)
    assert string.hz[0] == pytest.approx(82.4, rel=1e-12)
    assert string.hz.max() < 5000
    assert (np.diff(string.t60_s) < 0).all()


def test_a_loop_has_the_power_of_its_bands_and_no_seam() -> None:
    magnitudes = bands(220.0, np.array([1.0, 0.5, 0.0, 0.25]), 10, 1 << 16, RATE)
    x, other = loop(magnitudes, side=False), loop(magnitudes, side=True)
    assert np.square(x).mean() == pytest.approx((1 + 0.25 + 0.0625) / 2, rel=0.02)
    assert abs(np.corrcoef(x, other)[0, 1]) < 1e-9
    assert abs(x[0] - x[-1]) < 1.01 * np.abs(np.diff(x)).max()


def test_bands_above_half_the_rate_are_left_out() -> None:
    assert not bands(30_000.0, np.ones(3), 10, 1 << 12, RATE).any()
