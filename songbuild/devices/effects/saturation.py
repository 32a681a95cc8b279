"""Saturation: bends the wave to add harmonics, at eight times the sample rate, so that they don't fold back.

Source: Zölzer (ed.), DAFX: Digital Audio Effects, 2nd edition (2011), chapter 4: static curves, here oversampled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.eq import ring
from songbuild.dsp.filters import highpass_order, sosfilt
from songbuild.dsp.maths import Array, db_to_gain, tanh
from songbuild.dsp.oversample import LATENCY, Oversampled, oversampled
from songbuild.units import Db, Params, Ratio

_BLOCK_HZ = 5.0  # corner of what takes away the constant part of an asymmetric curve
_BIAS = 0.35
_REFERENCE = 0.25  # the level, about -12 dBFS, that keeps its peak where the gain is compensated


class Saturation(Params):
    """Add warmth or dirt: the more `drive_db`, the more harmonics."""

    drive_db: Db = Field(6.0, ge=-12, le=48, description="gain into the curve")
    shape: Literal["tanh", "tube", "tape", "clip"] = Field(
        "tanh", description="tanh: odd harmonics; tube: even ones too; tape: gentle knee; clip: cut off at full scale"
    )
    mix: Ratio = Field(1.0, ge=0, le=1, description="saturated part; the rest is the dry sound")
    output_db: Db = Field(0.0, ge=-48, le=24, description="gain of the saturated part")
    compensate: bool = Field(True, description="turn down by what drive makes a peak of -12 dBFS louder")


class _State(NamedTuple):
    oversampled: Oversampled | None
    blocker: Array
    dry: Array


def process(x: Audio, p: Saturation, rate: int, state: State) -> tuple[Audio, State]:
    """Bend x (channels, frames); the dry part is as late as the bent one."""
    before: _State = state or _State(None, np.zeros((len(x), 1, 2)), np.zeros((len(x), LATENCY)))
    drive, curve = float(db_to_gain(p.drive_db)), _CURVES[p.shape]
    gain = p.mix * float(db_to_gain(p.output_db))
    if p.compensate:
        peak = np.array([_REFERENCE * drive, -_REFERENCE * drive])
        gain *= _REFERENCE / float(np.max(np.abs(curve(peak))))
    y, over = oversampled(x * drive, curve, before.oversampled)
    blocker = before.blocker
    if p.shape == "tube":
        y, blocker = sosfilt(_blocker(rate), y, blocker)
    y *= gain
    late = np.concatenate([before.dry, x], axis=1)
    if p.mix < 1:
        y += (1.0 - p.mix) * late[:, : x.shape[1]]
    return y, _State(over, blocker, late[:, x.shape[1] :])


def _tube(x: Array) -> Array:
    """tanh about a working point off its centre, through 0 with slope 1."""
    rest = float(tanh(_BIAS))
    y = tanh(x + _BIAS)
    y -= rest
    y *= 1.0 / (1.0 - rest * rest)
    return y


def _tape(x: Array) -> Array:
    """x / sqrt(1 + x²)."""
    y: Array = x * x
    y += 1.0
    np.sqrt(y, out=y)
    np.divide(x, y, out=y)
    return y


def _clip(x: Array) -> Array:
    return np.clip(x, -1.0, 1.0)


_CURVES: dict[str, Callable[[Array], Array]] = {"tanh": tanh, "tube": _tube, "tape": _tape, "clip": _clip}


def _blocker(rate: int) -> Array:
    return highpass_order(rate, _BLOCK_HZ, 1)


def latency(_p: Saturation, _rate: int) -> int:
    """What the filters of the oversampling take, at any rate."""
    return LATENCY


def tail(p: Saturation, rate: int) -> int:
    """What the filters ring on."""
    return LATENCY + (ring(_blocker(rate)) if p.shape == "tube" else 0)


EFFECT = Effect("saturation", Saturation, process, latency=latency, tail=tail, static=frozenset({"shape"}))
