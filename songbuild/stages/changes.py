"""A change of one parameter of a node, in words: notes, regions, faders, inserts and what else a song is made of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from songbuild.engine import Node, differences
from songbuild.engine.graph import Json
from songbuild.model.score import Score
from songbuild.problems import Path
from songbuild.stages.bars import Bars

EARLY_S = 0.05
"""A note that humanize brings so much before the bar line belongs to the bar after it."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One reason in words, and the path in the song that it comes from; () where it has none."""

    text: str
    place: Path = ()


@dataclass(frozen=True)
class Change:
    """A node as it is and as the last build had it: the parameters and the names of the inputs of both."""

    node: Node
    old: Mapping[str, Json]
    fed: tuple[str, ...]
    bars: Bars
    score: Score

    def origin(self, *path: str | int) -> Path:
        """The place in the song of a place in the parameters, by the longest prefix that has one; else ()."""
        for end in range(len(path), 0, -1):
            found = self.node.origins.get(path[:end])
            if found is not None:
                return (*found, *path[end:])
        return ()


def clause(label: str, old: Json, new: Json, place: Path) -> Clause:
    if any(isinstance(value, list | Mapping) for value in (old, new)):
        return Clause(f"{label} {'added' if old is None else 'removed' if new is None else 'changed'}", place)
    return Clause(f"{label}: {_value(old)} -> {_value(new)}", place)


def _value(value: Json) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _notes(change: Change, old: Json, new: Json) -> list[Clause]:
    # How long a note may sound follows from the rest; see `stages.arrangement` for what a note holds.
    old, new = ([[start, *rest] for start, _, *rest in notes] for notes in (old, new))
    before, after = Counter(map(_spelled, old)), Counter(map(_spelled, new))
    come, gone = after - before, before - after
    early = round(EARLY_S * change.bars.rate)
    if before == after:
        return []
    if len(old) == len(new) and [note[2:] for note in old] == [note[2:] for note in new]:
        moved = sum(a[0] != b[0] for a, b in zip(old, new, strict=True))
        if moved > len(new) // 2:
            return [Clause(f"notes: {moved} moved{change.bars.words(note[0] + early for note in new)}")]
    frames = [note[0] + early for note in (*old, *new) if _spelled(note) in come or _spelled(note) in gone]
    events = change.score.tracks.get(change.node.name.removeprefix("track "), ())
    named = {event.id.split("/")[1] for note, event in zip(new, events, strict=False) if _spelled(note) in come}
    place: Path = ("composition", "patterns", named.pop()) if len(named) == 1 else ()
    return [Clause(f"notes: {_counted(gone.total(), come.total())}{change.bars.words(frames)}", place)]


def _cuts(change: Change, old: Json, new: Json) -> list[Clause]:
    before, after = Counter(map(_spelled, old)), Counter(map(_spelled, new))
    come, gone = after - before, before - after
    touched = [cut for cut in (*old, *new) if _spelled(cut) in come or _spelled(cut) in gone]
    frames = [frame for cut in touched for frame in change.bars.within(cut["start"], cut["stop"])]
    text = f"regions: {_counted(gone.total(), come.total())}{change.bars.words(frames)}"
    return [Clause(text, change.origin("cuts"))]


