"""Comps against the takes they are cut from: sample for sample where nothing is faded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support import read_wav, render, write_wav

RATE = 44_100
BAR = 2 * RATE  # 4/4 at 120


def _song(parts: str, *, form_bars: int = 4) -> str:
    return f"""\
title: Takes
tempo: 120
tail: 0
arrangement:
  tracks: {{gtr: {{recording: gtr}}}}
  sections: {{a: {{bars: {form_bars}}}}}
  form: [a]
recordings:
  gtr:
{parts}
delivery: {{stem_bits: 24}}
"""


@pytest.fixture
def takes(tmp_path: Path) -> dict[str, np.ndarray]:
    """Two different takes of four bars, mono."""
    rng = np.random.default_rng(5)
    made = {name: 0.2 * rng.standard_normal((1, 4 * BAR)) for name in ("one", "two")}
    for name, x in made.items():
        write_wav(tmp_path / "song" / "recordings" / f"{name}.wav", x, RATE)
    return {name: x.astype(np.float32).astype(float) for name, x in made.items()}


def _stem(folder: Path, text: str) -> np.ndarray:
    """The stem of the recording, with the -3 dB of a centred mono channel taken back, (frames,)."""
    (folder / "song.yaml").write_text(text)
    from songbuild.api import Selection

    render(folder, selection=Selection(stems=True))
    left, right = read_wav(folder / "out" / "stems" / "gtr.wav")
    assert np.array_equal(left, right) or np.max(np.abs(left - right)) < 4 / 2**23  # dither differs
    return left * np.sqrt(2)


def _close(a: np.ndarray, b: np.ndarray | float) -> bool:
    """Equal but for the dither of 24 bits."""
    return bool(np.max(np.abs(a - b)) < 3 / 2**23 * np.sqrt(2))


def test_without_a_comp_the_first_take_sounds_whole(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    y = _stem(tmp_path / "song", _song("    takes: {one: recordings/one.wav, two: recordings/two.wav}"))
    assert y.shape == (4 * BAR,)
    assert _close(y, takes["one"][0])


def test_a_comp_takes_bars_from_takes(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    text = _song(
        "    takes: {one: recordings/one.wav, two: recordings/two.wav}\n"
        '    comp: ["one 1-2", "two 3.1-3.2", {region: "one 3.3-4", gain_db: -6}]\n'
        "    crossfade: 0ms"
    )
    y = _stem(tmp_path / "song", text)
    one, two = takes["one"][0], takes["two"][0]
    cut = 2 * BAR + BAR // 2
    assert _close(y[: 2 * BAR], one[: 2 * BAR])
    assert _close(y[2 * BAR : cut], two[2 * BAR : cut])
    assert _close(y[cut:], one[cut:] * 10 ** (-6 / 20))


def test_a_linear_crossfade_of_a_take_with_itself_is_the_take(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    text = _song(
        "    takes: {one: recordings/one.wav}\n"
        '    comp: [{region: "one 1-2", fade_in: 0ms}, {region: "one 3-4", fade_out: 0ms}]\n'
        "    crossfade: {20ms: linear}"
    )
    assert _close(_stem(tmp_path / "song", text), takes["one"][0])


def test_an_equal_power_crossfade_keeps_the_power(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    text = _song(
        "    takes: {one: recordings/one.wav, two: recordings/two.wav}\n"
        '    comp: ["one 1-2", "two 3-4"]\n'
        "    crossfade: {400ms: equal-power}"
    )
    y = _stem(tmp_path / "song", text)
    width = round(0.4 * RATE)
    inside = y[2 * BAR - width // 2 : 2 * BAR + width // 2]
    assert np.sqrt(np.mean(inside**2)) == pytest.approx(0.2, rel=0.03)
    assert _close(y[BAR : 2 * BAR - width], takes["one"][0][BAR : 2 * BAR - width])


def test_a_reversed_region_plays_its_frames_last_to_first(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    text = _song(
        "    takes: {one: recordings/one.wav}\n"
        '    comp: [{region: "one 2-3", reverse: true, fade_in: 0ms, fade_out: 0ms}]'
    )
    y = _stem(tmp_path / "song", text)
    assert _close(y[BAR : 3 * BAR], takes["one"][0][BAR : 3 * BAR][::-1])
    assert _close(y[:BAR], 0.0)
    assert _close(y[3 * BAR :], 0.0)


def test_a_take_can_be_reversed_inverted_and_nudged(tmp_path: Path, takes: dict[str, np.ndarray]) -> None:
    takes_text = "    takes: {one: {file: recordings/one.wav, reverse: true, polarity: inverted, nudge: 10ms}}"
    y = _stem(tmp_path / "song", _song(takes_text))
    late = round(0.01 * RATE)
    assert _close(y[late:], -takes["one"][0][::-1][:-late])
    assert _close(y[:late], 0.0)


def test_a_file_of_another_rate_lands_on_the_same_time(tmp_path: Path) -> None:
    rate = 48_000
    time = np.arange(4 * rate) / rate
    write_wav(tmp_path / "song" / "recordings" / "one.wav", 0.5 * np.sin(2 * np.pi * 440 * time), rate)
    y = _stem(tmp_path / "song", _song("    takes: {one: recordings/one.wav}"))
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(4 * RATE) / RATE)
    middle = slice(RATE // 2, 3 * RATE)
    assert np.max(np.abs(y[: 4 * RATE][middle] - expected[middle])) < 1e-5
    assert _close(y[4 * RATE + 10 :], 0.0)
