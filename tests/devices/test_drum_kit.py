"""The drum kit sounds like one: pitches, bands, decays, chokes and strokes."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.drum_kit import HARDNESSES, INSTRUMENT, DrumKit
from songbuild.devices.presets import packaged_preset, packaged_presets

RATE = 44_100
KEYS = INSTRUMENT.keys
DRY = DrumKit(room=0.0)


def hit(name: str, p: DrumKit = DRY, velocity: float = 0.8, frames: int = 0, seed: int = 0, rate: int = RATE) -> Audio:
    (audio,) = INSTRUMENT.render([Note(float(KEYS[name]), velocity, frames, seed)], p, rate, {})
    return audio


def power(audio: Audio, low_hz: float, high_hz: float, start_s: float = 0.0, stop_s: float = 9.0) -> float:
    x = audio[:, int(start_s * RATE) : int(stop_s * RATE)].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(x, 1 << 18)) ** 2
    hz = np.fft.rfftfreq(1 << 18, 1 / RATE)
    return float(spectrum[(hz >= low_hz) & (hz < high_hz)].sum())


def loudest_hz(audio: Audio, low_hz: float, high_hz: float, start_s: float = 0.0) -> float:
    x = audio[:, int(start_s * RATE) :].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(x * np.hanning(x.size), 1 << 19))
    hz = np.fft.rfftfreq(1 << 19, 1 / RATE)
    inside = (hz >= low_hz) & (hz < high_hz)
    return float(hz[inside][np.argmax(spectrum[inside])])


def fall_s(audio: Audio, db: float) -> float:
    """Seconds from the loudest 5 ms to the last 5 ms that is within `db` of it."""
    n = RATE // 200
    x = np.square(audio).sum(axis=0)
    level = x[: x.size // n * n].reshape(-1, n).mean(axis=1)
    return float(np.nonzero(level > level.max() * 10 ** (-db / 10))[0][-1] - np.argmax(level)) * n / RATE


def cents(a: float, b: float) -> float:
    return float(1200 * np.log2(a / b))


@pytest.mark.parametrize("hz", [45.0, 60.0])
def test_the_kick_comes_to_rest_at_its_pitch_from_above(hz: float) -> None:
    p = DrumKit(kick_tune_hz=hz, kick_decay_ms=1500, kick_shell=0.0, kick_click=0.0, room=0.0)
    audio = hit("kick", p)
    assert abs(cents(loudest_hz(audio, 20, 300, 0.25), hz)) < 15
    early = audio[0, : int(0.02 * RATE)]
    assert np.count_nonzero(np.diff(np.signbit(early))) > 2 * 0.02 * hz  # more crossings than at rest


def test_the_snare_has_a_body_and_wires() -> None:
    audio = hit("snare")
    assert abs(cents(loudest_hz(audio, 100, 400), 188)) < 100
    body, wires, air = power(audio, 150, 300), power(audio, 2000, 8000), power(audio, 16_000, 22_000)
    assert -12 < 10 * np.log10(wires / body) < 12
    assert wires > 20 * air
    bare = hit("snare", DrumKit(room=0.0, snare_wires=0.0))
    assert power(bare, 2000, 8000, 0.05) < 0.01 * power(audio, 2000, 8000, 0.05)


@pytest.mark.parametrize("name", ["hat", "open_hat", "crash", "ride", "splash"])
def test_cymbals_are_dense_and_have_no_pitch(name: str) -> None:
    audio = hit(name)
    assert power(audio, 20, 250) < 1e-3 * power(audio, 300, 20_000)
    x = audio[:, : RATE // 2].mean(axis=0)
    spectrum = np.abs(np.fft.rfft(x * np.hanning(x.size), 1 << 16)) ** 2
    hz = np.fft.rfftfreq(1 << 16, 1 / RATE)
    assert spectrum.max() < 0.08 * spectrum.sum()  # no line stands out
    lines = spectrum[(hz > 3000) & (hz < 9000)].reshape(-1)
    share = np.sort(lines)[::-1].cumsum() / lines.sum()
    assert np.searchsorted(share, 0.5) > 100  # half of the treble takes a hundred bins


@pytest.mark.parametrize("name", ["crash", "ride"])
def test_a_cymbals_treble_dies_first(name: str) -> None:
    audio = hit(name)
    early = power(audio, 9000, 16_000, 0.05, 0.25) / power(audio, 800, 3000, 0.05, 0.25)
    late = power(audio, 9000, 16_000, 1.0, 1.5) / power(audio, 800, 3000, 1.0, 1.5)
    assert late < 0.1 * early


def test_decays_last_as_long_as_asked() -> None:
    for name, field in (
        ("kick", "kick_decay_ms"),
        ("hat", "hat_decay_ms"),
        ("open_hat", "open_hat_decay_ms"),
        ("tom_mid", "tom_decay_ms"),
    ):
        asked = 1600.0
        audio = hit(name, DrumKit(**{"room": 0.0, "kick_click": 0.0, "kick_shell": 0.0, field: asked}))
        # the slope between 20 and 50 dB down, without the blow
        slope = (fall_s(audio, 50) - fall_s(audio, 20)) / 30 * 60
        assert slope == pytest.approx(asked / 1000, rel=0.2), name
    assert fall_s(hit("hat"), 40) < 0.2 < fall_s(hit("open_hat"), 40)


def test_the_clap_is_four_bursts() -> None:
    x = np.square(hit("clap")[:, : int(0.045 * RATE)]).sum(axis=0)
    n = RATE // 1000
    level = x[: x.size // n * n].reshape(-1, n).mean(axis=1)
    for burst in (9, 18, 27):  # ms
        assert level[burst - 1 : burst + 3].max() > 3 * level[burst - 4 : burst - 1].min(), burst
    assert level[5:8].max() < 0.4 * level[:3].max()


def test_toms_are_in_order() -> None:
    pitches = [loudest_hz(hit(name), 40, 400, 0.05) for name in ("tom_floor", "tom_low", "tom_mid", "tom_high")]
    assert pitches == sorted(pitches)
    assert abs(cents(pitches[2], 132)) < 30


@pytest.mark.parametrize("name", sorted(set(KEYS)))
def test_a_choke_cuts_within_thirty_ms(name: str) -> None:
    gate = 2000
    free, cut = hit(name, DrumKit()), hit(name, DrumKit(), frames=gate)
    assert cut.shape[1] <= gate + int(0.03 * RATE)
    n = min(gate, free.shape[1] - int(0.03 * RATE))
    np.testing.assert_allclose(cut[:, :n], free[:, :n], atol=1e-9 + 2e-2 * np.abs(free).max())


def test_a_dry_choke_leaves_what_came_before() -> None:
    free, cut = hit("crash"), hit("crash", frames=3000)
    assert np.array_equal(cut[:, :3000], free[:, :3000])
    late = np.abs(cut[:, 3000 + int(0.01 * RATE) :]).max()
    assert late < 0.05 * np.abs(free[:, 3000:3500]).max()


def test_hats_choke_each_other() -> None:
    assert frozenset({KEYS["hat"], KEYS["open_hat"], KEYS["pedal_hat"]}) in INSTRUMENT.chokes


def test_four_strokes_that_differ_a_little_and_no_more() -> None:
    strokes = [hit("snare", seed=seed) for seed in range(8)]
    for seed in range(4):
        assert np.array_equal(strokes[seed], strokes[seed + 4])
        other = strokes[(seed + 1) % 4]
        assert not np.array_equal(strokes[seed], other)
        assert abs(10 * np.log10(np.square(strokes[seed]).sum() / np.square(other).sum())) < 1.0


@pytest.mark.parametrize("name", ["kick", "snare", "hat", "crash", "tom_mid", "conga"])
def test_a_soft_stroke_is_darker(name: str) -> None:
    def brightness(velocity: float) -> float:
        audio = hit(name, velocity=velocity)
        return power(audio, 6000, 20_000) / power(audio, 30, 3000)

    assert brightness(0.3) < 0.5 * brightness(1.0)


def test_levels_are_those_of_a_kit() -> None:
    for name in KEYS:
        peak = 20 * np.log10(np.abs(hit(name, DrumKit())).max())
        assert -18.0 < peak < -7.5, name


def test_spread_places_the_pieces() -> None:
    apart, together = DrumKit(spread=1.0, room=0.0), DrumKit(spread=0.0, room=0.0)
    left, right = np.square(hit("hat", apart)).sum(axis=1)
    assert right > 4 * left
    assert np.array_equal(*hit("hat", together))


def test_an_unknown_key_is_silent_and_a_near_one_is_played() -> None:
    silent, near = INSTRUMENT.render([Note(20.0, 0.8, 0), Note(35.0, 0.8, 0)], DRY, RATE, {})
    assert silent.shape == (2, 0)
    assert np.array_equal(near, hit("kick"))


def test_square_metal_has_lines_where_the_oscillators_have_them() -> None:
    audio = hit("open_hat", DrumKit(metal="square", room=0.0, open_hat_decay_ms=2000))
    lines = [b * k for b in (205.3, 304.4, 369.6, 522.7, 540.0, 800.0) for k in range(1, 40, 2)]
    near = sum(power(audio, hz - 6, hz + 6, 0.1) for hz in lines if 3000 < hz < 5000)
    assert near > 0.8 * power(audio, 3000, 5000, 0.1)


def test_presets_are_valid_and_far_apart() -> None:
    presets = packaged_presets("drum_kit")
    assert len(presets) >= 5
    seen: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for name in presets:
        p = DrumKit(**packaged_preset("drum_kit", name)[0])
        audio = [hit(piece, p) for piece in ("kick", "snare", "hat")]
        assert max(np.abs(a).max() for a in audio) < 10 ** (-4 / 20), name
        octaves = (40, 80, 160, 320, 640, 2560, 5120, 9000)
        bands = [np.log10(power(a, low, low * 2) + 1e-12) for a in audio for low in octaves]
        bands += [10 * fall_s(a, 40) for a in audio]
        assert all(np.abs(np.array(bands) - other).max() > 0.5 for other in seen), name
        seen.append(np.array(bands))


def test_strokes_of_nearly_one_velocity_differ_in_level_alone() -> None:
    p = DrumKit(room=0.0, drive=0.0, tone=0.0, velocity_db=30.0)
    middle = 20 / (HARDNESSES - 1)
    a, b, other = (hit("snare", p, velocity) for velocity in (middle, middle + 0.01, middle + 0.05))
    louder = 10 ** (30.0 * 0.01 / 20)
    np.testing.assert_allclose(b, a * louder, rtol=1e-9, atol=1e-15)
    frames = min(a.shape[1], other.shape[1])
    assert np.abs(other[:, :frames] - a[:, :frames] * louder**5).max() > 1e-3 * np.abs(a).max()
