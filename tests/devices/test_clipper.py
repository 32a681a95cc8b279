"""Clipper: no aliases, nothing changed below the knee, and how near the waveform is kept to the ceiling."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.clipper import EFFECT, Clipper
from songbuild.dsp.truepeak import to_dbtp, true_peak

RATE = 44_100


def run(x, **params):
    """x clipped, on time."""
    p = Clipper(**params)
    late = EFFECT.latency(p, RATE)
    return EFFECT.process(np.concatenate([x, np.zeros((len(x), late))], axis=1), p, RATE, None)[0][:, late:]


def sine(hz, amplitude=1.0, seconds=1.3):
    return amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)[None]


@pytest.mark.parametrize("knee", [0, 0.3, 1])
@pytest.mark.parametrize(("hz", "drive_db"), [(4207, 20), (4999, 20), (997, 20), (7919, 6), (7919, 20)])
def test_aliases(hz, drive_db, knee):
    """The bar of saturation, -100 dB at 20 dB of drive, held even where it cuts off hard."""
    y = run(sine(hz), drive_db=drive_db, knee=knee, ceiling_db=0)
    level = np.abs(np.fft.rfft(y[0, -RATE - 400 : -400]))
    others = np.arange(level.size) % hz != 0
    others[20_001:] = False
    assert 20 * np.log10(level[others].max() / level.max()) <= -100


def test_below_the_knee_no_bit_changes():
    x = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 20_000))
    np.testing.assert_array_equal(run(x, ceiling_db=0, knee=0.2), x)


def test_parallel_dry_path_nulls_bit_for_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    np.testing.assert_array_equal(run(x, mix=0, drive_db=12), x)


@pytest.mark.parametrize("knee", [0.0, 0.3, 1.0])
def test_slow_signals_follow_the_curve(knee):
    u = sine(8, 3.0)
    y = run(u, ceiling_db=0, knee=knee)[0, 3000:-3000]
    size = np.abs(u[0, 3000:-3000])
    bent = np.clip(size - (1 - knee), 0, 2 * knee)
    curve = size - (bent**2 / (4 * knee) if knee else 0) - np.maximum(size - 1 - knee, 0)
    np.testing.assert_allclose(np.abs(y), curve, atol=2e-3 if knee else 0.02)


def drums():
    """Kick and snare and a chord, as loud as full scale."""
    t = np.arange(RATE)
    rng = np.random.default_rng(0)
    kick = np.sin(2 * np.pi * 60 / RATE * t) * np.exp(-(t % 20_000) / 5000)
    hiss = np.convolve(rng.standard_normal(t.size), 0.7 ** np.arange(30), "same") * np.exp(
        -((t + 7000) % 20_000) / 1500
    )
    x = 0.5 * kick + 0.5 * hiss + 0.3 * np.sin(2 * np.pi * 440 / RATE * t)
    return x[None] / np.abs(x).max()


@pytest.mark.parametrize(
    ("name", "x", "over_db"),
    [
        ("100 Hz", sine(100), 0.3),
        ("997 Hz", sine(997), 0.35),
        ("fs/4 at 45 degrees", np.sin(np.pi / 2 * np.arange(20_000) + np.pi / 4)[None], 0.3),
        ("drums", drums(), 1.0),
    ],
)
@pytest.mark.parametrize("drive_db", [3, 6])
def test_the_ceiling_between_the_samples(name, x, over_db, drive_db):
    """Cutting off makes treble beyond the band; without it the peaks grow again, by so much at most."""
    y = run(x, drive_db=drive_db, ceiling_db=-1, knee=0)
    assert -0.3 <= to_dbtp(true_peak(y)) + 1 <= over_db, name


def test_drive_and_ceiling_are_gains():
    x, factor = sine(440, 0.5), 10 ** (9 / 20)
    plain = run(x * factor, ceiling_db=0, knee=0.2)
    np.testing.assert_allclose(run(x, drive_db=6, ceiling_db=-3, knee=0.2), plain * 10 ** (-3 / 20), atol=1e-12)


def test_channels_are_clipped_each_by_itself():
    x = np.concatenate([sine(440, 2.0), sine(300, 0.2)])
    y = run(x, ceiling_db=-1)
    np.testing.assert_array_equal(y[1], x[1])
    np.testing.assert_array_equal(y[0], run(x[:1], ceiling_db=-1)[0])
