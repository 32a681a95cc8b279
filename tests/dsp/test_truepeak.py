"""True peak: the cases of EBU Tech 3341, a 16 times oversampled reference, and that nothing skipped mattered."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from songbuild.dsp import truepeak
from songbuild.dsp.truepeak import to_dbtp, true_peak


def reference_dbtp(x, times=16, reach=256):
    """The peak of x oversampled by a long windowed sine cardinal."""
    t = np.arange(-reach * times, reach * times + 1) / times
    kernel = np.sinc(t) * np.kaiser(t.size, 9.0)
    padded = np.pad(x, ((0, 0), (reach, reach)))
    return 20 * np.log10(np.abs(resample_poly(padded, times, 1, axis=1, window=kernel / kernel.sum())).max())


def faded(x, n=1000):
    """x with its ends faded, for a tone switched on at once has a peak of its own."""
    ramp = np.ones(x.size)
    ramp[:n] = 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    return x * ramp * ramp[::-1]


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
@pytest.mark.parametrize(
    ("divisor", "degrees", "size", "expected"),
    [(4, 0, 0.5, -6.0), (4, 45, 0.5, -6.0), (6, 60, 0.5, -6.0), (8, 67.5, 0.5, -6.0), (4, 45, 1.41, 3.0)],
    ids=["15", "16", "17", "18", "19"],
)
def test_tech_3341_cases_15_to_19_steady_tones(divisor, degrees, size, expected, rate):
    x = faded(size * np.sin(2 * np.pi * np.arange(rate) / divisor + np.deg2rad(degrees)), rate // 100)
    assert expected - 0.4 <= to_dbtp(true_peak(np.stack([x, x]))) <= expected + 0.2
    assert to_dbtp(true_peak(x[None])) == pytest.approx(20 * np.log10(size), abs=0.01)


def one_loud_period(rate):
    """Cases 20 to 23 at 4 * rate: fs/6 at 0.5 with one period of fs/4 at 1.0, in phase, band-limited to fs/2."""
    before, after = 24 * (rate // 60), 24 * (rate // 60)
    turns = np.concatenate([np.arange(before) / 24, np.arange(16) / 16, np.arange(after) / 24])
    size = np.repeat([0.5, 1.0, 0.5], [before, 16, after])
    x = faded(size * np.sin(2 * np.pi * turns), 4 * rate // 100)
    spectrum = np.fft.rfft(x)
    hz = np.fft.rfftfreq(x.size, 1 / (4 * rate))
    spectrum *= np.clip((0.5 - hz / rate) / 0.05, 0.0, 1.0)  # falls to nothing from 0.45 to 0.5 of the rate
    return np.fft.irfft(spectrum, x.size)


@pytest.mark.parametrize("rate", [44100, 48000, 96000])
def test_tech_3341_cases_20_to_23_a_peak_reads_the_same_wherever_the_samples_fall(rate):
    x = one_loud_period(rate)
    readings = [to_dbtp(true_peak(np.stack([x[offset::4]] * 2))) for offset in range(4)]
    assert all(-0.4 <= reading <= 0.2 for reading in readings)
    assert max(readings) - min(readings) <= 0.05
    at_16_times = np.fft.irfft(np.fft.rfft(x), 4 * x.size) * 4
    np.testing.assert_allclose(readings, to_dbtp(np.abs(at_16_times).max()), atol=0.05)


def hard_cases():
    rng = np.random.default_rng(11)
    t = np.arange(12000)
    drums = np.clip(4.0 * rng.standard_normal(t.size) * np.exp(-(t % 3000) / 300), -1, 1)
    spectrum = np.fft.rfft(rng.standard_normal(t.size))
    spectrum[int(0.45 * t.size) :] = 0.0
    return {
        "noise to 0.45 fs": np.fft.irfft(spectrum),
        "clipped drums": drums,
        "square": np.sign(np.sin(2 * np.pi * 997 / 44100 * t) + 1e-9),
        "click": np.where(t == 5000, 1.0, 0.0),
        "clicks": np.where((t == 5000) | (t == 5001), 1.0, 0.0),
        "0.45 fs": faded(np.sin(2 * np.pi * 0.45 * t + 0.7)),
        "0.47 fs": faded(np.sin(2 * np.pi * 0.47 * t + 0.7)),
        "sweep": faded(np.sin(2 * np.pi * 0.235 * t * t / t.size)),
    }


@pytest.mark.parametrize(("name", "x"), hard_cases().items())
def test_within_a_tenth_of_a_decibel_of_the_reference(name, x):
    stereo = np.stack([x, -0.5 * np.roll(x, 333)])
    assert to_dbtp(true_peak(stereo)) == pytest.approx(reference_dbtp(stereo), abs=0.1)


def everything(x):
    """The true peak with no row and no interval skipped."""
    before, after = np.zeros((x.shape[0], truepeak.MARGIN)), np.zeros((x.shape[0], truepeak.ROW))
    rows = truepeak.rows_of(np.concatenate([before, x, after], axis=1))
    return max(np.abs(x).max(), truepeak.interval_peaks(rows.reshape(-1, truepeak.ROW), 0.0).max())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    tilt=st.sampled_from([0.0, 0.9, 0.99]),
    cuts=st.lists(st.integers(0, 6000), max_size=6),
)
def test_in_blocks_equals_in_one_piece_and_nothing_skipped_mattered(seed, tilt, cuts):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, 6000)) * np.where(rng.random(6000) < 0.001, 5.0, 1.0)
    for n in range(1, 40):  # a coloured spectrum
        x[:, n:] += tilt**n * rng.standard_normal() * x[:, : x.shape[1] - n] * 0.3
    peak, state = 0.0, None
    edges = [0, *sorted(cuts), 6000]
    for start, stop in pairwise(edges):
        part, state = truepeak.partial(x[:, start:stop], state)
        peak = max(peak, part)
    assert max(peak, truepeak.finish(state)) == true_peak(x) == everything(x)


def test_the_bounds_are_norms_of_the_interpolation():
    """The interpolation as a matrix: its rows' sums, and its kernels after two summations, against the constants."""
    window, margin, row, fine = truepeak.WINDOW, truepeak.MARGIN, truepeak.ROW, truepeak.FINE
    spectrum = np.fft.rfft(np.eye(row) * truepeak._taper(), axis=1)
    spectrum[:, -1] *= 0.5
    doubled = 2 * np.fft.irfft(spectrum, 2 * row, axis=1).T
    reach = truepeak._REACH
    kernel = truepeak._kernel()
    matrix = np.empty((2 * window, fine, row))
    for i in range(2 * window):
        matrix[i, 0] = doubled[2 * margin + i]
        matrix[i, 1:] = kernel @ doubled[2 * margin + i - reach + 1 : 2 * margin + i + reach + 1]
    matrix = matrix.reshape(-1, row)
    positions = margin + np.arange(len(matrix)) / (2 * fine)
    assert np.abs(matrix).sum(axis=1).max() <= truepeak._NORM
    curve, slack = _curvature(matrix, positions)
    assert curve <= truepeak._CURVE
    assert slack <= truepeak._SLACK
    curve, slack = _curvature(kernel.copy(), reach - 1 + np.arange(1, fine) / fine)
    assert curve <= truepeak._FINE_CURVE
    assert slack <= truepeak._FINE_SLACK


def _curvature(matrix, positions):
    """What each row adds to linear interpolation: the norm of its kernel for second differences, and of the rest."""
    rows, base = np.arange(len(matrix)), np.floor(positions).astype(int)
    matrix[rows, base] -= 1 - (positions - base)
    matrix[rows, base + 1] -= positions - base
    constant = matrix.sum(axis=1)
    matrix[rows, base] -= constant
    slope = (matrix * (np.arange(matrix.shape[1]) - base[:, None])).sum(axis=1)
    matrix[rows, base + 1] -= slope
    matrix[rows, base] += slope
    kernels = matrix.cumsum(axis=1).cumsum(axis=1)
    assert np.abs(kernels[:, -2:]).max() < 1e-9
    return np.abs(kernels).sum(axis=1).max(), (np.abs(constant) + 2 * np.abs(slope)).max()


def test_silence_and_nothing():
    assert true_peak(np.zeros((2, 1000))) == 0.0
    assert true_peak(np.zeros((2, 0))) == 0.0
    assert to_dbtp(0.0) == -np.inf


def test_a_peak_at_the_very_end_counts():
    x = np.zeros((1, 1000))
    x[0, -1] = 0.7
    assert true_peak(x) >= 0.7
