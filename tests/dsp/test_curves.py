"""Automation lanes: their values, and that cutting changes none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.dsp.curves import CURVES, FLOOR_DB, cut, moving, sample, values
from songbuild.dsp.maths import db_to_gain

LANES = st.lists(
    st.tuples(
        st.integers(-60, 160),
        st.sampled_from([-np.inf, -100.0, -12.5, 0.0, 0.1, 3.0, 1000.0]),
        st.sampled_from(CURVES),
    ),
    min_size=1,
    max_size=7,
).map(lambda points: [list(p) for p in sorted(points, key=lambda p: p[0])])


@settings(max_examples=300, deadline=None)
@given(LANES, st.integers(0, 90), st.integers(0, 90), st.integers(0, 90))
def test_cut_lane_has_the_same_values_bit_for_bit(lane, a, b, c):
    start, middle, stop = sorted((a, b, c))
    whole = values(lane, 100)
    np.testing.assert_array_equal(values(cut(lane, start, stop), stop - start), whole[start:stop])
    again = cut(cut(lane, start, stop), middle - start, stop - start)
    assert stop == middle or again == cut(lane, middle, stop)


@settings(max_examples=300, deadline=None)
@given(LANES)
def test_cut_has_one_spelling(lane):
    spelled = cut(lane, 0, 100)
    assert cut(spelled, 0, 100) == spelled
    assert spelled[0][0] <= 0
    if len(set(values(lane, 100))) == 1 and not any(a < 100 and b > 0 for a, b in moving(lane)):
        assert spelled == [[0, values(lane, 1)[0], "hold"]]


@pytest.mark.parametrize(
    ("lane", "spelled"),
    [
        ([[0, 1.0, "lin"], [10, 1.0, "lin"], [90, 1.0, "hold"]], [[0, 1.0, "hold"]]),
        ([[-50, 1.0, "lin"], [-10, 2.0, "hold"]], [[0, 2.0, "hold"]]),
        ([[500, 4.0, "lin"], [600, 5.0, "hold"]], [[0, 4.0, "hold"]]),
        ([[0, 1.0, "hold"], [100, 5.0, "lin"], [200, 9.0, "hold"]], [[0, 1.0, "hold"]]),
        ([[-9, 1.0, "lin"], [300, 5.0, "exp"], [400, 6.0, "lin"]], [[-9, 1.0, "lin"], [300, 5.0, "hold"]]),
        ([[10, 1.0, "hold"], [20, 2.0, "hold"], [30, 2.0, "hold"]], [[0, 1.0, "hold"], [20, 2.0, "hold"]]),
        (
            [[0, 1.0, "lin"], [50, 2.0, "smooth"], [50, 3.0, "lin"]],
            [[0, 1.0, "lin"], [50, 2.0, "hold"], [50, 3.0, "hold"]],
        ),
    ],
)
def test_cut_keeps_only_what_acts(lane, spelled):
    assert cut(lane, 0, 100) == spelled


def test_no_points_is_an_error():
    with pytest.raises(ValueError, match="needs a point"):
        cut([], 0, 1)


def test_the_four_curves():
    t = np.arange(101) / 100

    def along(curve, a, b):
        return values([[0, a, curve], [100, b, "hold"]], 101)

    np.testing.assert_allclose(along("lin", -6.0, 6.0), -6 + 12 * t, atol=1e-14)
    np.testing.assert_allclose(along("exp", 20.0, 20_000.0), 20 * 1000.0**t, rtol=1e-13)
    np.testing.assert_allclose(along("exp", -10.0, 0.0), -10 + 10 * (16.0**t - 1) / 15, atol=1e-13)
    np.testing.assert_allclose(along("smooth", 0.0, 1.0), (1 - np.cos(np.pi * t)) / 2, atol=1e-14)
    assert along("hold", 1.0, 2.0).tolist() == [1.0] * 100 + [2.0]


def test_silence_is_reached_by_the_floor():
    fade = values([[0, 0.0, "lin"], [96, -np.inf, "lin"], [192, -6.0, "hold"]], 193)
    np.testing.assert_allclose(fade[:96], -np.arange(96.0), atol=1e-12)
    assert fade[96] == -np.inf and fade[97] == pytest.approx(FLOOR_DB + 90 / 96) and fade[192] == -6.0
    assert np.all(np.isneginf(values([[0, -np.inf, "lin"], [9, -np.inf, "hold"]], 9)))


def test_before_a_jump_is_the_old_value():
    lane = [[0, 1.0, "hold"], [10, 2.0, "lin"], [20, 4.0, "hold"], [20, 9.0, "hold"]]
    frames = np.array([0, 10, 15, 20, 21])
    assert sample(lane, frames).tolist() == [1.0, 2.0, 3.0, 9.0, 9.0]
    assert sample(lane, frames, before=True).tolist() == [1.0, 1.0, 3.0, 4.0, 9.0]
    assert moving(lane) == [(10, 10), (10, 20), (20, 20)]


def test_fade_of_40_db_adds_no_high_frequencies():
    """BARS, automation: a 40 dB ramp leaves at most 0.1 dB more at high frequencies than the ideal fade."""
    rate, n = 48_000, 48_000
    tone = np.sin(2 * np.pi * 100 * np.arange(n) / rate)
    lane = [[0, 0.0, "lin"], [n, -40.0, "hold"]]
    gains = np.concatenate([db_to_gain(values(cut(lane, a, a + 1000), 1000)) for a in range(0, n, 1000)])
    ideal = 10 ** (-2 * np.arange(n) / n)

    def high(y):
        return np.sum(np.abs(np.fft.rfft(y))[5000:] ** 2)

    assert 10 * np.log10(high(gains * tone) / high(ideal * tone)) < 0.1
    np.testing.assert_allclose(gains, ideal, rtol=1e-13)
