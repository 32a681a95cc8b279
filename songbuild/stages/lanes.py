"""Automation: the lanes that a song writes as text, in frames, in the unit and the bounds of what they move."""

from __future__ import annotations

import typing
from dataclasses import dataclass

import numpy as np

from songbuild.devices.chain import CONTROL
from songbuild.dsp.curves import sample
from songbuild.model.automation import PLAIN, parse_lane
from songbuild.model.mix import Send, Strip
from songbuild.problems import NotationError, Path
from songbuild.stages.context import Context
from songbuild.stages.strip import Lane, constant
from songbuild.units import Params, Unit


@dataclass(frozen=True, slots=True)
class Target:
    """What a lane moves: its unit, and the least and the greatest value it takes (-inf is silence)."""

    unit: Unit
    least: float
    greatest: float


def target(params: type[Params], path: str) -> Target | None:
    """The target that a parameter's path ("threshold_db", "bands.2.gain_db") names; None if it can't be automated."""
    head, _, rest = path.partition(".")
    field = params.model_fields.get(head)
    if field is None:
        return None
    if rest:
        index, _, inner = rest.partition(".")
        held = [item for item in typing.get_args(field.annotation) if isinstance(item, type)]
        return target(held[0], inner) if held and issubclass(held[0], Params) and index.isdecimal() else None
    unit = next((item for item in field.metadata if hasattr(item, "parse")), None)
    if field.annotation not in (int, float) and unit is None:
        return None
    bounds = {name: getattr(item, name) for item in field.metadata for name in ("ge", "le") if hasattr(item, name)}
    known = unit if isinstance(unit, Unit) else Unit("ms", {"ms": 1.0, "s": 1000.0}) if unit else PLAIN
    return Target(known, bounds.get("ge", -np.inf), bounds.get("le", np.inf))


JUMP = CONTROL
"""Frames over which a fader jumps, as many as an insert's parameter takes."""
FADER = typing.cast(Target, target(Strip, "gain_db"))
PAN = typing.cast(Target, target(Strip, "pan"))
SEND = typing.cast(Target, target(Send, "level_db"))


def fader_lane(context: Context, text: str, path: Path, moved: Target) -> Lane:
    """As `lane`, for what is multiplied sample by sample: a jump is spread over JUMP frames, so that it can't click."""
    points = lane(context, text, path, moved)
    eased = points[:1]
    for here, there, following in zip(points, points[1:], [*points[2:], [None]], strict=False):
        if here[2] == "hold" and here[1] != there[1]:
            room = JUMP if following[0] is None else min(JUMP, (following[0] - there[0]) // 2)
            eased += [[there[0], here[1], "lin"], [there[0] + room, there[1], there[2]]]
        else:
            eased.append(there)
    return eased


def lane(context: Context, text: str, path: Path, moved: Target | None) -> Lane:
    """The points of the lane `text`, which stands at `path` in the song; what is wrong with it becomes a fault."""
    if moved is None:
        context.fault("MIX020", path, "automation can't move this parameter")
        return constant(0.0)
    try:
        points: Lane = parse_lane(text, context.score, context.rate, moved.unit)
    except NotationError as error:
        context.faults.append(error.fault("MIX021", path))
        return constant(0.0)
    for _, value, _ in points:
        if not moved.least <= value <= moved.greatest and not (moved.unit.infinite and value == -np.inf):
            limits = f"{moved.least:g} to {moved.greatest:g} {moved.unit.name}".strip()
            context.fault("MIX022", path, f"{value:g} is out of range", f"{limits} is possible")
    return points


def value_at(points: Lane, frame: int) -> float:
    """A lane's value at one frame."""
    return float(sample(points, np.array([frame], dtype=np.int64))[0])
