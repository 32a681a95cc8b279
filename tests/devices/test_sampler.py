"""The sampler plays files at pitch, without alias or clicks, and chooses among its zones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.sampler import INSTRUMENT, Sampler, Zone, chosen, files, repitched, unrolled
from songbuild.devices.presets import packaged_preset, packaged_presets

RATE = 44_100
FULL = {"gain_db": 0.0, "velocity_db": 0.0}


def sine(hz: float, frames: int, rate: int = RATE, level: float = 0.5) -> Audio:
    return level * np.sin(2 * np.pi * hz * np.arange(frames) / rate)[None]


def play(note: Note, samples: dict[str, Audio], rate: int = RATE, **given: Any) -> Audio:
    (audio,) = INSTRUMENT.render([note], Sampler(**{**FULL, **given}), rate, samples)
    return audio


def zone(**given: Any) -> dict[str, Any]:
    return {"file": "a.wav", **given}


def rms(x: Audio) -> float:
    return float(np.sqrt(np.mean(np.square(x))))


def test_a_stereo_one_shot_passes_bit_for_bit() -> None:
    rng = np.random.default_rng(1)
    sample = rng.uniform(-0.5, 0.5, (2, 20_000))
    audio = play(Note(90.0, 1.0, 10), {"kick.wav": sample}, file="kick.wav")
    assert audio.shape == sample.shape
    assert np.array_equal(audio[:, :17_000], sample[:, :17_000])
    assert np.abs(audio[:, -1]).max() == 0.0


def test_mono_is_placed_with_constant_power() -> None:
    sample = sine(300, 9000)
    for pan in (-1.0, -0.3, 0.0, 1.0):
        audio = play(Note(60.0, 1.0, 9000), {"a.wav": sample}, zones=[zone(pan=pan)])
        power = np.square(audio[:, :7000]).sum(axis=0)
        np.testing.assert_allclose(power, np.square(sample[0, :7000]), atol=1e-12)


@pytest.mark.parametrize("pitch", [60.0, 53.5, 67.0, 84.0, 36.01])
def test_pitch_is_exact(pitch: float) -> None:
    hz = 400 * 2 ** ((pitch - 60) / 12)
    sample = sine(400, int(RATE * 1.2 * max(1.0, hz / 400)))
    audio = play(Note(pitch, 1.0, RATE), {"a.wav": sample}, zones=[zone(root=60)])
    n = np.arange(RATE // 2)
    probe = np.hanning(n.size) * np.exp(-2j * np.pi * hz * n / RATE)
    a, b = (np.sum(audio[0, s : s + n.size] * probe) for s in (2000, 22_000))
    turns = np.angle(b / a * np.exp(-2j * np.pi * hz * 20_000 / RATE)) / (2 * np.pi)
    assert abs(1200 * np.log2(1 + turns / (hz * 20_000 / RATE))) < 0.01


@pytest.mark.parametrize("semitones", [0.5, 7.0, 12.0, 24.0])
def test_pitching_up_does_not_alias(semitones: float) -> None:
    """What would lie above half the rate is gone; what lies below is where it should be."""
    ratio = 2 ** (semitones / 12)
    gone = sine(min(0.56 / ratio, 0.499) * RATE, 4 * RATE)
    if 0.56 / ratio < 0.499:
        y = repitched(gone, ratio)
        assert rms(y[:, 2000:-2000]) < rms(gone) * 10 ** (-80 / 20)
    kept = sine(5000 / ratio, 2 * RATE)
    y = repitched(kept, ratio)[0, 2000 : 2000 + RATE // 4]
    n = np.arange(y.size) + 2000
    assert np.abs(y - 0.5 * np.sin(2 * np.pi * 5000 * n / RATE)).max() < 10 ** (-90 / 20)


def test_pitching_down_leaves_no_image() -> None:
    y = repitched(sine(18_000, RATE), 0.5)[0, 4000:40_000]
    spectrum = np.abs(np.fft.rfft(y * np.blackman(y.size) ** 2))
    hz = np.fft.rfftfreq(y.size, 1 / RATE)
    assert spectrum[hz > 9500].max() < 1e-5 * spectrum.max()


def test_tuning_and_tracking() -> None:
    samples = {"a.wav": sine(400, RATE)}
    up = play(Note(72.0, 1.0, 4000), samples, zones=[zone()])
    same = play(Note(60.0, 1.0, 4000), samples, zones=[zone(tune_cents=700)], tune_cents=500)
    np.testing.assert_allclose(up, same, atol=1e-9)
    drum = play(Note(72.0, 1.0, 4000), samples, zones=[zone(tracking=0)])
    assert np.array_equal(drum, play(Note(60.0, 1.0, 4000), samples, zones=[zone()]))


def test_a_loop_goes_on_without_a_click_and_ends_with_the_note() -> None:
    """A loop that fits nowhere: the crossfade keeps every step as small as the sine's own."""
    sample = sine(441, RATE)
    given = zone(loop_ms=[300, 707.3], crossfade_ms=40)
    audio = play(Note(60.0, 1.0, 5 * RATE), {"a.wav": sample}, zones=[given], release_ms=300)
    assert audio.shape[1] == 5 * RATE + INSTRUMENT.tail(Sampler(release_ms=300), RATE)
    steepest = np.abs(np.diff(sample)).max() / np.sqrt(2)
    assert np.abs(np.diff(audio)).max() < 1.15 * steepest
    held = audio[0, RATE : 4 * RATE].reshape(-1, 441)
    assert np.sqrt(np.square(held).mean(axis=1)).min() > 0.08
    bare = play(Note(60.0, 1.0, 5 * RATE), {"a.wav": sample}, zones=[{**given, "crossfade_ms": 0}])
    assert np.abs(np.diff(bare)).max() > 1.15 * steepest  # without it there is a click to hear


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_short_loop_stays_in_tune_at_any_rate(rate: int) -> None:
    """One hundred periods of 441 Hz at 44.1 kHz are a loop of 226.757 ms, at other rates not of whole frames."""
    sample = sine(441, rate, rate)
    given = zone(loop_ms=[100 / 0.441, 200 / 0.441], crossfade_ms=5)
    audio = play(Note(60.0, 1.0, 4 * rate), {"a.wav": sample}, rate, zones=[given])
    n = np.arange(2 * rate)
    x = audio[0, rate : 3 * rate]
    spectrum = np.abs(np.fft.rfft(x * np.hanning(n.size), 1 << 21))
    peak = np.fft.rfftfreq(1 << 21, 1 / rate)[np.argmax(spectrum)]
    assert abs(1200 * np.log2(peak / 441)) < 0.3


