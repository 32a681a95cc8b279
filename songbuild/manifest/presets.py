"""Presets: a device's parameters by name, from the song's own folder or from songbuild.

A preset is presets/DEVICE/NAME.yaml, a mapping of parameters; `description` says in a sentence what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from songbuild.devices.presets import packaged_presets
from songbuild.manifest import codes
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.places import Places
from songbuild.manifest.source import read_source
from songbuild.manifest.translate import faults
from songbuild.manifest.yaml_reader import Node, read_yaml
from songbuild.problems import Problem
from songbuild.units import Params

OWN = "presets"
"""The folder of a song's own presets."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What a preset's file gives; no file where there is none, no use where there are problems."""

    file: Path | None = None
    params: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_preset(folder: Path, device: str, name: str, model: type[Params]) -> Preset:
    """The preset `name` of a device with parameters of type `model`: the song's own, else songbuild's."""
    shown = f"{OWN}/{device}/{name}.yaml"
    try:
        if Path(name).name != name:
            return Preset()
        file = below(folder, shown)
    except PathError as error:
        packaged = packaged_presets(device).get(name) if error.code == codes.NO_FILE else None
        if packaged is None:
            return Preset()
        file = packaged
    source, problems = read_source(file, shown)
    if source is None:
        return Preset(file, {}, tuple(problems))
    data, node, found = read_yaml(source)
    problems = [*problems, *(problem for problem in found if problem.severity == "error")]
    if node is None or problems:
        return Preset(file, {}, tuple(problems))
    if not isinstance(data, dict):
        message = "a preset is a mapping of parameters"
        return Preset(file, {}, (source.problem(codes.NOT_A_MAPPING, message, source.span(node.start, node.end)),))
    params = {key: value for key, value in data.items() if key != "description"}
    return Preset(file, params, _checked(params, node, model))


def _checked(params: dict[str, Any], node: Node, model: type[Params]) -> tuple[Problem, ...]:
    """What is wrong with a preset; a parameter that it lacks, the song can give."""
    try:
        model.model_validate(params)
    except ValidationError as error:
        root = Node(node.source, node.start, node.end, "block")
        root.members = {OWN: (node, node)}
        places = Places(root)
        found = faults(error, model, places, (OWN,))
        return tuple(places.problem(fault) for fault in found if not fault.code.endswith("002"))
    return ()


def known_presets(folder: Path, device: str) -> list[str]:
    """The names of a device's presets, the song's own and songbuild's."""
    own = [file.stem for file in sorted((folder / OWN).glob("*/*.yaml")) if file.parent.name == device]
    return sorted({*own, *packaged_presets(device)})
