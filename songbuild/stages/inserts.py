"""Chains of inserts as the devices room takes them: canonical, in milliseconds, with lanes and side-chains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from songbuild.devices.device import Effect
from songbuild.devices.effects import EFFECTS
from songbuild.engine import Node
from songbuild.engine.graph import Json
from songbuild.model.automation import Target, target
from songbuild.model.device import Device
from songbuild.problems import Path
from songbuild.stages.context import Context
from songbuild.stages.lanes import lane
from songbuild.stages.strip import Lane
from songbuild.units import Params, SyncMs

Origins = dict[tuple[str | int, ...], Path]


def specs(
    context: Context,
    node: Callable[[str], Node | None],
    inserts: Sequence[Device],
    automation: Mapping[str, str],
    path: Path,
    key: str = "inserts",
    first: int = 0,
) -> tuple[list[Json], list[Node], Origins]:
    """The specs of `inserts` (the list at `path` + `key` in the song), the nodes of their side-chains, and origins.

    `node` finds what a side-chain listens to, by its name.  Those before the `first` are left out.
    """
    made: list[Json] = []
    sides: list[Node] = []
    origins: Origins = {}
    for index, device in enumerate(inserts):
        if index < first or device.bypass:
            continue
        effect = EFFECTS[device.device]
        side = None
        if device.sidechain is not None:
            key_node = node(device.sidechain)
            if key_node is not None:
                side = len(sides)
                sides.append(key_node)
        params = in_ms(context, effect, device.params, (*path, key, index))
        lanes: dict[str, Lane] = {}
        origins["chain", "inserts", len(made), "params"] = (*path, key, index)
        for moved, text in automation.items():
            label, _, parameter = moved.partition(".")
            if label == device.label and parameter:
                spot: Path = (*path, "automation", moved)
                lanes[parameter] = lane(context, text, spot, movable(effect, parameter))
                origins["chain", "inserts", len(made), "lanes", parameter] = spot
        made.append(
            {"device": effect.name, "revision": effect.revision, "params": params, "lanes": lanes, "side": side}
        )
    return made, sides, origins


def spec(effect: Effect, **values: Json) -> dict[str, Json]:
    """One effect as the devices room takes it, without automation; what isn't among `values` has its default."""
    params = effect.params(**values).model_dump(mode="json")
    return {"device": effect.name, "revision": effect.revision, "params": params, "lanes": {}, "side": None}


def movable(effect: Effect, parameter: str) -> Target | None:
    """What a lane moves in an effect; None for what sets its structure."""
    return None if effect.fixed(parameter) else target(effect.params, parameter)


def in_ms(context: Context, effect: Effect, params: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """`params` with note values as milliseconds, by the tempo at the song's start."""
    result = dict(params)
    for name in synced(effect.params):
        if isinstance(params[name], str):
            result[name] = context.ms(params[name])
            try:
                effect.params.model_validate(result)
            except ValidationError:
                message = f"{params[name]} is {result[name]:.0f} ms at this tempo: out of range"
                context.fault("MIX023", (*path, effect.name, name), message)
    return result


@lru_cache(maxsize=64)
def synced(params: type[Params]) -> tuple[str, ...]:
    """The fields of a device's parameters that may be note values."""
    marker = SyncMs.__metadata__[0]  # type: ignore[attr-defined]
    return tuple(name for name, field in params.model_fields.items() if marker in field.metadata)
