"""What brings one programme closer to another."""

from __future__ import annotations

import numpy as np
import pytest

from songbuild.devices.effects.compressor import Compressor
from songbuild.devices.effects.compressor import process as compress
from songbuild.dsp import matching
from songbuild.dsp.eq import Curve, cascade
from songbuild.dsp.filters import response, sosfilt
from songbuild.dsp.maths import gain_to_db
from songbuild.dsp.spectrum import Spectrum, partial, spectrum

RATE = 44_100


def _spectrum(x: np.ndarray) -> Spectrum:
    part, state = partial(x, RATE, None)
    return spectrum([part], state, RATE)


def _noise(seconds: float = 12, seed: int = 1) -> np.ndarray:
    """Pink-ish stereo noise, sides 6 dB below the middle."""
    mid, side = np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))
    x = 0.05 * np.stack([mid + 0.5 * side, mid - 0.5 * side])
    return sosfilt(cascade(RATE, [Curve("low_shelf", 500, 0.7, 9), Curve("high_shelf", 4000, 0.7, -6)]), x)[0]


NOISE = _noise()
TILTED = sosfilt(cascade(RATE, [Curve("low_shelf", 200, 0.7, 4), Curve("peak", 3000, 0.8, -3)]), NOISE)[0]


def test_a_programme_matches_itself_at_any_level() -> None:
    assert not matching.tone(_spectrum(NOISE), _spectrum(0.25 * NOISE), 1.0, 6.0).any()
    assert matching.width_db(_spectrum(NOISE), _spectrum(0.25 * NOISE), 1.0, 6.0) == 0
    assert matching.squeeze(_spectrum(NOISE), _spectrum(0.25 * NOISE), 1.0, 6.0) is None


def test_the_tone_reaches_the_reference_and_half_of_it_goes_half_way() -> None:
    mine, theirs = _spectrum(NOISE), _spectrum(TILTED)
    wanted = matching.tone(mine, theirs, 1.0, 12.0)
    reached, _ = sosfilt(cascade(RATE, matching.fitted(wanted)), NOISE)
    left = matching.tone(_spectrum(reached), theirs, 1.0, 12.0)
    assert np.max(np.abs(wanted)) > 3
    assert np.max(np.abs(left)) <= 0.5
    half = matching.tone(mine, theirs, 0.5, 12.0)
    np.testing.assert_allclose(half, wanted / 2, atol=0.2)
    assert not matching.tone(mine, theirs, 0.0, 12.0).any()


def test_no_band_moves_by_more_than_asked_and_all_lie_on_the_grid() -> None:
    found = matching.tone(_spectrum(NOISE), _spectrum(TILTED), 1.0, 1.25)
    assert np.max(np.abs(found)) <= 1.25
    np.testing.assert_allclose(found / 0.25, np.rint(found / 0.25))


def test_a_band_with_nothing_in_it_is_not_lifted() -> None:
    dull = sosfilt(np.concatenate([cascade(RATE, [Curve("lowpass", 2000, 0.7)])] * 4), NOISE)[0]
    found = matching.tone(_spectrum(dull), _spectrum(NOISE), 1.0, 6.0)
    assert found[-1] == 0
    assert found[-4] > 3


@pytest.mark.parametrize("rate", [44_100, 96_000])
@pytest.mark.parametrize("seed", range(6))
def test_bands_reach_the_gains_that_are_asked_for(rate: int, seed: int) -> None:
    wanted = np.rint(np.random.default_rng(seed).uniform(-6, 6, len(matching.CONTROLS)) / 0.5) * 0.5
    reached = gain_to_db(np.abs(response(cascade(rate, matching.fitted(wanted)), rate, matching.CONTROLS)))
    np.testing.assert_allclose(reached, wanted, atol=0.25)


@pytest.mark.parametrize(
    ("sides", "amount", "wanted"), [(2.0, 1.0, 6.0), (2.0, 0.5, 3.0), (0.5, 1.0, -6.0), (0.0, 1.0, -6)]
)
def test_the_width_follows_the_sides(sides: float, amount: float, wanted: float) -> None:
    mid, side = (NOISE[0] + NOISE[1]) / 2, (NOISE[0] - NOISE[1]) / 2 * sides
    assert matching.width_db(_spectrum(NOISE), _spectrum(np.stack([mid + side, mid - side])), amount, 6.0) == wanted


def test_a_mono_mix_has_no_sides_to_turn_up() -> None:
    mono = np.stack([NOISE[0]] * 2)
    assert matching.width_db(_spectrum(mono), _spectrum(NOISE), 1.0, 6.0) == 0


def _bursts(low: float) -> np.ndarray:
    """Noise whose level changes ten times a second between 0 dB (one time in five) and a lower one."""
    time = np.arange(NOISE.shape[1]) / RATE
    return NOISE * np.where(time % 1.0 < 0.2, 1.0, low)


def test_dynamics_come_closer_to_a_denser_reference() -> None:
    loose, dense = _spectrum(_bursts(0.3)), _spectrum(_bursts(0.6))
    found = matching.squeeze(loose, dense, 1.0, 6.0)
    assert found is not None
    pressed, _ = compress(
        _bursts(0.3),
        Compressor(**found._asdict(), attack_ms=30, release_ms=200, detector="rms"),
        RATE,
        None,
        _bursts(0.3),
    )

    def spread(x: Spectrum) -> float:
        return x.levels_db[19] - x.levels_db[10]

    before, after, wanted = spread(loose), spread(_spectrum(pressed)), spread(dense)
    assert wanted < after < before - 0.5 * (before - wanted)
    loud = [np.mean(np.square(x)) for x in (_bursts(0.3), pressed)]
    assert 10 * np.log10(loud[1] / loud[0]) == pytest.approx(0, abs=1)


def test_a_reference_with_more_dynamics_asks_for_nothing() -> None:
    assert matching.squeeze(_spectrum(_bursts(0.6)), _spectrum(_bursts(0.3)), 1.0, 6.0) is None


def test_the_compressor_stays_gentle() -> None:
    found = matching.squeeze(_spectrum(_bursts(0.05)), _spectrum(NOISE), 1.0, 3.0)
    assert found is not None
    assert found.ratio <= 1.3


def test_silence_matches_nothing() -> None:
    silence = _spectrum(np.zeros((2, RATE)))
    for pair in ((silence, _spectrum(NOISE)), (_spectrum(NOISE), silence), (silence, silence)):
        assert not matching.tone(*pair, 1.0, 6.0).any()
        assert matching.width_db(*pair, 1.0, 6.0) == 0
        assert matching.squeeze(*pair, 1.0, 6.0) is None
