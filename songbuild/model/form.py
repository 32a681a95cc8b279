"""The form: which section is played when, and what an occurrence changes in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from songbuild.model.arrangement import Section
from songbuild.model.faults import Faults
from songbuild.model.meter import MeterMap
from songbuild.model.score import Occurrence
from songbuild.problems import Fault, NotationError, Path, did_you_mean

if TYPE_CHECKING:
    from songbuild.model.song import Song

_TIMES = re.compile(r"\s*(?P<name>.*?)(?:\s+x(?P<times>\d{1,4}))?\s*", re.DOTALL)
_OWN = ("bars", "chords", "key", "transpose", "swing", "humanize")
MOST_BARS = 10_000


@dataclass(frozen=True, slots=True)
class Placement:
    """An occurrence with its section as it is played there.

    `changes` holds what the form says about single tracks, `path` where it says so.
    """

    occurrence: Occurrence
    section: Section
    changes: Mapping[str, Any] = field(default_factory=dict)
    path: Path = ()


def with_times(text: str) -> tuple[str, int]:
    """'verse x2' is ('verse', 2)."""
    match = _TIMES.fullmatch(text)
    assert match  # the pattern matches any text
    return (match["name"], int(match["times"])) if match["times"] else (text.strip(), 1)


def placements(song: Song, meters: MeterMap) -> tuple[tuple[Placement, ...], list[Fault]]:
    """The song's form, section by section, and what is wrong with it."""
    arrangement = song.arrangement
    placed: list[Placement] = []
    faults = Faults()
    counts: Counter[str] = Counter()
    bar = 1
    for index, item in enumerate(arrangement.form):
        path: Path = ("arrangement", "form", index)
        found = _item(item, arrangement.sections, path, faults)
        if found is None:
            continue
        name, times, given = found
        key = next(iter(item)) if isinstance(item, Mapping) else None
        path = (*path, key) if key is not None else path
        section, changes = _changed(arrangement.sections[name], given, song, path, faults)
        for _ in range(times):
            if bar + section.bars > MOST_BARS:
                faults.add("form", path, f"the song is longer than {MOST_BARS:,} bars")
                return tuple(placed), list(faults)
            counts[name] += 1
            start = meters.beat_at(bar)
            length = meters.beat_at(bar + section.bars) - start
            where = Occurrence(
                f"{name}#{counts[name]}", name, start, length, bar, section.bars, section.key or song.key
            )
            placed.append(Placement(where, section, changes, path))
            bar += section.bars
    return tuple(placed), list(faults)


def occurrences(song: Song, meters: MeterMap) -> tuple[tuple[Occurrence, ...], list[Fault]]:
    """The sections in time, and what is wrong with the form."""
    placed, faults = placements(song, meters)
    return tuple(item.occurrence for item in placed), faults


def _item(
    item: Any, sections: Mapping[str, Section], path: Path, faults: Faults
) -> tuple[str, int, Mapping[str, Any]] | None:
    given: Any = {}
    if isinstance(item, Mapping) and len(item) == 1:
        ((text, given),) = item.items()
        given = {} if given is None else given
    else:
        text = item
    if not isinstance(text, str) or not isinstance(given, Mapping):
        message = "an entry of the form is 'verse', 'verse x2' or {verse: {drums: half_time}}"
        faults.add("form", path, message)
        return None
    name, times = (text, 1) if text in sections else with_times(text)
    if name not in sections:
        hint = did_you_mean(name, sections)
        faults.text("form", path, NotationError(f"unknown section '{name}'", 0, len(name), hint))
        return None
    if not 1 <= times <= 99:
        faults.add("form", path, "a section is repeated 1 to 99 times")
        return None
    return name, times, given


def _changed(
    section: Section, given: Mapping[str, Any], song: Song, path: Path, faults: Faults
) -> tuple[Section, dict[str, Any]]:
    """The section with an occurrence's own length, harmony and feel; what is left changes tracks."""
    tracks = song.arrangement.tracks
    changes = {key: value for key, value in given.items() if key in tracks}
    own = {key: value for key, value in given.items() if key in _OWN and key not in tracks}
    for key in given:
        if key not in changes and key not in own:
            hint = did_you_mean(str(key), [*tracks, *_OWN])
            faults.name("track", (*path, key), f"unknown track '{key}'", hint)
    if own:
        try:
            section = Section.model_validate({**section.model_dump(exclude_unset=True), **own})
        except ValidationError as error:
            for item in error.errors():
                faults.add("form", (*path, *item["loc"]), item["msg"])
    return section, changes
