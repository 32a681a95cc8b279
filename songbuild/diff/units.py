"""The units of numbers, by their path in a model."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from songbuild.units import Pan, Params, Ratio, SyncMs, Unit

_PAN, _RATIO, _SYNC = (get_args(kind)[1] for kind in (Pan, Ratio, SyncMs))
_ENDINGS = {"kbps": "kbps", "bits": "bit", "rate": "Hz"}
"""Units of plain numbers whose names say them."""


@cache
def units_of(model: type[Params]) -> Mapping[str, str]:
    """A path in `model`, joined by '.', with '*' for names and indices -> its unit: 'channels.*.gain_db' -> 'dB'.

    Shares from 0 to 1 are in '%', ratios of a compressor ':1', positions between the loudspeakers 'pan'; numbers that
    have no unit aren't among them.
    """
    return dict(_fields(model, ()))


def _fields(model: type[Params], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield from _units(field.annotation, field.metadata, (*path, name))


def _units(annotation: Any, metadata: Sequence[Any], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The units in a field of this type, whose metadata hold its unit and its bounds."""
    unit = _named(metadata, path[-1])
    origin = get_origin(annotation)
    if unit:
        yield ".".join(path), unit
    elif origin is Annotated:
        inner, *own = get_args(annotation)
        yield from _units(inner, [*own, *metadata], path)
    elif origin in (Union, types.UnionType):
        for each in get_args(annotation):
            yield from _units(each, metadata, path)
    elif origin is dict:
        yield from _units(get_args(annotation)[1], (), (*path, "*"))
    elif origin in (list, tuple):
        for each in dict.fromkeys(item for item in get_args(annotation) if item is not Ellipsis):
            yield from _units(each, (), (*path, "*"))
    elif isinstance(annotation, type) and issubclass(annotation, Params):
        yield from _fields(annotation, path)


def _named(metadata: Sequence[Any], name: str) -> str:
    """The unit that a field's metadata or its name say; '' where there is none."""
    if any(item == _RATIO for item in metadata):
        most = next((item.le for item in metadata if hasattr(item, "le")), None)
        return ":1" if name == "ratio" else "%" if most is not None and most <= 1 else ""
    if any(item == _PAN for item in metadata):
        return "pan"
    if any(item == _SYNC for item in metadata):
        return "ms"
    unit = next((item.name for item in metadata if isinstance(item, Unit)), "")
    return unit or _ENDINGS.get(name.rpartition("_")[2], "")
