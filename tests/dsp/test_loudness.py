"""Loudness: every case of EBU Tech 3341 and 3342 (2023) that can be synthesised, channel weights, ratios, blocks.

Cases 7 and 8 of Tech 3341, 5 and 6 of Tech 3342 are programmes that only the EBU has; 15 to 23 are in test_truepeak.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple

import numpy as np
import pytest

from songbuild.dsp import loudness
from songbuild.dsp.kweighting import partials
from songbuild.dsp.loudness import follow, measure, metered, readings

RATES = [44100, 48000, 96000]
STEREO = (0.0, 0.0)
every_rate = pytest.mark.parametrize("rate", RATES)


def tones(rate: int, parts: Iterable[tuple[float, float | None]], offsets_db=STEREO, hz: int = 1000):
    """A sine whose level (dBFS, peak; None is silence) changes from part to part: (channels, frames)."""
    lengths = [(round(seconds * rate), level) for seconds, level in parts]
    gain = np.concatenate([np.full(n, 0.0 if level is None else 10 ** (level / 20)) for n, level in lengths])
    second = np.sin(2 * np.pi * hz / rate * np.arange(rate))  # whole periods, for a whole number of Hz
    x = gain * np.resize(second, gain.size)
    return np.stack([x if offset == 0 else 10 ** (offset / 20) * x for offset in offsets_db])


def energies(x, rate):
    return partials(x, rate, None)[0]


@every_rate
@pytest.mark.parametrize(("case", "level"), [(1, -23.0), (2, -33.0)])
def test_tech_3341_cases_1_and_2_all_three_read_the_same(case, level, rate):
    hops = energies(tones(rate, [(20, level)]), rate)
    assert loudness.integrated(hops, rate) == pytest.approx(level, abs=0.1)
    np.testing.assert_allclose(loudness.momentary(hops, rate), level, atol=0.1)
    np.testing.assert_allclose(loudness.short_term(hops, rate), level, atol=0.1)


GATED = {  # case -> (seconds, dBFS)
    3: [(10, -36.0), (60, -23.0), (10, -36.0)],
    4: [(10, -72.0), (10, -36.0), (60, -23.0), (10, -36.0), (10, -72.0)],
    5: [(20, -26.0), (20.1, -20.0), (20, -26.0)],
}


@every_rate
@pytest.mark.parametrize("case", GATED)
def test_tech_3341_cases_3_to_5_integrated(case, rate):
    assert loudness.integrated(energies(tones(rate, GATED[case]), rate), rate) == pytest.approx(-23.0, abs=0.1)


@every_rate
@pytest.mark.parametrize("lfe", [[], [-10.0]], ids=["5.0", "5.1"])
def test_tech_3341_case_6_surround(lfe, rate):
    levels = (-28.0, -28.0, -24.0, *lfe, -30.0, -30.0)  # the EBU's file has a silent LFE; here it is loud, and ignored
    x = tones(rate, [(20, 0.0)], levels)
    assert loudness.integrated(energies(x, rate), rate) == pytest.approx(-23.0, abs=0.1)


@every_rate
def test_tech_3341_case_9_short_term_constant_after_3_s(rate):
    s = loudness.short_term(energies(tones(rate, [(1.34, -20.0), (1.66, -30.0)] * 5), rate), rate)
    assert s.size == 1201
    np.testing.assert_allclose(s, -23.0, atol=0.1)


@every_rate
def test_tech_3341_case_10_short_term_maximum_wherever_the_tone_starts(rate):
    for i in range(20):
        hops = energies(tones(rate, [(i * 0.15, None), (3, -23.0), (1, None)]), rate)
        assert loudness.short_term(hops, rate).max() == pytest.approx(-23.0, abs=0.1), i


@every_rate
def test_tech_3341_case_11_short_term_maximum_of_a_running_meter(rate):
    parts = [p for i in range(20) for p in ((i * 0.15, None), (3, -38.0 + i), (3 - i * 0.15, None))]
    highest = np.maximum.accumulate(loudness.short_term(energies(tones(rate, parts), rate), rate))
    for i in range(20):  # segment i ends after 6 * (i + 1) s; the first value belongs to 3 s
        assert highest[600 * (i + 1) - 300] == pytest.approx(-38.0 + i, abs=0.1)


@every_rate
def test_tech_3341_case_12_momentary_constant_after_1_s(rate):
    m = loudness.momentary(energies(tones(rate, [(0.18, -20.0), (0.22, -30.0)] * 25), rate), rate)
    assert m.size == 961
    np.testing.assert_allclose(m[60:], -23.0, atol=0.1)


@every_rate
def test_tech_3341_case_13_momentary_maximum_wherever_the_tone_starts(rate):
    for i in range(20):
        hops = energies(tones(rate, [(i * 0.02, None), (0.4, -23.0), (1, None)]), rate)
        assert loudness.momentary(hops, rate).max() == pytest.approx(-23.0, abs=0.1), i


@every_rate
def test_tech_3341_case_14_momentary_maximum_of_a_running_meter(rate):
    parts = [p for i in range(20) for p in ((i * 0.02, None), (0.4, -38.0 + i), (0.4 - i * 0.02, None))]
    highest = np.maximum.accumulate(loudness.momentary(energies(tones(rate, parts), rate), rate))
    for i in range(20):
        assert highest[80 * (i + 1) - 40] == pytest.approx(-38.0 + i, abs=0.1)


@every_rate
@pytest.mark.parametrize(
    ("levels", "expected"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
    ids=["1", "2", "3", "4"],
)
def test_tech_3342_loudness_range(levels, expected, rate):
    """The table allows 1 LU, and says that a repetition changes nothing."""
    hops = energies(tones(rate, [(20, float(level)) for level in levels]), rate)
    for times in (1, 2):
        assert loudness.lra(np.tile(hops, times), rate) == pytest.approx(expected, abs=0.2)


def test_loudness_range_leaves_out_a_tenth_below_and_a_twentieth_above():
    """A staircase of 20 steps of 1 dB, 10 s each: 85 % of the way up."""
    hops = energies(tones(8000, [(10, -38.0 + step) for step in range(20)]), 8000)
    assert loudness.lra(hops, 8000) == pytest.approx(0.85 * 19, abs=0.6)
    quiet = energies(tones(8000, [(60, -55.0), *((10, -38.0 + step) for step in range(20))]), 8000)
    assert loudness.lra(quiet, 8000) == pytest.approx(0.85 * 19, abs=1.0)  # what is more than 20 LU below is gated


@every_rate
def test_997_hz_at_full_scale_in_one_channel_is_minus_3_01(rate):
    x = np.sin(2 * np.pi * 997 / rate * np.arange(5 * rate))
    assert measure(x[None], rate).integrated_lufs == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize(
    ("channels", "surround"), [(1, []), (2, []), (3, []), (4, [2, 3]), (5, [3, 4]), (6, [4, 5])], ids=str
)
def test_channels_weigh_what_bs1770_says(channels, surround):
    second = tones(48000, [(1, -20.0)], [0.0])[0]
    for channel in range(channels):
        x = np.zeros((channels, second.size))
        x[channel] = second
        expected = -20.0 - 3.01 + (1.49 if channel in surround else 0.0)
        if (channels, channel) == (6, 3):
            expected = -np.inf
        found = measure(x, 48000)
        assert found.integrated_lufs == pytest.approx(expected, abs=0.02), channel
        assert found.sample_peak_dbfs == pytest.approx(-20.0, abs=0.01)


def test_more_channels_have_no_weights():
    with pytest.raises(ValueError, match="7 channels"):
        measure(np.zeros((7, 48000)), 48000)


def test_the_ratios_of_a_song_that_gets_quieter():
    """10 s of tone at -10 dBFS, clicks at 0 dBFS in the first second, then 10 s at -30: the least PSR is a sine's."""
    x = tones(48000, [(10, -10.0), (10, -30.0)])
    x[:, 4800:48000:4800] = 1.0
    found = measure(x, 48000)
    assert found.plr_lu == found.true_peak_dbtp - found.integrated_lufs
    assert found.plr_lu == pytest.approx(10.0, abs=0.4)
    assert found.psr_lu == pytest.approx(0.0, abs=0.1)  # the level of a stereo sine is its loudness, by definition
    psr = follow([x], 48000)[1].psr_lu
    assert psr[0] == pytest.approx(10.0, abs=0.2)
    assert psr[-1] == pytest.approx(0.0, abs=0.1)
    assert psr.max() == pytest.approx(18.75, abs=0.1)  # 10 ms at -10 and the rest at -30 are -28.75 dB


