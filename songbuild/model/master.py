"""Master: the last chain, the loudness and the ceiling."""

from __future__ import annotations

from pydantic import Field

from songbuild.model.device import Device
from songbuild.units import DbTp, Lufs, Ms, Params


class Limiter(Params):
    """The true-peak limiter at the end."""

    release: Ms = Field(120.0, ge=5, le=2000, description="time constant of the return to unity")
    lookahead: Ms = Field(2.0, ge=0.5, le=20, description="look-ahead, compensated")


class Master(Params):
    """From the mix to the master."""

    chain: list[Device] = Field(default_factory=list, description="effects in order, before loudness and limiter")
    loudness: Lufs | None = Field(-14.0, ge=-40, le=-5, description="integrated target; null leaves the level alone")
    ceiling: DbTp = Field(-1.0, ge=-20, le=0, description="true-peak ceiling")
    limiter: Limiter = Field(default_factory=Limiter, description="the true-peak limiter")
    automation: dict[str, str] = Field(default_factory=dict, description="automation of the chain's parameters")
