"""The fused chain: automation in blocks, latency and side-chains, with toy effects whose output is known exactly."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import Field

from songbuild.devices import chain
from songbuild.devices.device import Effect
from songbuild.dsp.curves import cut, values
from songbuild.engine.graph import Tile
from songbuild.units import Params

RATE = 48_000
N = 6000


class GainParams(Params):
    gain: float = 1.0


class Band(Params):
    gain: float = 1.0


class BandsParams(Params):
    bands: tuple[Band, ...] = (Band(), Band())


class LateParams(Params):
    frames: int = Field(100, ge=0)


class KeyParams(Params):
    pass


class SmoothParams(Params):
    keep: float = 0.9


def gain(x, p, rate, state):
    return x * p.gain, None


def bands(x, p, rate, state):
    return x * p.bands[1].gain, None


def late(x, p, rate, state):
    line = np.zeros((len(x), p.frames)) if state is None else state
    both = np.concatenate([line, x], axis=1)
    return both[:, : x.shape[1]], both[:, x.shape[1] :]


def duck(x, p, rate, state, key):
    return x * key, None


def smooth(x, p, rate, state):
    """A one-pole low-pass: the sample before matters, so a wrong state shows."""
    y = np.empty_like(x)
    z = np.zeros(len(x)) if state is None else state
    for i in range(x.shape[1]):
        z = p.keep * z + (1 - p.keep) * x[:, i]
        y[:, i] = z
    return y, z


EACH = (
    Effect("gain", GainParams, gain, tail=lambda p, rate: 10),
    Effect("bands", BandsParams, bands),
    Effect("late", LateParams, late, latency=lambda p, rate: p.frames, tail=lambda p, rate: 5),
    Effect("duck", KeyParams, duck, sidechain=True),
    Effect("smooth", SmoothParams, smooth),
    Effect("wide", KeyParams, lambda x, p, rate, state: (np.stack([x[0], x[-1]]), None), stereo=True),
)
TOYS = {toy.name: toy for toy in EACH}


def spec(device, lanes=None, side=None, **params):
    full = TOYS[device].params(**params).model_dump(mode="json")
    return {"device": device, "revision": 1, "params": full, "lanes": lanes or {}, "side": side}


def noise(channels=2, n=N, seed=1):
    return np.random.default_rng(seed).standard_normal((channels, n))


def taken(x, start, stop):
    """Frames start to stop of x, zero outside of it."""
    inside = x[:, max(start, 0) : max(stop, 0)]
    before = min(max(-start, 0), stop - start)
    return np.pad(inside, ((0, 0), (before, stop - start - before - inside.shape[1])))


def render(specs, inputs, grid):
    """What the engine does: tile by tile, each with only what it may know."""
    params = {"inserts": specs}
    out, state = [], None
    for start, stop in pairwise(grid):
        reads = chain.reads_chain(params, start, stop, RATE, TOYS)
        heard = [taken(x, *span) for x, span in zip(inputs, reads, strict=True)]
        tile = Tile(0, stop - start, RATE, stop == grid[-1])
        y, state = chain.run_chain(heard, chain.act_chain(params, start, stop, RATE, TOYS), tile, state, TOYS)
        assert y.shape[1] == tile.frames
        out.append(y)
    return np.concatenate(out, axis=1)


GRIDS = ([0, 1, 2, 257, 300, 2999, 3000, 5100, N], [0, 256, 2048, N], [0, 700, 701, 711, 3333, N])
LANE = [[500, 0.2, "lin"], [1800, 0.9, "hold"], [2950, 0.5, "exp"], [3300, 0.95, "smooth"], [5000, 0.1, "hold"]]
JUMPS = [[0, 0.5, "hold"], [690, 0.6, "hold"], [1000, 0.0, "hold"], [1100, 0.7, "lin"], [4000, 0.9, "hold"]]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize(
    "specs",
    [
        [spec("smooth", {"keep": LANE})],
        [spec("smooth", {"keep": JUMPS}), spec("late", frames=333), spec("smooth", {"keep": LANE})],
        [spec("late", frames=1000), spec("gain", {"gain": LANE}), spec("bands", {"bands.1.gain": JUMPS})],
    ],
)
def test_in_tiles_equals_in_one_piece(specs, grid):
    x = noise()
    np.testing.assert_array_equal(render(specs, [x], grid), render(specs, [x], [0, N]))


def test_several_lanes_of_one_insert_share_blocks():
    x = noise()
    specs = [spec("bands", {"bands.0.gain": JUMPS, "bands.1.gain": LANE})]
    whole = render(specs, [x], [0, N])
    for grid in GRIDS:
        np.testing.assert_array_equal(render(specs, [x], grid), whole)


@pytest.mark.parametrize("shift", [1, 100, 256, 1777])
def test_control_blocks_move_with_the_music(shift):
    """A section at another place renders the same bits: nothing counts from the song's start."""
    x = noise()
    later = [[frame + shift, value, curve] for frame, value, curve in LANE]
    moved = render([spec("gain", {"gain": later})], [np.pad(x, ((0, 0), (shift, 0)))], [0, N + shift])
    np.testing.assert_array_equal(moved[:, shift:], render([spec("gain", {"gain": LANE})], [x], [0, N]))


