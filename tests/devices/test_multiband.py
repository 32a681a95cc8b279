"""Multiband compressor: a flat sum, each band by its own level, mute and solo, link, a dry part in phase."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from songbuild.devices.effects.multiband import EFFECT, Multiband

RATE = 44_100
CORNERS = {2: (800,), 3: (120, 2500), 4: (90, 600, 5000), 5: (60, 250, 1500, 9000)}


def run(x, rate=RATE, **params):
    """x through the compressor, on time."""
    p = Multiband(**params)
    late = EFFECT.latency(p, rate)
    return EFFECT.process(np.concatenate([x, np.zeros((len(x), late))], axis=1), p, rate, None)[0][:, late:]


def bands(count, **each):
    return [{"from_hz": hz, "ratio": 1, **each} for hz in (0, *CORNERS[count])]


def sine(hz, level_db, frames=RATE):
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)[None]


def level_db(y, hz):
    """The level of a tone in the last half second."""
    part = y[0, -RATE // 2 :]
    return 20 * np.log10(np.abs(np.mean(part * np.exp(-2j * np.pi * hz * np.arange(part.size) / RATE))) * 2)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_without_compression_it_sums_flat(count, rate):
    """The bar: within 0.01 dB; from 5 Hz to Nyquist."""
    x = np.zeros((1, 1 << 17))
    x[0, 0] = 1.0
    y = run(x, rate, bands=bands(count))
    db = 20 * np.log10(np.abs(np.fft.rfft(y[0])))
    assert np.abs(db[np.fft.rfftfreq(1 << 17, 1 / rate) > 5]).max() < 0.001


def test_each_band_is_turned_down_by_its_own_level():
    x = sine(50, 0) + sine(8000, -30)
    quiet = run(sine(8000, -30), bands=bands(3))
    y = run(x, bands=_compressing(ratio=4))
    # the second band hears the kick too, 31 dB softer, and leaves that as it is
    assert level_db(y, 50) == pytest.approx(-13.7, abs=0.1)
    assert level_db(y, 8000) == pytest.approx(level_db(quiet, 8000), abs=0.01)


def _compressing(**each):
    return bands(3, **{"threshold_db": -20, "knee_db": 0, **each})


@pytest.mark.parametrize("hz", [60, 300, 15_000])
@pytest.mark.parametrize("ratio", [2, 10])
def test_static_curve_inside_a_band(hz, ratio):
    """The bar of compressors: +-0.1 dB, far enough from the corner at 2.5 kHz."""
    band = {"threshold_db": -20, "knee_db": 0, "ratio": ratio, "attack_ms": 5, "release_ms": 100}
    heard = int(hz > 2500)
    for level in (-30, -20, -12, 0):
        both = [{**band, "solo": not heard}, {**band, "from_hz": 2500, "solo": bool(heard)}]
        gain = level_db(run(sine(hz, level), bands=both), hz) - level
        assert gain == pytest.approx((1 / ratio - 1) * max(level + 20, 0), abs=0.1)


def test_solo_and_mute_are_complements():
    x = np.random.default_rng(1).standard_normal((2, 20_000)) * 0.1
    whole = run(x, bands=_compressing(ratio=3))
    parts = []
    for chosen in range(3):
        soloed = _compressing(ratio=3)
        soloed[chosen]["solo"] = True
        parts.append(run(x, bands=soloed))
        muted = _compressing(ratio=3)
        for other in {0, 1, 2} - {chosen}:
            muted[other]["mute"] = True
        np.testing.assert_array_equal(run(x, bands=muted), parts[-1])
    np.testing.assert_allclose(sum(parts), whole, atol=1e-14)


def test_gain_raises_one_band():
    raised = bands(3)
    raised[1]["gain_db"] = 6
    x = sine(550, -40) + sine(20, -40) + sine(15_000, -40)
    y = run(x, bands=raised)
    assert level_db(y, 550) == pytest.approx(-34, abs=0.05)
    assert level_db(y, 20) == pytest.approx(-40, abs=0.05)
    assert level_db(y, 15_000) == pytest.approx(-40, abs=0.05)


def test_link():
    x = np.concatenate([sine(550, 0), sine(550, -30)])
    for link, right in ((1, -15), (0.5, -7.5), (0, 0)):
        y = run(x, bands=_compressing(ratio=4), link=link)
        assert level_db(y[:1], 550) == pytest.approx(-15, abs=0.3)
        assert level_db(y[1:], 550) == pytest.approx(-30 + right, abs=0.3)


def test_the_dry_part_is_in_phase():
    """Nothing is louder or softer in the mix of compressed and dry than between the two."""
    x = np.random.default_rng(1).standard_normal((2, 20_000)) * 0.3
    wet, dry = run(x, bands=_compressing(ratio=8)), run(x, bands=bands(3))
    np.testing.assert_allclose(run(x, bands=_compressing(ratio=8), mix=0.4), 0.4 * wet + 0.6 * dry, atol=1e-12)
    np.testing.assert_allclose(run(x, bands=_compressing(ratio=8), mix=0), dry, atol=1e-14)


def test_all_bands_are_equally_late_whatever_their_attacks():
    fast = bands(3)
    fast[2]["attack_ms"] = 0.5
    assert EFFECT.latency(Multiband(bands=fast), RATE) < EFFECT.latency(Multiband(bands=bands(3)), RATE)
    x = np.random.default_rng(1).standard_normal((1, 5000))
    np.testing.assert_allclose(run(x, bands=fast), run(x, bands=bands(3)), atol=1e-14)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([{"from_hz": 100}, {"from_hz": 1000}], "the lowest band has no from_hz"),
        ([{}, {"from_hz": 1000}, {"from_hz": 1100}], "band 3 has to begin at 1200 Hz or above"),
        ([{}, {}], "band 2 has to begin at 20 Hz or above"),
        ([{}], "at least 2 bands"),
        ([], "at least 2 bands"),
        ([{}] * 6, "at most 5"),
    ],
)
def test_bands_that_make_no_sense_are_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        Multiband(bands=given)


def test_automation_may_move_all_but_what_sets_the_latency_or_the_memory():
    assert EFFECT.fixed("bands.0.attack_ms")
    assert EFFECT.fixed("link")
    assert not EFFECT.fixed("bands.0.threshold_db")
    assert not EFFECT.fixed("bands.1.from_hz")
