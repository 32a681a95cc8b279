"""The pad: width, bloom, motion, loops without a seam, harmonics."""

from __future__ import annotations

from typing import Any

import numpy as np

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.pad import INSTRUMENT, Pad

RATE = 44_100


def sound(pitch: float = 57, gate: int = 2 * RATE, velocity: float = 0.8, **given: Any) -> Audio:
    return INSTRUMENT.render([Note(pitch, velocity, gate)], Pad(**given), RATE, {})[0]


def centroid(x: Audio) -> float:
    power = np.abs(np.fft.rfft(x * np.hanning(x.size))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(x.size, 1 / RATE)) / np.sum(power))


def test_width() -> None:
    wide, narrow = (sound(ensemble=1, motion=0, width=w) for w in (1.0, 0.0))
    assert abs(np.corrcoef(wide)[0, 1]) < 0.3
    assert np.allclose(narrow[0], narrow[1])
    for pitch in (36, 48, 60, 72):
        power = np.square(sound(pitch, motion=0)).mean(axis=1)
        assert abs(10 * np.log10(power[0] / power[1])) < 2.5


def test_it_opens_while_held_and_with_velocity() -> None:
    given = {"bloom": 1, "bloom_ms": 800, "motion": 0, "brightness": 0.9}
    x = sound(gate=4 * RATE, **given)[0]
    assert centroid(x[3 * RATE : 4 * RATE]) > 1.5 * centroid(x[: RATE // 4])
    soft, hard = (centroid(sound(velocity=v, velocity_bright=1, brightness=0.9)[0]) for v in (0.2, 1.0))
    assert hard > 1.15 * soft


def test_motion_brightens_one_side_and_then_the_other() -> None:
    given = {"motion": 1, "motion_hz": 1, "bloom": 0, "ensemble": 0, "brightness": 0.9, "attack_ms": 2}
    left, right = sound(gate=RATE, **given)
    first, second = slice(RATE // 8, 3 * RATE // 8), slice(5 * RATE // 8, 7 * RATE // 8)
    assert centroid(right[first]) > 1.2 * centroid(left[first])
    assert centroid(left[second]) > 1.2 * centroid(right[second])


def test_a_note_longer_than_the_loop_has_no_seam() -> None:
    x = sound(gate=8 * RATE, motion=0, bloom=0, ensemble=1)[0]
    steps = np.abs(np.diff(x[RATE : 8 * RATE]))
    seam = (1 << 18) - RATE
    assert steps[seam - 5 : seam + 5].max() < steps.max()
    jumps = np.abs(np.diff(x[RATE : 8 * RATE], 3))
    assert jumps[seam - 5 : seam + 5].max() < jumps.max()


def test_hollow_leaves_out_even_overtones_and_octave_adds_them() -> None:
    def second(**given: Any) -> float:
        x = sound(ensemble=0, motion=0, bloom=0, **given)[0][RATE : 2 * RATE]
        n = np.arange(x.size)
        x = x * np.hanning(x.size)
        first, second = (np.abs((x * np.exp(-2j * np.pi * k * 220 / RATE * n)).sum()) for k in (1, 2))
        return float(20 * np.log10(second / first))

    assert second(hollow=1, octave=0) < -80
    assert second(octave=1) > second(octave=0) + 3


def test_levels_of_two_layers_are_steady() -> None:
    """The level of a held note stays within what an ensemble of players would vary by."""
    x = sound(gate=6 * RATE, attack_ms=2, sustain=1, motion=0, bloom=0)[0]
    levels = [np.sqrt(np.square(x[t : t + RATE // 2]).mean()) for t in range(RATE // 2, 5 * RATE, RATE // 2)]
    assert max(levels) / min(levels) < 3
