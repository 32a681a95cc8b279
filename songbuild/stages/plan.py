"""The whole way from a Song to the graph of what to build."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from songbuild.engine import Graph, Node, Recipe
from songbuild.engine.graph import Json
from songbuild.model.expand import expand
from songbuild.model.mix import Strip
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault, did_you_mean
from songbuild.stages.arrangement import drum_keys, plan_track
from songbuild.stages.context import Context
from songbuild.stages.delivery import deliver, excerpt
from songbuild.stages.grid import grid
from songbuild.stages.master import MEASURE, Mastered, plan_masters
from songbuild.stages.mix import Console, plan_mix, plan_stem, plan_stems
from songbuild.stages.recordings import plan_recording


@dataclass(frozen=True)
class Selection:
    """What of a song to build: everything; only the stems; only some strips; only some bars (first, last).

    `solo` is the master as it is with `solo: true` on these tracks and buses, and on nothing else.
    """

    stems: bool = False
    only: tuple[str, ...] = ()
    bars: tuple[int, int] | None = None
    solo: tuple[str, ...] = ()

    @property
    def heard(self) -> frozenset[str]:
        """The names of the nodes that make what is listened to."""
        return frozenset(f"stem {name}" for name in self.only) if self.only else frozenset(("master",))


@dataclass(frozen=True)
class Plan:
    """A song's graph, its score, and the node that measures its master (None where none is made).

    `masters` holds the master, called "", and its versions by name, `delivered` what measures each file of them.
    """

    graph: Graph
    score: Score
    measure: Node | None
    masters: Mapping[str, Mastered] = field(default_factory=dict)
    delivered: Mapping[str, Node] = field(default_factory=dict)


def plan(
    song: Song,
    folder: Path,
    digest: Callable[[Path], str],
    selection: Selection | None = None,
    score: Score | None = None,
) -> tuple[Plan | None, list[Fault]]:
    """The graph that builds `song`, whose files are below `folder`; None where faults make it impossible.

    `score` is what the song's arrangement comes to, where that is known already.
    """
    selection = selection or Selection()
    faults: list[Fault] = []
    if score is None:
        score, faults = expand(song, drum_keys(song))
    if any(fault.severity == "error" for fault in faults):
        return None, faults
    if selection.solo:
        song = _soloed(song, selection.solo, faults)
    console = console_of(song, folder, digest, score, faults)
    context = console.context
    outputs, masters = _outputs(console, selection)
    if any(fault.severity == "error" for fault in context.faults):
        return None, context.faults
    measured = [master.measure for master in masters.values()]
    values = tuple(dict.fromkeys((*measured, *context.delivered.values())))
    graph = Graph(outputs, song.rate, grid(score, song.rate, context.end), values)
    return Plan(graph, score, measured[0] if measured else None, masters, context.delivered), context.faults


def console_of(song: Song, folder: Path, digest: Callable[[Path], str], score: Score, faults: list[Fault]) -> Console:
    """The strips of a song; `faults` collects what is wrong with what feeds them."""
    end = score.time.frame(score.length, song.rate) + round(song.tail * song.rate)
    context = Context(song, score, folder, end, digest, faults)
    return Console(context, _sources(context))


def _held(inputs: Sequence[Any], params: Mapping[str, Json], rate: int, files: Sequence[Path]) -> Json:
    return params["gain_db"]


HELD = Recipe("master.held", 1, "value", _held)
"""A loudness gain that is known from before."""


def listening(graph: Graph, gain_db: float) -> Graph | None:
    """The master with the loudness gain of an earlier build: its tiles are those of `graph` if the gain stays.

    So it is heard before all of the song is measured.  None where `graph` has no such gain.
    """
    nodes = {node.name: node for node in graph.nodes()}
    gain, master = nodes.get("loudness gain"), nodes.get("master")
    if gain is None or master is None:
        return None
    held = Node(gain.name, gain.stage, HELD, {"gain_db": gain_db})
    heard = replace(master, inputs=tuple(held if item is gain else item for item in master.inputs))
    return Graph({}, graph.rate, graph.grid, (Node("listening", "master", MEASURE, {}, (heard,)),))


def _sources(context: Context) -> dict[str, Node]:
    """Each track's signal before its channel."""
    sources: dict[str, Node] = {}
    for name, track in context.song.arrangement.tracks.items():
        node = plan_track(context, name) if track.instrument else plan_recording(context, track.recording or "")
        if node is not None:
            sources[name] = node
    return sources


def _outputs(console: Console, selection: Selection) -> tuple[dict[str, Node], Mapping[str, Mastered]]:
    """The files to make, and the masters that are measured."""
    context = console.context
    span = _span(context, selection.bars)
    if selection.only:
        return _strips(console, selection.only, span), {}
    if selection.stems:
        return deliver(context, {}, plan_stems(console)), {}
    mix = plan_mix(console)
    if mix is None:
        if not any(fault.severity == "error" for fault in context.faults):
            context.fault("SONG010", ("arrangement",), "nothing sounds: no track plays, or every channel is muted")
        return {}, {}
    masters = plan_masters(console, mix)
    master = masters[""]
    if selection.solo:
        return excerpt(context, " ".join(("solo", *selection.solo)), master.stream, span), {}
    if span is not None:
        return excerpt(context, "master", master.stream, span), {}
    stems = plan_stems(console) if "stems" in context.song.delivery.formats else {}
    return deliver(context, masters, stems), masters


def _soloed(song: Song, names: Sequence[str], faults: list[Fault]) -> Song:
    """The song with these tracks and buses soloed and not muted, and no others soloed."""
    tracks, buses = song.arrangement.tracks, song.mix.buses
    for name in names:
        if name not in tracks and name not in buses:
            known = (*tracks, *buses)
            faults.append(
                Fault("SONG011", (), f"--solo {name}: there is no such track or bus", did_you_mean(name, known))
            )
    plain = {name: Strip() for name in names if name in tracks}

    def strips(old: Mapping[str, Strip]) -> dict[str, Strip]:
        return {
            name: strip.model_copy(update={"solo": name in names, "mute": strip.mute and name not in names})
            for name, strip in old.items()
        }

    made = {"channels": strips({**plain, **song.mix.channels}), "buses": strips(song.mix.buses)}
    return song.model_copy(update={"mix": song.mix.model_copy(update=made)})


def _strips(console: Console, names: Iterable[str], span: tuple[int, int] | None) -> dict[str, Node]:
    """The strips that were asked for by name, each through its fader."""
    outputs: dict[str, Node] = {}
    known = console.strips()
    for name in names:
        node = console.node(name) if name in known else None
        if node is None:
            reason = "nothing feeds it" if name in known else "there is no such track, bus or return"
            console.context.fault("SONG011", (), f"--only {name}: {reason}", did_you_mean(name, known))
            continue
        made = excerpt(console.context, name, plan_stem(console, name, node), span)
        if outputs.keys() & made.keys():
            (file,) = made
            console.context.fault("SONG011", (), f"--only {name}: another strip's file is called {file} too")
        outputs.update(made)
    return outputs


def _span(context: Context, bars: tuple[int, int] | None) -> tuple[int, int] | None:
    """The frames of a range of bars, inclusive."""
    if bars is None:
        return None
    time, rate = context.score.time, context.rate
    start, stop = (time.frame(time.beat_at(bar), rate) for bar in (bars[0], bars[1] + 1))
    stop = min(stop, context.end)
    if start >= stop:
        last = time.bar_at(context.score.length)[0]
        context.fault("SONG012", (), f"--bars {bars[0]}-{bars[1]}: the song ends before, in bar {last}")
    return start, stop
