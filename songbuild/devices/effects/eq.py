"""Parametric equaliser: up to 16 bands that follow their analogue curves up to the Nyquist frequency.

Source: curves of the Audio EQ Cookbook (Bristow-Johnson), designed as in `dsp.filters`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp.eq import Curve, cascade, ring
from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array
from songbuild.units import Db, Hz, Params, Ratio


class Band(Params):
    """One band: `{type: peak, freq_hz: 300, gain_db: -3, q: 1.4}`."""

    type: Literal["peak", "low_shelf", "high_shelf", "highpass", "lowpass", "notch"] = Field(
        "peak", description="only peak and shelves have a gain"
    )
    freq_hz: Hz = Field(1000.0, ge=10, le=22_000, description="centre, or corner: half the gain of a shelf, -3 dB")
    gain_db: Db = Field(0.0, ge=-36, le=36, description="gain of a peak or shelf; 0 does nothing")
    q: Ratio = Field(0.7071, ge=0.1, le=40, description="centre / bandwidth; 0.7071 is maximally flat for corners")
    name: str | None = Field(None, description="a name for people, such as 'mud'")

    @model_validator(mode="after")
    def _gain_where_it_acts(self) -> Band:
        if self.gain_db and self.type in ("highpass", "lowpass", "notch"):
            raise PydanticCustomError("band", f"a {self.type} band has no gain_db")
        return self


class Eq(Params):
    """Shape the tone with bands in series; a cut undoes a boost of the same size exactly."""

    bands: tuple[Band, ...] = Field((), max_length=16, description="the bands, in any order")


def process(x: Audio, p: Eq, rate: int, state: State) -> tuple[Audio, State]:
    """Filter x (channels, frames); the state is that of the cascade."""
    return sosfilt(_sections(p, rate), x, state)


def tail(p: Eq, rate: int) -> int:
    """Until what rings on has fallen by 120 dB."""
    return ring(_sections(p, rate))


def _sections(p: Eq, rate: int) -> Array:
    return cascade(rate, [Curve(band.type, band.freq_hz, band.q, band.gain_db) for band in p.bands])


EFFECT = Effect("eq", Eq, process, tail=tail)
