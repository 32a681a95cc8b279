"""Clipper: cuts peaks off at a ceiling, without aliases, and leaves what is below as it is, bit for bit.

Source: `dsp.clipping`.  What it cuts off has no time constants, so short peaks go unnoticed where a limiter would duck.
The waveform between the samples is kept to the ceiling as near as two passes get: 0.3 dB for tones and steady sounds,
1 dB for drums driven by 6 dB, 4 dB for noise up to the Nyquist frequency; a limiter behind it takes care of the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import clipping
from songbuild.dsp.delayline import delayed
from songbuild.dsp.maths import Array, db_to_gain
from songbuild.units import Db, DbTp, Params, Ratio


class Clipper(Params):
    """Shave the peaks off: louder without a limiter's ducking, at the price of harmonics while it works."""

    drive_db: Db = Field(0.0, ge=-24, le=36, description="gain before the ceiling")
    ceiling_db: DbTp = Field(-1.0, ge=-40, le=0, description="where peaks are cut off")
    knee: Ratio = Field(
        0.1, ge=0, le=1, description="0 cuts off hard; else it bends from this share below the ceiling to as far above"
    )
    mix: Ratio = Field(1.0, ge=0, le=1, description="clipped part; the rest is the dry sound")


class _State(NamedTuple):
    clipped: clipping.Clipped
    dry: Array


def process(x: Audio, p: Clipper, _rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames) -> y alike, `latency` frames late."""
    before: _State = state or _State(clipping.quiet(len(x)), np.zeros((len(x), clipping.LATENCY)))
    ceiling = float(db_to_gain(p.ceiling_db))
    y, passes = clipping.clipped(x * float(db_to_gain(p.drive_db)), ceiling, p.knee, before.clipped)
    dry, line = delayed(x, before.dry, clipping.LATENCY)
    if p.mix < 1:
        y *= p.mix
        y += (1.0 - p.mix) * dry
    return y, _State(passes, line)


def latency(_p: Clipper, _rate: int) -> int:
    """What the filters of the oversampling take, at any rate."""
    return clipping.LATENCY


EFFECT = Effect("clipper", Clipper, process, latency=latency, tail=latency)
