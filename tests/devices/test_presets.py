"""Every packaged preset is a legal, described, useful setting of a device that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from songbuild.devices.effects import EFFECTS
from songbuild.devices.instruments import INSTRUMENTS
from songbuild.devices.presets import FOLDER, packaged_preset, packaged_presets

PARAMS = {device.name: device.params for device in (*EFFECTS.values(), *INSTRUMENTS.values())}
FILES = sorted(FOLDER.rglob("*"))


@pytest.mark.parametrize("file", [f for f in FILES if f.is_file()], ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_preset(file: Path) -> None:
    device, name = file.parent.name, file.stem
    assert file.suffix == ".yaml"
    assert device in PARAMS
    assert name == name.lower()
    assert packaged_presets(device)[name] == file
    given, description = packaged_preset(device, name)
    assert 10 < len(description) < 90
    assert not description.endswith(".")
    PARAMS[device](**given)


@pytest.mark.parametrize("device", sorted({f.parent.name for f in FILES if f.is_file()}))
def test_presets_of_a_device_differ(device: str) -> None:
    settings = [PARAMS[device](**packaged_preset(device, name)[0]) for name in packaged_presets(device)]
    assert len({repr(p) for p in settings}) == len(settings)


def test_a_device_without_presets_has_none() -> None:
    assert packaged_presets("no_such_device") == {}
    assert packaged_presets("..") == {}
    with pytest.raises(KeyError):
        packaged_preset("pad", "no_such_preset")


@pytest.mark.parametrize("shelf", [EFFECTS, INSTRUMENTS], ids=["effects", "instruments"])
def test_a_device_has_the_name_it_is_found_under(shelf):
    assert [device.name for device in shelf.values()] == [*shelf]
    with pytest.raises(KeyError):
        shelf["os"]
