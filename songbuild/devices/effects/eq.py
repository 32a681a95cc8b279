"""Parametric equaliser: up to 16 bands that follow their analogue curves up to the Nyquist frequency.

Each band acts on both channels, on one, or on the middle or the sides; of minimum phase, or all of linear phase.
Source: curves of the Audio EQ Cookbook (Bristow-Johnson), designed as in `dsp.filters`; of linear phase by
`dsp.linear_phase`, with the same magnitudes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import linear_phase
from songbuild.dsp.convolve import Filter, prepare_filter, slide
from songbuild.dsp.eq import Curve, cascade, ring
from songbuild.dsp.filters import sosfilt
from songbuild.dsp.maths import Array
from songbuild.units import Db, Hz, Params, Ratio

Channel = Literal["stereo", "mid", "side", "left", "right"]


class Band(Params):
    """One band: `{type: peak, freq_hz: 300, gain_db: -3, q: 1.4}`."""

    type: Literal["peak", "low_shelf", "high_shelf", "highpass", "lowpass", "notch"] = Field(
        "peak", description="only peak and shelves have a gain"
    )
    freq_hz: Hz = Field(1000.0, ge=10, le=22_000, description="centre, or corner: half the gain of a shelf, -3 dB")
    gain_db: Db = Field(0.0, ge=-36, le=36, description="gain of a peak or shelf; 0 does nothing")
    q: Ratio = Field(0.7071, ge=0.1, le=40, description="centre / bandwidth; 0.7071 is maximally flat for corners")
    channel: Channel = Field(
        "stereo",
        description="both channels, one of them, the middle (L+R)/2 or the sides (L-R)/2; mono is all middle",
    )
    name: str | None = Field(None, description="a name for people, such as 'mud'")

    @model_validator(mode="after")
    def _gain_where_it_acts(self) -> Band:
        if self.gain_db and self.type in ("highpass", "lowpass", "notch"):
            raise PydanticCustomError("band", f"a {self.type} band has no gain_db")
        return self


class Eq(Params):
    """Shape the tone with bands in series; a cut undoes a boost of the same size exactly.

    Bands of the left and right channel come before those of the middle and the sides.
    """

    bands: tuple[Band, ...] = Field((), max_length=16, description="the bands, in any order")
    phase: Literal["minimum", "linear"] = Field(
        "minimum",
        description="linear turns no phase, rings before as much as after, and makes narrow bands in the bass wider",
    )


class _State(NamedTuple):
    """The cascades of the channels, then of the middle and of the sides; None where there are none."""

    channels: tuple[Array | None, ...]
    middle: Array | None
    sides: Array | None


class _Linear(NamedTuple):
    """The last frames that came in."""

    past: Array | None


def process(x: Audio, p: Eq, rate: int, state: State) -> tuple[Audio, State]:
    """Filter x (channels, frames); the state is that of the cascades, or the past of the signal."""
    if p.phase == "linear":
        return _linear(x, p, rate, state or _Linear(None))
    before: _State = state or _State((None, None), None, None)
    y, channels = _each(x, p, rate, before.channels)
    if len(x) == 1 or not _on(p, "mid", "side"):
        return y, _State(channels, None, None)
    middle, sides = (y[:1] + y[1:]) * 0.5, (y[:1] - y[1:]) * 0.5
    new_middle, middle_state = sosfilt(_sections(p, rate, "mid"), middle, before.middle)
    new_sides, sides_state = sosfilt(_sections(p, rate, "side"), sides, before.sides)
    # as changes, so that bands without gain change no bit
    new_middle -= middle
    new_sides -= sides
    y = np.concatenate([y[:1] + (new_middle + new_sides), y[1:] + (new_middle - new_sides)])
    return y, _State(channels, middle_state, sides_state)


def _each(x: Audio, p: Eq, rate: int, states: tuple[Array | None, ...]) -> tuple[Audio, tuple[Array | None, ...]]:
    """The bands of both channels, and of one of them; of mono, those of the middle."""
    if len(x) == 1:
        y, mono = sosfilt(_sections(p, rate, "stereo", "mid"), x, states[0])
        return y, (mono, None)
    if not _on(p, "left", "right"):
        y, both = sosfilt(_sections(p, rate, "stereo"), x, states[0])
        return y, (both, None)
    left, first = sosfilt(_sections(p, rate, "stereo", "left"), x[:1], states[0])
    right, second = sosfilt(_sections(p, rate, "stereo", "right"), x[1:], states[1])
    return np.concatenate([left, right]), (first, second)


def _linear(x: Audio, p: Eq, rate: int, state: _Linear) -> tuple[Audio, _Linear]:
    kernel = _kernel(p.bands, rate, len(x))
    if kernel.inputs == len(x):
        y, past = slide(x, kernel, state.past)
        return y, _Linear(past)
    ways = [slide(x[k : k + 1], kernel, None if state.past is None else state.past[k : k + 1]) for k in range(len(x))]
    return np.concatenate([y for y, _ in ways]), _Linear(np.concatenate([past for _, past in ways]))


@lru_cache(maxsize=4)
def _kernel(bands: tuple[Band, ...], rate: int, channels: int) -> Filter:
    """The filter of one channel for all, or the matrix of two that bands of one channel or of the sides need."""
    p = Eq(bands=bands)
    wanted = {on: linear_phase.magnitude(_sections(p, rate, on), linear_phase.bins(rate)) for on in _CHANNELS}
    both, middle, sides = wanted["stereo"], wanted["mid"], wanted["side"]
    if channels == 1:
        responses = [[both * middle]]
    elif not _on(p, "mid", "side", "left", "right"):
        responses = [[both]]
    else:
        same, cross = 0.5 * both * (middle + sides), 0.5 * both * (middle - sides)
        responses = [
            [wanted["left"] * same, wanted["left"] * cross],
            [wanted["right"] * cross, wanted["right"] * same],
        ]
    return prepare_filter(np.array([[linear_phase.response(h, rate) for h in row] for row in responses]))


_CHANNELS: tuple[Channel, ...] = ("stereo", "mid", "side", "left", "right")


def _on(p: Eq, *channels: Channel) -> bool:
    """Whether a band acts on one of these."""
    return any(band.channel in channels for band in p.bands)


def _sections(p: Eq, rate: int, *channels: Channel) -> Array:
    """The cascade of the bands that act on `channels`."""
    return cascade(rate, _curves([band for band in p.bands if band.channel in channels]))


def _curves(bands: Sequence[Band]) -> list[Curve]:
    return [Curve(band.type, band.freq_hz, band.q, band.gain_db) for band in bands]


def latency(p: Eq, rate: int) -> int:
    """None of minimum phase; half the response of linear phase."""
    return linear_phase.half(rate) if p.phase == "linear" else 0


def tail(p: Eq, rate: int) -> int:
    """Until what rings on has fallen by 120 dB; of linear phase the other half of the response."""
    if p.phase == "linear":
        return linear_phase.half(rate) + 1
    return ring(cascade(rate, _curves(p.bands)))


EFFECT = Effect("eq", Eq, process, latency=latency, tail=tail, static=frozenset({"phase"}))
