"""A whole master chain with automation: the same bits however it is cut, and on time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from songbuild.devices.chain import act_chain, build, latency, process, reads_chain, run_chain
from songbuild.devices.effects import EFFECTS
from songbuild.engine.graph import Tile

RATE = 44_100


def spec(name, lanes=None, **params):
    whole = EFFECTS[name].params.model_validate(params).model_dump(mode="json")
    return {"device": name, "params": whole, "lanes": lanes or {}, "side": None}


MOVE = [[3000, 0.0, "lin"], [5000, 1.0, "lin"], [9000, 0.2, "lin"]]


def scaled(low, high):
    return [[frame, low + (high - low) * value, curve] for frame, value, curve in MOVE]


CHAIN = [
    spec(
        "eq",
        {"bands.0.gain_db": scaled(-6, 6)},
        phase="linear",
        bands=[{"freq_hz": 300}, {"type": "high_shelf", "freq_hz": 5000, "gain_db": 3, "channel": "side"}],
    ),
    spec(
        "multiband",
        {"bands.0.threshold_db": scaled(-10, -40), "bands.1.from_hz": scaled(200, 900)},
        bands=[{}, {"from_hz": 200, "threshold_db": -30}],
    ),
    spec("compressor", {"threshold_db": scaled(-10, -30)}, auto_release=True),
    spec("deesser", {"freq_hz": scaled(4000, 8000)}, threshold_db=-20),
    spec("width", {"widen": scaled(0.1, 0.9), "low_width": scaled(0.2, 1.5)}),
    spec("clipper", {"drive_db": scaled(0, 9)}),
    spec("limiter", {"gain_db": scaled(0, 6)}),
]


def music(frames=14_000):
    random = np.random.default_rng(1)
    return random.standard_normal((2, frames)) * 0.2 + 0.5 * np.sin(np.arange(frames) * 0.02)


@pytest.mark.parametrize("which", [*range(len(CHAIN)), None], ids=[*(each["device"] for each in CHAIN), "all"])
def test_tiles_equal_one_piece(which):
    chosen = {"inserts": CHAIN if which is None else [CHAIN[which]]}
    x = music()
    padded = np.concatenate([x, np.zeros((2, latency(build(chosen["inserts"]), RATE)))], axis=1)

    def made(start, stop, state):
        first, last = reads_chain(chosen, start, stop, RATE)[0]
        tile = Tile(start, stop, RATE, stop == x.shape[1])
        return run_chain([padded[:, first:last]], act_chain(chosen, start, stop, RATE), tile, state)

    whole, _ = made(0, x.shape[1], None)
    state, parts = None, []
    for start, stop in pairwise([0, 3300, 8001, x.shape[1]]):
        y, state = made(start, stop, state)
        parts.append(y)
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    assert np.abs(whole - x).max() > 0.01


def test_a_chain_with_nothing_to_do_is_flat_and_on_time():
    """Every device of it at rest: what comes out has the magnitude of what went in, and no time has passed."""
    chosen = [
        spec("eq", phase="linear", bands=[{"freq_hz": 300, "channel": "mid"}]),
        spec("multiband", bands=[{"ratio": 1}, {"from_hz": 200, "ratio": 1}]),
        spec("compressor", ratio=1, auto_release=True),
        spec("deesser", range_db=0),
        spec("width"),
        spec("clipper"),
        spec("limiter"),
    ]
    inserts = build(chosen)
    late = latency(inserts, RATE)
    x = np.zeros((2, 1 << 15))
    x[0, 100] = 0.5
    y = process(np.concatenate([x, np.zeros((2, late))], axis=1), inserts, RATE, None)[0][:, late:]
    assert np.abs(20 * np.log10(np.abs(np.fft.rfft(y[0])) * 2)).max() < 0.01
    assert np.abs(y[1]).max() < 2e-6
    assert 100 <= np.abs(y[0]).argmax() <= 105
