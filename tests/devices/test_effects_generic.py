"""What every effect keeps, whatever it does: run over each entry of EFFECTS with random legal parameters."""

from __future__ import annotations

import types
import typing
import zlib
from itertools import pairwise
from typing import get_args, get_origin

import numpy as np
import pytest

from songbuild.devices.effects import EFFECTS
from songbuild.devices.effects.multiband import Multiband, Range
from songbuild.units import Params, Within

RATE = 44_100
EACH = pytest.mark.parametrize("effect", EFFECTS.values(), ids=lambda effect: effect.name)

AWAKE = {
    "eq": {"bands": [{"freq_hz": 300, "gain_db": 6, "q": 2}, {"type": "high_shelf", "freq_hz": 6000, "gain_db": -4}]},
    "width": {"width": 1.5, "mono_below_hz": 100, "low_width": 0.5, "high_width": 1.5, "widen": 0.3},
    "saturation": {"mix": 0.7},
    "compressor": {"mix": 0.8, "threshold_db": -40},
    "gate": {"threshold_db": -15, "range_db": -30},
    "limiter": {"gain_db": 12},
    "clipper": {"drive_db": 9, "knee": 0.4, "mix": 0.8},
    "deesser": {"threshold_db": -25, "freq_hz": 3000},
    "multiband": {
        "bands": [
            {"threshold_db": -40, "release_ms": 20},
            {"from_hz": 200, "threshold_db": -30, "gain_db": 3, "release_ms": 20},
        ],
        "link": 0.5,
    },
}
"""Parameters with which an effect has something to do."""


TURNED = {"deesser": 4, "multiband": 1}
"""Frames over which an effect's crossovers, whose sum is an all-pass, spread what passes."""


def rng(effect, salt=0):
    return np.random.default_rng([zlib.crc32(effect.name.encode()), salt])


