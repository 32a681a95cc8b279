"""The presets that come with songbuild: presets/DEVICE/NAME.yaml, a mapping of parameters with a `description`.

A song's own presets go before these; reading what a user wrote is the manifest's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "presets"


def packaged_presets(device: str) -> dict[str, Path]:
    """Name -> file of every packaged preset of a device, in order of name; none for a device that has none."""
    return {file.stem: file for file in sorted(FOLDER.glob("*/*.yaml")) if file.parent.name == device}


def packaged_preset(device: str, name: str) -> tuple[Mapping[str, Any], str]:
    """The parameters and the description of a packaged preset; raises KeyError where there is none."""
    import yaml

    data: dict[str, Any] = yaml.safe_load(packaged_presets(device)[name].read_text(encoding="utf-8"))
    return {key: value for key, value in data.items() if key != "description"}, data["description"]
