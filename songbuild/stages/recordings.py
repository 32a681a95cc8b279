"""Recordings: files decoded to the build's rate, and the comps that are cut from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.dsp.fades import fade
from songbuild.engine import Node, Recipe, RecipeError, Tile
from songbuild.engine.graph import Json, State
from songbuild.formats.audio import AudioError, blocks, probe
from songbuild.model.comp import cuts
from songbuild.problems import Path
from songbuild.stages.context import Context

REVISION = 1


def _decode(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[FilePath]) -> Iterator[Array]:
    try:
        yield from blocks(files[0], rate)
    except AudioError as error:
        raise RecipeError(error.message, error.hint) from None


DECODE = Recipe("recordings.decode", REVISION, "whole", _decode)


def decoded(context: Context, name: str, path: Path) -> tuple[Node, int] | None:
    """The node that decodes the audio file `name`, and its length in frames at the build's rate; one for all its uses.

    A file that can't be used is a fault at `path`.
    """
    if name in context.files:
        return context.files[name]
    try:
        info = probe(context.folder / name)
        source = context.source(name)
    except AudioError as error:
        context.fault("REC020", path, f"{name}: {error.message}", error.hint)
        return None
    except OSError as error:
        context.fault("REC020", path, f"{name}: {error.strerror or 'cannot be read'}")
        return None
    node = Node(
        f"file {name}",
        "recordings",
        DECODE,
        {"digest": source.digest},
        sources=(source,),
        channels=info.channels,
        origins={(): path},
    )
    context.files[name] = node, round(info.frames * context.rate / info.rate)
    return context.files[name]


# A comp: params {"takes": [{"frames", "reverse", "gain"}], "cuts": [{"take", "start", "stop", "source", "reverse",
# "gain", "fade_in", "fade_out", "curve"}]}; a cut's `source` is the frame of its take that falls on its start.


def _act(params: Mapping[str, Json], start: int, stop: int) -> Json:
    acting = [
        {**cut, "start": cut["start"] - start, "stop": cut["stop"] - start}
        for cut in params["cuts"]
        if cut["start"] < stop and cut["stop"] > start
    ]
    return {"takes": params["takes"], "cuts": acting}


def _wanted(cut: Mapping[str, Json], take: Mapping[str, Json], frames: int) -> tuple[int, int, int, int]:
    """Of a cut in a tile: first and last frame in the tile, first and last frame in the take's file."""
    a, b = max(0, cut["start"]), min(frames, cut["stop"])
    first = cut["source"] + (cut["stop"] - b if cut["reverse"] else a - cut["start"])
    last = first + b - a
    return (a, b, take["frames"] - last, take["frames"] - first) if take["reverse"] else (a, b, first, last)


def _hulls(params: Mapping[str, Json], frames: int) -> list[tuple[int, int]]:
    """For each take, the frames of its file that a tile's cuts read."""
    hulls = [(0, 0)] * len(params["takes"])
    for cut in params["cuts"]:
        _, _, first, last = _wanted(cut, params["takes"][cut["take"]], frames)
        low, high = hulls[cut["take"]]
        hulls[cut["take"]] = (first, last) if low == high else (min(low, first), max(high, last))
    return hulls


def _reads(params: Mapping[str, Json], start: int, stop: int) -> list[tuple[int, int]]:
    return _hulls(_act(params, start, stop), stop - start)


def _comp(inputs: Sequence[Array], params: Mapping[str, Json], tile: Tile, state: State) -> tuple[Array, State]:
    inputs = [*inputs]
    width = max((len(item) for item in inputs), default=1)
    out = np.zeros((width, tile.frames))
    hulls = _hulls(params, tile.frames)
    for cut in params["cuts"]:
        take = params["takes"][cut["take"]]
        a, b, first, last = _wanted(cut, take, tile.frames)
        low = hulls[cut["take"]][0]
        piece = inputs[cut["take"]][:, first - low : last - low]
        if take["reverse"] != cut["reverse"]:
            piece = piece[:, ::-1]
        out[:, a:b] += piece * (take["gain"] * cut["gain"]) * _fades(cut, a, b)
    return out, state


def _fades(cut: Mapping[str, Json], a: int, b: int) -> Array:
    """The gain of a cut's fades over the tile's frames a to b."""
    gain = np.ones(b - a)
    if cut["fade_in"] and a < cut["start"] + cut["fade_in"]:
        gain *= fade(np.arange(a - cut["start"], b - cut["start"]), cut["fade_in"], cut["curve"])
    if cut["fade_out"] and b > cut["stop"] - cut["fade_out"]:
        gain *= fade(np.arange(cut["stop"] - 1 - a, cut["stop"] - 1 - b, -1), cut["fade_out"], cut["curve"])
    return gain


COMP = Recipe("recordings.comp", REVISION, "stream", _comp, act=_act, reads=_reads)


def _untouched(cut: Mapping[str, Json], take: Mapping[str, Json]) -> bool:
    """Whether a comp is the take as it is in its file, from the song's start: then there is nothing to make."""
    plain = {"take": 0, "start": 0, "stop": take["frames"], "source": 0, "reverse": False, "gain": 1.0}
    same = all(cut[field] == value for field, value in plain.items())
    return same and not (take["reverse"] or cut["fade_in"] or cut["fade_out"]) and take["gain"] == 1.0


def plan_recording(context: Context, name: str) -> Node | None:
    """The node of the recorded part `name`: its takes, comped; None where a file can't be used."""
    recording = context.song.recordings[name]
    found, faults = cuts(context.song, context.score, context.rate, name)
    context.faults.extend(faults)
    takes: list[dict[str, Json]] = []
    nodes: list[Node] = []
    index: dict[str, int] = {}
    for take_name in dict.fromkeys(cut.take for cut in found):
        take = recording.takes[take_name]
        made = decoded(context, take.file, ("recordings", name, "takes", take_name, "file"))
        if made is None:
            continue
        index[take_name] = len(nodes)
        nodes.append(made[0])
        sign = -1.0 if take.polarity == "inverted" else 1.0
        takes.append({"frames": made[1], "reverse": take.reverse, "gain": sign * 10.0 ** (take.gain_db / 20.0)})
    if len(index) < len({cut.take for cut in found}) or any(fault.severity == "error" for fault in faults):
        return None
    entries: list[dict[str, Json]] = []
    for cut in found:
        length = takes[index[cut.take]]["frames"] - max(0, cut.source_frame)
        stop = cut.start_frame + length if cut.stop_frame is None else cut.stop_frame
        if stop <= cut.start_frame:
            continue
        entries.append(
            {
                "take": index[cut.take],
                "start": cut.start_frame,
                "stop": stop,
                "source": cut.source_frame,
                "reverse": cut.reverse,
                "gain": 10.0 ** (cut.gain_db / 20.0),
                "fade_in": cut.fade_in_frames,
                "fade_out": cut.fade_out_frames,
                "curve": cut.curve,
            }
        )
    if len(entries) == 1 and _untouched(entries[0], takes[0]):
        return nodes[0]
    return Node(
        f"recording {name}",
        "recordings",
        COMP,
        {"takes": takes, "cuts": entries},
        tuple(nodes),
        channels=max((node.channels for node in nodes), default=1),
        origins={("cuts",): ("recordings", name, "comp"), ("takes",): ("recordings", name, "takes")},
    )
