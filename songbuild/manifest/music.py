"""The music of a song, read for its faults: notes, grids, chords, form, comps, automation, notes on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from songbuild.manifest.codes import code
from songbuild.manifest.references import automation_of
from songbuild.manifest.remarks import unknown_places
from songbuild.model.automation import parse_lane
from songbuild.model.comp import cuts
from songbuild.model.expand import expand
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault, NotationError
from songbuild.units import Unit

if TYPE_CHECKING:
    from songbuild.devices.device import Instrument


class _AnyUnit(Unit):
    """Any value at all: units and bounds are judged where the lane's target is planned."""

    def parse(self, value: object) -> float:  # noqa: ARG002
        return 0.0


def music(song: Song, instruments: Mapping[str, Instrument]) -> tuple[Score, list[Fault]]:
    """The score and everything wrong with the music as written; `instruments` know the drums of a grid."""
    players = {name: track.instrument.device for name, track in song.arrangement.tracks.items() if track.instrument}
    keys = {name: instruments[device].keys for name, device in players.items() if device in instruments}
    score, faults = expand(song, {name: drums for name, drums in keys.items() if drums})
    # What an unknown instrument would make of a grid can't be told.
    strange = [f"of '{name}'" for name, device in players.items() if device not in instruments]
    faults = [fault for fault in faults if not any(name in fault.message for name in strange)]
    if any(fault.severity == "error" and fault.path[:1] != ("composition",) for fault in faults):
        # Bars and sections may not be where they were meant to be.
        return score, faults
    return score, [*faults, *_comps(song, score), *_lanes(song, score), *unknown_places(song, score)]


def _comps(song: Song, score: Score) -> Iterator[Fault]:
    for name in song.recordings:
        _, faults = cuts(song, score, song.rate, name)
        yield from faults


def _lanes(song: Song, score: Score) -> Iterator[Fault]:
    """What is wrong with the points of automation, but for their units."""
    for home, lanes in automation_of(song):
        for target, text in lanes.items():
            path = (*home, target)
            try:
                parse_lane(text, score, song.rate, _AnyUnit(""))
            except NotationError as error:
                yield error.fault(code("automation", path), path)