def test_start_end_and_short_files() -> None:
    ramp = np.arange(1000.0)[None] / 1000
    assert unrolled(Zone(file="a", start_ms=10), ramp, 10_000, 5000)[0, 0] == pytest.approx(0.1)
    assert unrolled(Zone(file="a", start_ms=10, end_ms=30), ramp, 10_000, 5000).shape == (1, 200)
    assert unrolled(Zone(file="a", start_ms=500), ramp, 10_000, 5000).shape == (1, 0)
    assert unrolled(Zone(file="a", loop_ms=(500, 900)), ramp, 10_000, 500).shape == (1, 500)
    for start in (0, 20, 45, 60):
        given = Zone(file="a", start_ms=start, loop_ms=(40, 50), crossfade_ms=0)
        y = unrolled(given, ramp, 10_000, 1000)
        assert y[0, 0] == pytest.approx(start / 100)
        if start < 50:
            assert y.shape == (1, 1000)
            assert y[0, -1] < 0.5
    assert play(Note(60.0, 1.0, 100), {"a.wav": np.zeros((1, 0))}, zones=[zone()]).shape == (2, 0)


def test_zones_by_key_velocity_and_layer() -> None:
    p = Sampler(
        zones=(
            {"file": "low", "keys": [0, "b3"]},
            {"file": "high", "keys": ["c4", 127], "velocities": [64, 127]},
            {"file": "soft", "keys": [60, 127], "velocities": [0, 63]},
            {"file": "air", "keys": [60, 127]},
        )
    )

    def names(pitch: float, velocity: float) -> list[str]:
        return [z.file for z in chosen(Note(pitch, velocity, 10), p)]

    assert names(59.4, 0.9) == ["low"]
    assert names(59.6, 0.9) == ["high", "air"]
    assert names(60, 0.4) == ["soft", "air"]
    assert files(p) == ("low", "high", "soft", "air")
    one, two = sine(300, 4000), sine(500, 4000)
    samples = {"low": one, "high": one, "soft": one, "air": two}
    both = INSTRUMENT.render([Note(60, 1.0, 3000)], p, RATE, samples)[0]
    layers = [INSTRUMENT.render([Note(60, 1.0, 3000)], Sampler(file=f), RATE, samples)[0] for f in ("high", "air")]
    np.testing.assert_allclose(both[:, :2900], (layers[0] + layers[1])[:, :2900], atol=1e-12)


