"""K-weighting: the tables of BS.1770-5, other rates, and blocks."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.kweighting import k_weighting, partials


def test_k_weighting_at_48_khz_is_the_table_of_bs1770():
    shelf = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585)
    highpass = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)
    np.testing.assert_allclose(k_weighting(48000), [shelf, highpass], rtol=0, atol=2e-12)


@pytest.mark.parametrize("rate", [22050, 44100, 88200, 192000])
def test_k_weighting_is_the_same_curve_at_every_rate(rate):
    hz = np.array([20.0, 40.0, 100.0, 1000.0, 2000.0, 4000.0])

    def db(r):
        z = np.exp(-2j * np.pi * hz / r)
        h = np.ones(hz.size, complex)
        for b0, b1, b2, _, a1, a2 in k_weighting(r):
            h *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
        return 20 * np.log10(np.abs(h))

    np.testing.assert_allclose(db(rate), db(48000), rtol=0, atol=0.03 if rate < 44100 else 0.006)


@pytest.mark.parametrize("rate", [44100, 22050, 11025])
def test_in_blocks_equals_in_one_piece(rate):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 3 * rate))
    x[:, rate : 2 * rate] = 0.0
    whole, end = partials(x, rate, None)
    assert whole.shape == (2, 300)
    state, parts, at = None, [], 0
    while at < x.shape[1]:
        n = int(rng.choice([0, 1, 7, 440, 441, 442, 5000, 30000]))
        part, state = partials(x[:, at : at + n], rate, state)
        parts.append(part)
        at += n
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    assert state is not None and end is not None and state[0] == end[0]
    np.testing.assert_array_equal(state[1], end[1])


def test_silence_after_sound_leaves_no_subnormal_numbers():
    x = np.zeros((1, 20 * 8000))
    x[:, :8000] = 1.0
    _, state = partials(x, 8000, None)
    assert state is not None
    assert not state[1].any()


def test_a_rate_too_low_for_it():
    with pytest.raises(ValueError, match="at least 8000 Hz"):
        partials(np.zeros((1, 100)), 4000, None)
