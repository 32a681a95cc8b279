"""Equaliser: the bar near Nyquist measured through the effect, flatness, and bands that add up."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from songbuild.devices.effects.eq import EFFECT, Eq

RATE = 44_100
N = 1 << 16


def response(*bands, phase="minimum", rate=RATE):
    """Hz and gain in dB of an equaliser, by its impulse response."""
    x = np.zeros((1, N))
    x[0, 0] = 1.0
    y, _ = EFFECT.process(x, Eq(bands=bands, phase=phase), rate, None)
    return np.fft.rfftfreq(N, 1 / rate), 20 * np.log10(np.abs(np.fft.rfft(y[0])) + 1e-15)


def timed(x, rate=RATE, **params):
    """x equalised, without the latency."""
    p = Eq(**params)
    late = EFFECT.latency(p, rate)
    return EFFECT.process(np.concatenate([x, np.zeros((len(x), late))], axis=1), p, rate, None)[0][:, late:]


@pytest.mark.parametrize("phase", ["minimum", "linear"])
@pytest.mark.parametrize("gain", [12.0, -12.0])
def test_bell_near_nyquist(gain, phase):
    hz, db = response({"freq_hz": 12_000, "gain_db": gain, "q": 1}, phase=phase)
    s, a = 1j * hz / 12_000, 10 ** (gain / 40)
    error = np.abs(db - 20 * np.log10(np.abs((s * s + a * s + 1) / (s * s + s / a + 1))))
    assert error[hz <= 5000].max() <= 0.1
    assert error[hz <= 16_000].max() <= 0.5
    assert error[hz <= 20_000].max() <= 1.0


def test_without_gain_it_changes_no_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    flat = Eq(bands=[{"freq_hz": 200}, {"type": "low_shelf", "freq_hz": 90}, {"type": "high_shelf", "q": 1.2}])
    np.testing.assert_array_equal(EFFECT.process(x, flat, RATE, None)[0], x)
    np.testing.assert_array_equal(EFFECT.process(x, Eq(), RATE, None)[0], x)


def test_a_cut_nulls_a_boost():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    bands = [
        {"type": t, "freq_hz": f, "gain_db": g, "q": 1.1}
        for t, f in (("peak", 9000), ("low_shelf", 120), ("high_shelf", 7000))
        for g in (8, -8)
    ]
    y, _ = EFFECT.process(x, Eq(bands=bands), RATE, None)
    assert np.abs(y - x).max() < 1e-11


def test_bands_add_up_in_any_order():
    bands = [
        {"freq_hz": 400, "gain_db": -5, "q": 1.4},
        {"type": "high_shelf", "freq_hz": 5000, "gain_db": 3},
        {"type": "highpass", "freq_hz": 60},
        {"type": "notch", "freq_hz": 2000, "q": 8},
    ]
    hz, together = response(*bands)
    alone = sum(response(band)[1] for band in bands)
    heard = (hz > 20) & (np.abs(hz - 2000) > 5)
    np.testing.assert_allclose(together[heard], alone[heard], atol=1e-3)
    np.testing.assert_allclose(response(*bands[::-1])[1][heard], together[heard], atol=1e-6)


@pytest.mark.parametrize("kind", ["highpass", "lowpass", "notch"])
def test_a_gain_that_would_do_nothing_is_refused(kind):
    with pytest.raises(ValidationError, match=f"a {kind} band has no gain_db"):
        Eq(bands=[{"type": kind, "gain_db": 3}])


def test_at_most_16_bands():
    with pytest.raises(ValidationError):
        Eq(bands=[{}] * 17)


SHAPE = [
    {"freq_hz": 60, "gain_db": 5, "q": 2},
    {"type": "highpass", "freq_hz": 30},
    {"type": "low_shelf", "freq_hz": 150, "gain_db": -4},
    {"type": "high_shelf", "freq_hz": 9000, "gain_db": 6},
    {"type": "lowpass", "freq_hz": 16_000},
]


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_linear_phase_has_the_same_magnitude(rate):
    hz, db = response(*SHAPE, phase="linear", rate=rate)
    _, plain = response(*SHAPE, rate=rate)
    heard = (hz > 15) & (plain > -60)
    assert np.abs(db - plain)[heard].max() < 0.01


def test_linear_phase_is_symmetric_about_its_latency():
    x = np.zeros((1, 1 << 15))
    x[0, 0] = 1.0
    p = Eq(bands=SHAPE, phase="linear")
    late = EFFECT.latency(p, RATE)
    y = EFFECT.process(x, p, RATE, None)[0][0, : 2 * late + 1]
    np.testing.assert_allclose(y, y[::-1], atol=1e-12)
    assert np.abs(y).argmax() == late


def test_a_flat_one_of_linear_phase_is_a_delay():
    x = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 20_000))
    flat = timed(x, bands=[{"freq_hz": 1000, "gain_db": 0}], phase="linear")
    assert np.abs(flat - x).max() < 2.0**-21


@pytest.mark.parametrize("phase", ["minimum", "linear"])
@pytest.mark.parametrize(("channel", "acts"), [("mid", (1, 1)), ("side", (1, -1)), ("left", (1, 0)), ("right", (0, 1))])
def test_a_band_acts_where_it_is_put(phase, channel, acts):
    random = np.random.default_rng(1)
    band = {"freq_hz": 900, "gain_db": 9, "q": 0.5, "channel": channel}
    one = random.uniform(-0.3, 0.3, 20_000)
    heard = np.array(acts)[:, None] * one
    y = timed(heard, bands=[band], phase=phase)
    np.testing.assert_allclose(y, timed(heard, bands=[{**band, "channel": "stereo"}], phase=phase), atol=3e-6)
    other = {"mid": (1, -1), "side": (1, 1), "left": (0, 1), "right": (1, 0)}[channel]
    left_alone = np.array(other)[:, None] * one
    np.testing.assert_allclose(timed(left_alone, bands=[band], phase=phase), left_alone, atol=2e-6)


def test_the_fold_to_mono_does_not_hear_the_sides_band():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    y = timed(x, bands=[{"type": "high_shelf", "freq_hz": 2000, "gain_db": 9, "channel": "side"}])
    np.testing.assert_allclose(y[0] + y[1], x[0] + x[1], atol=1e-13)


def test_what_is_done_to_middle_and_sides_alike_is_done_to_both_channels():
    x = np.random.default_rng(2).uniform(-0.3, 0.3, (2, 20_000))
    for phase in ("minimum", "linear"):
        for pair in (("mid", "side"), ("left", "right")):
            apart = [{**band, "channel": on} for band in SHAPE[:2] for on in pair]
            y = timed(x, bands=apart, phase=phase)
            np.testing.assert_allclose(y, timed(x, bands=SHAPE[:2], phase=phase), atol=3e-6)


@pytest.mark.parametrize("phase", ["minimum", "linear"])
@pytest.mark.parametrize("source", [0, 1])
def test_left_and_right_come_before_middle_and_sides(source, phase):
    """The same in both phases, seen where the phases don't matter: far above the shelves."""
    bands = [
        {"type": "high_shelf", "freq_hz": 200, "gain_db": 12, "channel": ("left", "right")[source]},
        {"type": "high_shelf", "freq_hz": 200, "gain_db": -6, "channel": "side"},
    ]
    x = np.zeros((2, 1 << 15))
    x[source, 0] = 1.0
    side = 10 ** (-6 / 20)
    y = np.abs(np.fft.rfft(timed(x, bands=bands, phase=phase)))[:, -200]
    np.testing.assert_allclose(y[source], 10 ** (12 / 20) * 0.5 * (1 + side), rtol=0.02)
    np.testing.assert_allclose(y[1 - source], 10 ** (12 / 20) * 0.5 * (1 - side), rtol=0.02)


