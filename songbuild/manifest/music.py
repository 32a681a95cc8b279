"""The music of a song, read for its faults: notes, grids, chords, form, comps and automation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from songbuild.model.expand import expand
from songbuild.model.song import Song
from songbuild.problems import Fault

if TYPE_CHECKING:
    from songbuild.devices.device import Instrument


def music(song: Song, instruments: Mapping[str, Instrument]) -> list[Fault]:
    """Everything wrong with the music as written; `instruments` know the drums that a grid may name."""
    players = {name: track.instrument.device for name, track in song.arrangement.tracks.items() if track.instrument}
    keys = {name: instruments[device].keys for name, device in players.items() if device in instruments}
    _, faults = expand(song, {name: drums for name, drums in keys.items() if drums})
    # What an unknown instrument would make of a grid can't be told.
    strange = [f"of '{name}'" for name, device in players.items() if device not in instruments]
    return [fault for fault in faults if not any(name in fault.message for name in strange)]
