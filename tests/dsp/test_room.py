"""The synthesised room: decay, echo density, levels (BARS, reverb)."""

from __future__ import annotations

from dataclasses import replace
from math import erfc, sqrt

import numpy as np
import pytest

from songbuild.dsp.reverb import Room, frames, responses

RATE = 44_100
ROOM = Room(
    decay_s=1.2,
    predelay_s=0.01,
    size_m=14.0,
    damping_hz=7000.0,
    low_cut_hz=120.0,
    high_cut_hz=10_000.0,
    width=1.0,
    balance=0.75,
)


def t30(h):
    """Reverberation time from the slope between -5 and -35 dB of Schroeder's integral, ISO 3382-1 clause 5.3.3."""
    energy = np.cumsum(h[::-1] ** 2)[::-1]
    db = 10 * np.log10(np.maximum(energy / energy[0], 1e-30))
    there = (db <= -5) & (db >= -35)
    return -60 / np.polyfit(np.flatnonzero(there) / RATE, db[there], 1)[0]


def octave(h, hz, parts=1):
    """The octave around hz, or a third of it."""
    from scipy.signal import butter, sosfilt

    half = 2 ** (0.5 / parts)
    return sosfilt(butter(4, [hz / half, hz * half], "band", fs=RATE, output="sos"), h)


def echo_density(h, at):
    """Abel, Huang, A Simple, Robust Measure of Reverberation Echo Density, AES 121 (2006), eq. 6 and 7, 20 ms."""
    half = RATE // 100
    window = np.hanning(2 * half + 1)
    window /= window.sum()
    piece = h[at - half : at + half + 1]
    return np.sum(window * (np.abs(piece) > np.sqrt(np.sum(window * piece**2)))) / erfc(1 / sqrt(2))


@pytest.mark.parametrize(("decay", "size"), [(0.6, 3.0), (0.6, 30.0), (1.2, 14.0), (2.5, 14.0), (5.0, 40.0)])
def test_t30_is_within_5_percent(decay, size):
    h = responses(replace(ROOM, decay_s=decay, size_m=size), RATE)
    for hz in (500, 1000):
        measured = np.mean([t30(octave(h[i, o], hz)) for i in (0, 1) for o in (0, 1)])
        assert measured == pytest.approx(decay, rel=0.05)
    both = h.sum(axis=0)
    assert np.mean([t30(both[0]), t30(both[1])]) == pytest.approx(decay, rel=0.05)


def test_damping_halves_the_decay_at_its_frequency():
    h = responses(replace(ROOM, decay_s=2.0, damping_hz=2000.0), RATE)
    at = {hz: np.mean([t30(octave(h[i, o], hz, 3)) for i in (0, 1) for o in (0, 1)]) for hz in (500, 2000, 4000)}
    assert at[500] == pytest.approx(2.0, rel=0.05)
    assert at[2000] == pytest.approx(1.0, rel=0.2)  # the slower sound below it leaks into the band
    assert at[4000] < 0.7


@pytest.mark.parametrize("size", [2.0, 14.0, 40.0])
def test_echo_density_reaches_nine_tenths_within_100_ms(size):
    h = responses(replace(ROOM, size_m=size, predelay_s=0.0, decay_s=2.0), RATE)
    for i in (0, 1):
        for o in (0, 1):
            over_time = [echo_density(h[i, o], at) for at in range(RATE // 100, RATE // 4, RATE // 500)]
            assert max(over_time[:46]) >= 0.9  # by 100 ms
            assert np.mean(over_time[46:]) >= 0.9  # and it stays


def test_nothing_rings_metallically():
    """No mode stands out of the late field: its spectrum is that of noise, whose peaks lie within 12 dB or so."""
    h = responses(replace(ROOM, damping_hz=20_000.0, high_cut_hz=20_000.0), RATE)[0, 0]
    late = h[int(0.2 * RATE) :][: RATE // 2]
    power = np.abs(np.fft.rfft(late * np.hanning(len(late)))) ** 2
    band = power[200:2000]  # 400 Hz to 4 kHz
    around = np.convolve(band, np.ones(200) / 200, "same")
    assert np.max(band[100:-100] / around[100:-100]) < 10**1.2
    spectrum = np.abs(np.fft.rfft(late, 2 * len(late))) ** 2
    similar = np.fft.irfft(spectrum)[: len(late) // 2]
    assert np.max(np.abs(similar[RATE // 200 :])) < 0.1 * similar[0]  # no flutter: unlike itself 5 ms or more later


def test_levels_and_sides():
    h = responses(ROOM, RATE)
    assert np.sum(h**2) == pytest.approx(2.0)
    left, right = h.sum(axis=0)
    assert abs(np.sum(left * right)) < 0.2 * np.sum(left * left)
    near_left = h[0] ** 2
    early = slice(0, int(0.03 * RATE))
    assert np.sum(near_left[0, early]) > 1.2 * np.sum(near_left[1, early])  # a source on the left is heard there
    narrow = responses(replace(ROOM, width=0.0), RATE)
    np.testing.assert_allclose(narrow[:, 0], narrow[:, 1], atol=1e-15)


def test_length_predelay_and_cuts():
    h = responses(ROOM, RATE)
    assert h.shape == (2, 2, frames(ROOM, RATE))
    assert not np.any(h[..., : int(0.0099 * RATE)]) and np.any(h[..., int(0.011 * RATE)])
    assert np.max(np.abs(h[..., -3:])) < 1e-6
    power = np.sum(np.abs(np.fft.rfft(h, axis=2)) ** 2, axis=(0, 1))
    hz = np.arange(len(power)) * RATE / h.shape[2]

    def level(low, high):
        return 10 * np.log10(np.mean(power[(hz >= low) & (hz < high)]))

    assert level(20, 40) < level(400, 800) - 18
    dark = np.sum(np.abs(np.fft.rfft(responses(replace(ROOM, high_cut_hz=2000.0), RATE), axis=2)) ** 2, axis=(0, 1))
    assert 10 * np.log10(np.mean(dark[hz > 9000]) / np.mean(dark[(hz > 400) & (hz < 800)])) < -20


def test_balance_leaves_only_early_or_only_late():
    early, late = (responses(replace(ROOM, balance=b, predelay_s=0.0), RATE) for b in (0.0, 1.0))
    after = int(0.5 * RATE)
    assert np.sum(early[..., after:] ** 2) < 1e-4 * np.sum(late[..., after:] ** 2)
    assert np.sum(late[..., : RATE // 200] ** 2) < 0.1 * np.sum(early[..., : RATE // 200] ** 2)
