"""Crossovers: slopes, phase, and a flat sum."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.crossover import corner, split
from songbuild.dsp.filters import response

RATE = 48_000
HZ = np.geomspace(10, 23_900, 2000)


@pytest.mark.parametrize("hz", [20.0, 150.0, 3000.0, 16_000.0])
def test_a_corner(hz):
    low, high, both = (response(sections, RATE, HZ) for sections in corner(RATE, hz))
    np.testing.assert_allclose(low + high, both, atol=1e-6 if hz < 100 else 1e-9)
    np.testing.assert_allclose(np.abs(both), 1.0, atol=1e-9)
    at, octave_down = (20 * np.log10(np.abs(response(corner(RATE, hz).high, RATE, f))) for f in (hz, hz / 2))
    assert at == pytest.approx(-6.02, abs=0.01)
    if hz < 4000:
        assert octave_down == pytest.approx(-20 * np.log10(1 + 2**4), abs=0.4)
    in_phase = np.angle(low * np.conj(high))[(np.abs(low) > 1e-3) & (np.abs(high) > 1e-3)]
    assert np.abs(in_phase).max() < 1e-3


@pytest.mark.parametrize("corners", [(800,), (120, 2500), (90, 600, 5000), (60, 250, 1500, 9000), (5000, 600)])
def test_bands_sum_to_an_all_pass(corners):
    x = np.zeros((1, 1 << 15))
    x[0, 0] = 1.0
    bands, _ = split(x, [corner(RATE, hz) for hz in corners])
    assert len(bands) == len(corners) + 1
    np.testing.assert_allclose(np.abs(np.fft.rfft(sum(bands)[0])), 1.0, atol=1e-4)


def test_blocks_do_not_matter():
    x = np.random.default_rng(1).standard_normal((2, 3000))
    corners = [corner(RATE, hz) for hz in (120, 2500)]
    whole, _ = split(x, corners)
    state, parts = None, []
    for block in np.split(x, [0, 1, 700], axis=1):
        bands, state = split(block, corners, state)
        parts.append(bands)
    for k, band in enumerate(whole):
        np.testing.assert_array_equal(np.concatenate([bands[k] for bands in parts], axis=1), band)
