"""Peaks hop by hop: the largest of any 3 s is the true peak of these, though most rows are left out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.dsp import hops, peaks, truepeak
from songbuild.dsp.extremes import highest


def everything(x, rate):
    """The peak of every hop with no row and no interval left out, and the largest of all."""
    before, after = np.zeros((len(x), truepeak.MARGIN)), np.zeros((len(x), truepeak.ROW))
    padded = np.concatenate([before, x, after], axis=1)
    rows = truepeak.rows_of(padded)
    found = np.array([truepeak.interval_peaks(channel, 0.0) for channel in rows]).max(axis=0).reshape(-1)
    out = np.zeros(hops.hop(found.size // 2, rate) + 1)
    np.maximum.at(out, hops.hop(np.arange(found.size) // 2, rate), found)
    samples = np.abs(x).max(axis=0)
    np.maximum.at(out, hops.hop(np.arange(samples.size), rate), samples)
    return out


def metered(x, rate, cuts=()):
    state, parts = None, []
    for start, stop in pairwise([0, *cuts, x.shape[1]]):
        part, state = peaks.partial(x[:, start:stop], rate, state)
        parts.append(part)
    last, true_peak, sample_peak = peaks.finish(state, rate)
    return np.concatenate([*parts, last]), true_peak, sample_peak


def signal(kind, seed, frames):
    """Noise, noise without treble, or clicks, whose peaks lie on samples; its level changes every tenth of a second."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((2, frames))
    if kind == "dark":
        x[:, 1:] += 0.9 * x[:, :-1]
    elif kind == "clicks":
        x *= rng.random(frames) < 0.001
    return x * np.resize(10 ** rng.normal(0, 0.5, 80).repeat(800), frames)


@settings(max_examples=20, deadline=None)
@given(
    kind=st.sampled_from(["white", "dark", "clicks"]),
    seed=st.integers(0, 2**32 - 1),
    rate=st.sampled_from([8000, 11025]),
    seconds=st.sampled_from([1, 4, 7]),
    cuts=st.lists(st.integers(0, 77_000), max_size=5),
)
def test_of_any_3_s_as_if_nothing_were_left_out(kind, seed, rate, seconds, cuts):
    x = signal(kind, seed, seconds * rate)
    complete = hops.hop(x.shape[1], rate)
    all_peaks = everything(x, rate)
    found, true_peak, sample_peak = metered(x, rate, sorted(cut for cut in cuts if cut < x.shape[1]))
    np.testing.assert_array_equal(highest(found[:complete], 300), highest(all_peaks[:complete], 300))
    assert (found[:complete] <= all_peaks[:complete]).all()
    assert true_peak == all_peaks.max() == truepeak.true_peak(x)
    assert sample_peak == np.abs(x).max()


def test_most_rows_are_left_out(monkeypatch):
    """That is what it is for: of a beat in 60 s, and of noise, few are looked at."""
    rate, looked = 44100, []
    plain = truepeak.interval_peaks
    monkeypatch.setattr(truepeak, "interval_peaks", lambda rows, least: looked.append(len(rows)) or plain(rows, least))
    t = np.arange(20 * rate)
    rng = np.random.default_rng(3)
    beat = np.sin(2 * np.pi * 60 / rate * (t % 22050)) * np.exp(-(t % 22050) / 4000)
    metered(beat[None] + 0.01 * rng.standard_normal((1, t.size)), rate)
    assert sum(looked) < 0.05 * t.size / truepeak.WINDOW


@pytest.mark.parametrize("place", [99_900, 100_007, 100_300])
@pytest.mark.parametrize("cuts", [(), range(200, 240_000, 200)], ids=["whole", "cut"])
def test_a_peak_lies_in_its_hop(cuts, place):
    """The hop 208 is frames 99,840 to 100,319: more than one row of 256."""
    x = np.zeros((1, 5 * 48000))
    x[0, place] = 0.5
    found, true_peak, sample_peak = metered(x, 48000, cuts)
    assert int(np.argmax(found)) == 208
    assert found[208] == true_peak == pytest.approx(sample_peak, rel=0.01)
    assert not found[:200].any()


def test_silence_and_nothing():
    assert metered(np.zeros((2, 50_000)), 44100)[1:] == (0.0, 0.0)
    assert metered(np.zeros((2, 0)), 44100)[1:] == (0.0, 0.0)
    assert peaks.finish(None, 44100)[1:] == (0.0, 0.0)