def test_correlation_counts_where_the_song_sounds():
    """Mono, then 40 dB below it out of phase: only what passes the gate counts."""
    rng = np.random.default_rng(2)
    mid = 0.3 * rng.standard_normal(5 * 48000)
    x = np.stack([mid, mid])
    loud, (_, curves) = measure(x, 48000), follow([np.hstack([x, 0.01 * x * [[1], [-1]]])], 48000)
    both = measure(np.hstack([x, 0.01 * x * [[1], [-1]]]), 48000)
    assert [loud.correlation_min, loud.correlation_mean] == pytest.approx([1.0, 1.0])
    assert both.correlation_min > 0.99
    assert curves.correlation[-1] == pytest.approx(-1.0)
    wide = measure(np.hstack([x, x * [[1], [-1]]]), 48000)
    assert wide.correlation_min == pytest.approx(-1.0)
    assert wide.correlation_mean == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("rate", [44100, 22050])
def test_a_stream_in_blocks_reads_as_in_one_piece(rate):
    rng = np.random.default_rng(8)
    x = rng.standard_normal((2, 9 * rate)) * 10 ** (-rng.random(9).repeat(rate))
    x[1] += 0.4 * x[0]
    whole, curves = follow([x], rate)
    for seed in range(3):
        cuts = np.sort(np.random.default_rng(seed).integers(0, x.shape[1], 12))
        cut, cut_curves = follow(np.split(x, cuts, axis=1), rate)
        assert cut == whole
        for name in ("momentary_lufs", "short_term_lufs", "psr_lu", "correlation"):
            np.testing.assert_array_equal(getattr(cut_curves, name), getattr(curves, name))


