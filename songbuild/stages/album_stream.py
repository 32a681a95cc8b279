"""The album as a stream: tracks edited, one after the other, quantised once, and cut again.

But for the dither no recipe depends on a position, so that a song that moves on the album keeps its tiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.dsp.dither import SEGMENT, quantise, quantise_shaped
from songbuild.dsp.fades import fade
from songbuild.dsp.maths import db_to_gain
from songbuild.engine import Recipe, Tile
from songbuild.engine.graph import Json, State

# An edit: params {"skip", "gain_db", "ramps": [{"start", "frames", "curve", "out"}]}, ramps in frames of the result.


def _edit_reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    return [(start + params["skip"], stop + params["skip"])]


def _edit_act(params: Mapping[str, Json], start: int, stop: int) -> Json:
    acting = [
        {**ramp, "start": ramp["start"] - start}
        for ramp in params["ramps"]
        if ramp["start"] < stop and ramp["start"] + ramp["frames"] > start
    ]
    return {"gain_db": params["gain_db"], "ramps": acting}


def _edit(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    y = inputs[0]
    if params["gain_db"]:
        y = y * float(db_to_gain(params["gain_db"]))
    frames = np.arange(tile.frames)
    for ramp in params["ramps"]:
        since = frames - ramp["start"]
        y = y * fade(ramp["frames"] - 1 - since if ramp["out"] else since, ramp["frames"], ramp["curve"])
    return y, None


# An assembly: params {"tracks": [{"start", "stop", "skip"}]}, one for each input; `skip` frames of it are left out.


def _assemble_reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    found = []
    for track in params["tracks"]:
        a, b = max(start, track["start"]), min(stop, track["stop"])
        shift = track["skip"] - track["start"]
        found.append((a + shift, b + shift) if a < b else (0, 0))
    return found


def _assemble_act(params: Mapping[str, Json], start: int, stop: int) -> Json:
    return [
        {"input": place, "start": max(0, track["start"] - start), "stop": min(stop, track["stop"]) - start}
        for place, track in enumerate(params["tracks"])
        if track["start"] < stop and track["stop"] > start
    ]


def _assemble(
    inputs: Sequence[Array], params: Sequence[Mapping[str, Json]], tile: Tile, state: State
) -> tuple[Array, State]:
    y = np.zeros((2, tile.frames))
    for track in params:
        y[:, track["start"] : track["stop"]] += inputs[track["input"]]
    return y, None


def _cut_reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    return [(start + params["start"], stop + params["start"])]


def _nothing_acts(params: Mapping[str, Json], start: int, stop: int) -> Json:
    return {}


def _cut(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    return inputs[0], None


# Quantising: params {"bits", "dither", "seed"}.  Shaping begins anew at every SEGMENT, so whole ones are read.


def _quantise_reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    if params["dither"] != "shaped":
        return [(start, stop)]
    return [(start // SEGMENT * SEGMENT, -(-stop // SEGMENT) * SEGMENT)]


def _quantise(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    """Integers of `bits` bits as fractions of full scale, which a stored tile holds exactly."""
    bits, key = params["bits"], ("dither", *params["seed"], params["bits"])
    first, _ = _quantise_reads(params, tile.start, tile.stop)[0]
    if params["dither"] == "shaped":
        y, _ = quantise_shaped(inputs[0], bits, key, first, tile.rate)
    else:
        y, _ = quantise(inputs[0], bits, key, first)
    return y[:, tile.start - first : tile.stop - first] / float(1 << (bits - 1)), None


EDIT = Recipe("album.edit", 1, "stream", _edit, act=_edit_act, reads=_edit_reads)
ASSEMBLE = Recipe("album.assemble", 1, "stream", _assemble, act=_assemble_act, reads=_assemble_reads)
CUT = Recipe("album.cut", 1, "stream", _cut, act=_nothing_acts, reads=_cut_reads)
QUANTISE = Recipe("album.quantise", 1, "stream", _quantise, reads=_quantise_reads, absolute=True)
