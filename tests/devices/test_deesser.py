"""De-esser: takes down what is treble relative to the whole, at every level alike, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from songbuild.devices.effects.deesser import EFFECT, Deesser

RATE = 44_100


def run(x, **params):
    """x through the de-esser, on time."""
    p = Deesser(**params)
    late = EFFECT.latency(p, RATE)
    return EFFECT.process(np.concatenate([x, np.zeros((len(x), late))], axis=1), p, RATE, None)[0][:, late:]


def voice(channels=1):
    """A vowel of harmonics that fall by 12 dB/octave for 0.5 s, an s of noise for 0.2 s, and the vowel again."""
    t = np.arange(int(0.5 * RATE)) / RATE
    vowel = sum(np.sin(2 * np.pi * 150 * k * t) / k**2 for k in range(1, 90))
    noise = np.random.default_rng(1).standard_normal(int(0.2 * RATE))
    ess = sosfilt(butter(4, [7500, 12_000], "bandpass", fs=RATE, output="sos"), noise) * 0.4
    return np.repeat(np.concatenate([vowel, ess, vowel])[None] * 0.3, channels, axis=0)


VOWEL, ESS, AFTER = slice(4000, 21_000), slice(23_500, 30_000), slice(36_000, 52_000)


def change_db(y, x, part):
    return 10 * np.log10(np.sum(y[0, part] ** 2) / np.sum(x[0, part] ** 2))


def test_softens_the_s_and_leaves_the_vowel():
    x = voice()
    y = run(x, range_db=10, ratio=10, threshold_db=-10)
    assert change_db(y, x, ESS) < -6
    assert abs(change_db(y, x, VOWEL)) < 0.02
    assert abs(change_db(y, x, AFTER)) < 0.02


@pytest.mark.parametrize("level_db", [-20, -40, -60])
def test_works_at_every_level_alike(level_db):
    x, gain = voice(), 10 ** (level_db / 20)
    y, quiet = run(x, threshold_db=-10), run(gain * x, threshold_db=-10) / gain
    # the floor of the detector, -120 dBFS, is what differs
    np.testing.assert_allclose(quiet, y, atol=1e-3)
    assert change_db(quiet, x, ESS) == pytest.approx(change_db(y, x, ESS), abs=0.02)


def test_the_range_is_the_most_it_takes():
    x = voice()
    assert change_db(run(x, ratio=100, threshold_db=-30, range_db=5), x, ESS) == pytest.approx(-5, abs=0.6)
    still = run(x, range_db=0, ratio=100, threshold_db=-40)
    assert change_db(still, x, ESS) == pytest.approx(0, abs=0.02)


def test_static_curve():
    """A tone of treble r dB under a tone of bass: turned down by (1 - 1/ratio) of what r exceeds the threshold by."""
    t = np.arange(RATE) / RATE
    bass, treble = np.sin(2 * np.pi * 400 * t), np.sin(2 * np.pi * 12_000 * t)
    for share_db in (-20, -12, -6):
        amount = 10 ** (share_db / 20)
        x = 0.3 * (bass + amount * treble)[None]
        y = run(x, freq_hz=3000, threshold_db=-15, ratio=3, knee_db=0, range_db=40)
        wave = np.exp(-2j * np.pi * 12_000 * t[: RATE // 2])
        gain = 20 * np.log10(np.abs(np.sum(y[0, RATE // 2 :] * wave)) / np.abs(np.sum(x[0, RATE // 2 :] * wave)))
        relative = share_db - 10 * np.log10(1 + amount**2)
        assert gain == pytest.approx(-max(relative + 15, 0) * 2 / 3, abs=0.15)


def test_idle_it_is_flat():
    x = np.zeros((1, 1 << 15))
    x[0, 100] = 1.0
    y = run(x, range_db=0)
    db = 20 * np.log10(np.abs(np.fft.rfft(y[0])))
    assert np.abs(db).max() < 0.001


def test_it_is_there_when_the_s_begins():
    """The gain is down when the s comes: its first 10 ms are as soft as the rest, to 2 dB."""
    x = voice()
    y = run(x, threshold_db=-15, ratio=10, range_db=8)
    assert change_db(y, x, slice(22_100, 22_500)) < change_db(y, x, ESS) + 2


def test_channels_are_linked():
    x = voice(2)
    x[1] *= 0.1
    y = run(x, threshold_db=-12)
    np.testing.assert_allclose(y[1], 0.1 * y[0], atol=1e-12)


def test_listening_tells_what_is_taken_away():
    x = voice()
    y, flat = run(x, threshold_db=-15), run(x, range_db=0)
    np.testing.assert_allclose(run(x, threshold_db=-15, listen=True), flat - y, atol=1e-12)
