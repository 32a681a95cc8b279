"""Values in words: rounded as they were written, with their unit once."""

from __future__ import annotations

import re

from songbuild.diff.facts import Json
from songbuild.diff.words import number, words

_ENDINGS = re.compile(r"_(db|hz|ms|s|cents|semitones|beats|samples)$")
_SPELLED = {
    "low_hz": "low edge", "high_hz": "high edge", "from_hz": "lower edge", "freq_hz": "frequency", "q": "Q",
    "sidechain_hz": "side-chain filter",
}  # fmt: skip
_LONGEST = 60  # characters of a text in a sentence


def name_of(parameter: str) -> str:
    """A parameter as it is read: 'threshold_db' is 'threshold', 'bands.2.gain_db' 'band 3 gain'."""
    first, _, rest = parameter.partition(".")
    index, _, inner = rest.partition(".")
    if index.isdecimal():
        return f"{words(first).removesuffix('s')} {int(index) + 1} {name_of(inner)}".rstrip()
    if rest:
        return f"{name_of(first)} {name_of(rest)}"
    return _SPELLED.get(first) or words(_ENDINGS.sub("", first))


def take_name(name: str) -> str:
    """A take as it is read: 'take3' is 'take 3'."""
    return re.sub(r"(?<=[^\W\d])(?=\d)", " ", words(name))


def silent(value: Json) -> bool:
    """Whether a level is none."""
    return value == "-inf"


def amount(value: Json) -> float | None:
    """A value as a number; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _split(value: Json, unit: str, signed: bool) -> tuple[str, str]:
    """A value's text, and the unit that follows it; '' where the text says all."""
    if value is None:
        return "none", ""
    if isinstance(value, bool):
        return ("on" if value else "off"), ""
    if silent(value):
        return "off", ""
    if isinstance(value, str):
        return (value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"), ""
    if isinstance(value, list | dict):
        return str(len(value)), "items"
    if unit == "pan":
        return _place(value), ""
    if unit == ":1":
        return f"{number(value)}:1", ""
    if unit == "%":
        return number(value * 100), "%"
    if unit == "Hz" and value >= 1000:
        return number(value / 1000), "kHz"
    return f"{'+' if signed and value > 0 else ''}{number(value)}", unit


def _place(pan: float) -> str:
    if not pan:
        return "centre"
    side = "left" if pan < 0 else "right"
    return f"hard {side}" if abs(pan) == 1 else f"{number(abs(pan) * 100)} % {side}"


def shown(value: Json, unit: str = "", *, signed: bool = False) -> str:
    """A value with its unit: '-18 dB', '2.5 kHz', '30 % left', '4:1', 'off'."""
    return " ".join(filter(None, _split(value, unit, signed)))


def between(old: Json, new: Json, unit: str = "", *, signed: bool = False) -> str:
    """A change of value: '-18 -> -20 dB', '800 Hz -> 1.2 kHz', 'centre -> 30 % left'."""
    before, after = _split(old, unit, signed), _split(new, unit, signed)
    if before == after and isinstance(old, int | float) and isinstance(new, int | float):
        return f"{old:.12g} -> {new:.12g} {unit}".rstrip()  # too close to be told apart as they are rounded
    first = before[0] if before[1] == after[1] else " ".join(filter(None, before))
    return f"{first} -> {' '.join(filter(None, after))}"


def decibels(old: Json, new: Json) -> float:
    """How far apart two levels are in dB; 60 where one of them is silence."""
    if silent(old) or silent(new):
        return 0.0 if old == new else 60.0
    before, after = amount(old), amount(new)
    return abs(after - before) if before is not None and after is not None else 0.0