def music(random, channels=2, frames=12_000):
    """Bursts of noise and tones at levels from -60 to +6 dB, unlike on each side, ending in silence."""
    x = random.standard_normal((channels, frames)) * 0.3
    x += np.sin(2 * np.pi * 110 * np.arange(frames) / RATE)
    x *= np.repeat(10 ** (random.uniform(-60, 6, 12) / 20), frames // 12 + 1)[:frames]
    x[:, -frames // 10 :] = 0
    return x


def legal(annotation, metadata, random):
    """A random value that a field allows, often one of its bounds."""
    if get_origin(annotation) is typing.Annotated:
        inner, *more = get_args(annotation)
        return legal(inner, [*metadata, *more], random)
    low = next((m.ge for m in metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in metadata if hasattr(m, "le")), None)
    if get_origin(annotation) is typing.Literal:
        return get_args(annotation)[random.integers(len(get_args(annotation)))]
    if get_origin(annotation) is tuple:
        most = next((m.max_length for m in metadata if hasattr(m, "max_length")), 8)
        return tuple(legal(get_args(annotation)[0], [], random) for _ in range(random.integers(most + 1)))
    if isinstance(annotation, type) and issubclass(annotation, Params):
        return values(annotation, random)
    if annotation is bool:
        return bool(random.integers(2))
    if annotation is int:
        return int(random.integers(low, high + 1))
    if annotation is float or float in get_args(annotation):
        if low is None or high is None:
            raise AssertionError(f"{annotation} {metadata} has no bounds to test within")
        if random.random() < 0.2:
            return float(low if random.random() < 0.5 else high)
        if low > 0:
            return float(np.exp(random.uniform(np.log(low), np.log(high))))
        return float(random.uniform(low, high))
    if isinstance(annotation, types.UnionType) and type(None) in get_args(annotation):
        return None
    raise AssertionError(f"don't know how to choose a {annotation}")


def _bands(random):
    """Bands of a multiband compressor, the lowest first, as it asks for."""
    chosen = [values(Range, random) for _ in range(random.integers(2, 6))]
    return tuple({**band, "from_hz": 0 if k == 0 else 100 * 4**k} for k, band in enumerate(chosen))


CHOOSE = {(Multiband, "bands"): _bands}
"""Fields of which not every value drawn by itself is legal, and how to draw one."""


def field(params, name, random):
    if (params, name) in CHOOSE:
        return CHOOSE[params, name](random)
    info = params.model_fields[name]
    bounds = [m for m in info.metadata if isinstance(m, Within) or hasattr(m, "ge") or hasattr(m, "le")]
    return legal(info.annotation, [*bounds, *info.metadata], random)


def values(params, random):
    """Random legal parameters, as a mapping; what a model refuses in combination is drawn again."""
    while True:
        drawn = {name: field(params, name, random) for name in params.model_fields}
        try:
            params.model_validate(drawn)
        except ValueError:
            continue
        return drawn


def drawn(effect, random):
    return effect.params.model_validate(values(effect.params, random))


def awake(effect):
    return effect.params.model_validate(AWAKE.get(effect.name, {}))


def run(effect, x, p, state=None, key=None, rate=RATE):
    if effect.sidechain:
        return effect.process(x, p, rate, state, x if key is None else key)
    return effect.process(x, p, rate, state)


@EACH
@pytest.mark.parametrize("channels", [1, 2])
def test_in_blocks_equals_in_one_piece(effect, channels):
    random = rng(effect, channels)
    for p in (awake(effect), drawn(effect, random), drawn(effect, random)):
        x = music(random, channels)
        key = music(random, 2)
        whole, _ = run(effect, x, p, None, key)
        cuts = [0, 0, 1, *np.sort(random.integers(1, x.shape[1], 7)), x.shape[1] - 1, x.shape[1]]
        state, parts = None, []
        for start, stop in pairwise(cuts):
            y, state = run(effect, x[:, start:stop], p, state, key[:, start:stop])
            assert y.shape[1] == stop - start
            parts.append(y)
        np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


@EACH
def test_is_finite_for_any_legal_parameter(effect):
    random = rng(effect, 3)
    hard = music(random, 2, 6000)
    hard[:, 2000:2500] = 8.0
    hard[:, 3000] = -8.0
    for rate in (22_050, 44_100, 96_000):
        for _ in range(3):
            p = drawn(effect, random)
            y, _ = run(effect, hard, p, rate=rate)
            assert np.isfinite(y).all(), p
            assert y.dtype == np.float64


@EACH
def test_leaves_input_and_state_as_they_were(effect):
    random = rng(effect, 4)
    p, x, key = awake(effect), music(random), music(random)
    x0, key0 = x.copy(), key.copy()
    first, state = run(effect, x, p, None, key)
    kept = first.copy()
    once, _ = run(effect, x, p, state, key)
    again, _ = run(effect, x, p, state, key)
    np.testing.assert_array_equal(once, again, err_msg="the state was changed in place")
    np.testing.assert_array_equal(x, x0, err_msg="the input was changed")
    np.testing.assert_array_equal(key, key0, err_msg="the side-chain was changed")
    np.testing.assert_array_equal(first, kept, err_msg="what was put out was changed later")
    assert not np.shares_memory(first, x)


@EACH
def test_every_parameter_changes_something(effect):
    random = rng(effect, 5)
    x = music(random, 2, 24_000)
    for name in effect.params.model_fields:
        for attempt in range(12):
            base = awake(effect) if attempt < 4 else drawn(effect, random)
            other = {**base.model_dump(), name: field(effect.params, name, random)}
            try:
                changed = effect.params.model_validate(other)
            except ValueError:
                continue
            if not np.array_equal(run(effect, x, base)[0], run(effect, x, changed)[0]):
                break
        else:
            pytest.fail(f"{effect.name}.{name} does nothing")


@EACH
def test_channels(effect):
    for channels in (1, 2):
        y, _ = run(effect, music(rng(effect, 6), channels, 1000), awake(effect))
        assert y.shape == (2 if effect.stereo else channels, 1000)


@EACH
def test_silence_in_silence_out(effect):
    for p in (awake(effect), drawn(effect, rng(effect, 7))):
        y, _ = run(effect, np.zeros((2, 5000)), p)
        assert not y.any()


@EACH
def test_rings_no_longer_than_declared(effect):
    p = awake(effect)
    late = effect.latency(p, RATE) if effect.latency else 0
    tail = effect.tail(p, RATE) if effect.tail else 0
    x = music(rng(effect, 8), 2, 12_000)
    x[:, -2000:] = rng(effect, 9).standard_normal((2, 2000)) * 0.5
    y, _ = run(effect, np.concatenate([x, np.zeros((2, late + tail + 3000))], axis=1), p)
    assert np.abs(y[:, 12_000 + late + tail :]).max() <= 1e-5


@EACH
def test_latency_is_as_declared(effect):
    """White noise, too quiet to be compressed and loud enough to open a gate, comes `latency` frames late."""
    p = effect.params()
    late = effect.latency(p, RATE) if effect.latency else 0
    x = rng(effect, 10).standard_normal((1, 16_384)) * 0.02
    x[:, -1000:] = 0
    spectrum = np.fft.rfft(x[0])
    y = run(effect, x, p)[0][0]
    correlation = np.fft.irfft(np.fft.rfft(y) * spectrum.conj())
    peak = int(np.abs(correlation[:8192]).argmax())
    if effect.latency:
        assert 0 <= peak - late <= TURNED.get(effect.name, 0)
    else:
        assert abs(correlation[0]) > 0.05 * np.abs(correlation).max(), "nothing comes at once"
