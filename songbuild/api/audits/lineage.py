"""What a node is made of: every node before it, with what was written for it, the takes, presets and files it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from songbuild.api.inputs import portable
from songbuild.api.project import Part, Project
from songbuild.engine import Graph, Node
from songbuild.manifest.presets import OWN
from songbuild.model.comp import cuts
from songbuild.model.device import Device
from songbuild.model.lock import Inputs
from songbuild.model.metadata import Recording as Said
from songbuild.model.plain import spelled
from songbuild.model.song import Song
from songbuild.problems import Path as SongPath
from songbuild.stages.arrangement import PLAY
from songbuild.stages.recordings import COMP, DECODE
from songbuild.units import Params

Step = dict[str, Any]


def lineage(project: Project, file: str, made: Mapping[str, str], inputs: Inputs) -> list[Step]:
    """The steps from the delivered `file` back to what was read, users before their inputs.

    made    what nodes have put out, as a lock has it
    inputs  what the project is made from

    Each step: node, stage, recipe ("mix.strip 1"), place ("song.yaml:9:3"), song (its folder, in an album), digest (of
    what it put out, where that is known), inputs (names of nodes), and what it has of
    values   [{name, value, place}]: what was written for it and isn't at its default
    devices  [{device, preset, preset_digest, bypass, values, place}]: its inserts, or its instrument
    plays    [{section, part, place}]: what a track plays
    comp     [{take, bars, start, stop, source, gain_db, reverse, place}]: which take sounds when; frames of the song,
             and `source` of the take
    files    [{file, digest, takes: [{name, place}]}]: what it reads
    """
    nodes = Graph({}, 1, (0,), (project.graph.outputs[file],)).nodes()
    return [_step(project, node, made, inputs) for node in reversed(nodes)]


def _step(project: Project, node: Node, made: Mapping[str, str], inputs: Inputs) -> Step:
    part, name = project.part_of(node.name)
    paths = [*dict.fromkeys(node.origins.values())]
    found: Step = {"node": node.name, "stage": node.stage, "recipe": f"{node.recipe.id} {node.recipe.revision}"}
    found["place"] = str(part.span(_home(node, name, paths)))
    if part.label:
        found["song"] = part.label
    if node.name in made:
        found["digest"] = made[node.name].split()[0]
    found["inputs"] = [item.name for item in node.inputs]
    devices = [(path, device) for path in paths if (device := _device(part, path)) is not None]
    held = {path for path, _ in devices}
    more = {
        "values": [*_values(project, part, [path for path in paths if path not in held])],
        "devices": [_told(project, part, path, device, inputs) for path, device in devices],
        "plays": [*_plays(part, name)] if node.recipe.id == PLAY.id else [],
        "comp": [*_comp(project, part, node, name)] if node.recipe.id == COMP.id else [],
        "files": [*_files(project, part, node)],
    }
    return found | {key: value for key, value in more.items() if value}


def _home(node: Node, name: str, paths: list[SongPath]) -> SongPath:
    """The path that stands for a node: what it is named after, its own origin, its place in the delivery, its stage."""
    kind, _, rest = name.partition(" ")
    named: dict[str, SongPath] = {
        "channel": ("mix", "channels", rest),
        "bus": ("mix", "buses", rest),
        "return": ("mix", "returns", rest),
        "track": ("arrangement", "tracks", rest),
        "recording": ("recordings", rest),
    }
    delivered = (path for path in paths if path[:1] == ("delivery",))
    staged = () if node.stage == "album" else (node.stage,)
    own = named.get(kind) if rest else None
    return own or node.origins.get(()) or next(delivered, staged) or next(iter(paths), ())


def _device(part: Part, path: SongPath) -> Device | None:
    """The insert or instrument at a path of a song."""
    value: Any = part.model
    for key in path:
        try:
            value = getattr(value, str(key)) if isinstance(value, Params) else value[key]
        except (AttributeError, KeyError, IndexError, TypeError):
            return None
    return value if isinstance(value, Device) else None


def _told(project: Project, part: Part, path: SongPath, device: Device, inputs: Inputs) -> dict[str, Any]:
    """A device, its preset, and of its parameters those that were written beside the preset."""
    found: dict[str, Any] = {"device": device.device, "place": str(part.span(path))}
    if device.preset is not None:
        file = f"{device.device}/{device.preset}.yaml"
        own = part.name(f"{OWN}/{file}")
        name = own if own in inputs.presets else f"songbuild: {file}"
        found |= {"preset": name, "preset_digest": inputs.presets.get(name)}
    if device.bypass:
        found["bypass"] = True
    written = [
        {"name": spelled(at[len(path) + 1 :]), "value": portable(project, at, value), "place": str(part.span(at))}
        for at, value in part.values()
        if at[: len(path) + 1] == (*path, "params") and part.span(at) not in (part.span(path), part.span(at[:-1]))
    ]
    return found | ({"values": written} if written else {})


def _values(project: Project, part: Part, paths: list[SongPath]) -> Iterator[dict[str, Any]]:
    """What was written at the places that a node's parameters come from; of the whole text only what it says of the
    release."""
    for at, value in part.values():
        said = () in paths and at[0] in Said.model_fields
        if said or any(path and at[: len(path)] == path for path in paths):
            yield {"name": spelled(at), "value": portable(project, at, value), "place": str(part.span(at))}


def _plays(part: Part, name: str) -> Iterator[dict[str, str]]:
    """The parts of a track, section by section."""
    assert isinstance(part.model, Song)
    track = name.partition(" ")[2]
    for section, model in part.model.arrangement.sections.items():
        played = model.parts.get(track)
        if played is not None:
            path = ("arrangement", "sections", section, "parts", track)
            said = played if isinstance(played, str) else ", ".join(map(str, _words(played)))
            yield {"section": section, "part": said, "place": str(part.span(path))}


def _words(played: Any) -> Iterator[object]:
    """The patterns that a part names, wherever they stand in it."""
    if isinstance(played, dict):
        yield from _words(played.get("play") or [])
    elif isinstance(played, list):
        for each in played:
            yield from _words(each)
    else:
        yield played


def _comp(project: Project, part: Part, node: Node, name: str) -> Iterator[dict[str, Any]]:
    """The regions of a recorded part, in the order of the song."""
    assert isinstance(part.model, Song)
    text, recording = project.text(node.name), name.partition(" ")[2]
    regions = part.model.recordings[recording].comp
    found, _ = cuts(part.model, text.score, text.rate, recording)
    for place, cut in enumerate(found):
        path: SongPath = ("recordings", recording, "comp", place) if regions else ("recordings", recording)
        told = {"take": cut.take, "start": cut.start_frame, "stop": cut.stop_frame, "source": cut.source_frame}
        if text.bars is not None:
            first = cut.start_frame + cut.fade_in_frames
            end = text.bars.starts[-1] + 1 if cut.stop_frame is None else cut.stop_frame - cut.fade_out_frames
            bars = text.bars.within(first, max(first + 1, end))
            told["bars"] = text.bars.words(bars).removeprefix(", ")
        yield {**told, "gain_db": cut.gain_db, "reverse": cut.reverse, "place": str(part.span(path))}


def _files(project: Project, part: Part, node: Node) -> Iterator[dict[str, Any]]:
    """The files that a node reads; of audio, the takes that are in it."""
    for source in node.sources:
        name = project.named(source.path)
        found: dict[str, Any] = {"file": name, "digest": f"blake3:{source.digest}"}
        takes = [*_takes(part, PurePosixPath(project.part_of(name)[1]))] if node.recipe.id == DECODE.id else []
        yield found | ({"takes": takes} if takes else {})


def _takes(part: Part, file: PurePosixPath) -> Iterator[dict[str, str]]:
    if isinstance(part.model, Song):
        for recording, model in part.model.recordings.items():
            for take, each in model.takes.items():
                if PurePosixPath(each.file) == file:
                    place = part.span(("recordings", recording, "takes", take))
                    yield {"name": f"{take} of {recording}", "place": str(place)}
