"""What a meter says of stretches of a stream, beside the meters themselves."""

from __future__ import annotations

from math import log10

import numpy as np
import pytest

from songbuild.dsp import loudness, spectrum
from songbuild.dsp.truepeak import to_dbtp, true_peak
from songbuild.engine import Reader, Stream
from songbuild.stages.hearing import READINGS

RATE = 48_000


def read(x: np.ndarray, spans: list[list[int]], cuts: tuple[int, ...] = ()) -> list[dict]:
    """The readings of x (channels, n), cut into tiles."""
    tiles, stream = {}, Stream(len(x))
    for start, stop in zip([0, *cuts], [*cuts, x.shape[1]], strict=True):
        tiles[f"{start}"] = x[:, start:stop]
        stream.add(f"{start}", stop - start)
    return READINGS.run([Reader(stream, RATE, tiles.__getitem__)], {"spans": spans}, RATE, ())


def tone(hz: float, seconds: float, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)


def test_of_all_it_is_what_the_meter_says() -> None:
    x = np.stack([tone(500, 8.0) * np.linspace(0.1, 1, 8 * RATE), tone(900, 8.0, 0.3)])
    found = read(x, [[0, 8 * RATE]], (100_000, 250_001))[0]
    meant = loudness.measure(x, RATE)
    assert found["integrated_lufs"] == pytest.approx(meant.integrated_lufs, abs=1e-5)
    assert found["momentary_max_lufs"] == pytest.approx(meant.momentary_max_lufs, abs=1e-5)
    assert found["lra_lu"] == pytest.approx(meant.lra_lu, abs=1e-5)
    assert found["true_peak_dbtp"] == pytest.approx(meant.true_peak_dbtp, abs=1e-5)
    assert found["power"] == pytest.approx(np.square(x).mean(), rel=1e-3)


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_a_stretch_is_read_by_itself(seconds: float) -> None:
    quiet, loud = tone(1000, 4.0, 0.05), tone(1000, seconds, 0.5)
    x = np.stack([np.concatenate([quiet, loud, quiet])] * 2)
    span = [4 * RATE, round((4 + seconds) * RATE)]
    found = read(x, [span, [0, 4 * RATE]])
    assert found[0]["integrated_lufs"] - found[1]["integrated_lufs"] == pytest.approx(20.0, abs=0.1)
    assert found[0]["true_peak_dbtp"] == pytest.approx(to_dbtp(true_peak(x[:, span[0] : span[1]])), abs=0.1)


def test_width_and_correlation() -> None:
    left, right = tone(1000, 2.0), tone(1000, 2.0)
    span = [[0, 2 * RATE]]
    assert read(np.stack([left, right]), span)[0]["width_db"] == -60.0
    assert read(np.stack([left, right]), span)[0]["correlation"] == pytest.approx(1.0)
    assert read(np.stack([left, -right]), span)[0]["width_db"] == 60.0
    aside = read(np.stack([left, 0.5 * right]), span)[0]
    assert aside["width_db"] == pytest.approx(20 * log10(0.5 / 1.5), abs=0.01)
    assert aside["correlation"] == pytest.approx(1.0)
    assert read(left[None], span)[0]["width_db"] == -60.0


def test_silence_has_no_levels() -> None:
    found = read(np.zeros((2, RATE)), [[0, RATE], [0, 0]])
    assert all(value is None for each in found for name, value in each.items() if name != "power")


def test_windows_are_those_of_the_spectrum() -> None:
    x = np.random.default_rng(3).uniform(-0.3, 0.3, (2, 8 * spectrum.step(RATE) + 17))
    found = spectrum.windows(x, RATE)
    assert found.shape == (2, spectrum.BANDS, 7)
    np.testing.assert_allclose(found.sum(axis=2), spectrum.partial(x, RATE, None)[0].bands, rtol=1e-9)


def test_equal_tiles_have_equal_bands_wherever_they_are() -> None:
    x = np.random.default_rng(4).uniform(-0.3, 0.3, (2, 100_000))
    late = np.concatenate([np.full((2, 12_345), 0.5), x], axis=1)
    here = read(x, [[0, 100_000]])[0]["third_octaves"]
    there = read(late, [[12_345, 112_345]], (12_345,))[0]["third_octaves"]
    assert here == there
    upto = 1000 * 10**1.35 / (RATE / 2)  # the upper edge of the highest band
    assert sum(here) == pytest.approx(np.square(x).mean() * upto, rel=0.02)


def test_third_octaves_are_those_of_the_stretch() -> None:
    x = np.stack([np.concatenate([tone(100, 3.0), tone(4000, 3.0)])] * 2)
    low, high = (np.array(each["third_octaves"]) for each in read(x, [[0, 3 * RATE], [3 * RATE, 6 * RATE]]))
    assert np.argmax(low) == 7  # 100 Hz
    assert np.argmax(high) == 23  # 4 kHz
    assert 10 * np.log10(low[7]) == pytest.approx(20 * log10(0.5) - 3.01, abs=0.2)
