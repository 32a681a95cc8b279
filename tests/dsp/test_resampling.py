"""Sample-rate conversion: flat to 20 kHz, nothing that wasn't there, no delay, exact length."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.resampling import resampled, resampled_length

PAIRS = [(96_000, 44_100), (48_000, 44_100), (44_100, 48_000), (44_100, 96_000), (48_000, 192_000), (88_200, 44_100)]


def convert(x, source, target, size=1 << 16):
    pieces = (x[:, at : at + size] for at in range(0, x.shape[1], size))
    return np.concatenate(list(resampled(pieces, x.shape[1], source, target)), axis=1)


def tone(hz, rate, frames):
    return np.sin(2 * np.pi * hz * np.arange(frames) / rate)[None]


def level_db(y, hz, rate):
    """The level of a sine in the middle of y, by a flat-topped window (the amplitude reads right between the bins)."""
    middle = y[0, y.shape[1] // 4 : -y.shape[1] // 4]
    n = np.arange(middle.size)
    window = sum(
        a * np.cos(2 * np.pi * k * n / n.size) for k, a in enumerate((0.2156, -0.4160, 0.2781, -0.0836, 0.0069))
    )
    return 20 * np.log10(2 * abs(np.sum(window * middle * np.exp(-2j * np.pi * hz * n / rate))) / window.sum())


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_it_is_flat_to_20_khz(source, target):
    for hz in (20, 1000, 10_000, 15_000, 18_000, 19_000, 19_500, 20_000):
        y = convert(tone(hz, source, source), source, target)
        assert level_db(y, hz, target) == pytest.approx(0.0, abs=0.01), hz


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_images_and_aliases_are_below_120_db(source, target):
    for hz in (1000, 15_000, 20_000, 0.501 * target, 0.55 * target, 0.9 * target):
        if hz >= source / 2:
            continue
        x = tone(hz, source, source)
        y = convert(x, source, target)
        middle = y[0, y.shape[1] // 4 : -y.shape[1] // 4]
        seen = np.abs(np.fft.rfft(middle * np.kaiser(middle.size, 24))) / (np.kaiser(middle.size, 24).sum() / 2)
        frequencies = np.fft.rfftfreq(middle.size, 1 / target)
        strange = seen[np.abs(frequencies - hz) > 40]
        assert 20 * np.log10(strange.max()) < -120, hz


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_click_stays_where_it_was(source, target):
    x = np.zeros((1, source))
    x[0, source // 2] = 1.0
    y = convert(x, source, target)[0]
    at = int(np.argmax(np.abs(y)))
    assert at == target // 2
    np.testing.assert_allclose(y[at - 500 : at], y[at + 500 : at : -1], atol=1e-9)


@pytest.mark.parametrize("frames", [3, 999, 44_100, 100_003])
@pytest.mark.parametrize(("source", "target"), [(44_100, 48_000), (96_000, 44_100), (44_100, 44_100)])
def test_the_length_is_exact_and_blocks_make_no_difference(frames, source, target):
    x = np.random.default_rng(1).standard_normal((2, frames))
    whole = convert(x, source, target, size=1 << 20)
    assert whole.shape == (2, resampled_length(frames, source, target)) == (2, round(frames * target / source))
    np.testing.assert_array_equal(convert(x, source, target, size=777), whole)
