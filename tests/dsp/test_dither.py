"""Dither: its level, its spectrum, its independence of the signal and of how the signal is cut."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.dither import quantise

RATE = 44100


def error(x, bits=16, key="k"):
    y, _ = quantise(x, bits, key, 0)
    return y / 2.0 ** (bits - 1) - x


def test_noise_of_16_bits_is_at_minus_96_3_dbfs():
    x = 0.25 * np.sin(2 * np.pi * 997 / RATE * np.arange(10 * RATE))[None]
    assert 20 * np.log10(np.sqrt(np.mean(error(x) ** 2))) == pytest.approx(-96.33, abs=0.05)


def test_noise_of_24_bits_lies_48_db_lower():
    x = 0.25 * np.sin(2 * np.pi * 997 / RATE * np.arange(RATE))[None]
    assert 20 * np.log10(np.sqrt(np.mean(error(x, 24) ** 2))) == pytest.approx(-96.33 - 48.16, abs=0.1)


def test_a_tone_of_one_step_has_no_harmonics_and_keeps_its_level():
    seconds = 20
    t = np.arange(seconds * RATE)
    x = (2.0**-15) * 0.9 * np.sin(2 * np.pi * 1000 / RATE * t)[None]
    y, _ = quantise(x, 16, "k", 0)
    seen = np.abs(np.fft.rfft(y[0] / 2.0**15)) * 2 / t.size
    k = 1000 * seconds
    assert seen[k] == pytest.approx(0.9 * 2.0**-15, rel=0.02)
    for harmonic in (2, 3, 4, 5, 7):
        nearby = np.delete(seen[harmonic * k - 200 : harmonic * k + 201], 200)
        assert seen[harmonic * k] < 3.5 * np.sqrt(np.mean(nearby**2))
    plain, _ = quantise(x, 16, None, 0)
    bare = np.abs(np.fft.rfft(plain[0] / 2.0**15)) * 2 / t.size
    assert bare[3 * k] > 30 * seen[3 * k]  # the test would see what dither removes


def test_the_mean_and_the_noise_do_not_depend_on_the_signal():
    for offset in np.linspace(0, 1, 5, endpoint=False):
        e = error(np.full((1, 200_000), (10 + offset) * 2.0**-15)) * 2.0**15
        assert np.mean(e) == pytest.approx(0.0, abs=0.006)
        assert np.mean(e**2) == pytest.approx(0.25, abs=0.005)


def test_it_is_the_same_however_the_signal_is_cut():
    x = 0.3 * np.random.default_rng(0).standard_normal((2, 10_000))
    whole, clipped = quantise(x, 16, ("song", 1), 1234)
    parts, count, at = [], 0, 0
    for n in (1, 0, 3, 996, 5000, 4000):
        part, more = quantise(x[:, at : at + n], 16, ("song", 1), 1234 + at)
        parts.append(part)
        count, at = count + more, at + n
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    assert count == clipped


def test_channels_keys_and_places_have_their_own_noise():
    x = np.zeros((2, 50_000))
    a, _ = quantise(x, 16, "a", 0)
    b, _ = quantise(x, 16, "b", 0)
    later, _ = quantise(x, 16, "a", 7)
    for one, other in ((a[0], a[1]), (a[0], b[0]), (a[0], later[0])):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.02


@pytest.mark.parametrize("bits", [16, 24])
def test_full_scale_is_clipped_and_counted(bits):
    x = np.array([[1.5, 1.0, -1.0, -1.5, 0.0]])
    y, clipped = quantise(x, bits, None, 0)
    top = 2 ** (bits - 1)
    assert y.tolist() == [[top - 1, top - 1, -top, -top, 0]]
    assert clipped == 2
    assert y.dtype == np.int32
