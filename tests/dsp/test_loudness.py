"""Loudness: the cases of EBU Tech 3341 and 3342 that can be synthesised, the tables of BS.1770-5, and blocks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable

import numpy as np
import pytest

from songbuild.dsp import loudness
from songbuild.dsp.loudness import measure, partials

RATES = [44100, 48000, 96000]
STEREO = (0.0, 0.0)


def tones(rate: int, parts: Iterable[tuple[float, float | None]], offsets_db=STEREO, hz: int = 1000):
    """A sine whose level (dBFS, peak; None is silence) changes from part to part: (channels, frames)."""
    lengths = [(round(seconds * rate), level) for seconds, level in parts]
    gain = np.concatenate([np.full(n, 0.0 if level is None else 10 ** (level / 20)) for n, level in lengths])
    second = np.sin(2 * np.pi * hz / rate * np.arange(rate))  # whole periods, for a whole number of Hz
    x = gain * np.resize(second, gain.size)
    return np.stack([x if offset == 0 else 10 ** (offset / 20) * x for offset in offsets_db])


def energies(x, rate):
    return partials(x, rate, None)[0]


def test_k_weighting_at_48_khz_is_the_table_of_bs1770():
    shelf = (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585)
    highpass = (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621)
    np.testing.assert_allclose(loudness.k_weighting(48000), [shelf, highpass], rtol=0, atol=2e-12)


@pytest.mark.parametrize("rate", [22050, 44100, 88200, 192000])
def test_k_weighting_is_the_same_curve_at_every_rate(rate):
    hz = np.array([20.0, 40.0, 100.0, 1000.0, 2000.0, 4000.0])

    def db(r):
        z = np.exp(-2j * np.pi * hz / r)
        h = np.ones(hz.size, complex)
        for b0, b1, b2, _, a1, a2 in loudness.k_weighting(r):
            h *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
        return 20 * np.log10(np.abs(h))

    np.testing.assert_allclose(db(rate), db(48000), rtol=0, atol=0.03 if rate < 44100 else 0.006)


@pytest.mark.parametrize("rate", RATES)
def test_997_hz_at_full_scale_in_one_channel_is_minus_3_01(rate):
    x = np.sin(2 * np.pi * 997 / rate * np.arange(5 * rate))
    assert measure(x[None], rate).integrated_lufs == pytest.approx(-3.01, abs=0.01)


STEADY = {  # EBU Tech 3341, table 1: case -> (parts, integrated)
    1: [(20, -23.0)],
    3: [(10, -36.0), (60, -23.0), (10, -36.0)],
    4: [(10, -72.0), (10, -36.0), (60, -23.0), (10, -36.0), (10, -72.0)],
    5: [(20, -26.0), (20.1, -20.0), (20, -26.0)],
}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("case", STEADY)
def test_tech_3341_integrated(case, rate):
    assert loudness.integrated(energies(tones(rate, STEADY[case]), rate), rate) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("case", "level"), [(1, -23.0), (2, -33.0)])
def test_tech_3341_steady_tone_reads_the_same_everywhere(case, level, rate):
    m = measure(tones(rate, [(20, level)]), rate)
    assert [m.integrated_lufs, m.momentary_max_lufs, m.short_term_max_lufs] == pytest.approx([level] * 3, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_tech_3341_case_6_five_channels(rate):
    x = tones(rate, [(20, 0.0)], (-28.0, -28.0, -24.0, -30.0, -30.0))
    assert loudness.integrated(energies(x, rate), rate) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_tech_3341_case_9_short_term_constant(rate):
    s = loudness.short_term(energies(tones(rate, [(1.34, -20.0), (1.66, -30.0)] * 5), rate), rate)
    np.testing.assert_allclose(s, -23.0, atol=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_tech_3341_case_12_momentary_constant(rate):
    m = loudness.momentary(energies(tones(rate, [(0.18, -20.0), (0.22, -30.0)] * 25), rate), rate)
    np.testing.assert_allclose(m[60:], -23.0, atol=0.1)  # from 1 s on


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("i", range(0, 20, 3))
def test_tech_3341_cases_10_and_13_maximum_wherever_the_tone_starts(i, rate):
    s = measure(tones(rate, [(i * 0.15, None), (3, -23.0), (1, None)]), rate).short_term_max_lufs
    m = measure(tones(rate, [(i * 0.02, None), (0.4, -23.0), (1, None)]), rate).momentary_max_lufs
    assert [s, m] == pytest.approx([-23.0, -23.0], abs=0.1)


@pytest.mark.parametrize("rate", RATES)
def test_tech_3341_cases_11_and_14_maximum_of_a_running_meter(rate):
    short = [p for i in range(20) for p in ((i * 0.15, None), (3, -38.0 + i), (3 - i * 0.15, None))]
    s = loudness.short_term(energies(tones(rate, short), rate), rate)
    highest = np.maximum.accumulate(s)
    for i in range(20):  # segment i ends after 6 * (i + 1) s; the first value belongs to 3 s
        assert highest[min(600 * (i + 1) - 300, s.size) - 1] == pytest.approx(-38.0 + i, abs=0.1)
    brief = [p for i in range(20) for p in ((i * 0.02, None), (0.4, -38.0 + i), (0.4 - i * 0.02, None))]
    m = np.maximum.accumulate(loudness.momentary(energies(tones(rate, brief), rate), rate))
    for i in range(20):
        assert m[min(80 * (i + 1) - 40, m.size) - 1] == pytest.approx(-38.0 + i, abs=0.1)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("levels", "expected"),
    [((-20, -30), 10), ((-20, -15), 5), ((-40, -20), 20), ((-50, -35, -20, -35, -50), 15)],
    ids=["1", "2", "3", "4"],
)
def test_tech_3342_loudness_range(levels, expected, rate):
    x = tones(rate, [(20, float(level)) for level in levels])
    assert loudness.lra(energies(x, rate), rate) == pytest.approx(expected, abs=0.2)


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


def test_silence_and_very_short_sounds():
    silent = measure(np.zeros((2, 48000)), 48000)
    assert silent.integrated_lufs == silent.true_peak_dbtp == silent.sample_peak_dbfs == -np.inf
    assert silent.lra_lu == silent.plr_lu == 0.0
    short = measure(np.full((2, 1000), 0.5), 48000)
    assert short.integrated_lufs == short.momentary_max_lufs == -np.inf
    assert short.sample_peak_dbfs == pytest.approx(-6.02, abs=0.01)


def test_agrees_with_pyloudnorm():
    pyloudnorm = pytest.importorskip("pyloudnorm")
    x = np.random.default_rng(5).standard_normal((2, 10 * 44100)) * np.linspace(0.01, 0.3, 441000)
    meter = pyloudnorm.Meter(44100, filter_class="DeMan")
    assert measure(x, 44100).integrated_lufs == pytest.approx(meter.integrated_loudness(x.T), abs=0.01)


@pytest.mark.skipif(not shutil.which("ffmpeg") and not os.environ.get("CI"), reason="ffmpeg isn't installed")
def test_agrees_with_ffmpeg(tmp_path):
    import soundfile

    x = 0.2 * np.random.default_rng(9).standard_normal((2, 6 * 48000)) * np.linspace(0.05, 1, 6 * 48000)
    soundfile.write(tmp_path / "x.wav", x.T, 48000, subtype="DOUBLE")
    command = ["ffmpeg", "-nostats", "-i", str(tmp_path / "x.wav"), "-af", "ebur128=framelog=verbose"]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    theirs = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", done.stderr)[-1])
    assert theirs == pytest.approx(measure(x, 48000).integrated_lufs, abs=0.06)