def test_mono_is_all_middle():
    x = np.random.default_rng(1).uniform(-0.3, 0.3, (1, 5000))
    for phase in ("minimum", "linear"):
        bands = [{"freq_hz": 500, "gain_db": 6, "channel": on} for on in ("mid", "side", "left", "right")]
        y = timed(x, bands=bands, phase=phase)
        np.testing.assert_allclose(y, timed(x, bands=[{"freq_hz": 500, "gain_db": 6}], phase=phase), atol=1e-9)


def test_bands_of_the_middle_and_sides_without_gain_change_no_bit():
    x = np.random.default_rng(1).standard_normal((2, 5000))
    flat = [{"freq_hz": 200, "channel": on} for on in ("stereo", "mid", "side", "left", "right")]
    np.testing.assert_array_equal(timed(x, bands=flat), x)


def test_a_moving_band_of_linear_phase_goes_on_from_any_setting():
    """The state is what came in, so another setting may follow: as by `chain` for automation."""
    x = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 4000))
    first, second = (Eq(bands=[{"freq_hz": 500, "gain_db": gain}], phase="linear") for gain in (0, 9))
    _, state = EFFECT.process(x[:, :1000], first, RATE, None)
    y, _ = EFFECT.process(x[:, 1000:], second, RATE, state)
    np.testing.assert_array_equal(y, EFFECT.process(x, second, RATE, None)[0][:, 1000:])
