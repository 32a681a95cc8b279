"""Width: the balance of middle and sides of a stereo signal, and a mono bass."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.filters import highpass, sosfilt
from songbuild.units import Hz, Params, Ratio


class Width(Params):
    """Make a stereo signal narrower, wider, or mono in the bass."""

    width: Ratio = Field(1.0, ge=0, le=2, description="level of the sides, (L-R)/2: 0 mono, 1 as they are, 2 +6 dB")
    mono_below_hz: Hz = Field(
        0.0, ge=0, le=500, description="the sides' high-pass, 12 dB/octave: mono below it; under 10 Hz it is off"
    )


def process(x: Audio, p: Width, rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames), of which mono passes as it is; the state is that of the sides' filter.

    Written as x plus the change of the sides, so that width 1 without a mono bass changes no bit.
    """
    if len(x) == 1:
        return x.copy(), None
    sides = (x[:1] - x[1:]) * 0.5
    kept, state = sosfilt(highpass(rate, p.mono_below_hz), sides, state) if _filters(p) else (sides, None)
    change = kept * p.width - sides
    return np.concatenate([x[:1] + change, x[1:] - change]), state


def _filters(p: Width) -> bool:
    return p.mono_below_hz >= 10.0


def _tail(p: Width, rate: int) -> int:
    """A pair of poles at a Butterworth corner f falls by 120 dB in less than 4 / f."""
    return round(4.0 * rate / p.mono_below_hz) if _filters(p) else 0


EFFECT = Effect("width", Width, process, tail=_tail)
