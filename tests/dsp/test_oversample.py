"""Eight times the rate and back: what passes, what doesn't, and when it arrives."""

from __future__ import annotations

import numpy as np

from songbuild.dsp.oversample import FACTOR, LATENCY, oversampled

RATE = 44_100


def impulse(frames=2048):
    x = np.zeros((1, frames))
    x[0, frames // 2] = 1.0
    return x


def test_there_and_back_is_flat_and_on_time():
    y, _ = oversampled(impulse(), lambda x: x)
    h = y[0]
    assert h.argmax() == 1024 + LATENCY
    np.testing.assert_allclose(
        h[1024 + LATENCY - 80 : 1024 + LATENCY], h[1024 + LATENCY + 80 : 1024 + LATENCY : -1], atol=1e-15
    )
    level = 20 * np.log10(np.abs(np.fft.rfft(h, 1 << 15)))
    hz = np.fft.rfftfreq(1 << 15, 1 / RATE)
    assert np.abs(level[hz <= 20_000]).max() < 0.001


def test_images_are_below_100_db():
    seen = []
    oversampled(impulse(), lambda x: seen.append(x) or x)
    h = np.concatenate(seen, axis=1)[0]
    assert h.size == 2048 * FACTOR
    level = 20 * np.log10(np.abs(np.fft.rfft(h)) / FACTOR + 1e-12)
    hz = np.fft.rfftfreq(h.size, 1 / (RATE * FACTOR))
    assert level[hz >= RATE - 20_000].max() < -100


def test_blocks_do_not_matter():
    x = np.random.default_rng(1).standard_normal((2, 10_000))
    whole, _ = oversampled(x, np.abs)
    state, parts = None, []
    for block in np.split(x, [0, 1, 3, 3, 4097, 9999], axis=1):
        y, state = oversampled(block, np.abs, state)
        parts.append(y)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
