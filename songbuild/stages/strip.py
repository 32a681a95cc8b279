"""The strip: the one recipe of the console.  Faders sum their inputs, then a fused chain of inserts follows.

A channel's strip has one input and no fader; its output is what comes before its fader.  Buses, returns and the mix
apply the faders of what they are fed, so that moving a fader renders nothing of the channel itself, and one stored
stream serves sends before and after the fader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from songbuild.devices import chain
from songbuild.devices.device import Audio as Array
from songbuild.dsp.curves import cut, values
from songbuild.dsp.maths import db_to_gain
from songbuild.dsp.pan import balance, constant_power
from songbuild.engine import Node, Recipe, Tile
from songbuild.engine.graph import Json, State
from songbuild.problems import Path
from songbuild.stages.context import Context

Lane = list[list[Any]]
"""Automation points [frame, value, curve]; a constant is one point, held."""


def constant(value: float) -> Lane:
    """A lane that stays at `value`."""
    return [[0, value, "hold"]]


@dataclass(frozen=True)
class Fader:
    """How one input enters a sum: a pan (None: before the pan), and gains in dB that add up.

    `origins` maps a lane's place in the params ("pan", or ("gains", 0)) to its path in the song.
    """

    pan: Lane | None
    gains: tuple[Lane, ...]
    origins: Mapping[tuple[str | int, ...], Path] = field(default_factory=dict)

    def json(self) -> Json:
        return {"pan": self.pan, "gains": list(self.gains)}


def _act(params: Mapping[str, Json], start: int, stop: int) -> Json:
    (first, last), *_ = chain.reads_chain(params["chain"], start, stop, params["rate"])
    faders = [
        {
            "pan": fader["pan"] and cut(fader["pan"], first, last),
            "gains": [cut(lane, first, last) for lane in fader["gains"]],
        }
        for fader in params["faders"]
    ]
    return {**params, "faders": faders, "chain": chain.act_chain(params["chain"], start, stop, params["rate"])}


def _reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    main, *sides = chain.reads_chain(params["chain"], start, stop, params["rate"])
    return [main] * max(1, len(params["faders"])) + sides


def _run(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    faders = params["faders"]
    count = max(1, len(faders))
    x = mixed(inputs[:count], faders) if faders else inputs[0]
    if not params["chain"]["inserts"]:
        return x, None
    return chain.run_chain([x, *inputs[count:]], params["chain"], tile, state)


def mixed(inputs: Sequence[Array], faders: Sequence[Mapping[str, Json]]) -> Array:
    """The stereo sum of `inputs` (1 or 2 channels, equal frames) through their faders, added in order."""
    out: Array | None = None
    for x, fader in zip(inputs, faders, strict=True):
        frames = x.shape[1]
        out = np.zeros((2, frames)) if out is None else out
        gain: Array | float = 1.0
        for lane in fader["gains"]:
            gain = gain * _gain(lane, frames)
        law = constant_power if len(x) == 1 else balance
        left, right = law(_lane(fader["pan"] or constant(0.0), frames))
        out[0] += x[0] * (gain * left)
        out[1] += x[-1] * (gain * right)
    assert out is not None, "there is a feed"
    return out


def _lane(lane: Lane, frames: int) -> Array | float:
    """A lane's values, one number where it stays the same."""
    return float(lane[0][1]) if len(lane) == 1 else values(lane, frames)


def _gain(lane: Lane, frames: int) -> Array | float:
    gain = db_to_gain(np.atleast_1d(_lane(lane, frames)))
    return float(gain[0]) if len(gain) == 1 else gain


STRIP = Recipe("mix.strip", 1, "stream", _run, act=_act, reads=_reads)


def strip(
    context: Context,
    name: str,
    stage: str,
    feeds: Sequence[tuple[Node, Fader | None]],
    inserts: Sequence[Json],
    sides: Sequence[Node] = (),
    origins: Mapping[tuple[str | int, ...], Path] | None = None,
) -> Node:
    """A node that sums `feeds` through their faders (one feed without: as it is) and runs `inserts` over the sum.

    `inserts` are specs for `devices.chain`; their "side" counts in `sides`.
    """
    faders = [fader.json() for _, fader in feeds if fader is not None]
    width = 2 if faders else feeds[0][0].channels
    found: dict[tuple[str | int, ...], Path] = dict(origins or {})
    for index, (_, fader) in enumerate(feeds):
        for key, path in fader.origins.items() if fader else ():
            found["faders", index, *key] = path
    return Node(
        name,
        stage,
        STRIP,
        {"faders": faders, "chain": {"inserts": list(inserts)}, "rate": context.rate},
        (*(node for node, _ in feeds), *sides),
        channels=chain.width(chain.build(inserts), width),
        origins=found,
    )