def test_a_note_without_a_zone_is_silent() -> None:
    assert play(Note(20.0, 1.0, 100), {"a.wav": sine(400, 100)}, zones=[zone(keys=[60, 72])]).shape == (2, 0)
    assert play(Note(20.0, 1.0, 100), {}).shape == (2, 0)


def test_zones_take_turns_by_the_notes_identity() -> None:
    p = Sampler(zones=(*({"file": f, "take_turns": "hits"} for f in "abc"), {"file": "room"}))
    drawn = [[z.file for z in chosen(Note(60.0, 0.8, 1, seed), p)] for seed in range(300)]
    assert all(len(names) == 2 and names[1] == "room" for names in drawn)
    counts = [sum(names[0] == f for names in drawn) for f in "abc"]
    assert min(counts) > 60
    assert drawn == [[z.file for z in chosen(Note(60.0, 0.8, 1, seed), p)] for seed in range(300)]


def test_one_shots_ring_and_others_are_released() -> None:
    samples = {"a.wav": sine(400, RATE)}
    short = play(Note(60.0, 1.0, 2000), samples, zones=[zone()], release_ms=50)
    assert short.shape[1] == 2000 + INSTRUMENT.tail(Sampler(release_ms=50), RATE)
    assert rms(short[:, 2000 + RATE // 20 :]) < 2e-3 * rms(short[:, :2000])
    whole = play(Note(60.0, 1.0, 2000), samples, zones=[zone(one_shot=True)], release_ms=50)
    assert whole.shape[1] == RATE
    cut = play(Note(60.0, 1.0, 2000), samples, zones=[zone(one_shot=True)], release_ms=50, longest_ms=100)
    assert RATE // 10 < cut.shape[1] <= INSTRUMENT.tail(Sampler(file="a", release_ms=50, longest_ms=100), RATE)


def test_velocity_changes_the_level_as_said() -> None:
    samples = {"a.wav": sine(400, 4000)}
    loud, soft = (play(Note(60.0, v, 3000), samples, zones=[zone()], velocity_db=20.0) for v in (1.0, 0.5))
    np.testing.assert_allclose(loud * 10 ** (-10 / 20), soft, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"file": "a", "zones": [{"file": "b"}]},
        {"zones": [{"file": "a", "keys": [72, 60]}]},
        {"zones": [{"file": ""}]},
        {"zones": [{"file": "a", "root": "h4"}]},
        {"zones": [{"file": "a", "loop_ms": [200, 100]}]},
        {"zones": [{"file": "a", "keys": [0, 128]}]},
        {"zones": [{"file": "a", "velocities": [100, 20]}]},
    ],
)
def test_what_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Sampler(**wrong)


def test_presets_are_valid() -> None:
    for name in packaged_presets("sampler"):
        Sampler(file="a.wav", **packaged_preset("sampler", name)[0])
    assert packaged_presets("sampler")
