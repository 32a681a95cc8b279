"""The console: pan law, sends, stems, mute and solo, measured on noise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from songbuild.api import Selection
from support import read_wav, render, write_wav

RATE = 44_100
SECONDS = 4


@pytest.fixture
def noise(tmp_path: Path) -> dict[str, np.ndarray]:
    """A mono and a stereo recording of white noise."""
    rng = np.random.default_rng(11)
    made = {
        "mono": 0.1 * rng.standard_normal((1, SECONDS * RATE)),
        "wide": 0.1 * rng.standard_normal((2, SECONDS * RATE)),
    }
    for name, x in made.items():
        write_wav(tmp_path / "song" / f"{name}.wav", x, RATE)
    return made


def _song(mix: str, tracks: tuple[str, ...] = ("mono", "wide"), delivery: str = "wav24") -> str:
    lines = "\n".join(f"  {name}: {{takes: {{one: {name}.wav}}}}" for name in tracks)
    names = ", ".join(f"{name}: {{recording: {name}}}" for name in tracks)
    return f"""\
title: Console
tempo: 120
tail: 0
arrangement: {{tracks: {{{names}}}, sections: {{a: {{bars: 2}}}}, form: [a]}}
recordings:
{lines}
mix:
{mix}
master: {{loudness: null, ceiling: 0}}
delivery: {{formats: [{delivery}]}}
"""


def _stem(folder: Path, text: str, name: str) -> np.ndarray:
    (folder / "song.yaml").write_text(text)
    render(folder, selection=Selection(stems=True))
    return read_wav(folder / "out" / "stems" / f"{name}.wav")


def _rms(x: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(x**2, axis=-1))


@pytest.mark.parametrize(
    ("pan", "left", "right"), [("0", 0.5, 0.5), ("100L", 1, 0), ("100R", 0, 1), ("0.5", 0.1464466, 0.8535534)]
)
def test_a_mono_channel_is_panned_at_constant_power(
    tmp_path: Path, noise: dict[str, np.ndarray], pan: str, left: float, right: float
) -> None:
    y = _stem(tmp_path / "song", _song(f"  channels: {{mono: {{pan: {pan}}}}}", ("mono",)), "mono")
    power = _rms(y) ** 2 / _rms(noise["mono"]) ** 2
    assert power == pytest.approx([left, right], abs=2e-3)
    for got, want in zip(power, (left, right), strict=True):
        if want:
            assert abs(10 * np.log10(got / want)) <= 0.01


def test_a_stereo_channel_in_the_centre_is_untouched(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    y = _stem(tmp_path / "song", _song("  channels: {}", ("wide",)), "wide")
    assert np.max(np.abs(y - noise["wide"].astype(np.float32))) < 3 / 2**23


def test_stems_add_up_to_the_mix(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    mix = """\
  channels:
    mono: {gain_db: -3, pan: 0.3, to: group, sends: {room: -10}, automation: {volume_db: "1: -20, 2: 0, 2.3: -6 hold"}}
    wide: {gain_db: -6, sends: {room: {level_db: -6, pre: true}}}
  buses: {group: {inserts: [compressor: {threshold_db: -30, ratio: 4}], pan: -0.2}}
  returns: {room: {inserts: [reverb: {decay_s: 0.5, mix: 1}], gain_db: -2}}"""
    folder = tmp_path / "song"
    (folder / "song.yaml").write_text(_song(mix, delivery="wav24, stems"))
    render(folder)
    stems = sum(read_wav(path) for path in sorted((folder / "out" / "stems").iterdir()))
    master = read_wav(folder / "out" / "console-24bit.wav")
    assert sorted(path.stem for path in (folder / "out" / "stems").iterdir()) == ["group", "room", "wide"]
    assert np.max(np.abs(master)) < 0.98  # the limiter has nothing to do
    residue = 20 * np.log10(np.max(np.abs(stems - master)))
    assert residue <= -120


def test_a_send_before_the_fader_does_not_hear_it(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    mix = """\
  channels: {{wide: {{gain_db: {gain}, to: none, sends: {{dry: {{level_db: -6, pre: {pre}}}}}}}}}
  returns: {{dry: {{}}}}"""
    folder = tmp_path / "song"
    levels = {
        (gain, pre): _rms(_stem(folder, _song(mix.format(gain=gain, pre=pre), ("wide",)), "dry"))[0]
        for gain in (0, -12)
        for pre in ("true", "false")
    }
    assert levels[0, "true"] == levels[-12, "true"]
    assert 20 * np.log10(levels[-12, "false"] / levels[0, "false"]) == pytest.approx(-12, abs=0.01)


def test_mute_and_solo(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    folder = tmp_path / "song"
    for channels, sounding in (
        ("{mono: {mute: true}}", ["wide"]),
        ("{mono: {solo: true}}", ["mono"]),
        ("{mono: {solo: true, mute: true}, wide: {solo: true}}", ["wide"]),
        ("{mono: {}}", ["mono", "wide"]),
    ):
        (folder / "song.yaml").write_text(_song(f"  channels: {channels}"))
        render(folder, selection=Selection(stems=True), out=folder / channels.replace(" ", ""))
        stems = folder / channels.replace(" ", "") / "stems"
        assert sorted(path.stem for path in stems.iterdir()) == sounding


def test_a_side_chain_ducks_and_a_muted_key_still_does(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    key = np.zeros((1, SECONDS * RATE))
    key[:, RATE : 2 * RATE] = 0.9 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    write_wav(tmp_path / "song" / "key.wav", key, RATE)
    mix = """\
  channels:
    key: {mute: true}
    wide: {inserts: [compressor: {threshold_db: -20, ratio: 20, attack_ms: 1, release_ms: 20, sidechain: key}]}"""
    y = _stem(tmp_path / "song", _song(mix, ("key", "wide")), "wide")
    before, during = _rms(y[0, : RATE // 2]), _rms(y[0, RATE + RATE // 4 : 2 * RATE])
    assert 20 * np.log10(during / before) < -10
    assert before == pytest.approx(_rms(noise["wide"][0, : RATE // 2]), rel=1e-3)


def test_automation_of_an_insert_moves_its_parameter(tmp_path: Path, noise: dict[str, np.ndarray]) -> None:
    mix = '  channels: {wide: {inserts: [gain: {name: trim}], automation: {trim.gain_db: "1: 0 hold, 2: -20"}}}'
    y = _stem(tmp_path / "song", _song(mix, ("wide",)), "wide")
    bar = 2 * RATE
    assert 20 * np.log10(_rms(y[0, bar + 1000 :]) / _rms(noise["wide"][0, bar + 1000 :])) == pytest.approx(
        -20, abs=0.01
    )
    assert np.max(np.abs(y[0, : bar - 600] - noise["wide"][0, : bar - 600].astype(np.float32))) < 3 / 2**23


def test_a_fader_that_jumps_does_not_click(tmp_path: Path) -> None:
    time = np.arange(SECONDS * RATE) / RATE
    write_wav(tmp_path / "song" / "wide.wav", 0.5 * np.sin(2 * np.pi * 110 * time), RATE)
    mix = '  channels: {wide: {automation: {volume_db: "1: 0 hold, 2: -12 hold, 2.3: 0"}}}'
    y = _stem(tmp_path / "song", _song(mix, ("wide",)), "wide")[0]
    jump = 2 * RATE
    assert _rms(y[jump + 300 : jump + 20_000]) / _rms(y[: jump - 10]) == pytest.approx(10 ** (-12 / 20), rel=0.01)
    step = np.max(np.abs(np.diff(y)))
    assert step < 1.3 * 0.5 * np.sqrt(0.5) * 2 * np.pi * 110 / RATE
