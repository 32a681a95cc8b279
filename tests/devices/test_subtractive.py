"""The subtractive synthesizer: waves, filter, envelopes, unison, modulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.subtractive import INSTRUMENT, Subtractive

RATE = 44_100
PLAIN: dict[str, Any] = {
    "level_2": 0, "filter_semitones": 0, "velocity_semitones": 0, "key_tracking": 0, "resonance": 0,
    "cutoff_hz": 20_000, "slope_db": 12, "sustain": 1, "attack_ms": 1,
}  # fmt: skip


def sound(pitch: float = 45, gate: int = RATE, velocity: float = 1.0, seed: int = 0, **given: Any) -> Audio:
    return INSTRUMENT.render([Note(pitch, velocity, gate, seed)], Subtractive(**{**PLAIN, **given}), RATE, {})[0]


def harmonics(x: Audio, hz: float, count: int) -> Audio:
    """Levels of the first harmonics in dB, by a window of flat top."""
    x = x[RATE // 4 : RATE // 4 + 32_768]
    n = np.arange(x.size) * 2 * np.pi / x.size
    window = 1 - 1.93 * np.cos(n) + 1.29 * np.cos(2 * n) - 0.388 * np.cos(3 * n) + 0.028 * np.cos(4 * n)
    turns = np.outer(np.arange(1, count + 1) * hz / RATE, np.arange(x.size))
    return 20 * np.log10(np.abs((np.exp(-2j * np.pi * turns) * (x * window)).sum(axis=1)) * 2 / x.size + 1e-12)


def test_waves_have_their_harmonics() -> None:
    k = np.arange(1, 9)
    saw = harmonics(sound(wave="saw")[0], 110, 8)
    assert np.allclose(saw - saw[0], -20 * np.log10(k), atol=0.05)
    square = harmonics(sound(wave="square")[0], 110, 8)
    assert np.allclose((square - square[0])[::2], -20 * np.log10(k[::2]), atol=0.05)
    assert (square[1::2] < square[0] - 80).all()
    triangle = harmonics(sound(wave="triangle")[0], 110, 8)
    assert np.allclose((triangle - triangle[0])[::2], -40 * np.log10(k[::2]), atol=0.05)
    assert (harmonics(sound(wave="sine")[0], 110, 8)[1:] < saw[0] - 90).all()
    quarter = harmonics(sound(wave="square", pulse_width=0.25)[0], 110, 8)
    assert (quarter[3::4] < quarter[0] - 80).all()


@pytest.mark.parametrize("slope", [12, 24])
def test_the_filter_takes_off_its_db_per_octave(slope: int) -> None:
    """A low-pass at 110 Hz on a saw at 110 Hz: -3 dB there, its slope from the fourth harmonic to the eighth."""
    taken = harmonics(sound(cutoff_hz=110, slope_db=slope)[0], 110, 8) - harmonics(sound(slope_db=slope)[0], 110, 8)
    assert taken[0] == pytest.approx(-3.0, abs=0.1)
    assert taken[7] - taken[3] == pytest.approx(-slope, abs=0.3)


def test_highpass_and_bandpass() -> None:
    open_saw = harmonics(sound()[0], 110, 16)
    high = harmonics(sound(filter="highpass", cutoff_hz=880, slope_db=24)[0], 110, 16) - open_saw
    assert high[7] == pytest.approx(-3.0, abs=0.1)
    assert high[1] - high[0] == pytest.approx(24, abs=0.3)
    band = harmonics(sound(filter="bandpass", cutoff_hz=880, resonance=0.5)[0], 110, 16) - open_saw
    assert int(np.argmax(band)) == 7


def test_resonance_lifts_the_cutoff_over_the_rest() -> None:
    flat, sharp = (harmonics(sound(cutoff_hz=880, resonance=r)[0], 110, 8) for r in (0.0, 0.8))
    lifted = (sharp - flat) - (sharp - flat)[0]
    assert lifted[7] == pytest.approx(20 * 0.8 * 5 * np.log10(2), abs=0.7)  # q is 2**4 times as high


def test_a_moving_filter_passes_through_what_a_still_one_does() -> None:
    """At the end of its decay the envelope has brought the cutoff to where a still filter stands."""
    still = harmonics(sound(cutoff_hz=880, gate=2 * RATE)[0][RATE:], 110, 16)
    swept = sound(cutoff_hz=220, filter_semitones=24, filter_decay_ms=5, filter_sustain=1, gate=2 * RATE)
    assert np.allclose(harmonics(swept[0][RATE:], 110, 16), still, atol=0.1)


def test_key_and_velocity_move_the_cutoff() -> None:
    def bright(**given: Any) -> float:
        levels = harmonics(sound(cutoff_hz=440, velocity_db=0, **given)[0], 110, 8)
        return float(levels[7] - levels[0])

    assert bright(velocity=0.3, velocity_semitones=36) < bright(velocity=0.9, velocity_semitones=36) - 6
    keys = ((48, 130.81), (60, 261.63))
    low, high = (harmonics(sound(p, cutoff_hz=523.25, key_tracking=1)[0], hz, 4) for p, hz in keys)
    assert np.allclose(low - low[0], high - high[0], atol=0.1)


def test_level_envelope() -> None:
    x = sound(57, wave="sine", attack_ms=100, decay_ms=500, sustain=0.25, release_ms=200)[0]
    level = np.abs(x)
    peaks = [level[a : a + 441].max() for a in range(0, x.size - 441, 441)]
    top = int(np.argmax(peaks))
    assert 9 <= top <= 11
    assert peaks[80] == pytest.approx(0.25 * peaks[top], rel=0.02)
    # the distance to the sustain falls by 60 dB in 500 ms: 12 dB in 100 ms
    assert peaks[20] == pytest.approx((0.25 + 0.75 * 10 ** (-12 / 20)) * peaks[10], rel=0.05)
    # and the release by 60 dB in 200 ms
    assert 20 * np.log10(peaks[110] / peaks[100]) == pytest.approx(-30, abs=1.5)


def test_unison_is_wide_and_its_spread_can_be_closed() -> None:
    wide = sound(60, unison=7, spread=1.0)
    narrow = sound(60, unison=7, spread=0.0)
    assert np.array_equal(narrow[0], narrow[1])
    assert np.corrcoef(wide)[0, 1] < 0.8
    power = np.square(wide).mean(axis=1)
    assert 10 * abs(np.log10(power[0] / power[1])) < 1.5


def test_vibrato_bends_the_pitch_by_its_cents() -> None:
    x = sound(69, 2 * RATE, wave="sine", vibrato_cents=50, lfo_hz=4, lfo_delay_ms=0)[0]
    crossings = np.flatnonzero((x[:-1] < 0) & (x[1:] >= 0))
    exact = crossings + x[crossings] / (x[crossings] - x[crossings + 1])
    cents = 1200 * np.log2(RATE / np.diff(exact[exact < 2 * RATE]) / 440)
    assert cents.max() == pytest.approx(50, abs=2)
    assert cents.min() == pytest.approx(-50, abs=2)


def test_width_modulation_moves_the_even_harmonics() -> None:
    x = sound(wave="square", lfo_width=0.3, lfo_hz=0.5, lfo_delay_ms=0, gate=2 * RATE)[0]
    assert harmonics(x[RATE // 4 :], 110, 2)[1] > harmonics(sound(wave="square")[0], 110, 2)[1] + 40


def test_noise_is_filtered_and_keyed() -> None:
    given = {"wave": "sine", "noise": 1.0, "cutoff_hz": 1000, "slope_db": 24, "level_db": 12}
    first, again, other = (sound(24, seed=s, **given)[0] for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    power = np.abs(np.fft.rfft(first[:RATE] * np.hanning(RATE))) ** 2
    assert 10 * np.log10(power[7500:8500].mean() / power[300:600].mean()) < -60


def test_a_pitch_above_half_the_rate_is_silent() -> None:
    (high,) = INSTRUMENT.render([Note(127, 1, 1000)], Subtractive(**PLAIN), 22_050, {})
    assert not high.any()
    both = sound(115, gate=4000, semitones_2=24, level_2=1, cents_2=0)
    assert np.corrcoef(both[0], sound(115, gate=4000)[0])[0, 1] > 0.999999
