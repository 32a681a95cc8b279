"""Limiter: keeps the true peak below a ceiling, looking ahead, both channels alike."""

from __future__ import annotations

from pydantic import Field

from songbuild.devices.device import Audio, Effect, State
from songbuild.dsp import limiting
from songbuild.dsp.maths import db_to_gain
from songbuild.units import Db, DbTp, Ms, Params

_CHUNK = 1 << 15


class Limiter(Params):
    """Raise the level by `gain_db` and let no peak, also none between the samples, exceed `ceiling_db`."""

    gain_db: Db = Field(0.0, ge=-24, le=36, description="gain before the limiter")
    ceiling_db: DbTp = Field(-1.0, ge=-40, le=0, description="highest true peak")
    release_ms: Ms = Field(120.0, ge=5, le=2000, description="time constant of the return to unity, after 15 ms")
    lookahead_ms: Ms = Field(2.0, ge=0.5, le=20, description="time in which the gain moves down, ahead of the peak")


def _timing(p: Limiter, rate: int) -> limiting.Timing:
    return limiting.timing(rate, p.lookahead_ms, p.release_ms)


def process(x: Audio, p: Limiter, rate: int, state: State) -> tuple[Audio, State]:
    """x (1 or 2, frames) -> y alike, `latency` frames late."""
    gain, ceiling = float(db_to_gain(p.gain_db)), float(db_to_gain(p.ceiling_db))
    times = _timing(p, rate)
    y = x * gain
    for start in range(0, x.shape[1], _CHUNK):
        part = slice(start, start + _CHUNK)
        y[:, part], state = limiting.limit(y[:, part], ceiling, times, state)
    return y, state


def _latency(p: Limiter, rate: int) -> int:
    return _timing(p, rate).latency


EFFECT = Effect("limiter", Limiter, process, latency=_latency, static=frozenset({"release_ms", "lookahead_ms"}))
