"""What of a song is listened to when two versions of it are compared: its signals, and what a meter says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np

from songbuild.devices.device import Audio as Array
from songbuild.dsp import loudness, peaks, spectrum
from songbuild.dsp.hops import HOPS_PER_S, hop
from songbuild.dsp.maths import gain_to_db
from songbuild.dsp.truepeak import to_dbtp, true_peak
from songbuild.engine import Graph, Node, Reader, Recipe, digest_json
from songbuild.engine.graph import Json, State
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.stages.grid import grid
from songbuild.stages.master import plan_masters
from songbuild.stages.mix import Console, plan_mix, plan_stem
from songbuild.stages.plan import console_of

NARROWEST_DB = -60.0
"""Sides so far below the middle are told as this: mono."""
_DIGITS = 6

Kind = Literal["master", "mix", "track", "bus", "return"]


@dataclass(frozen=True)
class Signals:
    """A song's signals: the node that puts each out, by kind and name; None where a strip is muted or fed by nothing.

    `graph` makes them all.
    """

    graph: Graph
    score: Score
    nodes: Mapping[tuple[Kind, str], Node | None]

    def of(self, wanted: Sequence[tuple[Kind, str]]) -> Graph:
        """The graph that makes the wanted ones."""
        found = (node for each in wanted if (node := self.nodes.get(each)) is not None)
        return Graph({}, self.graph.rate, self.graph.grid, tuple(dict.fromkeys(found)))

    def identity(self) -> dict[tuple[Kind, str], str | None]:
        """Of each signal a digest of all that it is made of: equal ones sound equal, and nobody has to render them."""
        known: dict[int, str] = {}
        for node in self.graph.nodes():
            line = node.timeline
            shape = [self.graph.rate, self.graph.grid] if line is None else [line.rate, line.grid]
            made = [node.recipe.id, node.recipe.revision, node.channels, shape, node.params]
            sources = [source.digest for source in node.sources]
            known[id(node)] = digest_json([made, sources, [known[id(item)] for item in node.inputs]])
        return {key: None if node is None else known[id(node)] for key, node in self.nodes.items()}


def plan_signals(
    song: Song, folder: Path, digest: Callable[[Path], str], score: Score
) -> tuple[Signals | None, list[Fault]]:
    """The signals of `song`, whose files are below `folder`; None where faults make it impossible."""
    faults: list[Fault] = []
    console = console_of(song, folder, digest, score, faults)
    nodes: dict[tuple[Kind, str], Node | None] = {}
    mix = plan_mix(console)
    nodes["master", "master"] = plan_masters(console, mix)[""].stream if mix is not None else None
    nodes["mix", "mix"] = mix
    for name in console.strips():
        nodes[_kind(console, name), name] = _after_fader(console, name)
    if any(fault.severity == "error" for fault in faults):
        return None, faults
    values = tuple(dict.fromkeys(node for node in nodes.values() if node is not None))
    cuts = grid(score, song.rate, console.context.end)
    return Signals(Graph({}, song.rate, cuts, values), score, nodes), faults


def _kind(console: Console, name: str) -> Kind:
    if name in console.sources:
        return "track"
    return "bus" if name in console.context.song.mix.buses else "return"


def _after_fader(console: Console, name: str) -> Node | None:
    node = console.node(name) if console.sounds(name) else None
    return plan_stem(console, name, node) if node is not None else None


def readings_of(node: Node, spans: Sequence[tuple[int, int]]) -> Node:
    """What a meter says of stretches (first frame, frame after the last) of what `node` puts out."""
    params = {"spans": [list(span) for span in spans]}
    return Node(f"readings of {node.name}", "hearing", READINGS, params, (node,), timeline=node.timeline)


def _readings(inputs: Sequence[Reader], params: Mapping[str, Json], rate: int, files: Sequence[Any]) -> Json:
    """For each of the spans a dict, None where there is nothing to say; of the audio, only changed tiles are read.

    integrated_lufs, momentary_max_lufs, true_peak_dbtp, lra_lu, correlation   see `dsp.loudness`
    third_octaves      power in each, middle and sides together
    width_db           the sides' power re the middle's
    power              mean square over both channels
    """
    reader = inputs[0]

    def step(tile: Array, state: State) -> tuple[State, State]:
        stereo = tile[[0, -1]]
        found, state = loudness.metered(stereo, rate, state)
        return (*found, *_bands(stereo, rate)), state

    parts, state = reader.fold(None, step)
    if not parts:
        return [_none() for _ in params["spans"]]
    energies, products, heights, bands = (np.concatenate([part[row] for part in parts], axis=-1) for row in range(4))
    heights = np.concatenate([heights, peaks.finish(state.peaks, rate)[0]])
    starts = np.cumsum([0, *(part[5] for part in parts)])
    middles = np.concatenate([part[4] + start for part, start in zip(parts, starts, strict=False)])
    sizes = tuple(each.shape[-1] for each in (energies, products, heights))
    assert min(sizes) >= hop(reader.frames, rate), "every complete hop is measured"
    found = []
    for start, stop in params["spans"]:
        first, last = hop(start, rate), hop(stop, rate)
        if last - first >= loudness.SHORT_TERM:
            peak = float(heights[first:last].max())
        else:  # hops are exact only where they hold the peak of 3 s
            peak = true_peak(reader.read(start, stop)) if stop > start else 0.0
        thirds = bands[:, (middles >= start) & (middles < stop)].sum(axis=1) / max(1, stop - start)
        found.append(_span(energies[:, first:last], products[:, first:last], thirds, peak, rate))
    return found


def _bands(tile: Array, rate: int) -> tuple[Array, Array, int]:
    """The energy in each third octave of the windows of a tile, their middles, counted from its start, and its length.

    The first middle is the tile's start: what is around the tile is taken for silence, so that equal tiles have equal
    bands, wherever they are.  Windows that overlap by half count every frame once.
    """
    step, frames = spectrum.step(rate), tile.shape[1]
    around = np.concatenate([np.zeros((2, step)), tile, np.zeros((2, 2 * step))], axis=1)
    bands = spectrum.windows(around, rate).sum(axis=0) * step
    return bands, np.minimum(np.arange(bands.shape[1]) * step, frames - 1), frames


def _span(energies: Array, products: Array, thirds: Array, peak: float, rate: int) -> Json:
    momentary = loudness.momentary(energies, rate)
    left, right, both = products.sum(axis=1).tolist()
    if left + right == 0.0:
        return _none()
    mid, side = left + right + 2.0 * both, left + right - 2.0 * both
    frames = products.shape[1] * rate / HOPS_PER_S
    return {
        "integrated_lufs": _finite(loudness.integrated(energies, rate)),
        "momentary_max_lufs": _finite(float(momentary.max())) if momentary.size else None,
        "true_peak_dbtp": _finite(to_dbtp(peak)),
        "lra_lu": _finite(loudness.lra(energies, rate)),
        "correlation": _finite(both / (left * right) ** 0.5) if left > 0.0 and right > 0.0 else 0.0,
        "third_octaves": thirds.tolist() if thirds.any() else None,
        "width_db": _finite(max(_db(side, mid), NARROWEST_DB)),
        "power": (left + right) / (2.0 * frames),
    }


def _none() -> Json:
    names = ("integrated_lufs", "momentary_max_lufs", "true_peak_dbtp", "lra_lu", "correlation", "third_octaves")
    return {**dict.fromkeys((*names, "width_db")), "power": 0.0}


def _db(power: float, reference: float) -> float:
    """A ratio of powers in dB; sides without a middle are as wide as can be told."""
    if power <= 0.0:
        return NARROWEST_DB
    if reference <= 0.0:
        return -NARROWEST_DB
    return min(float(gain_to_db((power / reference) ** 0.5)), -NARROWEST_DB)


def _finite(value: float) -> float | None:
    return round(value, _DIGITS) if isfinite(value) else None


READINGS = Recipe("hearing.meter", 1, "value", _readings)
