"""The voice sings vowels that can be told apart, in tune, without alias, and glides along a syllable."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest

from songbuild.devices.device import Audio, Note
from songbuild.devices.instruments.voice import _NOISES, INSTRUMENT, Voice
from songbuild.devices.presets import packaged_preset, packaged_presets
from songbuild.devices.singing import syllable, targets
from songbuild.dsp.formants import Singer, Vowel, coloured, formants, glottal, tract

RATE = 44_100
STEADY: dict[str, Any] = {
    "breath": 0.0,
    "onset": 0.0,
    "vibrato_cents": 0.0,
    "drift_cents": 0.0,
    "scoop_cents": 0.0,
}


def sing(note: Note, rate: int = RATE, **given: Any) -> Audio:
    (audio,) = INSTRUMENT.render([note], Voice(**given), rate, {})
    return audio


def levels(audio: Audio, f0: float, count: int, start_s: float = 0.3, stop_s: float = 0.8) -> np.ndarray[Any, Any]:
    """The level in dB of each harmonic of f0."""
    x = audio[0, int(start_s * RATE) : int(stop_s * RATE)]
    n = np.arange(x.size)
    window = np.blackman(x.size)
    found = [abs(np.sum(x * window * np.exp(-2j * np.pi * k * f0 * n / RATE))) for k in range(1, count + 1)]
    return 20 * np.log10(np.array(found) + 1e-12)


@pytest.mark.parametrize("singer", get_args(Singer))
@pytest.mark.parametrize("vowel", ["a", "e", "i", "o", "u", "schwa"])
def test_a_low_note_shows_the_vowels_formants(singer: Singer, vowel: Vowel) -> None:
    f0 = 55.0  # close harmonics show the resonances
    audio = sing(Note(33.0, 0.8, RATE), singer=singer, vowel=vowel, **STEADY)
    db = levels(audio, f0, 70)
    hz = f0 * np.arange(1, 71)
    for centre in formants(singer, vowel)[0][:2]:
        near = np.abs(hz - centre) <= 1.5 * f0
        # a formant that is the flank of a stronger neighbour still lifts what a straight line would give
        sides = [np.argmin(np.abs(hz - centre - side * f0)) for side in (-5, 5)]
        around = np.interp(centre, hz[sides], db[sides])
        assert db[near].max() > around + 2.0, centre


@pytest.mark.parametrize(
    ("singer", "vowel", "hz"),
    [
        ("soprano", "u", (325, 700, 2700, 3800, 4950)),
        ("alto", "a", (800, 1150, 2800, 3500, 4950)),
        ("tenor", "i", (290, 1870, 2800, 3250, 3540)),
        ("bass", "o", (400, 750, 2400, 2600, 2900)),
    ],
)
def test_formants_are_the_published_ones(singer: Singer, vowel: Vowel, hz: tuple[int, ...]) -> None:
    assert tuple(formants(singer, vowel)[0]) == hz


def test_vowels_can_be_told_apart() -> None:
    """Each vowel is nearer to itself, sung at another pitch and velocity, than to any other."""

    def shape(vowel: Vowel, pitch: float, velocity: float) -> np.ndarray[Any, Any]:
        f0 = 440.0 * 2 ** ((pitch - 69) / 12)
        audio = sing(Note(pitch, velocity, RATE), singer="tenor", vowel=vowel, **STEADY)
        db = levels(audio, f0, int(3500 / f0))
        bands = np.interp(np.linspace(250, 3200, 24), f0 * np.arange(1, db.size + 1), db)
        return bands - bands.mean()

    vowels: tuple[Vowel, ...] = ("a", "e", "i", "o", "u")
    known = {vowel: shape(vowel, 45, 0.8) for vowel in vowels}
    for vowel in vowels:
        heard = shape(vowel, 50, 0.6)
        assert min(known, key=lambda v: float(np.abs(known[v] - heard).mean())) == vowel


@pytest.mark.parametrize("pitch", [38.0, 57.0, 69.3, 84.0])
def test_it_is_in_tune(pitch: float) -> None:
    f0 = 440.0 * 2 ** ((pitch - 69) / 12)
    audio = sing(Note(pitch, 0.8, 2 * RATE), vowel="u", **STEADY)
    x = audio[0, RATE // 4 : RATE // 4 + RATE]
    n = np.arange(x.size // 2)
    # the phase of the fundamental half a second apart
    probe = np.hanning(n.size) * np.exp(-2j * np.pi * f0 * n / RATE)
    a, b = np.sum(x[: n.size] * probe), np.sum(x[n.size :] * probe)
    turns = np.angle(b / a * np.exp(-2j * np.pi * f0 * n.size / RATE)) / (2 * np.pi)
    assert abs(1200 * np.log2(1 + turns / (f0 * n.size / RATE))) < 0.2


@pytest.mark.parametrize("rate", [44_100, 96_000])
@pytest.mark.parametrize("pitch", [40.0, 84.0, 96.0])
def test_nothing_aliases(pitch: float, rate: int) -> None:
    """What lies between the harmonics is 80 dB below the loudest."""
    f0 = 440.0 * 2 ** ((pitch - 69) / 12)
    audio = sing(Note(pitch, 1.0, rate), rate, brightness=1.0, **STEADY)
    n = np.arange(rate // 2)
    x = audio[0, rate // 4 : rate // 4 + n.size] * np.blackman(n.size) ** 2
    spectrum = np.abs(np.fft.rfft(x, 1 << 18))
    hz = np.fft.rfftfreq(1 << 18, 1 / rate)
    between = np.abs(hz / f0 - np.round(hz / f0)) * f0 > 24.0
    between |= hz > 14_000
    assert 20 * np.log10(spectrum[between].max() / spectrum.max()) < -80


def test_vibrato_has_its_rate_and_depth_and_waits() -> None:
    given = {**STEADY, "vibrato_cents": 60.0, "vibrato_hz": 6.0, "vibrato_delay_ms": 500.0}
    audio = sing(Note(69.0, 0.8, 3 * RATE, seed=4), vowel="u", **given)
    n = np.arange(audio.shape[1])
    low = np.convolve(audio[0] * np.exp(-2j * np.pi * 440 * n / RATE), np.hanning(801), "valid")
    phase = np.unwrap(np.angle(low))
    cents = 1200 * np.log2(1 + np.gradient(phase) * RATE / (2 * np.pi * 440))
    assert np.abs(cents[int(0.15 * RATE) : int(0.45 * RATE)]).max() < 3
    steady = cents[int(1.2 * RATE) : int(2.7 * RATE)]
    assert 45 < np.abs(steady).max() < 72
    spectrum = np.abs(np.fft.rfft(steady * np.hanning(steady.size), 1 << 20))
    assert np.fft.rfftfreq(1 << 20, 1 / RATE)[np.argmax(spectrum)] == pytest.approx(6.0, abs=0.2)


def test_louder_is_brighter_and_the_voice_has_one_level_for_all_vowels() -> None:
    soft, loud = (levels(sing(Note(57.0, v, RATE), **STEADY), 220.0, 16) for v in (0.3, 1.0))
    assert (loud[12:16].mean() - loud[0]) > (soft[12:16].mean() - soft[0]) + 6
    energies = [
        np.square(sing(Note(p, 0.8, RATE), vowel=v, **STEADY)[:, RATE // 4 :]).mean()
        for v in get_args(Vowel)
        for p in (45.0, 57.0, 72.0)
    ]
    assert 10 * np.log10(max(energies) / min(energies)) < 1.5


def test_breath_is_noise_and_a_whisper_has_no_pitch() -> None:
    f0 = 220.0
    voiced, whisper = (sing(Note(57.0, 0.8, RATE), **{**STEADY, "breath": b}) for b in (0.0, 1.0))
    for audio, harmonic in ((voiced, True), (whisper, False)):
        on, off = levels(audio, f0, 10).max(), levels(audio, f0 * 1.5, 6)[::2].max()
        assert bool(on > off + 50) == harmonic
    ratio = np.square(whisper).mean() / np.square(voiced).mean()
    assert 0.3 < ratio < 3.0


def test_onset_breathes_out_and_an_h_more() -> None:
    def early(text: str, onset: float) -> float:
        audio = sing(Note(57.0, 0.8, RATE, text=text), attack_ms=200, breath=0.0, onset=onset)
        return float(np.square(audio[:, : RATE // 40]).sum())

    assert early("ha", 0.3) > 2 * early("a", 0.3) > 20 * early("a", 0.0)


@pytest.mark.parametrize(
    ("text", "sung"),
    [
        ("la", ("a",)),
        ("Stay", ("a", "i")),
        ("ai", ("a", "i")),
        ("moon", ("u",)),
        ("see", ("i",)),
        ("yeah", ("e", "a")),
        ("now", ("o", "u")),
        ("uh", ("schwa",)),
        ("her", ("schwa",)),
        ("mm", ("hum",)),
        ("sky", ("i",)),
        ("you", ("u",)),
        ("to-", ("o",)),
        ("", ("e",)),
        ("__", ("e",)),
        ("só", ("o",)),
        ("(ooh)", ("u",)),
        ("42", ("e",)),
    ],
)
def test_a_syllables_vowels(text: str, sung: tuple[Vowel, ...]) -> None:
    assert syllable(text, "e")[1] == sung


@pytest.mark.parametrize("text", ["mine", "wow", "ai", "no", "a", "nnn", "yam"])
@pytest.mark.parametrize("frames", [1, 300, 5000, 90_000])
def test_targets_run_forward_within_the_note(text: str, frames: int) -> None:
    times = [time for time, _ in targets(Note(60.0, 0.8, frames, text=text), "a", RATE)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= frames / RATE + 1e-12


def test_ai_glides_from_a_to_i() -> None:
    audio = sing(Note(45.0, 0.8, 2 * RATE, text="ai"), singer="tenor", **STEADY)
    a = sing(Note(45.0, 0.8, 2 * RATE, text="a"), singer="tenor", **STEADY)
    i = sing(Note(45.0, 0.8, 2 * RATE, text="i"), singer="tenor", **STEADY)
    for start, like, unlike in ((0.3, a, i), (1.4, i, a)):
        heard, same, other = (levels(x, 110.0, 25, start, start + 0.4) for x in (audio, like, unlike))
        assert np.abs(heard - same).mean() < 1.0 < np.abs(heard - other).mean()
    swell = np.sqrt(np.square(audio[0, RATE // 4 : 2 * RATE]).reshape(-1, RATE // 20).mean(axis=1))
    assert swell.max() < 1.5 * swell.min()  # no burst while it moves


def test_a_choir_is_wide_and_a_soloist_stands_in_the_middle() -> None:
    alone = sing(Note(60.0, 0.8, RATE))
    assert np.array_equal(*alone)
    choir = sing(Note(60.0, 0.8, RATE), voices=6, spread=1.0)
    left, right = choir[:, RATE // 4 : RATE]
    assert np.sum(left * right) < 0.8 * np.sqrt(np.sum(left * left) * np.sum(right * right))
    narrow = sing(Note(60.0, 0.8, RATE), voices=6, spread=0.0)
    assert np.array_equal(*narrow)


def test_seed_and_text_make_another_note() -> None:
    first = sing(Note(60.0, 0.8, RATE, seed=1))
    assert not np.array_equal(first, sing(Note(60.0, 0.8, RATE, seed=2)))
    assert not np.array_equal(first, sing(Note(60.0, 0.8, RATE, seed=1, text="oh")))
    assert np.array_equal(first, sing(Note(60.0, 0.8, RATE, seed=1)))


def test_tract_has_its_resonances_and_unit_gain_at_dc() -> None:
    centres, widths = formants("tenor", "schwa")
    hz = np.arange(0.0, 5000.0)
    re, im = tract(hz, centres, widths)
    size = np.hypot(re, im)
    assert size[0] == pytest.approx(1.0)
    peaks = [k for k in range(1, 4999) if size[k - 1] < size[k] > size[k + 1]]
    np.testing.assert_allclose(peaks, centres, atol=15)
    half = np.nonzero(size[300:700] > size[500] / np.sqrt(2))[0]
    assert np.ptp(half) == pytest.approx(widths[0], rel=0.1)


def test_glottal_spectrum_peaks_and_falls() -> None:
    f0 = np.array([100.0])
    hz = np.array([20.0, 40.0, 100 / (1.4 * 0.6), 3200.0, 6400.0])
    size = np.hypot(*glottal(hz, f0, 0.6, 1e9))
    assert size[1] / size[0] == pytest.approx(2.0, rel=0.15)  # 6 dB/octave up
    assert size[2] == pytest.approx(1.0)
    assert size[3] / size[4] == pytest.approx(2.0, rel=0.01)  # 6 dB/octave down
    tilted = np.hypot(*glottal(hz, f0, 0.6, 200.0))
    assert tilted[3] / tilted[4] == pytest.approx(4.0, rel=0.02)


def test_coloured_noise_has_the_asked_power_and_is_even() -> None:
    rng = np.random.default_rng(1)
    white = rng.uniform(-1, 1, (201, 2, 256))
    y = coloured(white, np.full((1, 256), 0.5), 256)
    assert y.size == 200 * 256
    assert np.mean(y * y) == pytest.approx(0.25, rel=0.05)
    by_place = np.square(y.reshape(-1, 256)).mean(axis=0).reshape(8, 32).mean(axis=1)
    np.testing.assert_allclose(by_place, 0.25, rtol=0.1)


def test_presets_are_valid() -> None:
    for name in packaged_presets("voice"):
        audio = sing(Note(57.0, 0.8, RATE // 2), **packaged_preset("voice", name)[0])
        assert -22 < 20 * np.log10(np.abs(audio).max()) < -8, name
    assert len(packaged_presets("voice")) >= 5


def test_the_breath_of_several_is_as_loud_as_that_of_one() -> None:
    given = {**STEADY, "breath": 1.0, "vowel": "a"}
    alone, choir = (np.square(sing(Note(57.0, 0.8, RATE, seed=1), **given, voices=n)).sum() for n in (1, 4))
    assert abs(10 * np.log10(choir / alone)) < 0.5
    together, apart = (sing(Note(57.0, 0.8, RATE, seed=1), **given, voices=4, spread=s) for s in (0.0, 1.0))
    assert np.array_equal(*together)
    assert abs(np.corrcoef(*apart)[0, 1]) < 0.1


def test_a_note_breathes_the_same_whatever_was_sung_before() -> None:
    given = {"voices": 2, "breath": 0.5}
    short = Note(57.0, 0.8, RATE // 3)
    fresh = {}
    for vowel in ("a", "i"):
        _NOISES.clear()
        fresh[vowel] = sing(short, vowel=vowel, **given)
    for note in (Note(57.0, 0.8, 2 * RATE), Note(57.0, 0.8, RATE // 3, seed=1)):
        sing(note, vowel="a", **given)
    for vowel in ("i", "a"):
        assert np.array_equal(sing(short, vowel=vowel, **given), fresh[vowel])
