"""The whole way from a Song to the graph of what to build."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from songbuild.engine import Graph, Node
from songbuild.model.expand import expand
from songbuild.model.score import Score
from songbuild.model.song import Song
from songbuild.problems import Fault, did_you_mean
from songbuild.stages.arrangement import drum_keys, plan_track
from songbuild.stages.context import Context
from songbuild.stages.delivery import deliver, excerpt
from songbuild.stages.grid import grid
from songbuild.stages.master import plan_master
from songbuild.stages.mix import Console, plan_mix, plan_stem, plan_stems
from songbuild.stages.recordings import plan_recording


@dataclass(frozen=True)
class Selection:
    """What of a song to build: everything; only the stems; only some strips; only some bars (first, last)."""

    stems: bool = False
    only: tuple[str, ...] = ()
    bars: tuple[int, int] | None = None


@dataclass(frozen=True)
class Plan:
    """A song's graph, its score, and the node that measures its master (None where none is made)."""

    graph: Graph
    score: Score
    measure: Node | None


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
    end = score.time.frame(score.length, song.rate) + round(song.tail * song.rate)
    context = Context(song, score, folder, end, digest, faults)
    console = Console(context, _sources(context))
    outputs, measure = _outputs(console, selection)
    if any(fault.severity == "error" for fault in context.faults):
        return None, context.faults
    values = (measure,) if measure is not None else ()
    return Plan(Graph(outputs, song.rate, grid(score, song.rate, end), values), score, measure), context.faults


def _sources(context: Context) -> dict[str, Node]:
    """Each track's signal before its channel."""
    sources: dict[str, Node] = {}
    for name, track in context.song.arrangement.tracks.items():
        node = plan_track(context, name) if track.instrument else plan_recording(context, track.recording or "")
        if node is not None:
            sources[name] = node
    return sources


def _outputs(console: Console, selection: Selection) -> tuple[dict[str, Node], Node | None]:
    context = console.context
    span = _span(context, selection.bars)
    if selection.only:
        return _strips(console, selection.only, span), None
    if selection.stems:
        return deliver(context, None, plan_stems(console)), None
    mix = plan_mix(console)
    if mix is None:
        if not any(fault.severity == "error" for fault in context.faults):
            context.fault("SONG010", ("arrangement",), "nothing sounds: no track plays, or every channel is muted")
        return {}, None
    master, measure = plan_master(console, mix)
    if span is not None:
        return excerpt(context, "master", master, span), None
    stems = plan_stems(console) if "stems" in context.song.delivery.formats else {}
    return deliver(context, master, stems), measure


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
        outputs.update(excerpt(console.context, name, plan_stem(console, name, node), span))
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
