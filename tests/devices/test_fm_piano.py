"""The electric piano: velocity, decay, tine, tremolo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.fm_piano import INSTRUMENT, FmPiano

RATE = 44_100


def sound(pitch: float = 60, velocity: float = 0.8, gate: int = RATE, **given: Any) -> Audio:
    return INSTRUMENT.render([Note(pitch, velocity, gate)], FmPiano(**given), RATE, {})[0]


def centroid(x: Audio) -> float:
    power = np.abs(np.fft.rfft(x * np.hanning(x.size))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(x.size, 1 / RATE)) / np.sum(power))


def test_harder_is_brighter_and_bark_makes_more_of_it() -> None:
    def opening(**given: Any) -> float:
        soft, hard = (centroid(sound(48, v, hammer=0, **given)[0, : RATE // 4]) for v in (0.3, 1.0))
        return hard / soft

    assert opening(bark=0.2) > 1.1
    assert opening(bark=1.0) > opening(bark=0.2) * 1.2


def test_it_mellows_as_it_rings() -> None:
    x = sound(48, gate=3 * RATE)[0]
    assert centroid(x[2 * RATE : 3 * RATE]) < 0.8 * centroid(x[: RATE // 2])


@pytest.mark.parametrize("decay_s", [2.0, 6.0])
def test_middle_c_falls_by_60_db_in_its_decay(decay_s: float) -> None:
    x = sound(60, gate=2 * RATE, decay_s=decay_s, detune_cents=0, tine=0, hammer=0, brightness=0, bark=0)[0]
    early, late = (np.abs(x[t : t + 4410]).max() for t in (RATE // 2, RATE + RATE // 2))
    assert 20 * np.log10(late / early) == pytest.approx(-60 / decay_s, rel=0.1)


def test_bass_rings_longer_than_treble() -> None:
    assert sound(36, gate=30 * RATE, decay_s=2).shape[1] > 2 * sound(84, gate=30 * RATE, decay_s=2).shape[1]


def test_the_tine_sounds_at_its_ratio() -> None:
    x, without = (sound(60, 1.0, hammer=0, tine=t)[0, : RATE // 2] for t in (1.0, 0.0))
    hz = 261.6256
    bell = np.abs(np.fft.rfft((x - without) * np.hanning(x.size), 1 << 18))
    spots = [round(k * hz / RATE * (1 << 18)) for k in (13, 14, 15)]
    low, middle, high = (bell[s - 8 : s + 9].max() for s in spots)
    assert min(low, high) > 10 * middle  # sidebands at 14 f - f and 14 f + f


def test_tremolo_goes_from_side_to_side() -> None:
    left, right = sound(60, gate=2 * RATE, tremolo=1.0, tremolo_hz=4.0)
    n = RATE // 8  # half a turn
    first, second = slice(0, n), slice(n, 2 * n)
    assert np.square(right[first]).sum() > 4 * np.square(left[first]).sum()
    assert np.square(left[second]).sum() > 4 * np.square(right[second]).sum()
    still = sound(60, tremolo=0.0)
    assert np.array_equal(still[0], still[1])


def test_treble_does_not_alias() -> None:
    x = sound(103, 1.0, brightness=1, bark=1, tine=1, hammer=0, detune_cents=0)[0, 4410 : 4410 + 16_384]
    level = np.abs(np.fft.rfft(x * np.blackman(x.size)))
    freqs = np.fft.rfftfreq(x.size, 1 / RATE)
    hz = 440 * 2 ** ((103 - 69) / 12)
    between = np.abs(freqs / hz - np.round(freqs / hz)) * hz > 100
    assert 20 * np.log10(level[between].max() / level.max()) < -80
