"""Master: the chain, the gain that reaches the loudness target, what keeps the ceiling, and what that measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import ceil, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from songbuild.devices import chain
from songbuild.devices.device import Audio as Array
from songbuild.devices.effects.clipper import EFFECT as CLIPPER
from songbuild.devices.effects.limiter import EFFECT as LIMITER
from songbuild.dsp.kweighting import partials
from songbuild.dsp.loudness import integrated, metered, readings
from songbuild.engine import Node, Reader, Recipe, Tile, digest_json
from songbuild.engine.graph import Json, State
from songbuild.model.device import Device
from songbuild.model.master import Values
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.inserts import Origins, spec
from songbuild.stages.matching import Matched, plan_match
from songbuild.stages.plugins import chain as plan_chain

if TYPE_CHECKING:
    from songbuild.stages.mix import Console

STEP_DB = 0.1
"""The grid of the loudness gain: coarse, so that a small edit seldom moves it."""
WITHIN_LU = 0.05
LEAP = 60
"""At most so many steps from one trial to the next."""
MIN_RISE = STEP_DB / 20
SOFT_KNEE = 0.5
"""A soft ceiling bends what comes closer to it than this share, 6 dB."""
SOFT_MARGIN_DB = 0.3
"""So far below the ceiling it bends to: a clipper keeps what lies between the samples less exactly than a limiter."""
LOWEST_DB, HIGHEST_DB = -24.0, 36.0
"""What limiter and clipper take as their gain."""


def ending(values: Values) -> Json:
    """What keeps the ceiling, as part of a node's params."""
    limiter = values.limiter
    if limiter.kind == "soft":
        return {"kind": "soft", "revision": CLIPPER.revision, "ceiling_db": values.ceiling}
    timing = {"release_ms": limiter.release, "lookahead_ms": limiter.lookahead}
    return {"kind": "true_peak", "revision": LIMITER.revision, "ceiling_db": values.ceiling, **timing}


def _limiter(params: Mapping[str, Json], gain_db: float) -> Json:
    """The params of a chain that keeps the ceiling, driven by `gain_db`."""
    given = {key: value for key, value in params["limiter"].items() if key not in ("kind", "revision")}
    if params["limiter"]["kind"] == "soft":
        soft = {"ceiling_db": given["ceiling_db"] - SOFT_MARGIN_DB, "knee": SOFT_KNEE}
        return {"inserts": [spec(CLIPPER, drive_db=gain_db, **soft)]}
    return {"inserts": [spec(LIMITER, gain_db=gain_db, **given)]}


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


def _gain(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """The gain in dB before the limiter; 0 where the song is silent, or nothing says how loud it is to be.

    `inputs` holds the signal and, where a reference moves it, the target.
    """
    reader, *moved = inputs
    target = moved[0] if moved else params["loudness"]
    if target is None:
        return 0.0
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
    return {name: round(value, 6) if isfinite(value) else None for name, value in asdict(loudness).items()}


GAIN = Recipe("master.gain", 1, "value", _gain)
LIMIT = Recipe("master.limit", 1, "stream", _limit, reads=_limit_reads)
MEASURE = Recipe("master.measure", 2, "value", _measure)


@dataclass(frozen=True)
class Mastered:
    """One master of a song: the values it is made with, its audio, what measures that, and what a reference was.

    `formats` are the files asked for, None for those of the song's delivery.
    """

    values: Values
    stream: Node
    measure: Node
    matched: Matched | None = None
    formats: tuple[str, ...] | None = None


def plan_masters(console: Console, mix: Node) -> dict[str, Mastered]:
    """The song's master, called "", and its versions by name; what is equal in them is one node."""
    desk = Desk(console, mix)
    return {"": desk.master(), **{name: desk.version(name) for name in console.context.song.master.versions}}


@dataclass(frozen=True)
class Desk:
    """Makes the masters of one mix; `made` holds their nodes by what they are."""

    console: Console
    mix: Node
    made: dict[tuple[Any, ...], Node] = field(default_factory=dict)

    def master(self) -> Mastered:
        """The song's own master."""
        master = self.console.context.song.master
        return self._plan(master, "", lambda name: ("master", name))

    def version(self, name: str) -> Mastered:
        """A further master: a value that it leaves out comes from where the master has it."""
        master = self.console.context.song.master
        own = master.versions[name]
        path: Path = ("master", "versions", name)

        def written(key: str) -> Path:
            return (*path, key) if key in own.model_fields_set else ("master", key)

        planned = self._plan(master.version(name), f" ({name})", written)
        return planned if own.formats is None else replace(planned, formats=tuple(own.formats))

    def _plan(self, values: Values, suffix: str, written: Callable[[str], Path]) -> Mastered:
        context: Context = self.console.context
        automation = written("automation")
        place = automation[:-1] if len(automation) > 2 else written("chain")[:-1]
        chained = self._effects(f"master chain{suffix}", self.mix, values.chain, values.automation, place, "chain")
        matched = plan_match(context, self._one, suffix, chained, values, written)
        source = matched.stream if matched else chained
        finished = self._effects(f"master finish{suffix}", source, values.finish, {}, written("finish")[:-1], "finish")
        params: dict[str, Json] = {"limiter": ending(values), "rate": context.rate}
        origins: Origins = {("limiter", "ceiling_db"): written("ceiling"), ("limiter",): written("limiter")}
        inputs: tuple[Node, ...] = (finished,)
        target = matched.target if matched else None
        if values.loudness is not None or target is not None:
            aimed = {**origins, ("loudness",): written("loudness")}
            heard = (finished,) if target is None else (finished, target)
            wanted = params if target is not None else {**params, "loudness": values.loudness}
            gain = self._one(Node(f"loudness gain{suffix}", "master", GAIN, wanted, heard, origins=aimed))
            inputs = (finished, gain)
        limited = self._one(Node(f"master{suffix}", "master", LIMIT, params, inputs, origins=origins))
        measure = self._one(Node(f"measure master{suffix}", "master", MEASURE, {}, (limited,)))
        return Mastered(values, limited, measure, matched)

    def _effects(
        self, name: str, source: Node, inserts: Sequence[Device], automation: Mapping[str, str], path: Path, key: str
    ) -> Node:
        """The effects of the list at `path` + `key` on `source`: planned once, however many masters have them."""
        place = (*path, key, id(source))
        if place not in self.made:
            context, node = self.console.context, self.console.node
            made = plan_chain(context, node, name, "master", [(source, None)], inserts, automation, path, key)
            self.made[place] = made if made is source else self._one(made)
        return self.made[place]

    def _one(self, node: Node) -> Node:
        """The node that was made before and is the same, or this one."""
        fed = tuple(id(item) for item in node.inputs)
        key = (node.recipe.id, digest_json(node.params), fed, node.sources)
        return self.made.setdefault(key, node)
