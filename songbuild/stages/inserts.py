"""Chains of inserts as the devices room takes them: canonical, in milliseconds, with lanes and side-chains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from songbuild.devices.device import Effect
from songbuild.engine import Json, Node
from songbuild.model.device import Device
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.lanes import lane
from songbuild.stages.strip import BY_NAME, Lane
from songbuild.units import Params, SyncMs

if TYPE_CHECKING:
    from songbuild.stages.mix import Console

Origins = dict[tuple[str | int, ...], Path]


def specs(
    console: Console, inserts: Sequence[Device], automation: Mapping[str, str], path: Path, key: str = "inserts"
) -> tuple[list[Json], list[Node], Origins]:
    """The specs of `inserts` (the list at `path` + `key` in the song), the nodes of their side-chains, and origins."""
    made: list[Json] = []
    sides: list[Node] = []
    origins: Origins = {}
    for index, device in enumerate(inserts):
        if device.bypass:
            continue
        effect = BY_NAME[device.device]
        side = None
        if device.sidechain is not None:
            node = console.node(device.sidechain)
            if node is not None:
                side = len(sides)
                sides.append(node)
        params, lanes = in_ms(console.context, effect, device.params)
        origins["chain", "inserts", len(made), "params"] = (*path, key, index)
        for target, text in automation.items():
            label, _, parameter = target.partition(".")
            if label == device.label and parameter:
                spot: Path = (*path, "automation", target)
                lanes[parameter] = lane(console.context, text, spot, parameter.rpartition(".")[2])
                origins["chain", "inserts", len(made), "lanes", parameter] = spot
        made.append({"device": effect.name, "revision": effect.revision, "params": params, "lanes": lanes, "side": side})
    return made, sides, origins


def in_ms(context: Context, effect: Effect, params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Lane]]:
    """`params` with note values as milliseconds, and lanes for those that follow a tempo that changes."""
    result = dict(params)
    lanes: dict[str, Lane] = {}
    for name in synced(effect.params):
        value = result[name]
        if not isinstance(value, str):
            continue
        result[name] = context.ms(value)
        changes = context.score.time.tempo_events()
        if len({bpm for _, bpm in changes}) > 1 and name not in effect.static:
            ratio = result[name] * float(context.score.time.bpm_at(0))
            lanes[name] = [
                [context.score.time.frame(beat, context.rate), ratio / float(bpm), "hold"] for beat, bpm in changes
            ]
    return result, lanes


@lru_cache(maxsize=64)
def synced(params: type[Params]) -> tuple[str, ...]:
    """The fields of a device's parameters that may be note values."""
    marker = SyncMs.__metadata__[0]  # type: ignore[attr-defined]
    return tuple(name for name, field in params.model_fields.items() if marker in field.metadata)
