"""What is known of a plugin, and whether parameters that a song gives are such as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pydantic_core import PydanticCustomError

from songbuild.problems import did_you_mean
from songbuild.units import Unit

Value = bool | float | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: a number from `least` to `greatest` in `unit`, a switch, or one of the texts in `choices`.

    `open` is true where there are more texts than `choices` names.
    """

    key: str
    name: str
    kind: Literal["number", "switch", "choice"]
    unit: str
    value: Value
    least: float = 0.0
    greatest: float = 1.0
    choices: tuple[str, ...] = ()
    open: bool = False

    def canonical(self, value: Value) -> Value:
        """The value that `value` means.  Raises ValueError with a message, and a hint as its second argument."""
        if self.kind == "switch":
            if isinstance(value, bool):
                return value
            raise ValueError("expected true or false", None)
        if self.kind == "choice":
            text = str(value)
            if self.open or text in self.choices:
                return text
            raise ValueError(f"'{text}' is not one of the choices", did_you_mean(text, self.choices))
        return self._number(value)

    def _number(self, value: Value) -> float:
        if isinstance(value, bool):
            if (self.least, self.greatest) == (0.0, 1.0):  # a plugin's way to write a switch
                return float(value)
            raise ValueError(f"expected a number{self.said}", None)
        try:
            number = Unit(self.unit, {self.unit.lower(): 1.0} if self.unit else {}).parse(value)
        except PydanticCustomError as error:
            raise ValueError(str(error), None) from None
        if not self.least <= number <= self.greatest:
            raise ValueError(f"{number:g} is out of range", f"{self.range} is possible")
        return number

    @property
    def said(self) -> str:
        """' in dB', where it has a unit."""
        return f" in {self.unit}" if self.unit else ""

    @property
    def range(self) -> str:
        """'-80 to 0 dB', 'true or false', or the choices."""
        if self.kind == "switch":
            return "true or false"
        if self.kind == "choice":
            return ", ".join(self.choices) + (", …" if self.open else "")
        return f"{self.least:g} to {self.greatest:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a plugin says of itself; `widths` are the channels it takes (1, 2), `latency` is in frames at 44.1 kHz.

    `host` is the program that hosts it, with its version.
    """

    name: str
    maker: str
    version: str
    category: str
    identifier: str
    host: str
    instrument: bool
    widths: tuple[int, ...]
    latency: int
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Facts:
        """From what `json` gives, or the child replies."""
        fields = {key: data[key] for key in cls.__slots__}
        parameters = [{**each, "choices": tuple(each.get("choices", ()))} for each in data["parameters"]]
        fields["parameters"] = tuple(Parameter(**each) for each in parameters)
        return cls(**{**fields, "widths": tuple(fields["widths"])})

    def json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def out(self, width: int) -> int | None:
        """The channels it puts out for `width` at its input; None where it takes neither mono nor stereo.

        A mono plugin plays on each side of a stereo signal; a stereo plugin hears a mono signal on both sides.
        """
        if not self.widths:
            return None
        return width if width == 2 or 1 in self.widths else 2

    def canonical(self, given: Mapping[str, Value]) -> tuple[dict[str, Value], list[tuple[str, str, str | None]]]:
        """The values of the parameters that `given` names, in order of their names; and (key, message, hint) of faults.

        The message is empty where the plugin has no such parameter.
        """
        known = {each.key: each for each in self.parameters}
        found: dict[str, Value] = {}
        wrong: list[tuple[str, str, str | None]] = []
        for key, value in sorted(given.items()):
            if key not in known:
                wrong.append((key, "", did_you_mean(key, known)))
                continue
            try:
                found[key] = known[key].canonical(value)
            except ValueError as error:
                message, hint = error.args
                wrong.append((key, message, hint))
        return found, wrong

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """(key, value, range) of each parameter, in words."""
        for each in self.parameters:
            value = f"{each.value:g}" if isinstance(each.value, float) else str(each.value)
            yield each.key, value.lower() if isinstance(each.value, bool) else value, each.range