def test_latency_nulls_against_the_dry_path_bit_for_bit():
    x = noise()
    specs = [spec("late", frames=100), spec("gain", gain=1.0), spec("late", frames=1234)]
    for grid in GRIDS:
        np.testing.assert_array_equal(render(specs, [x], grid), x)


def test_automation_acts_at_the_time_of_the_music_behind_latency():
    """A gain behind a late effect changes the same samples as one in front of it."""
    x = noise()
    lane = [[0, 1.0, "hold"], [3000, 1.0, "lin"], [3512, 0.25, "hold"]]
    front = render([spec("gain", {"gain": lane}), spec("late", frames=900)], [x], [0, 2500, N])
    behind = render([spec("late", frames=900), spec("gain", {"gain": lane})], [x], [0, 2500, N])
    np.testing.assert_array_equal(front, behind)
    np.testing.assert_allclose(front, x * values(lane, N), atol=1e-12)


def test_side_chain_behind_latency_hears_the_same_moment():
    x, first, second = noise(), noise(seed=2), noise(seed=3)
    specs = [
        spec("duck", side=1),
        spec("late", frames=700),
        spec("duck", side=0),
        spec("late", frames=300),
    ]
    assert chain.side_offsets(chain.build(specs, TOYS), RATE) == (700, 0)
    for grid in GRIDS:
        np.testing.assert_array_equal(render(specs, [x, first, second], grid), x * second * first)


def test_without_a_side_input_the_detector_hears_the_signal():
    x = noise()
    np.testing.assert_array_equal(render([spec("duck")], [x], [0, N]), x * x)


def test_held_automation_runs_once_with_exactly_that_value():
    calls = []

    def counted(x, p, rate, state):
        calls.append((x.shape[1], p.gain))
        return x * p.gain, None

    insert = chain.Insert(Effect("counted", GainParams, counted), GainParams(), {"gain": [[0, 0.3, "hold"]]})
    chain.process(noise(), [insert], RATE, None)
    assert calls == [(N, 0.3)]
    calls.clear()
    moves = chain.Insert(insert.effect, GainParams(), {"gain": [[1000, 0.5, "lin"], [1512, 1.0, "hold"]]})
    chain.process(noise(), [moves], RATE, None)
    assert [n for n, _ in calls] == [1000, 256, 256, 256, 256, N - 1512]
    assert [g for _, g in calls] == [0.5, 0.5, 0.75, 0.75, 1.0, 1.0]


def test_a_jump_takes_one_control_block():
    lane = [[-1000, 0.0, "hold"], [1000, 1.0, "hold"], [N + 1000, 0.0, "hold"]]
    insert = chain.Insert(TOYS["gain"], GainParams(), {"gain": lane})
    y, _ = chain.process(np.ones((1, N)), [insert], RATE, None)
    assert np.all(y[0, :1000] == 0) and np.all(y[0, 1256:] == 1)
    np.testing.assert_allclose(np.diff(y[0, 1000:1256]), 1 / 256, atol=1e-12)


def test_ramp_of_40_db_adds_no_high_frequencies():
    """BARS, automation: a 40 dB ramp leaves at most 0.1 dB more at high frequencies than the ideal fade.

    A gain that steps every 64 samples leaves 10 dB more.
    """
    n = RATE
    tone = np.sin(2 * np.pi * 100 * np.arange(n) / RATE)
    db = [[0, 0.0, "lin"], [n, -40.0, "hold"]]
    effect = Effect("db", GainParams, lambda x, p, rate, state: (x * 10 ** (p.gain / 20), None))
    y, _ = chain.process(tone[None], [chain.Insert(effect, GainParams(), {"gain": db})], RATE, None)
    ideal = tone * 10 ** (values(db, n) / 20)

    def high(signal):
        return np.sum(np.abs(np.fft.rfft(signal))[5000:] ** 2)

    stepped = tone * np.repeat(10 ** (values(db, n)[::64] / 20), 64)
    assert 10 * np.log10(high(y[0]) / high(ideal)) < 0.1 < 10 * np.log10(high(stepped) / high(ideal))
    np.testing.assert_allclose(20 * np.log10(np.abs(y[0, 500:-500] / ideal[500:-500])[::7]), 0.0, atol=0.01)


