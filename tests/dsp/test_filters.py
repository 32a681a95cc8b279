"""Filters: their curves against the analogue ones, their blocks, and scipy as oracle."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from songbuild.dsp import filters

RATE = 44_100
F = np.geomspace(10, 20_000, 1500)


def db(h):
    return 20 * np.log10(np.maximum(np.abs(h), 1e-12))


def analogue(numerator, denominator, hz):
    s = 1j * F / hz
    return db(np.polyval(numerator, s) / np.polyval(denominator, s))


def off(row, curve):
    """By how many dB a design leaves the analogue curve, where that is above -40 dB."""
    return np.where(curve > -40, np.abs(db(filters.response(row, RATE, F)) - curve), 0)


@pytest.mark.parametrize("gain", [12.0, -12.0])
def test_peak_near_nyquist(gain):
    """The bar: 0.1 dB to 5 kHz, 0.5 dB to 16 kHz, 1.0 dB to 20 kHz."""
    a = 10 ** (gain / 40)
    error = off(filters.peak(RATE, 12_000, 1.0, gain), analogue([1, a, 1], [1, 1 / a, 1], 12_000))
    assert error[F <= 5000].max() <= 0.1
    assert error[F <= 16_000].max() <= 0.5
    assert error.max() <= 1.0


@pytest.mark.parametrize("hz", [30, 200, 1000, 5000, 10_000])
@pytest.mark.parametrize("q", [0.5, 0.7071, 1.0, 2.0, 6.0])
@pytest.mark.parametrize("gain", [-18.0, -6.0, 3.0, 18.0])
def test_peak_follows_the_analogue_curve(hz, q, gain):
    a = 10 ** (gain / 40)
    error = off(filters.peak(RATE, hz, q, gain), analogue([1, a / q, 1], [1, 1 / (a * q), 1], hz))
    assert error[F <= 10_000].max() <= 0.2
    assert error.max() <= 1.3


@pytest.mark.parametrize("hz", [30, 200, 1000, 5000, 10_000, 16_000])
@pytest.mark.parametrize("q", [0.5, 0.7071, 1.0])
@pytest.mark.parametrize("gain", [-18.0, -6.0, 3.0, 18.0])
def test_shelves_follow_the_analogue_curves(hz, q, gain):
    a = 10 ** (gain / 40)
    r = a**0.5 / q
    high = off(filters.high_shelf(RATE, hz, q, gain), analogue([a * a, a * r, a], [1, r, a], hz))
    low = off(filters.low_shelf(RATE, hz, q, gain), analogue([a, a * r, a * a], [a, r, 1], hz))
    for error in (high, low):
        assert error[F <= 5000].max() <= 0.1
        assert error.max() <= 0.9


@pytest.mark.parametrize("hz", [30, 200, 1000, 5000, 10_000])
@pytest.mark.parametrize("q", [0.5, 0.7071, 1.0, 4.0])
def test_passes_follow_the_analogue_curves(hz, q):
    below = [1, 1 / q, 1]
    error = {
        "lowpass": off(filters.lowpass(RATE, hz, q), analogue([1], below, hz)),
        "highpass": off(filters.highpass(RATE, hz, q), analogue([1, 0, 0], below, hz)),
        "bandpass": off(filters.bandpass(RATE, hz, q), analogue([1 / q, 0], below, hz)),
    }
    near = np.minimum(3 * hz, 10_000) >= F
    for name, e in error.items():
        assert e[near].max() <= 0.35, name
        assert e.max() <= 1.8, name


@pytest.mark.parametrize("hz", [20, 500, 15_000])
def test_a_cut_undoes_a_boost(hz):
    for design in (filters.peak, filters.low_shelf, filters.high_shelf):
        both = np.concatenate([design(RATE, hz, 1.3, 9.0), design(RATE, hz, 1.3, -9.0)])
        np.testing.assert_allclose(np.abs(filters.response(both, RATE, F)), 1.0, atol=1e-9)


@pytest.mark.parametrize("hz", [50, 1000, 8000, 15_000])
@pytest.mark.parametrize("q", [1.0, 4.0, 20.0])
def test_notch_has_the_width_it_says(hz, q):
    row = filters.notch(RATE, hz, q)
    assert np.abs(filters.response(row, RATE, hz)) < 1e-9
    np.testing.assert_allclose(np.abs(filters.response(row, RATE, [0, RATE / 2])), 1.0, atol=1e-9)
    f = np.linspace(max(hz - 2 * hz / q, 1), min(hz + 2 * hz / q, RATE / 2), 200_001)
    stopped = f[db(filters.response(row, RATE, f)) < -3.0103]
    assert stopped.max() - stopped.min() == pytest.approx(hz / q, rel=0.01)


@pytest.mark.parametrize("hz", [50, 1000, 15_000])
def test_allpass_turns_the_phase_only(hz):
    row = filters.allpass(RATE, hz, 0.8)
    np.testing.assert_allclose(np.abs(filters.response(row, RATE, F)), 1.0, atol=1e-9)
    assert filters.response(row, RATE, hz).real == pytest.approx(-1.0)


@pytest.mark.parametrize("order", range(1, 9))
@pytest.mark.parametrize("hz", [40, 1000, 9000])
def test_butterworth(order, hz):
    low, high = filters.lowpass_order(RATE, hz, order), filters.highpass_order(RATE, hz, order)
    for row in (low, high):
        assert row.shape == ((order + 1) // 2, 6)
        assert db(filters.response(row, RATE, hz)) == pytest.approx(-3.0103, abs=0.001)
    ideal = -10 * np.log10(1 + (F / hz) ** (2 * order))
    assert np.abs(db(filters.response(low, RATE, F)) - ideal)[F / min(2 * hz, 9000) < 1].max() < 0.5
    ideal = -10 * np.log10(1 + (hz / F) ** (2 * order))
    assert np.abs(db(filters.response(high, RATE, F)) - ideal)[F / hz > 1 / 3].max() < 0.5
    sharper = filters.lowpass_order(RATE, hz, order, 2.0)
    assert db(filters.response(sharper, RATE, hz)) == pytest.approx(-3.0103 + (6.0206 if order > 1 else 0), abs=0.001)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 192_000])
def test_every_design_is_stable_and_minimum_phase_where_it_must_be(rate):
    for hz in (0.0, 10.0, 1000.0, 20_000.0, 50_000.0):
        for q in (0.1, 0.7, 40.0):
            rows = [d(rate, hz, q) for d in (filters.lowpass, filters.highpass, filters.bandpass, filters.notch)]
            rows += [
                d(rate, hz, q, gain)
                for d in (filters.peak, filters.low_shelf, filters.high_shelf)
                for gain in (-36.0, -0.01, 0.0, 36.0)
            ]
            for row in rows:
                assert np.isfinite(row).all()
                assert np.abs(np.roots(row[0, 3:])).max() < 1.0


def test_sosfilt_is_scipys_and_does_not_mind_blocks():
    from scipy import signal

    bell, shelf = filters.peak(RATE, 900, 2, 9), filters.low_shelf(RATE, 90, 1, -4)
    sos = np.concatenate([filters.highpass(RATE, 40), bell, shelf])
    x = np.random.default_rng(2).standard_normal((2, 3000))
    y, last = filters.sosfilt(sos, x)
    np.testing.assert_array_equal(y, signal.sosfilt(sos, x))
    state, parts = None, []
    for block in np.split(x, [0, 1, 1, 17, 2000], axis=1):
        part, state = filters.sosfilt(sos, block, state)
        parts.append(part)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), y)
    np.testing.assert_array_equal(state, last)
    np.testing.assert_array_equal(filters.sosfilt(np.zeros((0, 6)), x)[0], x)


def test_one_pole_covers_63_percent_in_its_time():
    keep = filters.smoothing(1000, 50)
    y, _ = filters.one_pole(np.ones((1, 200)), keep)
    assert y[0, 49] == pytest.approx(1 - np.exp(-1), rel=1e-12)
    first, state = filters.one_pole(np.ones((1, 13)), keep)
    second, _ = filters.one_pole(np.ones((1, 187)), keep, state)
    np.testing.assert_array_equal(np.concatenate([first, second], axis=1), y)
    assert filters.smoothing(1000, 0) == 0.0


def test_designs_cannot_be_changed_by_their_users():
    with pytest.raises(ValueError, match="read-only"):
        filters.lowpass(RATE, 1000)[0, 0] = 2.0


def test_filtering_does_not_import_scipy_signal():
    code = (
        "import sys, numpy as np\n"
        "from songbuild.dsp import filters\n"
        "x = np.ones((1, 4))\n"
        "y, _ = filters.sosfilt(filters.lowpass(48000, 1000), x)\n"
        "filters.one_pole(x, 0.5)\n"
        "assert 'scipy.signal' not in sys.modules\n"
        "import scipy.signal\n"
        "assert (scipy.signal.sosfilt(filters.lowpass(48000, 1000).copy(), x) == y).all()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
