"""What pydantic finds wrong with a song, in the words of someone who writes songs."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from songbuild.manifest.codes import Kind, code
from songbuild.manifest.places import Places
from songbuild.problems import Fault, NotationError, Path, did_you_mean, nearest
from songbuild.units import Unit

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def faults(error: ValidationError, model: type[BaseModel], places: Places, base: Path = ()) -> list[Fault]:
    """Every error as a fault at the path as written; the alternatives of a union that all failed are one fault.

    `model` is what was validated, `base` where its data stands in the song.
    """
    groups: dict[Path, list[Any]] = {}
    for found in error.errors(include_url=False):
        groups.setdefault(_written(found, places, base), []).append(found)
    return [_fault(path, found, model) for path, found in groups.items()]


def _written(error: Any, places: Places, base: Path) -> Path:
    """An error's location as a path in the song as written: no union tags, no keys that a short form leaves out."""
    path = places.find(base).path
    for part in error["loc"]:
        found = places.find((*path, part))
        if found.exact and len(found.path) > len(path):
            path = found.path
    if error["type"] == "missing" and isinstance(error["loc"][-1], str):
        return (*path, error["loc"][-1])
    return path


def _fault(path: Path, errors: list[Any], model: type[BaseModel]) -> Fault:
    first = errors[0]
    if len(errors) > 1 and all(each["type"] in _EXPECTED for each in errors):
        wanted = " or ".join(dict.fromkeys(_EXPECTED[each["type"]] for each in errors))
        return Fault(code("wrong type", path), path, f"expected {wanted}, not {shown(first['input'])}")
    # Where a union's alternatives fail in different ways, the one that got furthest knows most.
    first = max(errors, key=lambda each: len(each["loc"]))
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, NotationError):
        return cause.fault(code("malformed text", path), path)
    kind, message, hint = _said(first, list(_fields(model, first["loc"])))
    key = kind in ("unknown key", "missing key") or first["loc"][-1:] == ("[key]",)
    return Fault(code(kind, path), path, message, hint, key=key)


def _said(error: Any, fields: list[Any]) -> tuple[Kind, str, str | None]:
    """(kind, message, hint) of one pydantic error; `fields` are the places in the model that its location may mean."""
    what, loc, value, context = error["type"], error["loc"], error["input"], error.get("ctx", {})
    last = loc[-1] if loc else ""  # of the whole: nothing
    if what in ("extra_forbidden", "invalid_key"):
        known = [key for field in fields if isinstance(field, list) for key in field]
        return "unknown key", f"unknown key '{last}'", did_you_mean(str(last), known)
    if what == "missing":
        if isinstance(last, int):
            return "wrong type", "a value is missing here", None
        return "missing key", f"'{last}' is missing", None
    if what in ("unit", "device"):
        return "wrong unit" if what == "unit" else "malformed device", error["msg"], None
    if what in _BOUNDS:
        words, bound = _BOUNDS[what]
        return "out of range", f"must be {words} {number(context[bound])}{_unit(fields)}, not {shown(value)}", None
    if last == "[key]" and what in _EXPECTED:
        return "wrong type", f"expected {_EXPECTED[what]} as key, not '{value}'", None
    if context.get("class_name") == "Device":
        example = "'compressor' or 'compressor: {threshold_db: -18}'"
        return "malformed device", f"expected a device, such as {example}, not {shown(value)}", None
    if what in _EXPECTED:
        return "wrong type", f"expected {_EXPECTED[what]}, not {shown(value)}", _type_hint(what, value)
    if what in ("literal_error", "enum"):
        choices = _choices(fields)
        close = nearest(value, choices) if isinstance(value, str) else None
        hint = f"did you mean '{close}'?" if close else f"known: {', '.join(choices)}"
        return "unknown choice", f"{shown(value)} is not one of the choices", hint
    if what == "string_pattern_mismatch":
        return "malformed text", f"doesn't match {context['pattern']}", None
    if what == "string_too_short":
        return "malformed text", "must not be empty", None
    if what == "string_too_long":
        return "malformed text", f"longer than {context['max_length']} characters", None
    if what in ("too_short", "too_long"):
        words, bound = ("at least", "min_length") if what == "too_short" else ("at most", "max_length")
        return "wrong type", f"expected {words} {context[bound]} values, not {context['actual_length']}", None
    if what == "value_error":
        return "malformed text", str(context["error"]), None
    said = error["msg"][:1].lower() + error["msg"][1:]
    return "malformed text", said.replace("input should be", "must be"), None


def _type_hint(what: str, value: object) -> str | None:
    if what == "bool_type" and isinstance(value, str):
        word = value.lower()
        return "write true" if word in ("yes", "on", "y") else "write false" if word in ("no", "off", "n") else None
    if what == "int_type" and isinstance(value, str) and value.isdecimal():
        return "write it without quotes"
    return None


def _fields(model: type[BaseModel], loc: tuple[Any, ...]) -> Iterator[Any]:
    """What a location may mean in a model: FieldInfo, a type, or for an unknown key the list of the known ones."""
    here: list[Any] = [model]
    for part in loc:
        last = here
        here = [inner for each in here for inner in _members(each, part)] or here
        if here is last and part == loc[-1]:
            yield from ([*_known(each)] for each in here if _is_model(_plain(each)))
    yield from here


def _members(kind: Any, part: object) -> Iterator[Any]:
    """The types of the member `part` of a model, mapping or list."""
    plain = _plain(kind)
    if get_origin(plain) in (Union, types.UnionType):
        for each in get_args(plain):
            yield from _members(each, part)
    elif _is_model(plain):
        for name, field in plain.model_fields.items():
            if part in (name, field.alias):
                yield field
    elif get_origin(plain) in (dict, list, tuple, Mapping) and get_args(plain) and part != "[key]":
        *first, last = get_args(plain)
        yield first[0] if last is Ellipsis else last


def _plain(kind: Any) -> Any:
    """A field's or an annotated type's own type."""
    if isinstance(kind, FieldInfo):
        kind = kind.annotation
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _known(kind: Any) -> list[str]:
    return [field.alias or name for name, field in _plain(kind).model_fields.items()]


def _search(kind: Any, wanted: Callable[[Any], Any]) -> Any:
    """The first thing inside a type that `wanted` finds."""
    found = wanted(kind)
    if found:
        return found
    inner = [*kind.metadata, kind.annotation] if isinstance(kind, FieldInfo) else get_args(kind)
    return next((hit for each in inner if (hit := _search(each, wanted))), None)


def _unit(fields: list[Any]) -> str:
    """' Hz' where the field is in hertz."""
    for each in fields:
        unit = _search(each, lambda item: item if isinstance(item, Unit) and item.name else None)
        if unit:
            return f" {unit.name}"
    return ""


def _choices(fields: list[Any]) -> list[str]:
    """The values of a Literal."""
    for each in fields:
        found = _search(each, lambda item: get_args(item) if str(get_origin(item)) == "typing.Literal" else None)
        if found:
            return [str(choice) for choice in found]
    return []


def number(value: float) -> str:
    """A number as one writes it: 10 for 10.0."""
    return f"{value:.10g}"


def shown(value: object) -> str:
    """A value as a message names it."""
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number(value)
    return {list: "a list", tuple: "a list", dict: "a mapping", type(None): "nothing"}.get(type(value), "this")
