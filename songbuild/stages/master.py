"""Master: the chain, the gain that reaches the loudness target, the true-peak limiter, and what they measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from songbuild.devices import chain
from songbuild.devices.device import Audio as Array
from songbuild.devices.effects.limiter import EFFECT as LIMITER
from songbuild.dsp.loudness import integrated, metered, partials, readings
from songbuild.engine import Node, Reader, Recipe, Tile
from songbuild.engine.graph import Json, State
from songbuild.stages.context import Context
from songbuild.stages.inserts import Origins
from songbuild.stages.plugins import chain as plan_chain

if TYPE_CHECKING:
    from songbuild.stages.mix import Console

STEP_DB = 0.1
"""The grid of the loudness gain: coarse, so that a small edit seldom moves it."""
WITHIN_LU = 0.05
LEAP = 60
"""At most so many steps from one trial to the next."""
MIN_RISE = STEP_DB / 20
LOWEST_DB, HIGHEST_DB = -24.0, 36.0
"""What the limiter takes as its gain."""


def _limiter(params: Mapping[str, Json], gain_db: float) -> Json:
    """The params of a chain that is the limiter, driven by `gain_db`."""
    spec = {"device": LIMITER.name, "revision": LIMITER.revision, "lanes": {}, "side": None}
    return {"inserts": [{**spec, "params": {**params["limiter"], "gain_db": gain_db}}]}


def lowest_gain(loudness: Callable[[float], float], target: float, start: float) -> float:
    """The lowest gain on the grid of STEP_DB whose `loudness(gain)` reaches `target` within WITHIN_LU.

    `loudness` rises with the gain, and more slowly where the limiter works; `start` is a first guess in dB.
    """
    known: dict[int, float] = {}

    def at(step: int) -> float:
        if step not in known:
            known[step] = loudness(step * STEP_DB)
        return known[step]

    aim = target - WITHIN_LU
    lowest, highest = round(LOWEST_DB / STEP_DB), round(HIGHEST_DB / STEP_DB)
    low, high = lowest - 1, highest + 1  # not measured: the answer lies in (low, high]
    step = min(highest, max(lowest, round(start / STEP_DB)))
    rise = STEP_DB  # of the loudness in one step, by the last two that were measured
    while high - low > 1:
        before, reached = max(known, key=lambda other: -abs(other - step), default=step), at(step)
        if before != step:
            rise = max(MIN_RISE, (reached - at(before)) / (step - before))
        if reached >= aim:
            high = step
        else:
            low = step
        guess = step + ceil((aim - reached) / rise)
        step = min(high - 1, max(low + 1, min(step + LEAP, max(step - LEAP, guess))))
    return min(high, highest) * STEP_DB


def _gain(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The gain in dB before the limiter; 0 where the song is silent."""
    reader = inputs[0]
    plain = _integrated(reader.fold(None, lambda tile, state: partials(tile, rate, state))[0], rate)
    if plain == float("-inf"):
        return 0.0

    def limited(gain_db: float) -> float:
        limiter = _limiter(params, gain_db)
        inserts = chain.build(limiter["inserts"])

        def step(tile: Array, state: State) -> tuple[Array, State]:
            late, loudness = state or (None, None)
            y, late = chain.process(tile, inserts, rate, late)
            found, loudness = partials(y, rate, loudness)
            return found, (late, loudness)

        return _integrated(reader.fold(limiter, step)[0], rate)

    target = params["loudness"]
    return round(lowest_gain(limited, target, target - plain), 1)


def _integrated(energies: Sequence[Array], rate: int) -> float:
    """The integrated loudness in LUFS of a stream by the partials of its tiles."""
    return integrated(np.concatenate(energies, axis=1), rate) if energies else float("-inf")


def _limit_reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    return list(chain.reads_chain(_limiter(params, 0.0), start, stop, params["rate"]))


def _limit(inputs: Sequence[Any], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    x, *gain = inputs
    return chain.run_chain([x], _limiter(params, gain[0] if gain else 0.0), tile, state)


def _measure(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    loudness = readings(*inputs[0].fold(None, lambda tile, state: metered(tile, rate, state)), rate)
    values = {**asdict(loudness), "plr_lu": loudness.plr_lu}
    return {name: round(value, 6) if isfinite(value) else None for name, value in values.items()}


GAIN = Recipe("master.gain", 1, "value", _gain)
LIMIT = Recipe("master.limit", 1, "stream", _limit, reads=_limit_reads)
MEASURE = Recipe("master.measure", 1, "value", _measure)


def plan_master(console: Console, mix: Node) -> tuple[Node, Node]:
    """The master and the value that measures it."""
    context: Context = console.context
    master = context.song.master
    inserts, automation, path = master.chain, master.automation, ("master",)
    feeds = [(mix, None)]
    chained = plan_chain(context, console.node, "master chain", "master", feeds, inserts, automation, path, "chain")
    limiter = {
        "ceiling_db": master.ceiling,
        "release_ms": master.limiter.release,
        "lookahead_ms": master.limiter.lookahead,
    }
    params: dict[str, Json] = {"limiter": limiter, "rate": context.rate}
    found: Origins = {("limiter", "ceiling_db"): ("master", "ceiling"), ("limiter",): ("master", "limiter")}
    inputs: tuple[Node, ...] = (chained,)
    if master.loudness is not None:
        gain = Node(
            "loudness gain",
            "master",
            GAIN,
            {**params, "loudness": master.loudness},
            (chained,),
            origins={**found, ("loudness",): ("master", "loudness")},
        )
        inputs = (chained, gain)
    limited = Node("master", "master", LIMIT, params, inputs, origins=found)
    return limited, Node("measure master", "master", MEASURE, {}, (limited,))
