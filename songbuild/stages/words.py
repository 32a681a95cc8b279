"""Why a node runs, in words: what a change of its parameters means to whoever wrote the song."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from songbuild.engine import Decision, Node, differences
from songbuild.engine.graph import Json
from songbuild.model.score import Score
from songbuild.problems import Path

MOST = 6
"""At most so many parameters are named one by one."""
MOST_RANGES = 4
EARLY_S = 0.05
"""A note that humanize brings so much before the bar line belongs to the bar after it."""
DERIVED = frozenset(("digest", "digests", "files", "start", "names"))
"""Parameters that follow from others: not worth a word of their own."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One reason in words, and the path in the song that it comes from; () where it has none."""

    text: str
    place: Path = ()


@dataclass(frozen=True)
class Bars:
    """Frames at `rate` Hz as bars of the song: `starts` holds each bar's first frame, the first bar is `first`."""

    starts: tuple[int, ...]
    first: int
    rate: int

    @classmethod
    def of(cls, score: Score, rate: int) -> Bars:
        """The bars of a score at `rate` Hz."""
        found = score.time.bars_between(Fraction(0), score.length)
        return cls(tuple(score.time.frame(beat, rate) for _, beat in found), found[0][0] if found else 1, rate)

    def words(self, frames: Iterable[int]) -> str:
        """'bar 9', 'bars 9-10, 17'; many ranges are one."""
        bars = sorted({max(0, bisect_right(self.starts, frame) - 1 + self.first) for frame in frames})
        if not bars:
            return ""
        ends = [here for here, there in pairwise(bars) if there > here + 1]
        heads = [there for here, there in pairwise(bars) if there > here + 1]
        ranges = list(zip([bars[0], *heads], [*ends, bars[-1]], strict=True))
        if len(ranges) > MOST_RANGES:
            ranges = [(bars[0], bars[-1])]
        shown = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)
        return f", bar{'s' if len(bars) > 1 else ''} {shown}"


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


def clauses(decision: Decision, node: Node, old: Mapping[str, Json] | None, score: Score, rate: int) -> list[Clause]:
    """Why `decision` is as it is; `old` is the preimage of the node in the last build.

    That an input may change is left out: `decision.waits` says so.
    """
    found: list[Clause] = []
    fed = tuple(str(name) for name, _ in old.get("inputs", ())) if old else ()
    same = fed == tuple(item.name for item in node.inputs)
    for reason in decision.reasons:
        if reason.kind == "source":
            found.append(Clause(f"file {reason.path[0]} changed", node.origins.get((), ())))
        elif reason.kind == "recipe":
            found.append(Clause("songbuild makes this in a new way"))
        elif reason.kind == "input":
            found += [Clause(str(reason))] if reason.new and same else []
        elif reason.kind != "param":
            found.append(Clause(str(reason)))
    if old is None or old.get("recipe") != [node.recipe.id, node.recipe.revision]:
        return found
    if not same:
        found += _feeds(fed, [item.name for item in node.inputs])
    params = old.get("params")
    if isinstance(params, Mapping) and params != node.params:
        keys = {key for key in (*params, *node.params) if params.get(key) != node.params.get(key)}
        told = keys - DERIVED
        found += _params(Change(node, params, fed, Bars.of(score, rate), score), told if told or found else keys)
    return found or [Clause(str(reason)) for reason in decision.reasons if reason.kind != "input"]


def _feeds(old: Sequence[str], new: Sequence[str]) -> Iterator[Clause]:
    come, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    if come:
        yield Clause(f"now fed by {', '.join(come)}")
    if gone:
        yield Clause(f"no longer fed by {', '.join(gone)}")
    if not come and not gone:
        yield Clause("fed in another order")


def _params(change: Change, keys: Iterable[str]) -> list[Clause]:
    found: list[Clause] = []
    for key in sorted(keys):
        before, after = change.old.get(key), change.node.params.get(key)
        if key in HANDLERS and before is not None and after is not None:
            found += HANDLERS[key](change, before, after)
        else:
            found += _plain(change, key, before, after)
    return _shortened(found)


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
    frames = [frame for cut in touched for frame in _within(change.bars, cut["start"], cut["stop"])]
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
    words = bars.words(_within(bars, min(near), max(far)))
    return f"{points} point{'s' if points != 1 else ''} changed{words}"


def _within(bars: Bars, start: int, stop: int) -> list[int]:
    """Frames that stand for every bar from `start` to `stop`."""
    return [start, *(frame for frame in bars.starts if start < frame < stop)]


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
            found.append(_clause(".".join(map(str, (name, *path[4:]))), a, b, change.origin(*path)))
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
        _clause(".".join(map(str, (name, *path[1:]))), a, b, change.origin(*path))
        for path, a, b in differences(old, new, ("params",))
    ]


def _stop(change: Change, old: Json, new: Json) -> list[Clause]:
    return [Clause(f"length: {old / change.bars.rate:.2f} s -> {new / change.bars.rate:.2f} s")]


def _tracks(change: Change, old: Json, new: Json) -> list[Clause]:
    was = {track["name"]: track for track in old}
    names = [track["name"] for track in new if was.get(track["name"]) != track]
    return [Clause(f"tracks: {', '.join(names) or 'one less'}")]


def _plain(change: Change, key: str, old: Json, new: Json) -> list[Clause]:
    found: list[Clause] = []
    for path, a, b in differences(old, new, (key,)):
        origin = change.origin(*path)
        if any(isinstance(part, int) for part in path):
            found.append(Clause(f"{key} changed", change.origin(key)))
        else:
            found.append(_clause(".".join(map(str, origin or path)), a, b, origin))
    return list(dict.fromkeys(found))


def _silent(change: Change, old: Json, new: Json) -> list[Clause]:
    return []


HANDLERS: Mapping[str, Callable[[Change, Any, Any], list[Clause]]] = {
    "notes": _notes,
    "cuts": _cuts,
    "faders": _faders,
    "chain": _chain,
    "params": _instrument,
    "instrument": _silent,
    "tracks": _tracks,
    "stop": _stop,
}
"""How a parameter of each name is put in words; `params` speaks for `instrument`."""


def _clause(label: str, old: Json, new: Json, place: Path) -> Clause:
    if any(isinstance(value, list | Mapping) for value in (old, new)):
        return Clause(f"{label} {'added' if old is None else 'removed' if new is None else 'changed'}", place)
    return Clause(f"{label}: {_value(old)} -> {_value(new)}", place)


def _value(value: Json) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _shortened(found: Sequence[Clause]) -> list[Clause]:
    """The first few, and how many more there are."""
    rest = len(found) - MOST
    return list(found) if rest <= 1 else [*found[:MOST], Clause(f"and {rest} more")]
