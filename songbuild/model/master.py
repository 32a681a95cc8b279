"""Master: the last chain, a reference to match, the loudness and the ceiling; and further masters of the same mix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from songbuild.model.delivery import Format
from songbuild.model.device import Device
from songbuild.model.targets import TARGETS, TargetName
from songbuild.units import Db, DbTp, Lufs, Ms, Params, Ratio

LOUDNESS_RANGE = (-40.0, -5.0)
"""The least and the most that a master can aim at, in LUFS."""
CHAINS = ("chain", "finish")
"""What of a master is a list of effects."""
TAKEN = ("stems", "preview")
"""Folders of out/ that have a meaning of their own."""
_NAME = r"[a-z0-9][a-z0-9_-]{0,39}"


def _folder(name: str) -> str:
    """The name of a version, which is also that of its folder."""
    if not re.fullmatch(_NAME, name):
        message = "a version's name is a folder's: small letters, digits, - and _, 40 at most"
        raise PydanticCustomError("version", message)
    if name in TAKEN:
        raise PydanticCustomError("version", f"a version can't be called '{name}': that folder has another use")
    return name


VersionName = Annotated[str, AfterValidator(_folder), Field(json_schema_extra={"pattern": f"^{_NAME}$"})]


class Limiter(Params):
    """What keeps peaks below the ceiling."""

    kind: Literal["true_peak", "soft"] = Field(
        "true_peak", description="a look-ahead limiter of the true peak; or a soft clipper, which only bends the peaks"
    )
    release: Ms = Field(120.0, ge=5, le=2000, description="time constant of the return to unity; not of a soft one")
    lookahead: Ms = Field(2.0, ge=0.5, le=20, description="look-ahead, compensated; not of a soft one")


class Reference(Params):
    """A finished track to come closer to, by an amount of each of its traits; plain text is the file."""

    file: str = Field(description="audio file below the song's folder; nothing of it is delivered")
    spectrum: Ratio = Field(0.5, ge=0, le=1, description="of the difference of the long-term spectra; 0 is off")
    width: Ratio = Field(0.5, ge=0, le=1, description="of the difference of sides to middle; 0 is off")
    dynamics: Ratio = Field(0.0, ge=0, le=1, description="of what its levels are closer together; 0 is off")
    loudness: Ratio = Field(0.0, ge=0, le=1, description="of the way from the target to its loudness; 0 is off")
    max_db: Db = Field(6.0, ge=0.5, le=12, description="no band, width or level is moved by more")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain file name."""
        return {"file": value} if isinstance(value, str) else value


class Values(Params):
    """What a master is made with; a target's values stand in for what isn't written."""

    target: TargetName | None = Field(None, description="a delivery target: loudness, ceiling, limiter and finish")
    chain: list[Device] = Field(default_factory=list, description="effects in order, before loudness and limiter")
    reference: Reference | None = Field(None, description="a finished track to match, after the chain")
    finish: list[Device] = Field(
        default_factory=list, description="effects after chain and reference that the medium asks for"
    )
    loudness: Lufs | None = Field(
        -14.0, ge=LOUDNESS_RANGE[0], le=LOUDNESS_RANGE[1], description="integrated target; null leaves the level alone"
    )
    ceiling: DbTp = Field(-1.0, ge=-20, le=0, description="true-peak ceiling")
    limiter: Limiter = Field(default_factory=Limiter, description="what keeps peaks below the ceiling")
    automation: dict[str, str] = Field(default_factory=dict, description="automation of the chain's parameters")

    @model_validator(mode="before")
    @classmethod
    def _aimed(cls, value: Any) -> Any:
        """Fill in what the target asks for and the song doesn't say."""
        name = value.get("target") if isinstance(value, dict) else None
        if not isinstance(name, str) or name not in TARGETS:
            return value
        asked = TARGETS[name].values()
        made = {**asked, **value}
        if isinstance(value.get("limiter"), dict):
            made["limiter"] = {**asked["limiter"], **value["limiter"]}
        return made


def _without_defaults(schema: dict[str, Any]) -> None:
    """What a version leaves out isn't a default: it is the master's."""
    for field in schema["properties"].values():
        field.pop("default", None)


class Version(Values):
    """A further master of the same mix: what it doesn't say is as in the song's master."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    formats: list[Format] | None = Field(None, description="its files in out/VERSION/; else those of the delivery")

    @field_validator("formats")
    @classmethod
    def _of_a_master(cls, value: list[Format] | None) -> list[Format] | None:
        for each in value or ():
            if each in ("stems", "midi", "lrc", "metadata", "report", "provenance"):
                raise PydanticCustomError("formats", f"'{each}' is made of the song, not of a version")
        return value


class Master(Values):
    """From the mix to the master."""

    versions: dict[VersionName, Version] = Field(
        default_factory=dict, description="name -> a further master of the same mix"
    )

    def all(self) -> Iterator[tuple[str, Values]]:
        """The master, called "", and its versions, with what they leave out filled in."""
        yield "", self
        for name in self.versions:
            yield name, self.version(name)

    def version(self, name: str) -> Values:
        """The values of a version, with what it leaves out filled in.

        Automation goes with the chain: a version with a chain of its own has only its own.  One that says how loud it
        is isn't moved from there by the master's reference.
        """
        own = self.versions[name]
        written = {field: getattr(own, field) for field in own.model_fields_set if field in Values.model_fields}
        if "limiter" in written:
            limiter = {field: getattr(own.limiter, field) for field in own.limiter.model_fields_set}
            written["limiter"] = self.limiter.model_copy(update=limiter)
        if "chain" in written:
            written.setdefault("automation", {})
        if self.reference is not None and "loudness" in written:
            written.setdefault("reference", self.reference.model_copy(update={"loudness": 0.0}))
        inherited = {field: getattr(self, field) for field in Values.model_fields}
        return Values.model_construct(**{**inherited, **written})
