"""Instruments: exchanged, with another preset, or with other parameters."""

from __future__ import annotations

from collections.abc import Iterator

from songbuild.diff.desk.devices import Rack, label
from songbuild.diff.desk.sides import Sides, Tree, at, mapping
from songbuild.diff.desk.told import Told, rest_of, valued
from songbuild.diff.facts import Json
from songbuild.diff.words import words
from songbuild.problems import Path

_PARAMETER = 0.4  # how much a parameter of the sound matters, of the time it is heard


def sounds(sides: Sides) -> Iterator[Told]:
    """What differs in the instruments of the tracks that are in both songs."""
    before = mapping(at(sides.old.tree, "arrangement", "tracks"))
    after = mapping(at(sides.new.tree, "arrangement", "tracks"))
    for was, old in before.items():
        name = sides.named(was)
        if name not in after:
            continue
        path: Path = ("arrangement", "tracks", name)
        told = Told("sound", "changed", name, "", path, sides.share(name))
        yield from _instrument(sides, mapping(old), mapping(after[name]), told)
        a, b = at(old, "gm_program"), at(after[name], "gm_program")
        if a != b:
            program = told._replace(area="delivery", rest="General MIDI program", path=(*path, "gm_program"))
            yield valued(program._replace(weight=0.02), a, b, "")
        known = {"instrument", "gm_program"}
        home = ("arrangement", "tracks", "*")
        yield from rest_of(mapping(old), mapping(after[name]), known, path, told._replace(area="other"), sides, home)


def _instrument(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    """The instrument of one track; that a track now plays a recording is told with the parts."""
    was, now = old.get("instrument"), new.get("instrument")
    if not isinstance(was, dict) or not isinstance(now, dict):
        return
    path: Path = (*told.path, "instrument")
    if was["device"] != now["device"]:
        rest = f"now played by {_called(now)} (was {_called(was)})"
        yield told._replace(rest=rest, path=path, weight=told.weight * 0.8, old=was, new=now)
    else:
        rack = Rack(sides, told._replace(weight=told.weight * _PARAMETER, link=":"), path, alone=True)
        yield from rack.device(was, now, path)


def _called(device: Json) -> str:
    """An instrument with its preset: 'fm piano (soft)'."""
    preset = at(device, "preset")
    return f"{label(mapping(device))}{f' ({words(str(preset))})' if preset else ''}"