def test_act_keeps_only_what_acts():
    specs = [spec("late", frames=500), spec("gain", {"gain": LANE}, gain=1.0)]
    params = {"inserts": specs, "fader": 3}
    quiet = chain.act_chain(params, 10_000, 20_000, RATE, TOYS)
    assert quiet == {"inserts": [specs[0], spec("gain", gain=0.1)], "fader": 3}
    assert specs[1]["params"] == {"gain": 1.0}
    near = chain.act_chain(params, 4100, 8000, RATE, TOYS)["inserts"][1]["lanes"]["gain"]
    assert near == [[3300 - 4100, 0.95, "smooth"], [5000 - 4100, 0.1, "hold"]]
    far = [[frame + 50_000, value, curve] for frame, value, curve in LANE]
    elsewhere = {"inserts": [specs[0], spec("gain", {"gain": [*LANE, *far]}, gain=1.0)], "fader": 3}
    assert chain.act_chain(elsewhere, 4100, 8000, RATE, TOYS) == chain.act_chain(params, 4100, 8000, RATE, TOYS)


def test_reads_ahead_by_the_latency():
    params = {"inserts": [spec("duck", side=0), spec("late", frames=40), spec("duck", side=1)]}
    assert chain.reads_chain(params, 0, 100, RATE, TOYS) == [(0, 140), (0, 140), (-40, 100)]
    assert chain.reads_chain(params, 100, 300, RATE, TOYS) == [(140, 340), (140, 340), (100, 300)]


def test_sums_over_the_chain():
    inserts = chain.build([spec("gain"), spec("late", frames=7), spec("late", frames=9)], TOYS)
    assert chain.latency(inserts, RATE) == 16
    assert chain.tail(inserts, RATE) == 20
    assert chain.width(inserts, 1) == 1
    assert chain.width(chain.build([spec("wide"), spec("gain")], TOYS), 1) == 2


def test_no_frames_and_no_inserts():
    wide = chain.build([spec("wide"), spec("gain")], TOYS)
    y, state = chain.process(np.zeros((1, 0)), wide, RATE, None)
    assert y.shape == (2, 0)
    assert chain.process(noise(1), wide, RATE, state)[0].shape == (2, N)
    np.testing.assert_array_equal(render([], [noise()], [0, 100, N]), noise())


def test_another_revision_is_refused():
    with pytest.raises(ValueError, match="revision"):
        chain.build([{**spec("gain"), "revision": 2}], TOYS)
    with pytest.raises(KeyError):
        chain.build([{**spec("gain"), "device": "unknown"}], TOYS)
    with pytest.raises(ValueError, match="two inserts"):
        chain.side_offsets(chain.build([spec("duck", side=0), spec("duck", side=0)], TOYS), RATE)


def test_lanes_may_be_cut_to_any_blocks():
    """`process` itself: any blocks, lanes given with the margin."""
    x, rng = noise(), np.random.default_rng(5)
    effect = TOYS["smooth"]

    def run(edges):
        state, out = None, []
        for a, b in pairwise(edges):
            near = cut(LANE, a - chain.MARGIN, b + chain.MARGIN)
            lane = [[frame - chain.MARGIN, value, curve] for frame, value, curve in near]
            y, state = chain.process(x[:, a:b], [chain.Insert(effect, SmoothParams(), {"keep": lane})], RATE, state)
            out.append(y)
        return np.concatenate(out, axis=1)

    whole = run([0, N])
    for _ in range(5):
        edges = [0, *sorted(int(i) for i in rng.integers(0, N, 12)), N]
        np.testing.assert_array_equal(run([*edges, N]), whole)


def test_a_real_chain_in_tiles_equals_in_one_piece():
    """Automated effects of every kind of state: filters, lines, a phase, an exact convolution."""
    moves = {"mix": [[0, 0.2, "lin"], [3000, 0.8, "hold"], [7000, 0.1, "hold"]]}
    specs = [
        {"device": device, "revision": 1, "params": params, "lanes": lanes, "side": None}
        for device, params, lanes in (
            ("gain", {}, {"gain_db": [[0, -6.0, "smooth"], [9000, 3.0, "hold"]]}),
            ("chorus", {}, moves),
            ("delay", {"time_ms": 20.0}, {"feedback": [[500, 0.1, "lin"], [5000, 0.9, "hold"]]}),
            ("reverb", {"decay_s": 0.2, "size_m": 4.0}, moves),
            ("width", {"mono_below_hz": 90.0}, {"width": [[100, 0.0, "exp"], [8000, 2.0, "hold"]]}),
        )
    ]
    x = 0.2 * noise(1, 12_000)

    def run(grid):
        params, out, state = {"inserts": specs}, [], None
        for a, b in pairwise(grid):
            assert chain.reads_chain(params, a, b, RATE) == [(a, b)]
            tile = Tile(0, b - a, RATE, False)
            y, state = chain.run_chain([x[:, a:b]], chain.act_chain(params, a, b, RATE), tile, state)
            out.append(y)
        return np.concatenate(out, axis=1)

    whole = run([0, 12_000])
    assert whole.shape == (2, 12_000)
    for grid in ([0, 1, 3000, 3001, 7100, 12_000], [0, 511, 5000, 9000, 12_000]):
        np.testing.assert_array_equal(run(grid), whole)
