"""Gain: level, polarity, routing, DC."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.gain import EFFECT, Gain

RATE = 48_000


def run(x, **params):
    return EFFECT.process(x, Gain(**params), RATE, None)[0]


def noise(channels=2):
    return np.random.default_rng(1).standard_normal((channels, 1000))


@pytest.mark.parametrize("db", [-120.0, -6.0, 0.0, 12.5])
def test_gain_is_exact(db):
    np.testing.assert_allclose(run(noise(), gain_db=db), noise() * 10 ** (db / 20), rtol=1e-13)


def test_at_its_defaults_it_changes_no_bit():
    np.testing.assert_array_equal(run(noise()), noise())
    np.testing.assert_array_equal(run(noise(1)), noise(1))


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({"invert": "left"}, lambda a, b: (-a, b)),
        ({"invert": "right"}, lambda a, b: (a, -b)),
        ({"invert": "both"}, lambda a, b: (-a, -b)),
        ({"channels": "swap"}, lambda a, b: (b, a)),
        ({"channels": "left"}, lambda a, b: (a, a)),
        ({"channels": "right"}, lambda a, b: (b, b)),
        ({"channels": "mono"}, lambda a, b: ((a + b) / 2, (a + b) / 2)),
        ({"channels": "swap", "invert": "left"}, lambda a, b: (-b, a)),
    ],
)
def test_polarity_and_routing(params, wanted):
    x = noise()
    np.testing.assert_array_equal(run(x, **params), np.stack(wanted(*x)))


def test_dc_goes_and_music_stays():
    n = 3 * RATE
    tone = np.sin(2 * np.pi * 40 * np.arange(n) / RATE)
    y = run((tone + 0.5)[None], remove_dc=True)[0, RATE:]
    assert abs(np.mean(y)) < 1e-6
    assert np.sqrt(2 * np.mean(y**2)) == pytest.approx(1.0, abs=0.01)
