"""How a reduction moves: time constants, the hold, and a release that goes by what came before."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.ballistics import ballistics, mean_power, move, power_to_db, unmoved

RATE, FRAMES = 48_000, 8
PER_MS = RATE / FRAMES / 1000


def moved(wanted, auto=False, attack_ms=5.0, release_ms=100.0):
    return move(wanted, ballistics(RATE, FRAMES, attack_ms, release_ms), unmoved(RATE, FRAMES), auto)[0]


def burst(on_ms, off_ms=3000):
    """10 dB wanted for a while, then none."""
    return np.repeat([10.0, 0.0], [int(on_ms * PER_MS), int(off_ms * PER_MS)]), int(on_ms * PER_MS)


def release_ms(reduced, end):
    """When 63 % of the reduction at the end of the burst has gone."""
    return np.argmax(reduced[end:] <= reduced[end - 1] / np.e) / PER_MS


@pytest.mark.parametrize("auto", [False, True])
def test_attack_is_63_percent(auto):
    reduced = moved(burst(500)[0], auto)
    assert np.argmax(reduced >= 10 * (1 - np.exp(-1))) / PER_MS == pytest.approx(5, rel=0.05)


def test_release_is_63_percent_after_the_hold():
    wanted, end = burst(500)
    reduced = moved(wanted)
    assert release_ms(reduced, end) == pytest.approx(100, rel=0.05)
    assert np.all(reduced[end : end + int(4.9 * PER_MS)] > 9.9)


def test_automatic_release_is_short_after_a_stroke_and_long_after_what_lasted():
    """63 % of it has gone in eight releases where the slow part is nearly whole, in one where it has hardly begun."""
    stroke, end = burst(10)
    assert release_ms(moved(stroke, auto=True), end) == pytest.approx(100, rel=0.2)
    lasting, end = burst(3000)
    assert release_ms(moved(lasting, auto=True), end) == pytest.approx(800, rel=0.1)


def test_automatic_release_never_lets_go_sooner():
    wanted = np.repeat(np.random.default_rng(1).uniform(-10, 10, 60).clip(0), 300)
    assert np.all(moved(wanted, auto=True) >= moved(wanted))


def test_blocks_do_not_matter():
    wanted = np.repeat(np.random.default_rng(1).uniform(-10, 10, 40).clip(0), 50)
    times, state, parts = ballistics(RATE, FRAMES, 5, 100), unmoved(RATE, FRAMES), []
    for part in np.split(wanted, [0, 1, 700, 1999]):
        reduced, state = move(part, times, state, True)
        parts.append(reduced)
    np.testing.assert_array_equal(np.concatenate(parts), moved(wanted, True))


def test_mean_power():
    power, state = mean_power(np.full(4000, 0.5), 6000, 5.0, np.zeros((2, 1)))
    assert power[-1] == pytest.approx(0.5)
    assert state.shape == (2, 1)
    assert power_to_db(power[-1:])[0] == pytest.approx(-3.01, abs=0.01)
    assert power_to_db(np.zeros(1))[0] == -200.0
