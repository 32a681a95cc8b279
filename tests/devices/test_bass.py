"""The bass: string, sub, drive, thump."""

from __future__ import annotations

from typing import Any

import numpy as np

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.bass import INSTRUMENT, Bass

RATE = 44_100


def sound(pitch: float = 33, velocity: float = 0.8, gate: int = RATE, **given: Any) -> Audio:
    return INSTRUMENT.render([Note(pitch, velocity, gate)], Bass(**given), RATE, {})[0][0]


def level(x: Audio, hz: float) -> float:
    n = np.arange(x.size)
    return float(20 * np.log10(np.abs((x * np.hanning(x.size) * np.exp(-2j * np.pi * hz / RATE * n)).sum()) + 1e-12))


def test_the_sub_is_a_sine_that_lasts() -> None:
    x = sound(string=0, sub=1, drive=0)
    half = x.size // 4
    early, late = x[half : half + 8000], x[2 * half : 2 * half + 8000]
    assert abs(np.abs(early).max() / np.abs(late).max() - 1) < 0.02
    assert level(x[: RATE // 2], 110) < level(x[: RATE // 2], 55) - 60


def test_drive_adds_odd_overtones_more_when_played_hard() -> None:
    def third(velocity: float, drive: float) -> float:
        x = sound(velocity=velocity, string=0, sub=1, drive=drive)[2000 : RATE // 2]
        return level(x, 165) - level(x, 55)

    assert third(1.0, 0.0) < -60
    assert third(1.0, 1.0) > third(0.4, 1.0) + 6 > -60


def test_the_string_fades_and_a_softer_pluck_is_darker() -> None:
    x = sound(gate=3 * RATE)
    assert np.abs(x[2 * RATE : 2 * RATE + 4000]).max() < 0.5 * np.abs(x[:4000]).max()
    hard, soft = (sound(velocity=v)[: RATE // 2] for v in (1.0, 0.3))
    assert level(hard, 440) - level(hard, 55) > level(soft, 440) - level(soft, 55) + 3


def test_thump_is_short_and_low() -> None:
    given = {"drive": 0, "tone_hz": 80, "pluck_hz": 80}
    with_it, without = sound(45, thump=1, **given), sound(45, thump=0, **given)
    assert level(with_it[:8000], 62) > level(without[:8000], 62) + 6
    assert level(with_it[RATE // 2 : RATE // 2 + 8000], 62) < level(with_it[:8000], 62) - 30


def test_nothing_is_silent_when_all_is_off() -> None:
    assert not sound(string=0, sub=0).any()
