"""Band-limited cycles and how they are read."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.dsp.oscillators import bank, glide, harmonics_below, read, read_each, response, wave_spectrum


def test_harmonics_below() -> None:
    assert harmonics_below(100, 1000) == 9
    assert harmonics_below(100, 1001) == 10
    assert harmonics_below(100, 100) == 0


@pytest.mark.parametrize("wave", ["saw", "square", "triangle", "sine"])
def test_waves_approach_their_shapes(wave: str) -> None:
    sine, cosine = wave_spectrum(wave, 400)
    x = np.linspace(0.02, 0.48, 50)
    y = read(bank(sine[None], cosine[None]), x)
    shapes = {"saw": 1 - 2 * x, "square": np.ones(50), "triangle": 1 - np.abs(4 * x - 1), "sine": np.sin(2 * np.pi * x)}
    assert np.allclose(y, shapes[wave], atol=0.03)


def test_a_pulse_has_its_width_and_no_direct_current() -> None:
    cycle = bank(*(a[None] for a in wave_spectrum("square", 300, 0.2)))
    y = read(cycle, np.arange(1000) / 1000)
    assert abs(cycle[0, :-1].mean()) < 1e-12
    assert np.mean(y > 0.5) == pytest.approx(0.2, abs=0.01)


def test_read_takes_any_turn_and_goes_between_rows() -> None:
    cycles = bank(np.array([[1.0], [3.0]]), np.zeros((2, 1)))
    turns = np.array([0.25, 7.25, -1.75, 0.75])
    assert np.allclose(read(cycles, turns, np.array([0.0, 0.5, 1.0, 0.25])), [1.0, 2.0, 3.0, -1.5], atol=1e-9)
    assert np.allclose(read(cycles[1:], turns), [3, 3, 3, -3], atol=1e-9)


@pytest.mark.parametrize(("hop", "frames"), [(1024, 9000), (48, 5000), (8192, 20_000), (100, 0)])
def test_gliding_is_reading_between_rows_at_an_even_pace(hop: int, frames: int) -> None:
    rng = np.random.default_rng(2)
    cycles = bank(rng.standard_normal((-(-frames // hop) + 2, 5)), rng.standard_normal((-(-frames // hop) + 2, 5)))
    turns = np.cumsum(rng.uniform(0, 0.02, frames)) - 3.0
    wanted = read(cycles, turns, np.arange(frames) / hop)
    assert np.allclose(glide(cycles, turns, hop), wanted, atol=1e-12)


def test_reading_each_row_is_reading_it_alone() -> None:
    cycles = bank(np.array([[1.0, 0.2], [0.0, 3.0]]), np.zeros((2, 2)))
    turns = np.linspace(-1, 9, 10_001)
    both = read_each(cycles, turns)
    assert np.array_equal(both, np.stack([read(cycles[:1], turns), read(cycles[1:], turns)]))


def test_reading_in_blocks_is_reading_in_one() -> None:
    sine, cosine = wave_spectrum("saw", 50)
    cycles = bank(np.stack([sine, 0.5 * sine, 0.1 * sine]), np.stack([cosine] * 3))
    turns = np.arange(20_000) * 0.00731
    rows = np.linspace(0, 2, 20_000)
    whole = read(cycles, turns, rows)
    parts = [read(cycles, turns[a:b], rows[a:b]) for a, b in ((0, 1), (1, 9000), (9000, 20_000))]
    assert np.array_equal(np.concatenate(parts), whole)


def test_rows_do_not_depend_on_each_other() -> None:
    rng = np.random.default_rng(0)
    sine, cosine = rng.standard_normal((2, 21, 100))
    sine[:, 0], sine[:, 99] = 3.0, 0.0  # so that each needs the same length
    together = bank(sine, cosine)
    for row in (0, 7, 8, 20):
        assert np.array_equal(bank(sine[row : row + 1], cosine[row : row + 1])[0], together[row])


@pytest.mark.parametrize("kind", ["lowpass", "highpass", "bandpass"])
@pytest.mark.parametrize("slope", [12, 24])
def test_response_is_the_analogue_filters(kind: str, slope: int) -> None:
    u = np.geomspace(0.01, 100, 200)
    s = 1j * u

    def section(q: float) -> np.ndarray:
        top = {"lowpass": 1, "highpass": s * s, "bandpass": s / q}[kind]
        return top / (s * s + s / q + 1)

    q = 2.0
    stages = {"bandpass": (0.7071, 0.7071 * q / 0.7071)}.get(kind, (0.541196100146197, 1.3065629648763766 * q / 0.7071))
    wanted = section(q) if slope == 12 else section(stages[0]) * section(stages[1])
    re, im = response(kind, slope, u, q)
    assert np.allclose(re + 1j * im, wanted, atol=1e-12)
