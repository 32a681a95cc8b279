"""Quantities with units, and the frozen base of every model.

A field of type `Hz`, `Db`, `Ms`… holds a plain number in that unit.  In a manifest it may also be written with the
unit ("-3dB", "2 kHz", "120ms", "50%"); another unit is an error.  NaN is never legal, infinity only where said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError, core_schema

_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+|inf)(?:e[+-]?\d+)?)\s*([^\d\s].*?)?\s*", re.IGNORECASE)
_WHOLE: tuple[Any, ...] = (int, int | None)
_NOTE_VALUE = re.compile(r"(\d+)/(\d+)(\.{0,2})(t?)", re.IGNORECASE)


class Params(BaseModel):
    """A frozen record: unknown keys are refused, no value changes after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True, defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _as_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what pydantic would convert in silence: 'yes' or 1 to true, true or '8' to a whole number.

        A list or mapping of which nothing is left in a file ("inserts:") is an empty one.
        """
        field = cls.model_fields[info.field_name or ""]
        if value is None and (field.default_factory is list or field.default_factory is dict):
            return field.default_factory()
        wanted = field.annotation
        if wanted is bool and not isinstance(value, bool):
            raise PydanticCustomError("bool_type", f"expected true or false, not {_shown(value)}")
        if wanted in _WHOLE and isinstance(value, bool | str):
            raise PydanticCustomError("int_type", f"expected a whole number, not {_shown(value)}")
        return value


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, and the spellings it accepts with their scale: Unit("ms", {"ms": 1, "s": 1000})."""

    name: str
    spellings: Mapping[str, float] = field(default_factory=dict, hash=False)
    infinite: bool = False

    def parse(self, value: object) -> float:
        """The number that `value` (a number, or text such as "120ms") means in this unit; raises on any other."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self._error(value)
        if isinstance(value, str):
            match = _QUANTITY.fullmatch(value)
            if not match:
                raise self._error(value)
            scale = self.spellings.get((match[2] or "").lower().strip(), 1.0 if not match[2] else None)
            if scale is None:
                raise self._error(value)
            value = float(match[1]) * scale
        number = float(value)
        if math.isnan(number) or (math.isinf(number) and not (self.infinite and number < 0)):
            raise self._error(value)
        return number

    def _error(self, value: object) -> PydanticCustomError:
        wanted = f"a number in {self.name}" if self.name else "a plain number"
        example = f", such as {_example(self)}" if self.spellings else ""
        return PydanticCustomError("unit", f"expected {wanted}{example}, not {_shown(value)}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        number = handler(schema)
        if not self.spellings:
            return number
        ends = "|".join(sorted(map(re.escape, self.spellings), key=lambda spelling: (-len(spelling), spelling)))
        sign = "[+-]?(\\d+\\.?\\d*|\\.\\d+" + ("|inf" if self.infinite else "") + ")"
        text = {"type": "string", "pattern": f"^\\s*{sign}\\s*({_any_case(ends)})?\\s*$"}
        return {"anyOf": [number, text], "x-unit": self.name}


def _any_case(pattern: str) -> str:
    return re.sub(r"[a-z]", lambda m: f"[{m[0]}{m[0].upper()}]", pattern)


def _example(unit: Unit) -> str:
    return f"'{'-3' if unit.infinite else '1'}{'' if unit.name == '%' else ' '}{unit.name}'"


def _shown(value: object) -> str:
    return (
        repr(value)
        if isinstance(value, str)
        else "a list"
        if isinstance(value, list)
        else ("a mapping" if isinstance(value, dict) else "nothing" if value is None else str(value).lower())
    )


Number = Annotated[float, Unit("")]
"""A plain number."""
Hz = Annotated[float, Unit("Hz", {"hz": 1.0, "khz": 1000.0})]
"""Frequency in hertz."""
Db = Annotated[float, Unit("dB", {"db": 1.0}, infinite=True)]
"""A level or a gain in decibels; -inf is silence."""
DbTp = Annotated[float, Unit("dBTP", {"dbtp": 1.0, "db": 1.0})]
"""A true-peak level in dBTP (BS.1770-5, annex 2)."""
Lufs = Annotated[float, Unit("LUFS", {"lufs": 1.0, "lkfs": 1.0})]
"""A loudness in LUFS (BS.1770-5)."""
Ms = Annotated[float, Unit("ms", {"ms": 1.0, "s": 1000.0})]
"""A duration in milliseconds."""
Seconds = Annotated[float, Unit("s", {"s": 1.0, "ms": 0.001, "min": 60.0})]
"""A duration in seconds."""
Cents = Annotated[float, Unit("cents", {"ct": 1.0, "cent": 1.0, "cents": 1.0})]
"""A pitch interval in cents, hundredths of a semitone."""
Semitones = Annotated[float, Unit("semitones", {"st": 1.0, "semitone": 1.0, "semitones": 1.0})]
"""A pitch interval in semitones."""
Degrees = Annotated[float, Unit("degrees", {"deg": 1.0, "°": 1.0, "degrees": 1.0})]
"""A phase in degrees."""
Ratio = Annotated[float, Unit("", {"%": 0.01, ":1": 1.0, "x": 1.0})]
"""A dimensionless ratio: 0.5, "50%", or "4:1"."""
Pan = Annotated[float, Unit("", {"%": 0.01, "l": -0.01, "r": 0.01})]
"""A position between the loudspeakers: -1 left, 0 centre, 1 right; also "30L", "100R", "-30%"."""


@dataclass(frozen=True, slots=True)
class _MsOrNote:
    """Milliseconds, or a note value that the tempo turns into milliseconds."""

    def parse(self, value: object) -> float | str:
        if isinstance(value, str) and _NOTE_VALUE.fullmatch(value.strip()):
            beats_of_note_value(value)
            return value.strip().lower()
        try:
            return Unit("ms", {"ms": 1.0, "s": 1000.0}).parse(value)
        except PydanticCustomError:
            raise PydanticCustomError(
                "unit", f"expected a time in ms or a note value such as '1/8', '1/8.' or '1/8t', not {_shown(value)}"
            ) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.parse, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        note = r"^\s*(\d+/\d+\.{0,2}[tT]?|[+-]?(\d+\.?\d*|\.\d+)\s*([mM]?[sS])?)\s*$"
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": note}], "x-unit": "ms or note value"}


SyncMs = Annotated[float | str, _MsOrNote()]
"""A duration in ms, or a note value ("1/8", dotted "1/8.", triplet "1/8t") that becomes ms by the song's tempo.

