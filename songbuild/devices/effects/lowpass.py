"""Low-pass: takes away what is above its corner.

Source: Butterworth, On the Theory of Filter Amplifiers (1930); designed as in `dsp.filters`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.eq import ring
from songbuild.dsp.filters import BUTTERWORTH_Q, lowpass_order, sosfilt
from songbuild.dsp.maths import Array
from songbuild.units import Hz, Params, Ratio


class Lowpass(Params):
    """Darken: remove what is above `cutoff_hz`."""

    cutoff_hz: Hz = Field(8000.0, ge=10, le=22_000, description="-3 dB point at the default q")
    q: Ratio = Field(0.7071, ge=0.3, le=10, description="resonance at the corner; 0.7071 is none; not at 6 dB/octave")
    slope_db: Literal[6, 12, 18, 24, 36, 48] = Field(12, description="steepness in dB/octave")


def process(x: Audio, p: Lowpass, rate: int, state: State) -> tuple[Audio, State]:
    """Filter x (channels, frames); the state is that of the cascade."""
    return sosfilt(_sections(p, rate), x, state)


def tail(p: Lowpass, rate: int) -> int:
    """Until what rings on has fallen by 120 dB."""
    return ring(_sections(p, rate))


def _sections(p: Lowpass, rate: int) -> Array:
    return lowpass_order(rate, p.cutoff_hz, p.slope_db // 6, p.q / BUTTERWORTH_Q)


EFFECT = Effect("lowpass", Lowpass, process, tail=tail, static=frozenset({"slope_db"}))
