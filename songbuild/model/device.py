"""A device as a song names it: an effect in a chain, or the instrument of a track.

Written `compressor`, `compressor/vocal` (a preset), or `compressor/vocal: {threshold_db: -20, sidechain: drums}`.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from songbuild.units import Params

_OWN = ("name", "sidechain", "bypass")


class Device(Params):
    """One effect or instrument with its parameters.

    As parsed, `params` holds what the file says; after `manifest.load` it holds every parameter of the device in
    canonical form, with preset and defaults filled in.
    """

    device: str = Field(description="the device's name: 'compressor', 'fm_piano', …")
    preset: str | None = Field(
        None, description="a preset: the song's own presets/DEVICE/NAME.yaml, or one that comes with songbuild"
    )
    params: dict[str, Any] = Field(default_factory=dict, description="the device's parameters")
    name: str | None = Field(None, description="a name of its own, for automation and diffs; else the device's name")
    sidechain: str | None = Field(None, description="the channel or bus that the detector listens to")
    bypass: bool = Field(False, description="left out of the chain")

    @property
    def label(self) -> str:
        """What automation calls this device."""
        return self.name or self.device

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept 'name/preset' and {'name/preset': {…}}."""
        if isinstance(value, str):
            value = {value: None}
        if not isinstance(value, dict) or "device" in value:
            return value
        if len(value) != 1:
            raise PydanticCustomError(
                "device", "expected one device, such as 'compressor' or 'compressor: {threshold_db: -18}'"
            )
        ((spelled, given),) = value.items()
        if given is None:
            given = {}
        if not isinstance(spelled, str) or not isinstance(given, dict):
            raise PydanticCustomError(
                "device", "a device's parameters are a mapping: 'compressor: {threshold_db: -18}'"
            )
        name, _, preset = spelled.partition("/")
        own = {key: given[key] for key in _OWN if key in given}
        params = {key: item for key, item in given.items() if key not in _OWN}
        return {"device": name, "preset": preset or None, "params": params, **own}
