"""Saturation: its curves, its harmonics, no aliases, and a dry path that nulls."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.saturation import EFFECT, Saturation

RATE = 44_100


def run(x, rate=RATE, **params):
    """x bent, on time."""
    p = Saturation(**params)
    late = EFFECT.latency(p, rate)
    padded = np.concatenate([x, np.zeros((len(x), late))], axis=1)
    return EFFECT.process(padded, p, rate, None)[0][:, late:]


def sine(hz, amplitude, seconds=1.5):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)[None]


def spectrum(y):
    """Level in dB at each Hz of the last second, the largest at 0."""
    level = np.abs(np.fft.rfft(y[0, -RATE - 200 : -200]))
    return 20 * np.log10(level / level.max() + 1e-15)


@pytest.mark.parametrize("hz", [4207, 4999, 997])
def test_aliases_of_tanh(hz):
    """The bar: -100 dB for tanh of 10 times a sine near 4.2 kHz, where aliases don't hide on harmonics."""
    level = spectrum(run(sine(hz, 1.0), drive_db=20, shape="tanh"))
    others = np.arange(level.size) % hz != 0
    others[20_001:] = False  # up to 24.1 kHz the way down still lets something through, which folds to over 20 kHz
    assert level[others].max() <= -100


@pytest.mark.parametrize(
    ("shape", "curve"),
    [
        ("tanh", np.tanh),
        ("tape", lambda u: u / np.sqrt(1 + u * u)),
        ("clip", lambda u: np.clip(u, -1, 1)),
    ],
)
def test_slow_signals_follow_the_curve(shape, curve):
    x = sine(10, 1.0)
    y = run(x, shape=shape, drive_db=12, compensate=False)
    inside = slice(2000, -2000)
    wanted = curve(10 ** (12 / 20) * x[0, inside])
    np.testing.assert_allclose(y[0, inside], wanted, atol=0.02 if shape == "clip" else 1e-6)


def test_tube_adds_even_harmonics_but_no_constant():
    tube, plain = (spectrum(run(sine(500, 0.5, 3), shape=shape, drive_db=6)) for shape in ("tube", "tanh"))
    assert tube[1000] > -35
    assert plain[1000] < -120
    assert tube[0] < -90


def test_small_signals_pass_as_they_are():
    x = sine(1000, 1e-4)
    for shape in ("tanh", "tape", "clip", "tube"):
        y = run(x, shape=shape, drive_db=0, compensate=False)
        np.testing.assert_allclose(y[0, 5000:-5000], x[0, 5000:-5000], atol=1e-4 * (0.01 if shape == "tube" else 1e-4))


@pytest.mark.parametrize("drive", [-6, 6, 24, 40])
def test_compensation_keeps_a_peak_of_minus_12_dbfs(drive):
    for shape in ("tanh", "tape"):
        y = run(sine(100, 0.25), shape=shape, drive_db=drive)
        assert np.abs(y[0, 5000:-5000]).max() == pytest.approx(0.25, rel=0.002)


def test_parallel_dry_path_nulls_bit_for_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    np.testing.assert_array_equal(run(x, mix=0, drive_db=30), x)


def test_mix_is_in_phase():
    x = sine(5000, 1e-4)
    y = run(x, mix=0.5, drive_db=0, compensate=False)
    np.testing.assert_allclose(y[0, 2000:-2000], x[0, 2000:-2000], atol=1e-8)


@pytest.mark.parametrize("rate", [48_000, 96_000])
def test_aliases_at_other_rates(rate):
    x = np.sin(2 * np.pi * 4207 * np.arange(int(1.1 * rate)) / rate)[None]
    y = run(x, rate, drive_db=20, shape="tanh")[0, -rate - 200 : -200]
    level = np.abs(np.fft.rfft(y))
    others = np.arange(level.size) % 4207 != 0
    others[20_001:] = False
    assert 20 * np.log10(level[others].max() / level.max()) <= -100
