"""Compressor: static curve, time constants at 63 %, linked channels, side-chain, dry path."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.compressor import EFFECT, Compressor

RATE = 44_100


def run(x, key=None, **params):
    """x compressed, on time."""
    p = Compressor(**params)
    late = EFFECT.latency(p, RATE)
    padded = np.concatenate([x, np.zeros((len(x), late))], axis=1)
    heard = padded if key is None else np.concatenate([key, np.zeros((len(key), late))], axis=1)
    return EFFECT.process(padded, p, RATE, None, heard)[0][:, late:]


def sine(hz, level_db, frames=RATE):
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)[None]


def wanted_db(level, threshold, ratio, knee):
    over = level - threshold
    if 2 * over <= -knee:
        return 0.0
    if knee and 2 * abs(over) < knee:
        return (1 / ratio - 1) * (over + knee / 2) ** 2 / (2 * knee)
    return (1 / ratio - 1) * over


@pytest.mark.parametrize("hz", [60, 100, 997, 5000])
@pytest.mark.parametrize(("ratio", "knee"), [(2, 0), (4, 6), (20, 12)])
def test_static_curve(hz, ratio, knee):
    """The bar: +-0.1 dB."""
    for level in (-40, -24, -20, -17, -10, 0):
        x = sine(hz, level, RATE // 2)
        y = run(x, threshold_db=-20, ratio=ratio, knee_db=knee, attack_ms=5, release_ms=100)
        end = slice(RATE // 4, None)
        gain = 20 * np.log10(np.abs(y[0, end]).max() / np.abs(x[0, end]).max())
        assert gain == pytest.approx(wanted_db(level, -20, ratio, knee), abs=0.1)


def test_rms_reads_a_sine_3_db_under_its_peak():
    y = run(sine(997, 0), threshold_db=-20, ratio=4, knee_db=0, detector="rms")
    gain = 20 * np.log10(np.abs(y[0, RATE // 2 :]).max())
    assert gain == pytest.approx(wanted_db(-3.01, -20, 4, 0), abs=0.1)


@pytest.mark.parametrize(
    ("attack", "release"), [(1, 50), (3, 80), (10, 120), (30, 300), (100, 1000), (20, 20), (30, 10)]
)
@pytest.mark.parametrize("low_db", [-60.0, -22.0], ids=["to below the threshold", "to above the threshold"])
def test_attack_and_release_are_63_percent(attack, release, low_db):
    """The bar: +-5 %, wherever in a block the step falls."""
    up, down = int(RATE * (0.03 + attack / 100)), int(RATE * release / 120)
    for offset in (0, 5, 11):
        levels = [low_db] * (up + offset) + [0.0] * up + [low_db] * down
        x = 10 ** (np.array(levels)[None] / 20)
        y = run(x, threshold_db=-30, ratio=4, knee_db=0, attack_ms=attack, release_ms=release)
        gain = 20 * np.log10(y[0] / x[0])
        for start, stop, ms in ((up + offset, 2 * up + offset, attack), (2 * up + offset, len(levels) - 100, release)):
            before, after = gain[start - 40], gain[stop - 40]
            part = (gain[start:stop] - before) / (after - before)
            crossing = np.argmax(part >= 1 - np.exp(-1)) * 1000 / RATE
            assert crossing == pytest.approx(ms, rel=0.05)


def test_channels_are_linked():
    x = np.concatenate([sine(440, 0), sine(440, -30)])
    y = run(x, threshold_db=-20, knee_db=0)
    heard = np.abs(x[0]) > 0.5
    np.testing.assert_allclose(y[0, heard] / x[0, heard], y[1, heard] / x[1, heard], rtol=1e-9)


def test_below_the_threshold_it_changes_nothing():
    x = np.random.default_rng(1).uniform(-0.05, 0.05, (2, 5000))
    np.testing.assert_array_equal(run(x, threshold_db=-20, knee_db=4), x)


def test_parallel_dry_path_nulls_bit_for_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    np.testing.assert_array_equal(run(x, mix=0, threshold_db=-40, makeup_db=12), x)


def test_a_key_ducks():
    x, key = sine(1000, -6), np.zeros((2, RATE))
    key[:, RATE // 2 :] = sine(100, -6, RATE // 2 + 1)[:, : RATE - RATE // 2]
    y = run(x, key, threshold_db=-30, ratio=10, knee_db=0, attack_ms=5)
    np.testing.assert_array_equal(y[:, : RATE // 2 - 200], x[:, : RATE // 2 - 200])
    assert np.abs(y[:, -4000:]).max() < 0.12 * np.abs(x).max()


def test_sidechain_filter_lets_the_bass_through():
    x = sine(50, 0)
    assert np.abs(run(x, threshold_db=-20)[:, RATE // 2 :]).max() < 0.3
    y = run(x, threshold_db=-20, knee_db=0, sidechain_hz=800)
    np.testing.assert_allclose(y[:, RATE // 2 :], x[:, RATE // 2 :], atol=1e-9)


def test_makeup_is_gain():
    x = sine(300, -40)
    np.testing.assert_allclose(run(x, makeup_db=9), x * 10 ** (9 / 20), atol=1e-12)


def test_bass_is_not_distorted():
    """A 100 Hz tone 12 dB over the threshold, at a usual setting: harmonics below -60 dB."""
    y = run(sine(100, -6, 2 * RATE), threshold_db=-18, ratio=3, attack_ms=10, release_ms=120)[0, RATE:]
    level = np.abs(np.fft.rfft(y * np.hanning(RATE)))
    assert 20 * np.log10(level[[200, 300, 400, 500]].max() / level[100]) < -60


def test_automatic_release_lets_go_slowly_after_what_lasted():
    def gain_after(on_ms, **params):
        """The gain, in dB, 300 ms after a loud stretch of so many ms."""
        on, wait = int(on_ms * RATE / 1000), int(0.3 * RATE)
        x = np.concatenate([np.full((1, on), 0.5), np.full((1, wait + 100), 0.001)], axis=1)
        y = run(x, threshold_db=-30, ratio=4, knee_db=0, release_ms=100, **params)
        return 20 * np.log10(y[0, on + wait] / x[0, on + wait])

    assert gain_after(10, auto_release=True) == pytest.approx(gain_after(10), abs=1)
    assert gain_after(3000) > -1.5
    assert gain_after(3000, auto_release=True) < -10
