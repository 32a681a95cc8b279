"""Automation: the lanes that a song writes as text, in frames, in the unit and the bounds of what they move."""

from __future__ import annotations

import typing

import numpy as np

from songbuild.devices.chain import CONTROL
from songbuild.dsp.curves import sample
from songbuild.model.automation import Target, parse_lane, target
from songbuild.model.mix import Send, Strip
from songbuild.problems import NotationError, Path
from songbuild.stages.context import Context
from songbuild.stages.strip import Lane, constant

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
