"""Envelopes of notes: exact times and levels, continuous, ending at zero."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.envelopes import adsr, decaying, fitted, gate, release, release_frames

RATE = 48_000


@pytest.mark.parametrize("frames", [0, 1, 255, 256, 257, 5000])
def test_decaying_is_the_power_of_2(frames: int) -> None:
    assert np.allclose(decaying(frames, 0.003), 2.0 ** (-0.003 * np.arange(frames)), rtol=1e-12)


def test_decaying_starts_at_its_level() -> None:
    assert np.allclose(decaying(900, 0.003, -0.25), -0.25 * decaying(900, 0.003), rtol=1e-14)


def test_a_longer_one_begins_as_a_shorter() -> None:
    assert np.array_equal(decaying(5000, 0.001)[:700], decaying(700, 0.001))


def test_release_falls_by_60_db_in_its_time_and_ends_at_zero() -> None:
    curve = release(100, RATE)
    assert curve.size == release_frames(100, RATE)
    assert curve[0] == 1.0
    assert curve[-1] == 0.0
    assert 20 * np.log10(curve[RATE // 20]) == pytest.approx(-30, abs=0.1)
    assert (np.diff(curve) < 0).all()


def test_adsr_times_and_levels() -> None:
    gate = RATE
    curve = adsr(gate, RATE, 50, 200, 0.4, 100)
    assert curve.size == gate + release_frames(100, RATE)
    assert curve[0] == 0.0
    assert int(np.argmax(curve)) == RATE // 20
    assert curve.max() == pytest.approx(1.0, abs=1e-12)
    assert curve[RATE // 20 + RATE // 10] == pytest.approx(0.4 + 0.6 * 10 ** (-30 / 20), rel=1e-3)
    assert curve[gate - 1] == pytest.approx(0.4, rel=1e-3)
    assert curve[-1] == 0.0


@pytest.mark.parametrize("gate", [0, 1, 100, 2399, 2400, 2401, 9000])
def test_adsr_never_jumps(gate: int) -> None:
    curve = adsr(gate, RATE, 50, 200, 0.4, 100)
    assert np.isfinite(curve).all()
    assert np.abs(np.diff(curve)).max() < 0.0025
    assert 0.0 <= curve.min() <= curve.max() <= 1.0


def test_gate_and_fitted() -> None:
    curve = np.ones(1000 + release_frames(50, RATE))
    gate(curve, 1000, RATE, 2, 50)
    assert curve[0] == 0.0
    assert (curve[96:1000] == 1.0).all()
    assert np.abs(np.diff(curve)).max() < 0.02
    assert curve[-1] == 0.0
    short = np.ones(700)
    gate(short, 1000, RATE, 2, 50)
    assert np.array_equal(short, curve[:700])
    assert np.array_equal(fitted(curve, 10), curve[:10])
    assert np.array_equal(fitted(curve[:500], 600)[500:], np.ones(100))