def _spelled(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _counted(gone: int, come: int) -> str:
    changed = min(gone, come)
    counts = ((changed, "changed"), (come - changed, "added"), (gone - changed, "removed"))
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "in another order"


def _faders(change: Change, old: Json, new: Json) -> list[Clause]:
    found: list[Clause] = []
    was = dict(zip(change.fed, old, strict=False))
    for index, (item, fader) in enumerate(zip(change.node.inputs, new, strict=False)):
        before = was.get(item.name)
        if before is None or before == fader:
            continue
        lanes: list[tuple[Path, Json, Json]] = [(("pan",), before["pan"], fader["pan"])]
        if len(before["gains"]) == len(fader["gains"]):
            pairs = enumerate(zip(before["gains"], fader["gains"], strict=True))
            lanes += [(("gains", place), *pair) for place, pair in pairs]
        else:
            origin = change.origin("faders", index, "gains", len(fader["gains"]) - 1)
            found.append(Clause(f"{_label(origin)}: another number of faders", origin))
        for path, a, b in lanes:
            if a != b:
                origin = change.origin("faders", index, *path)
                found.append(Clause(f"{_label(origin)}: {_moved(change.bars, a, b)}", origin))
    return found


def _label(origin: Path) -> str:
    """The path of a value in the mix, short: 'bass.gain_db', 'drums.sends.room'."""
    return ".".join(str(part) for part in origin[2:]) or "fader"


def _moved(bars: Bars, old: Json, new: Json) -> str:
    """What differs between two lanes of automation."""
    if not old or not new:
        return "changed"
    if len(old) == len(new) == 1:
        return f"{_value(old[0][1])} -> {_value(new[0][1])}"
    start, end, short = 0, 0, min(len(old), len(new))
    while start < short and old[start] == new[start]:
        start += 1
    while end < short - start and old[-1 - end] == new[-1 - end]:
        end += 1
    points = max(len(old), len(new)) - start - end
    near = [lane[max(0, start - 1)][0] for lane in (old, new)]
    far = [lane[-end][0] for lane in (old, new)] if end else [bars.starts[-1] + 1]  # the last value stays
    words = bars.words(bars.within(min(near), max(far)))
    return f"{points} point{'s' if points != 1 else ''} changed{words}"


def _chain(change: Change, old: Json, new: Json) -> list[Clause]:
    before, after = old["inserts"], new["inserts"]
    names = [[insert["device"] for insert in inserts] for inserts in (before, after)]
    if names[0] != names[1]:
        shown = " -> ".join(", ".join(line) or "none" for line in names)
        place = next((path[:-1] for key, path in change.node.origins.items() if key[:2] == ("chain", "inserts")), ())
        return [Clause(f"inserts: {shown}", place)]
    found: list[Clause] = []
    for index, (was, now) in enumerate(zip(before, after, strict=True)):
        name, key = now["device"], ("chain", "inserts", index)
        for path, a, b in differences(was["params"], now["params"], (*key, "params")):
            found.append(clause(".".join(map(str, (name, *path[4:]))), a, b, change.origin(*path)))
        for lane in sorted({*was["lanes"], *now["lanes"]}):
            place = change.origin(*key, "lanes", lane)
            moved = _moved(change.bars, was["lanes"].get(lane), now["lanes"].get(lane))
            found.append(Clause(f"{name}.{lane}: {moved}", place))
        if was["side"] != now["side"]:
            found.append(Clause(f"{name}: another side-chain", change.origin(*key, "params")))
        if was["revision"] != now["revision"]:
            found.append(Clause(f"songbuild makes {name} in a new way"))
    return found


def _instrument(change: Change, old: Json, new: Json) -> list[Clause]:
    name = change.node.params["instrument"]
    if change.old.get("instrument") != name:
        return [Clause(f"instrument: {change.old.get('instrument')} -> {name}", change.origin("params"))]
    return [
        clause(".".join(map(str, (name, *path[1:]))), a, b, change.origin(*path))
        for path, a, b in differences(old, new, ("params",))
    ]


def _plugin(change: Change, old: Json, new: Json) -> list[Clause]:
    name = change.node.params.get("name", "plugin")
    return [
        clause(".".join(map(str, (name, *path[1:]))), a, b, change.origin(*path))
        for path, a, b in differences(old, new, ("parameters",))
    ]


def _stop(change: Change, old: Json, new: Json) -> list[Clause]:
    return [Clause(f"length: {old / change.bars.rate:.2f} s -> {new / change.bars.rate:.2f} s")]


def _tracks(change: Change, old: Json, new: Json) -> list[Clause]:
    was = {track["name"]: track for track in old}
    names = [track["name"] for track in new if was.get(track["name"]) != track]
    return [Clause(f"tracks: {', '.join(names) or 'one less'}")]


def _silent(change: Change, old: Json, new: Json) -> list[Clause]:
    return []


def _said(key: str) -> Callable[[Change, Mapping[str, Json], Mapping[str, Json]], list[Clause]]:
    """What of the metadata under `key` changed, field by field; words that are sung and their times are one."""

    def clauses(change: Change, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Clause]:
        fields = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        if "lyrics" in fields and "synced" in fields:
            fields.remove("synced")
        found = []
        for name in fields:
            a, b, place = old.get(name), new.get(name), change.origin(key, name)
            longer = any("\n" in value for value in (a, b) if isinstance(value, str))
            found.append(Clause(f"{name} changed", place) if longer else clause(name, a, b, place))
        return found

    return clauses


HANDLERS: Mapping[str, Callable[[Change, Any, Any], list[Clause]]] = {
    "notes": _notes,
    "cuts": _cuts,
    "faders": _faders,
    "chain": _chain,
    "params": _instrument,
    "instrument": _silent,
    "parameters": _plugin,
    "tracks": _tracks,
    "stop": _stop,
    "tags": _said("tags"),
    "metadata": _said("metadata"),
}
"""How a parameter of each name is put in words; `params` speaks for `instrument`, `parameters` are a plugin's."""
