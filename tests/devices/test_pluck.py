"""The plucked string: where it is plucked, how it dies away, stiffness, body."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.pluck import INSTRUMENT, Pluck

RATE = 44_100
BARE = {"body": 0.0, "knock": 0.0, "stiffness": 0.0, "pluck_hz": 20_000, "velocity_semitones": 0}


def sound(pitch: float = 45, velocity: float = 1.0, gate: int = 2 * RATE, **given: Any) -> Audio:
    return INSTRUMENT.render([Note(pitch, velocity, gate)], Pluck(**{**BARE, **given}), RATE, {})[0][0]


def level(x: Audio, hz: float) -> float:
    """Level in dB at a frequency."""
    n = np.arange(x.size)
    return float(20 * np.log10(np.abs((x * np.hanning(x.size) * np.exp(-2j * np.pi * hz / RATE * n)).sum()) + 1e-12))


def test_modes_with_a_node_where_it_is_plucked_stay_silent() -> None:
    x = sound(position=0.25)[: RATE // 2]
    levels = [level(x, 110 * k) for k in range(1, 10)]
    assert levels[3] < min(levels[2], levels[4]) - 50
    assert levels[7] < min(levels[6], levels[8]) - 50


def test_a_pickup_has_nodes_too() -> None:
    x = sound(position=0.13, pickup=1 / 3)[: RATE // 2]
    levels = [level(x, 110 * k) for k in range(1, 6)]
    assert levels[2] < min(levels[1], levels[3]) - 40


def test_overtones_die_sooner_with_damping() -> None:
    def fallen(hz: float, damping: float) -> float:
        x = sound(damping=damping)
        return level(x[RATE // 2 : RATE], hz) - level(x[: RATE // 2], hz)

    assert fallen(110, 0.0) == pytest.approx(fallen(1650, 0.0), abs=2.0)
    # a loss of 1 at 1 kHz is 60 dB * 1.65**1.3 a second at 1650 Hz: 57.5 dB in half a second
    assert fallen(1650, 1.0) - fallen(1650, 0.0) == pytest.approx(-57.5, abs=3)
    assert fallen(110, 1.0) > -10


def test_stiffness_stretches_the_overtones() -> None:
    b = 0.0005
    x = sound(stiffness=b, gate=RATE)[:RATE]
    k = 10
    stretched = 110 * k * np.sqrt((1 + b * k * k) / (1 + b))
    assert stretched - 110 * k > 20
    assert level(x, stretched) > level(x, 110 * k) + 20
    assert level(x, 110) > level(x, 112) + 20


def test_harder_is_brighter() -> None:
    def bright(velocity: float) -> float:
        x = sound(velocity=velocity, pluck_hz=3000, velocity_semitones=24)[: RATE // 4]
        return level(x, 1100) - level(x, 110)

    assert bright(1.0) > bright(0.3) + 4


def test_the_body_knocks_and_colours() -> None:
    x, dry = (sound(69, body=0, knock=k)[: RATE // 4] for k in (1.0, 0.0))
    assert level(x, 205) > level(dry, 205) + 10
    flat, coloured = (sound(body=b)[: RATE // 2] for b in (0.0, 1.0))
    near, far = level(coloured, 220) - level(flat, 220), level(coloured, 770) - level(flat, 770)
    assert near > far + 1.5


def test_it_ends_by_itself() -> None:
    assert sound(72, gate=60 * RATE, decay_s=0.5).size < 3 * RATE
