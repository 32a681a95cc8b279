"""JSON Schemas of the manifests, draft 2020-12, for editors: made from the models and the devices, never by hand.

They describe what a file may hold by itself; what names something else, and music strings, `songbuild check` reads.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.devices.hosting.plugin import HOSTED, Kind
from songbuild.devices.presets import packaged_presets
from songbuild.model.album import Album
from songbuild.model.master import CHAINS
from songbuild.model.song import STAGES, Song
from songbuild.units import Params

if TYPE_CHECKING:
    from songbuild.devices.device import Effect, Instrument

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_TEXT: Schema = {"type": "string"}


def schemas(
    effects: Mapping[str, Effect] | None = None, instruments: Mapping[str, Instrument] | None = None
) -> dict[str, Schema]:
    """File name -> schema: song.yaml, each stage, album.yaml; of songbuild's own devices unless others are given."""
    if effects is None:
        from songbuild.devices.effects import EFFECTS

        effects = EFFECTS
    if instruments is None:
        from songbuild.devices.instruments import INSTRUMENTS

        instruments = INSTRUMENTS
    whole = Song.model_json_schema()
    definitions: Schema = whole.pop("$defs")
    _spell(definitions)
    _devices(definitions, "Effect", (*effects.values(), HOSTED))
    _devices(definitions, "Instrument", instruments.values())
    del definitions["Device"]
    stages = {stage: whole["properties"][stage] for stage in STAGES}
    for stage in STAGES:
        file = {"type": "string", "pattern": r"\.(ya?ml|py)$", "description": "a file below the song's folder"}
        whole["properties"][stage] = {"anyOf": [file, {"type": "null"}, stages[stage]]}
    _notes(whole)
    made = {"song": whole, **stages}
    files = {f"{name}.schema.json": _file(name, schema, definitions) for name, schema in made.items()}
    return {**files, "album.schema.json": _album()}


def write(folder: Path, found: Mapping[str, Schema] | None = None) -> list[Path]:
    """Write schemas, by default those of every manifest, into `folder`; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in (schemas() if found is None else found).items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _file(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A schema that stands alone: with the definitions that it uses, and no others."""
    used: set[str] = set()
    waiting = _references(schema)
    while waiting:
        used |= waiting
        waiting = {inner for each in waiting for inner in _references(definitions[each])} - used
    title = f"songbuild: {name}.yaml" if name in ("song", "album") else f"songbuild: the {name} stage"
    defined = {each: definitions[each] for each in sorted(used)}
    tidy: Schema = _tidy({"$schema": DIALECT, **schema, "title": title, "$defs": defined}, top=True)
    return tidy


def _album() -> Schema:
    """The schema of album.yaml, with its short forms."""
    whole = Album.model_json_schema()
    definitions: Schema = whole.pop("$defs")
    _notes(whole)
    fade = definitions["TrackFade"]["properties"]
    pair = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": fade["curve"]}
    loudness = definitions["AlbumLoudness"]["properties"]["album"]
    for name, short in (
        ("AlbumTrack", [_TEXT]),
        ("TrackFade", [fade["time"], pair]),
        ("AlbumLoudness", [loudness]),
        ("AudioFile", [definitions["AudioFile"]["properties"]["format"]]),
    ):
        definitions[name] = {"anyOf": [*short, definitions[name]], "description": definitions[name]["description"]}
    return _file("album", whole, definitions)


def _notes(whole: Schema) -> None:
    """Let the notes on the music be in a file."""
    listed = whole["properties"]["notes"]
    file = {"type": "string", "pattern": r"\.ya?ml$", "description": "a list in a file below the folder"}
    said = listed.pop("description")
    whole["properties"]["notes"] = {"anyOf": [file, {"type": "null"}, listed], "description": said}


