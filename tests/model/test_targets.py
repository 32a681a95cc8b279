"""Targets are what their page says, and what a master can be."""

from __future__ import annotations

import re
import typing
from pathlib import Path

from songbuild.devices.effects import EFFECTS
from songbuild.model.targets import TARGETS, TargetName

PAGE = Path(__file__).resolve().parents[2] / "docs" / "master.md"


def test_the_page_has_every_target_with_its_source_and_date() -> None:
    _, *rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert {name: tuple(rest.split(" | ")) for name, rest in rows} == {
        name: (
            target.title,
            "the master's" if target.loudness is None else f"{target.loudness:g}",
            f"{target.ceiling:g}",
            target.source,
            target.date,
        )
        for name, target in TARGETS.items()
    }


def test_every_name_that_a_song_may_write_has_a_target() -> None:
    assert set(typing.get_args(TargetName)) == set(TARGETS)


def test_dates_are_dates() -> None:
    assert all(re.fullmatch(r"\d{4}(-\d\d){1,2}", target.date) for target in TARGETS.values())


def test_what_a_target_finishes_with_are_effects_with_parameters_they_have() -> None:
    known = {effect.name: effect.params for effect in EFFECTS.values()}
    for target in TARGETS.values():
        for device in target.finish:
            ((name, params),) = device.items()
            known[name].model_validate(params)
