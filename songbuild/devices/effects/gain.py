"""Gain: level, polarity, channel routing and DC removal."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.filters import highpass_order, sosfilt
from songbuild.dsp.maths import db_to_gain
from songbuild.units import Db, Params

_DC_HZ = 5.0
_DC_TAIL_S = 0.5  # 5 Hz, first order, is down by 130 dB after that


class Gain(Params):
    """Change level, polarity or which channel is which."""

    gain_db: Db = Field(0.0, ge=-120, le=48, description="gain")
    invert: Literal["none", "left", "right", "both"] = Field(
        "none", description="channels whose polarity is turned round; a mono signal is the left one"
    )
    channels: Literal["stereo", "swap", "mono", "left", "right"] = Field(
        "stereo",
        description="of a stereo signal: as it is, sides swapped, (L+R)/2 on both sides, or one side on both",
    )
    remove_dc: bool = Field(False, description="take out a constant offset: high-pass at 5 Hz, 6 dB/octave")


def process(x: Audio, p: Gain, rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames); the state is that of the DC filter."""
    gain = float(db_to_gain(p.gain_db))
    left = -gain if p.invert in ("left", "both") else gain
    right = -gain if p.invert in ("right", "both") else gain
    y = _routed(x, p.channels) * np.array([[left], [right]][: len(x)])
    return sosfilt(highpass_order(rate, _DC_HZ, 1), y, state) if p.remove_dc else (y, None)


def _routed(x: Audio, channels: str) -> Audio:
    if len(x) == 1 or channels == "stereo":
        return x
    if channels == "swap":
        return x[::-1]
    one = (x[:1] + x[1:]) * 0.5 if channels == "mono" else x[:1] if channels == "left" else x[1:]
    return np.repeat(one, 2, axis=0)


def _tail(p: Gain, rate: int) -> int:
    return round(_DC_TAIL_S * rate) if p.remove_dc else 0


EFFECT = Effect("gain", Gain, process, tail=_tail, static=frozenset({"invert", "channels", "remove_dc"}))
