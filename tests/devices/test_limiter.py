"""The limiter: its ceiling on the hardest signals, its distortion, and that it leaves alone what is below."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from scipy.signal import resample_poly

from songbuild.devices.effects.limiter import EFFECT, Limiter
from songbuild.dsp.truepeak import to_dbtp, true_peak

RATE = 44100
N = 18000
T = np.arange(N)


def limited(x, rate=RATE, **params):
    """x through the limiter, without its latency."""
    p = Limiter(**params)
    late = EFFECT.latency(p, rate)
    y, _ = EFFECT.process(np.concatenate([x, np.zeros((len(x), late))], axis=1), p, rate, None)
    return y[:, late:]


def hard_cases():
    rng = np.random.default_rng(12)
    return {
        "fs/4 at 45 degrees": np.sin(np.pi / 2 * T + np.pi / 4),
        "clipped drums": np.clip(6 * rng.standard_normal(N) * np.exp(-(T % 6000) / 600), -1, 1),
        "square 997 Hz": np.sign(np.sin(2 * np.pi * 997 / RATE * T) + 1e-9),
        "square 100 Hz": np.sign(np.sin(2 * np.pi * 100 / RATE * T) + 1e-9),
        "clicks": np.where(T % 6000 == 5000, 1.0, 0.0),
        "pairs": np.where((T % 6000 == 5000) | (T % 6000 == 5001), 1.0, 0.0) + 0.3 * np.sin(T * 0.05),
        "full-scale noise": rng.uniform(-1, 1, N),
        "random signs": np.sign(rng.standard_normal(N)),
        "bursts near Nyquist": np.sin(2 * np.pi * 0.45 * T) * ((T // 2000) % 2),
    }


def long_meter(x, times=16, reach=256):
    t = np.arange(-reach * times, reach * times + 1) / times
    kernel = np.sinc(t) * np.kaiser(t.size, 9.0)
    return resample_poly(x, times, 1, axis=1, window=kernel / kernel.sum())


METERS = {
    "16 x, long kernel": long_meter,
    "16 x, short kernel": lambda x: resample_poly(x, 16, 1, axis=1),
    "16 x, soxr": lambda x: soxr.resample(x.T, 1, 16, "VHQ"),
}


@pytest.mark.parametrize("gain_db", [0.0, 9.0])
@pytest.mark.parametrize(("name", "x"), hard_cases().items())
def test_ceiling_holds_whatever_the_meter(name, x, gain_db):
    y = limited(np.stack([x, 0.3 * np.roll(x, 77)]), gain_db=gain_db, ceiling_db=-1.0)
    padded = np.pad(y, ((0, 0), (400, 400)))
    for meter, oversample in METERS.items():
        over = 20 * np.log10(np.abs(oversample(padded)).max()) + 1.0
        assert over <= 0.05, f"{name}: {over:+.3f} dB by {meter}"
    assert to_dbtp(true_peak(y)) <= -0.95


@pytest.mark.parametrize("rate", [48000, 96000])
@pytest.mark.parametrize("lookahead_ms", [0.5, 20.0])
def test_ceiling_holds_at_other_rates_and_times(rate, lookahead_ms):
    x = hard_cases()["clipped drums"]
    y = limited(np.stack([x, x]), rate, gain_db=6, ceiling_db=-2.0, lookahead_ms=lookahead_ms, release_ms=20.0)
    assert 20 * np.log10(np.abs(long_meter(np.pad(y, ((0, 0), (300, 300))))).max()) <= -2.0 + 0.05


@pytest.mark.parametrize("rate", [48000, 96000])
@pytest.mark.parametrize(("name", "x"), hard_cases().items())
def test_ceiling_holds_on_every_hard_case_at_other_rates(name, x, rate):
    y = limited(np.stack([x, 0.3 * np.roll(x, 77)]), rate, gain_db=12, ceiling_db=-1.0)
    over = 20 * np.log10(np.abs(long_meter(np.pad(y, ((0, 0), (400, 400))))).max()) + 1.0
    assert over <= 0.05, f"{name}: {over:+.3f} dB"


def test_channels_are_linked():
    """The bar: the image doesn't move, whichever channel is the loud one."""
    t = np.arange(2 * N)
    x = np.stack([np.sin(0.05 * t) * ((t // 5000) % 2), 0.3 * np.sin(0.011 * t + 1)])
    y = limited(x, gain_db=9, ceiling_db=-1)
    heard = (np.abs(x[0]) > 0.1) & (np.abs(x[1]) > 0.1)
    gain = y[:, heard] / x[:, heard]
    np.testing.assert_allclose(gain[0], gain[1], rtol=1e-9)
    assert gain.min() < 10 ** (9 / 20) / 2


def test_the_ceiling_is_used():
    x = np.sin(2 * np.pi * 440 / RATE * np.arange(RATE))
    y = limited(x[None], gain_db=6, ceiling_db=-1.0)
    assert to_dbtp(true_peak(y[:, RATE // 2 :])) == pytest.approx(-1.05, abs=0.03)


def spectrum(hz_levels, seconds=3, gain_db=6.0):
    """The power spectrum, 1 Hz a bin, of the last second of tones (Hz, level) at 0 dBFS limited by 6 dB."""
    t = np.arange(seconds * RATE)
    x = sum(level * np.sin(2 * np.pi * hz * t / RATE) for hz, level in hz_levels)
    y = limited(np.stack([x, x]), gain_db=gain_db, ceiling_db=0.0)[0, -RATE:]
    return np.abs(np.fft.rfft(y * np.blackman(RATE))) ** 2


def around(power, hz):
    return power[hz - 4 : hz + 5].sum()


@pytest.mark.parametrize("hz", [40, 60, 100, 1000])
def test_harmonic_distortion_at_6_db_of_reduction(hz):
    power = spectrum([(hz, 1.0)])
    harmonics = sum(around(power, k * hz) for k in range(2, 20))
    assert 10 * np.log10(harmonics / around(power, hz)) <= -60


@pytest.mark.parametrize(("low", "high"), [(60, 7000), (250, 8000)])
def test_intermodulation_at_6_db_of_reduction(low, high):
    power = spectrum([(low, 0.8), (high, 0.2)])
    sides = sum(around(power, high + k * low) for k in (-3, -2, -1, 1, 2, 3))
    assert 10 * np.log10(sides / around(power, high)) <= -35


def test_below_the_ceiling_it_is_the_identity_late_by_its_latency():
    x = 0.2 * np.random.default_rng(1).standard_normal((2, N)).clip(-2, 2)
    np.testing.assert_array_equal(limited(x), x)


def test_in_blocks_equals_in_one_piece_at_any_cut():
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 5 * N)) * np.exp(-(np.arange(5 * N) % 20000) / 4000)
    p = Limiter(gain_db=6, release_ms=30)
    whole, _ = EFFECT.process(x, p, RATE, None)
    state, parts, at = None, [], 0
    while at < x.shape[1]:
        n = int(rng.choice([0, 1, 7, 8, 255, 256, 1000, 20000]))
        part, state = EFFECT.process(x[:, at : at + n], p, RATE, state)
        parts.append(part)
        at += n
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_what_automation_may_not_change_is_what_sets_the_latency_or_the_memory():
    assert EFFECT.static == {"release_ms", "lookahead_ms"}
    assert EFFECT.latency is not None
    assert EFFECT.latency(Limiter(lookahead_ms=10), RATE) - EFFECT.latency(Limiter(lookahead_ms=2), RATE) == 352
