"""Reverb: what reaches the signal.  The room itself is tested in tests/dsp/test_room.py."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.devices.effects.reverb import EFFECT, Reverb

RATE = 44_100
SMALL = {"decay_s": 0.5, "predelay_ms": 10.0}


def run(x, **params):
    return EFFECT.process(x, Reverb(**{**SMALL, **params}), RATE, None)[0]


def noise(channels=2, n=20_000):
    return 0.3 * np.random.default_rng(1).standard_normal((channels, n))


def test_dry_is_exact():
    np.testing.assert_array_equal(run(noise(), mix=0.0), noise())
    np.testing.assert_array_equal(run(noise(1), mix=0.0), np.repeat(noise(1), 2, axis=0))


@pytest.mark.parametrize("channels", [1, 2])
def test_wet_is_as_loud_as_dry(channels):
    """White noise within the reverb's band comes out with the power that went in."""
    wet = run(noise(channels, 3 * RATE), mix=1.0)[:, RATE:]
    assert 10 * np.log10(np.mean(wet**2) / np.mean(noise() ** 2)) == pytest.approx(0.0, abs=1.0)


def test_mono_and_two_equal_sides_sound_the_same():
    x = noise(1)
    np.testing.assert_allclose(run(x, mix=1.0), run(np.repeat(x, 2, axis=0), mix=1.0), atol=1e-5)


def test_mix_of_dry_and_wet_is_linear():
    x = noise()
    dry, wet, both = (run(x, mix=m) for m in (0.0, 1.0, 0.25))
    np.testing.assert_allclose(both, 0.75 * dry + 0.25 * wet, atol=1e-15)


@pytest.mark.parametrize("channels", [1, 2])
def test_in_blocks_equals_in_one_piece(channels):
    x, p = noise(channels, 30_000), Reverb(**SMALL)
    whole, _ = EFFECT.process(x, p, RATE, None)
    out, state = [], None
    for a, b in pairwise([0, 256, 512, 513, 513, 9000, 20_000, 20_256, 30_000]):
        y, state = EFFECT.process(x[:, a:b], p, RATE, state)
        out.append(y)
    np.testing.assert_array_equal(np.concatenate(out, axis=1), whole)


def test_silent_before_the_predelay_and_after_the_tail():
    p = Reverb(**{**SMALL, "mix": 1.0})
    tail = EFFECT.tail(p, RATE)
    x = np.zeros((2, 1000 + tail + 500))
    x[:, :1000] = noise()[:, :1000]
    y, _ = EFFECT.process(x, p, RATE, None)
    assert not np.any(y[:, :441]) and np.any(y[:, 441:500]) and not np.any(y[:, 1000 + tail :])


def test_moved_in_time_it_is_the_same():
    """Nothing depends on the place in the song: a section moved finds its reverb in the cache."""
    x = noise()
    later = run(np.pad(x, ((0, 0), (1234, 0))), mix=1.0)
    np.testing.assert_array_equal(later[:, 1234:], run(x, mix=1.0))
