"""A single filter of 12 dB/octave, made for sweeping by automation.

Source: curves of the Audio EQ Cookbook (Bristow-Johnson), designed as in `dsp.filters`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.eq import Curve, ring, section
from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array
from songbuild.units import Hz, Params, Ratio


class Filter(Params):
    """Let through, or take away, what is around `cutoff_hz`."""

    type: Literal["lowpass", "highpass", "bandpass", "notch", "allpass"] = Field("lowpass", description="what it does")
    cutoff_hz: Hz = Field(1000.0, ge=10, le=22_000, description="corner or centre")
    q: Ratio = Field(0.7071, ge=0.3, le=40, description="resonance; centre / bandwidth of bandpass and notch")


def process(x: Audio, p: Filter, rate: int, state: State) -> tuple[Audio, State]:
    """Filter x (channels, frames); the state is that of the section."""
    return sosfilt(_section(p, rate), x, state)


def tail(p: Filter, rate: int) -> int:
    """Until what rings on has fallen by 120 dB."""
    return ring(_section(p, rate))


def _section(p: Filter, rate: int) -> Array:
    return section(rate, Curve(p.type, p.cutoff_hz, p.q))


EFFECT = Effect("filter", Filter, process, tail=tail)
