"""Dither and noise shaping: level, spectrum, independence of the signal and of how the signal is cut."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.dither import ORDER, SEGMENT, quantise, quantise_shaped, shaping_filter

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


def spectrum(e, rate):
    """The power of a noise by frequency: (frequencies, powers)."""
    size = 4096
    pieces = np.lib.stride_tricks.sliding_window_view(e, size)[:: size // 2] * np.hanning(size)
    return np.fft.rfftfreq(size, 1 / rate), np.mean(np.abs(np.fft.rfft(pieces)) ** 2, axis=0)


def shaped_error(x, rate, key="k"):
    y, _ = quantise_shaped(x, 16, key, 0, rate)
    return y / 2.0**15 - x


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_shaped_noise_is_8_db_lower_where_the_ear_is_sharp(rate):
    x = 0.25 * np.sin(2 * np.pi * 997 / rate * np.arange(10 * rate))[None]
    hz, shaped = spectrum(shaped_error(x, rate)[0], rate)
    _, plain = spectrum(error(x)[0], rate)
    gain = 10 * np.log10(shaped / plain)
    for low, high in ((2000, 2500), (2500, 3150), (3150, 4000)):
        assert np.mean(gain[(hz >= low) & (hz < high)]) < -8
    total = 10 * np.log10(np.sum(shaped) / np.sum(plain))
    assert 0 < total < 6  # what it costs: noise at the top of the spectrum
    middle = (hz > 200) & (hz < 0.49 * rate)
    expected = np.abs(np.fft.rfft(shaping_filter(rate), 4096))[middle] ** 2 + ORDER / SEGMENT
    assert np.abs(10 * np.log10(shaped[middle] / plain[middle] / expected)).mean() < 0.5


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_the_shaping_filter_has_no_delay_and_is_of_minimum_phase(rate):
    taps = shaping_filter(rate)
    assert (taps[0], len(taps)) == (1.0, ORDER + 1)
    assert np.abs(np.roots(taps)).max() < 1
    weight = np.abs(np.fft.rfft(taps, 1 << 14)) ** 2
    assert np.mean(10 * np.log10(weight)) == pytest.approx(0.0, abs=0.01)  # Gerzon and Craven's theorem


@pytest.mark.parametrize("shaped", [False, True])
def test_harmonics_are_not_3_db_over_the_noise(shaped):
    t = np.arange(40 * RATE)
    x = (2.0**-15) * 0.9 * np.sin(2 * np.pi * 1000 / RATE * t)[None]
    y, _ = quantise_shaped(x, 16, "k", 0, RATE) if shaped else quantise(x, 16, "k", 0)
    seconds = np.abs(np.fft.rfft(y.reshape(-1, RATE) / 2.0**15)) * 2 / RATE
    assert np.mean(seconds[:, 1000]) == pytest.approx(0.9 * 2.0**-15, rel=0.03)
    power = np.mean(seconds**2, axis=0)
    for harmonic in (2, 3, 4, 5, 6, 7, 9, 11):
        nearby = np.delete(power[1000 * harmonic - 100 : 1000 * harmonic + 101], 100)
        assert 10 * np.log10(power[1000 * harmonic] / np.mean(nearby)) < 3


def test_shaped_blocks_that_begin_on_segments_are_the_whole():
    x = 0.3 * np.random.default_rng(0).standard_normal((2, 3 * SEGMENT + 1000))
    whole, clipped = quantise_shaped(x, 16, ("song", 1), 5 * SEGMENT, RATE)
    parts = [
        quantise_shaped(x[:, at : at + size], 16, ("song", 1), 5 * SEGMENT + at, RATE)
        for at, size in ((0, SEGMENT), (SEGMENT, 2 * SEGMENT), (3 * SEGMENT, SEGMENT))
    ]
    np.testing.assert_array_equal(np.concatenate([part for part, _ in parts], axis=1), whole)
    assert sum(count for _, count in parts) == clipped > 0
    alone, _ = quantise_shaped(x[:1], 16, ("song", 1), 5 * SEGMENT, RATE)
    np.testing.assert_array_equal(alone[0], whole[0])
    with pytest.raises(ValueError, match="segment"):
        quantise_shaped(x, 16, "k", 100, RATE)


def test_shaped_full_scale_is_clipped_and_does_not_run_away():
    x = np.concatenate([np.full(SEGMENT, 1.5), np.zeros(100)])[None]
    y, clipped = quantise_shaped(x, 16, "k", 0, RATE)
    assert clipped == SEGMENT
    assert (y[0, :SEGMENT] == 2**15 - 1).all()
    x = np.concatenate([np.full(100, 1.5), np.zeros(100)])[None]
    y, _ = quantise_shaped(x, 16, "k", 0, RATE)
    assert np.abs(y[0, 100:]).max() < 20
