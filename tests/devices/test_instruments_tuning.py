"""Pitch, alias and level of the pitched instruments, by measurement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from songbuild.devices.device import Audio, Instrument, Note
from songbuild.devices.instruments import INSTRUMENTS
from songbuild.devices.presets import packaged_preset, packaged_presets
from songbuild.dsp.ensembles import bands

RATE = 44_100
PITCHED = ("subtractive", "fm_piano", "pluck", "bass", "pad")


def sound(name: str, note: Note, **given: Any) -> Audio:
    instrument: Instrument = INSTRUMENTS[name]
    return instrument.render([note], instrument.params(**given), RATE, {})[0]


def cents_off(audio: Audio, hz: float) -> float:
    """How far the power around `hz` (a third of a semitone to each side) is centred from it, in cents."""
    x = audio.sum(axis=0)
    size = 1 << 20
    power = np.abs(np.fft.rfft(x * np.hanning(x.size), size)) ** 2
    freqs = np.fft.rfftfreq(size, 1 / RATE)
    near = np.abs(1200 * np.log2(np.maximum(freqs, 1e-9) / hz)) < 33
    return float(np.sum(power[near] * 1200 * np.log2(freqs[near] / hz)) / np.sum(power[near]))


@pytest.mark.parametrize("name", PITCHED)
@pytest.mark.parametrize("pitch", [33, 57, 69, 84, 96, 60.5])
def test_in_tune_within_a_cent_from_a1_to_c7(name: str, pitch: float) -> None:
    audio = sound(name, Note(pitch, 0.8, 4 * RATE), **({"ensemble": 0.0} if name == "pad" else {}))
    assert abs(cents_off(audio, 440.0 * 2 ** ((pitch - 69) / 12))) < 1.0


def test_the_many_voices_of_a_pad_are_in_tune_together() -> None:
    """One loop, whole: its bands are centred on the harmonics."""
    hz = 55.0
    power = bands(hz, np.ones(40), 9.0, 1 << 17, RATE) ** 2
    freqs = np.arange(power.size) * RATE / (1 << 17)
    for k in (1, 2, 5, 10):
        near = np.abs(freqs - k * hz) < 20
        centre = np.sum(power[near] * freqs[near]) / np.sum(power[near])
        assert abs(1200 * np.log2(centre / (k * hz))) < 0.2
        assert np.sum(power[near]) == pytest.approx(0.5)


SAWS = {
    "subtractive": {"level_2": 0, "filter_semitones": 0, "cutoff_hz": 20_000, "resonance": 0, "key_tracking": 0,
                    "velocity_semitones": 0, "slope_db": 12, "sustain": 1},
    "fm_piano": {"hammer": 0, "brightness": 1, "bark": 1},
    "pluck": {"pluck_hz": 20_000, "tone_hz": 20_000, "stiffness": 0, "knock": 0},
    "bass": {"pluck_hz": 12_000, "tone_hz": 12_000, "drive": 1, "stiffness": 0, "thump": 0, "damping": 0,
             "decay_s": 60},
    "pad": {"brightness": 1, "cutoff_hz": 12_000, "bloom": 0, "motion": 0, "ensemble": 0},
}  # fmt: skip


@pytest.mark.parametrize("name", PITCHED)
def test_no_alias_above_minus_80_db_at_c7(name: str) -> None:
    audio = (
        sound(name, Note(96, 1.0, RATE), attack_ms=2, **SAWS[name])
        if name in ("subtractive", "pad")
        else sound(name, Note(96, 1.0, RATE), **SAWS[name])
    )
    assert alias_db(audio[0], 440.0 * 2 ** ((96 - 69) / 12)) < -80


def test_no_alias_of_a_sweeping_resonant_filter() -> None:
    """Moving between the bank's rows adds a little around each harmonic, and nothing elsewhere."""
    given = {**SAWS["subtractive"], "cutoff_hz": 500, "filter_semitones": 60, "resonance": 0.3, "filter_decay_ms": 4000}
    audio = sound("subtractive", Note(96, 1.0, RATE), **given)
    hz = 440.0 * 2 ** ((96 - 69) / 12)
    assert alias_db(audio[0], hz, 60) < -50
    assert alias_db(audio[0], hz, 800) < -75


def alias_db(x: Audio, hz: float, margin: float = 60) -> float:
    """The strongest component between the harmonics of `hz`, over the strongest of all, away from the note's ends."""
    x = x[RATE // 8 : RATE // 8 + 32_768]
    level = np.abs(np.fft.rfft(x * np.blackman(x.size)))
    freqs = np.fft.rfftfreq(x.size, 1 / RATE)
    between = np.abs(freqs / hz - np.round(freqs / hz)) * hz > margin
    return float(20 * np.log10(level[between].max() / level.max()))


@pytest.mark.parametrize("name", PITCHED)
def test_a_released_note_ends_smoothly(name: str) -> None:
    """The spectrum around the release has nothing at high frequencies that a click would put there."""
    gate = RATE // 2
    audio = sound(name, Note(45, 0.8, gate), **({"attack_ms": 5} if name == "pad" else {}))[0]
    around = audio[gate - 1024 : gate + 1024] * np.hanning(2048)
    before = audio[gate - 4096 : gate - 2048] * np.hanning(2048)
    top = slice(int(12_000 / RATE * 2048), None)
    click, usual = (np.abs(np.fft.rfft(x)) for x in (around, before))
    assert click[top].max() < max(2 * usual[top].max(), 10 ** (-70 / 20) * usual.max())


@pytest.mark.parametrize("name", PITCHED)
def test_a_gate_cuts_a_note(name: str) -> None:
    short, long = (sound(name, Note(57, 0.8, gate)) for gate in (RATE // 4, 2 * RATE))
    assert short.shape[1] < long.shape[1]
    same = RATE // 4 - 64
    if name != "pad":  # whose loop is longer for a longer note
        assert np.allclose(short[:, :same], long[:, :same], atol=1e-9)


@pytest.mark.parametrize(
    ("device", "preset"), [(name, preset) for name in PITCHED for preset in packaged_presets(name)]
)
def test_presets_are_about_as_loud_as_each_other(device: str, preset: str) -> None:
    given, _ = packaged_preset(device, preset)
    instrument = INSTRUMENTS[device]
    p = instrument.params(**given)
    keys = (28, 33, 40) if device == "bass" or "bass" in preset else (52, 57, 64, 69)
    audio = instrument.render([Note(k, 0.8, RATE) for k in keys], p, RATE, {})
    peak = max(20 * np.log10(np.abs(x).max()) for x in audio)
    loudest = np.median([loudest_rms(x) for x in audio])
    assert -18 < peak < -7
    assert -30 < loudest < -17
    for x in audio:
        assert np.abs(x[:, -1]).max() < 10 ** (-90 / 20)
        assert np.abs(x.mean(axis=1)).max() < 2e-3


def loudest_rms(x: Audio) -> float:
    """RMS in dB of the loudest 200 ms, mean of the channels."""
    power = np.square(x).mean(axis=0)
    total = np.concatenate([[0.0], np.cumsum(power)])
    n = RATE // 5
    return float(10 * np.log10((total[n:] - total[:-n]).max() / n))