A device's `process` only ever sees milliseconds: `stages` puts the tempo in.
"""


@dataclass(frozen=True, slots=True)
class Within:
    """Bounds in ms on a `SyncMs`, as in Annotated[SyncMs, Within(5, 5000)].

    A note value passes: only the tempo makes ms of it.
    """

    ge: float
    le: float

    def check(self, value: float | str) -> float | str:
        """`value`, or an error where it is a number out of bounds."""
        if isinstance(value, str) or self.ge <= value <= self.le:
            return value
        raise PydanticCustomError("out_of_bounds", f"expected {self.ge:g} to {self.le:g} ms, not {value:g} ms")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))


def beats_of_note_value(text: str) -> float:
    """The length in quarter-note beats of a note value: "1/8" is 0.5, "1/8." is 0.75, "1/8t" is 1/3."""
    match = _NOTE_VALUE.fullmatch(text.strip())
    if not match or int(match[1]) < 1 or int(match[2]) not in (1, 2, 4, 8, 16, 32, 64):
        raise PydanticCustomError("unit", f"'{text}' is not a note value such as '1/8', '1/8.' or '1/8t'")
    beats = 4.0 * int(match[1]) / int(match[2])
    beats *= {0: 1.0, 1: 1.5, 2: 1.75}[len(match[3])]
    return beats * 2.0 / 3.0 if match[4] else beats