def test_silence_and_very_short_sounds():
    silent = measure(np.zeros((2, 4 * 48000)), 48000)
    assert silent.integrated_lufs == silent.true_peak_dbtp == silent.sample_peak_dbfs == -np.inf
    assert silent.momentary_max_lufs == silent.short_term_max_lufs == -np.inf
    others = (silent.lra_lu, silent.plr_lu, silent.psr_lu, silent.correlation_min, silent.correlation_mean)
    assert np.isnan(others).all()
    short = measure(np.full((2, 1000), 0.5), 48000)
    assert short.integrated_lufs == short.momentary_max_lufs == -np.inf
    assert short.sample_peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert np.isnan([short.lra_lu, short.plr_lu, short.psr_lu]).all()
    assert astuple(measure(np.zeros((2, 0)), 48000))[:3] == (-np.inf,) * 3


def test_what_isn_t_stereo_has_no_correlation():
    for channels in (1, 6):
        found = measure(np.random.default_rng(1).standard_normal((channels, 48000)), 48000)
        assert np.isnan([found.correlation_min, found.correlation_mean]).all()


def test_readings_of_nothing():
    assert readings([], None, 48000).integrated_lufs == -np.inf


def test_what_was_metered_is_read_as_a_whole_even_when_nothing_is_complete():
    part, state = metered(np.full((2, 5), 0.25), 48000, None)
    assert readings([part], state, 48000).sample_peak_dbfs == pytest.approx(-12.04, abs=0.01)


def test_agrees_with_pyloudnorm():
    pyloudnorm = pytest.importorskip("pyloudnorm")
    x = np.random.default_rng(5).standard_normal((2, 10 * 44100)) * np.linspace(0.01, 0.3, 441000)
    meter = pyloudnorm.Meter(44100, filter_class="DeMan")
    assert measure(x, 44100).integrated_lufs == pytest.approx(meter.integrated_loudness(x.T), abs=0.01)
