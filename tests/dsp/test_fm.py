"""Frequency modulation by tables against its formula."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.fm import Tone, summed

BODY = Tone(30_000, 0.0061, 1.0, ((1.5, 1e-4), (0.8, 2e-5)), 0.7, 3e-5)
BELL = Tone(9000, 0.0061, 14.0, ((0.9, 4e-4),), 0.3, 4e-4)


def formula(tone: Tone, frames: int) -> np.ndarray:
    n = np.arange(frames)
    index = sum(depth * 2.0 ** (-octaves * n) for depth, octaves in tone.indices)
    phase = 2 * np.pi * tone.turns * n
    return tone.level * 2.0 ** (-tone.octaves * n) * np.sin(phase + index * np.sin(tone.ratio * phase))


@pytest.mark.parametrize("tone", [BODY, BELL])
def test_a_tone_is_its_formula(tone: Tone) -> None:
    assert np.allclose(summed([tone], tone.frames), formula(tone, tone.frames), atol=1e-8)


def test_tones_add_up_and_a_longer_note_begins_as_a_shorter() -> None:
    both = summed([BODY, BELL], 30_000)
    assert np.allclose(both[:9000], (formula(BODY, 9000) + formula(BELL, 9000)), atol=2e-8)
    assert np.allclose(both[9216:], formula(BODY, 30_000)[9216:], atol=1e-8)  # the bell has ended
    short = Tone(5000, BODY.turns, BODY.ratio, BODY.indices, BODY.level, BODY.octaves)
    assert np.array_equal(summed([short], 5000), summed([BODY], 30_000)[:5000])


def test_no_frames_and_no_tones() -> None:
    assert summed([], 300).tolist() == [0.0] * 300
    assert summed([Tone(0, 0.01, 1.0, ((1.0, 0.0),), 1.0, 0.0)], 0).shape == (0,)
