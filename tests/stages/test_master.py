"""The loudness gain: the lowest on its grid that reaches the target."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from songbuild.dsp.loudness import measure
from songbuild.stages.master import HIGHEST_DB, STEP_DB, WITHIN_LU, lowest_gain
from support import read_wav, render, write_wav


def _limited(plain: float, knee: float, slope: float) -> Callable[[float], float]:
    """Loudness that rises with the gain, and by `slope` only past `knee`, as under a limiter."""
    return lambda gain: plain + min(gain, knee) + slope * max(0.0, gain - knee)


@given(
    plain=st.floats(-45, -8),
    knee=st.floats(-20, 20),
    slope=st.floats(0.05, 1.0),
    target=st.floats(-30, -8),
    guess=st.floats(-15, 15),
)
def test_the_gain_is_the_lowest_that_reaches_the_target(
    plain: float, knee: float, slope: float, target: float, guess: float
) -> None:
    loudness = _limited(plain, knee, slope)
    calls: list[float] = []

    def counted(gain: float) -> float:
        calls.append(gain)
        return loudness(gain)

    gain = lowest_gain(counted, target, target - plain + guess)
    assert gain / STEP_DB == pytest.approx(round(gain / STEP_DB))
    if gain < HIGHEST_DB - STEP_DB / 2:
        assert loudness(gain) >= target - WITHIN_LU - 1e-9
    if gain > -23.9:
        assert loudness(gain - STEP_DB) < target - WITHIN_LU + 1e-9
    assert len(calls) <= 16


@pytest.mark.parametrize(("target", "ceiling"), [(-14, -1), (-9, -1), (-23, -3)])
def test_a_master_reaches_its_target_under_its_ceiling(tmp_path: Path, target: float, ceiling: float) -> None:
    rate = 44_100
    time = np.arange(8 * rate) / rate
    hits = np.exp(-8 * (time % 0.5)) * np.sin(2 * np.pi * 110 * time) + 0.3 * np.exp(
        -30 * (time % 0.25)
    ) * np.random.default_rng(2).standard_normal(len(time))
    write_wav(tmp_path / "song" / "hits.wav", 0.5 * hits[None] / np.max(np.abs(hits)), rate)
    (tmp_path / "song" / "song.yaml").write_text(
        f"""\
title: Target
tempo: 120
tail: 0
arrangement: {{tracks: {{hits: {{recording: hits}}}}, sections: {{a: {{bars: 4}}}}, form: [a]}}
recordings: {{hits: {{takes: {{one: hits.wav}}}}}}
master: {{loudness: {target}, ceiling: {ceiling}}}
delivery: {{formats: [wav24]}}
"""
    )
    done = render(tmp_path / "song")
    found = measure(read_wav(tmp_path / "song" / "out" / "target-24bit.wav"), rate)
    assert found.integrated_lufs == pytest.approx(target, abs=0.1)
    assert found.true_peak_dbtp <= ceiling + 0.05
    assert done.facts["master"]["integrated_lufs"] == pytest.approx(found.integrated_lufs, abs=0.01)
    assert done.facts["master"]["true_peak_dbtp"] == pytest.approx(found.true_peak_dbtp, abs=0.02)
