"""Width: the balance of middle and sides of a stereo signal, by frequency, a mono bass, and sides made from the middle.

Whatever it does, the fold to mono stays (L+R)/2: only the sides, (L-R)/2, are changed, and what is made of the middle
goes to both channels with opposite signs.  Source of that: Orban, A Rational Technique for Synthesizing Pseudo-Stereo
from Monophonic Sources, JAES 18 (1970): a chain of all-passes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.eq import FLAT, Curve, ring, section
from songbuild.dsp.filters import allpass, highpass, sosfilt
from songbuild.dsp.maths import Array, gain_to_db
from songbuild.units import Hz, Params, Ratio

_SHELF_Q = 0.7071
_SPREAD_HZ = tuple(180.0 * 1.55**k for k in range(11))  # corners of the all-passes, to 14 kHz
_SPREAD_Q = 1.2  # one turns into the next: the phase goes round at an even pace over the octaves


class Width(Params):
    """Make a stereo signal narrower, wider, or mono in the bass; in mono nothing of it is heard."""

    width: Ratio = Field(1.0, ge=0, le=2, description="level of the sides, (L-R)/2: 0 mono, 1 as they are, 2 +6 dB")
    mono_below_hz: Hz = Field(
        0.0, ge=0, le=500, description="the sides' high-pass, 12 dB/octave: mono below it; under 10 Hz it is off"
    )
    low_width: Ratio = Field(1.0, ge=0.1, le=4, description="of that, the sides' level below low_hz, by a shelf")
    low_hz: Hz = Field(250.0, ge=20, le=2000, description="where low_width is half reached")
    high_width: Ratio = Field(1.0, ge=0.1, le=4, description="of that, the sides' level above high_hz, by a shelf")
    high_hz: Hz = Field(4000.0, ge=500, le=16_000, description="where high_width is half reached")
    widen: Ratio = Field(0.0, ge=0, le=1, description="level of sides made from the middle: width for what has none")
    widen_above_hz: Hz = Field(250.0, ge=20, le=2000, description="what is below doesn't get into these sides")


class _State(NamedTuple):
    sides: Array | None
    spread: Array | None


def process(x: Audio, p: Width, rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames), of which mono passes as it is; the state is that of the sides' filters.

    Written as x plus the change of the sides, so that width 1 without anything else changes no bit.
    """
    if len(x) == 1:
        return x.copy(), None
    before: _State = state or _State(None, None)
    sides = (x[:1] - x[1:]) * 0.5
    kept, filtered = sosfilt(_shape(p, rate), sides, before.sides) if _shapes(p) else (sides, None)
    change = kept * p.width - sides
    spread = None
    if p.widen:
        made, spread = sosfilt(_spread(p, rate), (x[:1] + x[1:]) * 0.5, before.spread)
        change += p.widen * made
    return np.concatenate([x[:1] + change, x[1:] - change]), _State(filtered, spread)


def _monos(p: Width) -> bool:
    return p.mono_below_hz >= 10.0


def _shapes(p: Width) -> bool:
    """Whether the sides are filtered."""
    return _monos(p) or p.low_width != 1 or p.high_width != 1


def _shape(p: Width, rate: int) -> Array:
    """The sides' filters; those that have nothing to do are there all the same, so that a state always fits."""
    low = Curve("low_shelf", p.low_hz, _SHELF_Q, float(gain_to_db(p.low_width)))
    high = Curve("high_shelf", p.high_hz, _SHELF_Q, float(gain_to_db(p.high_width)))
    mono = highpass(rate, p.mono_below_hz) if _monos(p) else FLAT
    return np.concatenate([mono, section(rate, low), section(rate, high)])


def _spread(p: Width, rate: int) -> Array:
    """What makes sides of the middle."""
    turns = [allpass(rate, hz, _SPREAD_Q) for hz in _SPREAD_HZ]
    return np.concatenate([highpass(rate, p.widen_above_hz), *turns])


def tail(p: Width, rate: int) -> int:
    """Until what rings on has fallen by 120 dB."""
    sides = ring(_shape(p, rate)) if _shapes(p) else 0
    return max(sides, 2 * ring(_spread(p, rate))) if p.widen else sides


EFFECT = Effect("width", Width, process, tail=tail)
