"""Mix: channels, sends, returns, buses and their automation."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from songbuild.model.device import Device
from songbuild.units import Db, Pan, Params


class Send(Params):
    """A copy of a channel's signal to a return; plain '-12dB' is a post-fader send."""

    level_db: Db = Field(0.0, le=12, description="level; -inf is off")
    pre: bool = Field(False, description="taken before the fader and pan")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain level."""
        return value if isinstance(value, dict | cls) else {"level_db": value}


class Strip(Params):
    """What every channel, return and bus has."""

    inserts: list[Device] = Field(default_factory=list, description="effects in order")
    gain_db: Db = Field(0.0, le=24, description="fader; -inf is silence")
    pan: Pan = Field(
        0.0,
        ge=-1,
        le=1,
        description="-1 (100L) to 1 (100R); constant power, -3 dB in the centre for mono; balance for stereo",
    )
    mute: bool = Field(False, description="silent")
    solo: bool = Field(False, description="only soloed channels sound")
    to: str = Field(
        "mix", description="the bus it goes to; 'mix' is the main one; 'none' leaves only its sends and side-chains"
    )
    sends: dict[str, Send] = Field(default_factory=dict, description="return -> level")
    automation: dict[str, str] = Field(
        default_factory=dict,
        description=(
            "target -> '1: -inf, 5: -6 lin, 9: 0'; targets: volume_db, pan, send.RETURN, INSERT.PARAMETER, "
            "instrument.PARAMETER"
        ),
    )


class Mix(Params):
    """The console.  Channels are named after tracks; a track without one gets a plain channel."""

    channels: dict[str, Strip] = Field(default_factory=dict, description="track -> channel")
    buses: dict[str, Strip] = Field(default_factory=dict, description="name -> bus (group)")
    returns: dict[str, Strip] = Field(default_factory=dict, description="name -> return (effect bus fed by sends)")
    inserts: list[Device] = Field(default_factory=list, description="effects on the main mix")
    automation: dict[str, str] = Field(
        default_factory=dict, description="automation of the main mix's inserts and volume_db"
    )
