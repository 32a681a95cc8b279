"""Multiband compressor: two to five bands, each turned down by its own level alone.

Source: crossovers of `dsp.crossover`; compression as in `compressor` (Giannoulis, Massberg, Reiss, JAES 60, 2012).
What is not compressed adds up flat; its phase is that of the crossovers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import ballistics, dynamics
from songbuild.dsp.crossover import Split, corner, split
from songbuild.dsp.maths import Array, db_to_gain, gain_to_db
from songbuild.units import Db, Hz, Ms, Params, Ratio

_CHUNK = 16384  # frames at once: the bands of so many stay in the cache
_TAIL_PERIODS = 4.0  # of the lowest corner: in that time its filters fall by 120 dB


class Range(Params):
    """One band: `{from_hz: 120, threshold_db: -24, ratio: 2}`."""

    from_hz: Hz = Field(0.0, ge=0, le=16_000, description="where the band begins, 24 dB/octave; the lowest has none")
    threshold_db: Db = Field(-20.0, ge=-80, le=0, description="peak level of the band from which on it works")
    ratio: Ratio = Field(2.0, ge=1, le=100, description="dB in for one dB out above the threshold; 1 doesn't compress")
    knee_db: Db = Field(6.0, ge=0, le=40, description="width of the soft bend around the threshold; 0 is hard")
    attack_ms: Ms = Field(20.0, ge=0.5, le=500, description="time to 63 % of a larger gain reduction")
    release_ms: Ms = Field(150.0, ge=5, le=5000, description="time to 63 % of a smaller gain reduction")
    gain_db: Db = Field(0.0, ge=-24, le=24, description="gain after compression")
    mute: bool = Field(False, description="the band isn't heard")
    solo: bool = Field(False, description="only the bands with solo are heard")
    name: str | None = Field(None, description="a name for people, such as 'low'")


class Multiband(Params):
    """Compress the bands of a mix one by one, so that a loud kick doesn't turn down the voice."""

    bands: tuple[Range, ...] = Field(
        (Range(), Range(from_hz=150), Range(from_hz=3000)),
        max_length=5,
        description="two or more, lowest first",
        json_schema_extra={"minItems": 2},
    )
    link: Ratio = Field(1.0, ge=0, le=1, description="1 turns both channels down alike, 0 each by its own level")
    auto_release: bool = Field(
        False, description="what was turned down for long takes up to eight times the release, a stroke only one"
    )
    mix: Ratio = Field(1.0, ge=0, le=1, description="compressed part; the rest is not compressed, but in phase")

    @field_validator("bands")
    @classmethod
    def _in_order(cls, bands: tuple[Range, ...]) -> tuple[Range, ...]:
        # not as min_length, of which pydantic also speaks where a band is malformed
        if len(bands) < 2:
            raise PydanticCustomError("bands", "at least 2 bands are needed: use 'compressor' for one")
        if bands[0].from_hz:
            raise PydanticCustomError("bands", "the lowest band has no from_hz: it begins at 0")
        for number, (lower, upper) in enumerate(pairwise(bands), start=2):
            least = max(20.0, 1.2 * lower.from_hz)
            if upper.from_hz < least:
                raise PydanticCustomError("bands", f"band {number} has to begin at {least:g} Hz or above")
        return bands


class _Squeeze(NamedTuple):
    """The state of a band, or of one channel of it."""

    pending: Array
    moving: ballistics.Moving
    steered: dynamics.Steered


class _State(NamedTuple):
    split: Split
    bands: tuple[tuple[_Squeeze, ...], ...]


def process(x: Audio, p: Multiband, rate: int, state: State) -> tuple[Audio, State]:
    """x (channels, frames) -> y alike, `latency` frames late."""
    corners = [corner(rate, band.from_hz) for band in p.bands[1:]]
    y = np.zeros_like(x)
    before: _State = state or _start(len(x), p, rate)
    for start in range(0, x.shape[1], _CHUNK):
        part = slice(start, start + _CHUNK)
        parts, filtered = split(x[:, part], corners, before.split)
        squeezed = []
        for band, heard, signal, own in zip(p.bands, _heard(p), parts, before.bands, strict=True):
            if heard:
                signal, own = _squeeze(signal, p, band, rate, own)
                y[:, part] += signal
            squeezed.append(own)
        before = _State(filtered, tuple(squeezed))
    return y, before


def _squeeze(
    x: Audio, p: Multiband, band: Range, rate: int, state: tuple[_Squeeze, ...]
) -> tuple[Audio, tuple[_Squeeze, ...]]:
    """One band, compressed: detected once, or for each channel where they aren't linked."""
    frames = _period(p, rate)
    times = ballistics.ballistics(rate, frames, band.attack_ms, band.release_ms)
    apart = _apart(x, len(state))
    detected = [
        dynamics.blocks(signal, frames, own.pending, peak=True) for signal, own in zip(apart, state, strict=True)
    ]
    wanted = [
        dynamics.reduction_db(gain_to_db(level), band.threshold_db, band.ratio, band.knee_db) for level, _ in detected
    ]
    if len(wanted) > 1:
        both = np.maximum(*wanted)
        wanted = [own + p.link * (both - own) for own in wanted]
    gain = float(db_to_gain(band.gain_db))
    out, after = [], []
    for signal, (_, pending), reduction, own in zip(apart, detected, wanted, state, strict=True):
        reduced, moving = ballistics.move(reduction, times, own.moving, p.auto_release)
        gains = db_to_gain(-reduced)
        gains *= p.mix * gain
        gains += 1.0 - p.mix
        y, steered = dynamics.steered(signal, gains, frames, own.steered)
        out.append(y)
        after.append(_Squeeze(pending, moving, steered))
    return out[0] if len(out) == 1 else np.concatenate(out), tuple(after)


def _apart(x: Audio, groups: int) -> Sequence[Audio]:
    return [x] if groups == 1 else [x[:1], x[1:]]


def _heard(p: Multiband) -> list[bool]:
    """Which bands are heard."""
    soloed = any(band.solo for band in p.bands)
    return [(band.solo or not soloed) and not band.mute for band in p.bands]


def _start(channels: int, p: Multiband, rate: int) -> _State:
    """The state after endless silence."""
    frames = _period(p, rate)
    groups = 2 if channels == 2 and p.link < 1 else 1
    bands = []
    for band in p.bands:
        gain = 1.0 - p.mix + p.mix * float(db_to_gain(band.gain_db))
        steered = dynamics.steady(channels // groups, frames, gain)
        bands.append((_Squeeze(np.zeros(0), ballistics.unmoved(rate, frames), steered),) * groups)
    return _State(None, tuple(bands))


def _period(p: Multiband, rate: int) -> int:
    """The detector's blocks are those of the quickest band, so that all bands are equally late."""
    return dynamics.period(rate, min(band.attack_ms for band in p.bands))


def latency(p: Multiband, rate: int) -> int:
    """Half a block: the gain is reached when the sound that asked for it passes."""
    return _period(p, rate) // 2


def tail(p: Multiband, rate: int) -> int:
    """What the crossovers ring on."""
    return round(_TAIL_PERIODS * rate / p.bands[1].from_hz)


EFFECT = Effect(
    "multiband",
    Multiband,
    process,
    latency=latency,
    tail=tail,
    static=frozenset({"bands.*.attack_ms", "link", "auto_release"}),
)