def _references(schema: object) -> set[str]:
    if isinstance(schema, list):
        return {name for item in schema for name in _references(item)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("$ref")
    found = {own.removeprefix("#/$defs/")} if isinstance(own, str) else set()
    return found | {name for item in schema.values() for name in _references(item)}


def _tidy(schema: Any, *, top: bool = False, names: bool = False) -> Any:
    """Without the titles that pydantic makes of names, and with the bounds of optional numbers where they act."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {name: _tidy(item) for name, item in schema.items()}
    made: Schema = {}
    bounds = {_BOUNDS[key]: schema[key] for key in _BOUNDS if key in schema}
    for key, item in schema.items():
        if key in _BOUNDS or (key == "title" and not top) or (key == "x-unit" and not item):
            continue
        if key == "default":
            made[key] = str(item) if isinstance(item, float) and math.isinf(item) else item
        else:
            made[key] = item if key == "enum" else _tidy(item, names=key in ("properties", "$defs"))
    for choice in made.get("anyOf", ()):
        if choice.get("type") == "number":
            choice.update(bounds)
    return made


def _spell(definitions: Schema) -> None:
    """Put the short forms beside what they are short for."""
    level = definitions["Send"]["properties"]["level_db"]
    fade = definitions["Crossfade"]["properties"]
    pair = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": fade["curve"]}
    definitions["Pattern"]["additionalProperties"] = {
        "type": ["string", "integer", "null"],
        "description": "a row of a drum grid, 'x--- X---'",
    }
    definitions["Track"]["properties"]["instrument"] = {"$ref": "#/$defs/Instrument"}
    for name, short in (
        ("Pattern", [_TEXT]),
        ("Track", [{"$ref": "#/$defs/InstrumentName"}]),
        ("Take", [_TEXT]),
        ("Region", [_TEXT]),
        ("Reference", [_TEXT]),
        ("AudioFile", [definitions["AudioFile"]["properties"]["format"]]),
        ("Send", [level]),
        ("Crossfade", [fade["time"], pair]),
    ):
        definitions[name] = {"anyOf": [*short, definitions[name]], "description": definitions[name]["description"]}
    for owner in ("Strip", "Mix"):
        definitions[owner]["properties"]["inserts"]["items"] = {"$ref": "#/$defs/Effect"}
    for owner in ("Master", "Version"):
        for key in CHAINS:
            definitions[owner]["properties"][key]["items"] = {"$ref": "#/$defs/Effect"}


def _devices(definitions: Schema, kind: str, devices: Iterable[Effect | Instrument | Kind]) -> None:
    """Define Effect or Instrument as a song spells them, and the parameters of each."""
    names: list[str] = []
    by_name: dict[str, Schema] = {}
    presets: dict[str, Schema] = {}
    own = definitions["Device"]["properties"]
    for device in devices:
        extra = {}
        if kind == "Effect":
            keys = ("name", "sidechain", "bypass") if getattr(device, "sidechain", False) else ("name", "bypass")
            extra = {key: own[key] for key in keys}
        else:
            extra = {"name": own["name"]}
        reference = _parameters(definitions, f"{kind}.{device.name}", device.params, extra)
        given = {"anyOf": [{"$ref": reference}, {"type": "null"}], "description": _summary(device.params)}
        by_name[device.name] = given
        presets[f"^{device.name}/.+$"] = given
        names += [device.name, *(f"{device.name}/{preset}" for preset in packaged_presets(device.name))]
    spelled = "|".join(by_name)
    definitions[f"{kind}Name"] = {
        "anyOf": [{"enum": names}, {"type": "string", "pattern": f"^({spelled})(/.+)?$"}],
        "description": f"an {kind.lower()} by its name, or NAME/PRESET",
    }
    whole = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": by_name,
        "patternProperties": presets,
        "additionalProperties": False,
    }
    definitions[kind] = {"oneOf": [{"$ref": f"#/$defs/{kind}Name"}, whole]}


def _parameters(definitions: Schema, name: str, params: type[Params], extra: Schema) -> str:
    """Define a device's parameters, with the keys that every device has; the reference to them."""
    schema = params.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for inner, shape in schema.pop("$defs", {}).items():
        definitions[f"{name}.{inner}"] = shape
    schema["properties"] = {**schema.get("properties", {}), **extra}
    # A preset may give what the song leaves out.
    schema.pop("required", None)
    definitions[name] = schema
    return f"#/$defs/{name}"


def _summary(params: type[Params]) -> str:
    return (params.__doc__ or "").strip().partition("\n\n")[0]
