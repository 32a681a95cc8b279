"""Automation: lanes compared by what they do, wherever their sections have moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from songbuild.diff.change import Bars
from songbuild.diff.desk.sides import Sides, Tree, mapping, records
from songbuild.diff.desk.told import Told
from songbuild.diff.desk.values import between, decibels, name_of, shown
from songbuild.diff.facts import Facts, Json
from songbuild.diff.words import count, listing, number, words
from songbuild.problems import Path

_CURVES = {"lin": "linear", "exp": "exponential", "smooth": "smooth", "hold": "held"}


class Point(NamedTuple):
    """A point of a lane: its tick in the new song, its value, and the curve to the next point."""

    tick: int
    value: float
    curve: str


def lanes(
    sides: Sides,
    old: Tree,
    new: Tree,
    path: Path,
    told: Told,
    labels: Mapping[str, str],
    players: Sequence[Json] = (None, None),
) -> Iterator[Told]:
    """What differs between the automation of two strips or chains.

    labels   what targets and devices of the old one are called in the new one
    players  the instruments of the channel, before and after
    """
    before = {_target(name, labels): lane for name, lane in mapping(old.get("automation")).items()}
    after = mapping(new.get("automation"))
    devices = [*records(new.get("inserts") or new.get("chain")), *records(old.get("inserts") or old.get("chain"))]
    played = [{**player, "name": "instrument"} for player in reversed(players) if isinstance(player, dict)]
    for name in (*after, *(each for each in before if each not in after)):
        unit = _unit(sides, name, [*played, *devices])
        here = told._replace(path=(*path, name), unit=unit, rest=_title(name))
        lane = Lane(sides, here)
        if name not in after:
            yield here._replace(act="removed", rest=f"{here.rest} automation removed", old=before[name])
        elif name not in before:
            yield lane.added(after[name])
        elif before[name] != after[name] or not sides.clock.still:
            yield from lane.differences(before[name], after[name])


def _target(name: str, labels: Mapping[str, str]) -> str:
    """What a lane of the old song is called in the new one: 'duck.threshold_db', 'eq.bands.2.gain_db', 'send.hall'."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        known = labels.get(".".join(parts[:end]))
        if known is not None:
            return ".".join([known, *parts[end:]])
    return name


def _title(name: str) -> str:
    """A lane as it is read: 'volume', '-> hall send', 'duck threshold'."""
    label, _, parameter = name.partition(".")
    if label == "send":
        return f"-> {words(parameter)} send"
    return f"{words(label)} {name_of(parameter)}" if parameter else name_of(label)


def _unit(sides: Sides, name: str, devices: Sequence[Tree]) -> str:
    label, _, parameter = name.partition(".")
    if label == "send" or name == "volume_db":
        return "dB"
    if name == "pan":
        return "pan"
    kind = next((str(each["device"]) for each in devices if (each.get("name") or each.get("device")) == label), "")
    return sides.unit(kind, *("*" if part.isdecimal() else part for part in parameter.split(".")))


@dataclass(frozen=True)
class Lane:
    """One lane in two songs; `told` names it and its unit."""

    sides: Sides
    told: Told

    def added(self, lane: Json) -> Told:
        """A lane that wasn't there."""
        points = _points(lane)
        if len(points) == 1:
            rest = f"{self.told.rest} automation added ({self._value(points[0].value)})"
        else:
            rest = f"{self.told.rest} automation added ({count(len(points), 'point')})"
        # What it moves by: from where a fader would stand without it, of other values from one point to another.
        size = self._size(points, [Point(0, 0.0, "hold")] if self.told.unit == "dB" else [])
        weight = self.told.weight * size
        return self.told._replace(
            act="added", rest=rest, new=lane, bars=self._bars(points[1:] or points), weight=weight
        )

    def differences(self, old: Json, new: Json) -> Iterator[Told]:
        """What differs between two lanes, one change for each stretch."""
        written, after = _points(old), _points(new)
        before = self._needed(self._carried(written), self.sides.new)
        after = self._needed(after, self.sides.new)
        if not before or not after:
            if old != new:
                yield self.told._replace(rest=f"{self.told.rest} automation changed", old=old, new=new)
            return
        if _same(before, after):
            return
        if len(written) == len(after) > 1 and set(after) <= {*before, *written}:
            rest = f"{self.told.rest} automation stays at its bars while the sections move"
            yield self.told._replace(rest=rest, weight=self.told.weight * 0.5, bars=self._bars(after))
            return
        kept = {point for point in before if point in set(after)}
        groups = list(_groups(before, after, kept))
        found = [self._group(gone, came, edge, following) for gone, came, edge, following in groups]
        if len(found) <= 2:
            yield from found
            return
        gone = [point for group in groups for point in group[0]]
        came = [point for group in groups for point in group[1]]
        bars = tuple(sorted({bar for told in found for bar in told.bars}))
        rest = f"{self.told.rest}: {self._words(gone, came)}, in {len(found)} places"
        weight = min(1.0, sum(told.weight for told in found))
        yield self.told._replace(rest=rest, weight=weight, bars=bars, details=tuple(found))

    def _carried(self, points: Sequence[Point]) -> list[Point]:
        """The points where they are in the new song; those of a playing that is gone are gone with it."""
        clock = self.sides.clock
        if clock.still:
            return list(points)
        found = []
        for index, point in enumerate(points):
            tick = 0 if not index and point.curve == "hold" and not point.tick else clock.carried(point.tick)
            if tick is not None:
                found.append(point._replace(tick=tick))
        return _settled(sorted(found))

    def _needed(self, points: Sequence[Point], facts: Facts) -> list[Point]:
        """The points without those on the straight line between their neighbours, where the tempo stays."""
        kept: list[Point] = []
        for index, point in enumerate(points):
            following = points[index + 1] if index + 1 < len(points) else None
            if not (kept and following and _on_the_line(kept[-1], point, following, facts)):
                kept.append(point)
        return kept

    def _group(self, gone: list[Point], came: list[Point], edge: Point | None, following: Point | None) -> Told:
        """One stretch of a lane that differs: its points before and after, and those on both sides that stay."""
        first = min((point.tick for point in (*gone, *came)), default=0)
        if edge is not None and edge.curve != "hold":
            first = edge.tick
        end = self.sides.new.bars[-1] if self.sides.new.bars else first + 1
        last = following.tick if following is not None else end
        bars = self.sides.spans(first, max(first + 1, last))
        whole = bool(bars) and [bars[0].first, bars[-1].last] == self.sides.first_and_last
        where = "" if whole else self.sides.where(bars)
        title = self.told.rest if whole else f"{self.told.rest}: {where}:" if where else f"{self.told.rest}:"
        share = sum(bar.last - bar.first + 1 for bar in bars) / max(1, len(self.sides.new.bars) - 1)
        weight = self.told.weight * min(1.0, share + 0.05) * self._size(gone, came)
        old: Json = [list(point) for point in gone]
        new: Json = [list(point) for point in came]
        rest = f"{title} {self._words(gone, came)}"
        return self.told._replace(rest=rest, bars=bars, weight=weight, old=old, new=new)

    def _words(self, gone: Sequence[Point], came: Sequence[Point]) -> str:
        pairs = list(zip(gone, came, strict=False)) if len(gone) == len(came) else []
        if pairs and all(a.tick == b.tick and a.curve == b.curve for a, b in pairs):
            return self._levels(pairs)
        if len(pairs) == 1:
            a, b = pairs[0]
            if a.tick == b.tick and a.value == b.value:
                return f"{_CURVES.get(a.curve, a.curve)} -> {_CURVES.get(b.curve, b.curve)} from bar {self._at(b)}"
            if a.value == b.value and a.curve == b.curve:
                return f"{self._value(b.value)} now at bar {self._at(b)} (was {self._at(a)})"
        both = {point.tick for point in gone} & {point.tick for point in came}
        counts = (
            (len(both), "changed"),
            (sum(point.tick not in both for point in came), "added"),
            (sum(point.tick not in both for point in gone), "removed"),
        )
        (many, verb), *others = [(many, verb) for many, verb in counts if many]
        return listing([f"{count(many, 'point')} {verb}", *(f"{many} {verb}" for many, verb in others)])

    def _levels(self, pairs: Sequence[tuple[Point, Point]]) -> str:
        unit = self.told.unit
        steps = {round(b.value - a.value, 6) for a, b in pairs if a.value != b.value}
        if len(pairs) == 1 or len({pair[0].value for pair in pairs}) == len({pair[1].value for pair in pairs}) == 1:
            a, b = pairs[0]
            return between(_json(a.value), _json(b.value), unit, signed=False)
        if len(steps) == 1 and unit in ("dB", "dBTP"):
            step = steps.pop()
            return f"{number(abs(step))} {unit} {'up' if step > 0 else 'down'}"
        levels = [between(_json(a.value), _json(b.value), unit) for a, b in pairs]
        return ", ".join(levels) if len(levels) <= 2 else f"{len(levels)} points changed"

    def _at(self, point: Point) -> str:
        return self.sides.position(point.tick)

    def _value(self, value: float) -> str:
        return shown(_json(value), self.told.unit)

    def _size(self, gone: Sequence[Point], came: Sequence[Point]) -> float:
        if self.told.unit != "dB":
            return 0.6
        values = [_json(point.value) for point in (*gone, *came)]
        return min(1.0, max(decibels(a, b) for a in values for b in values) / 6 + 0.1)

    def _bars(self, points: Sequence[Point]) -> tuple[Bars, ...]:
        return self.sides.spans(points[0].tick, points[-1].tick + 1) if points else ()


def _json(value: float) -> Json:
    return "-inf" if value == float("-inf") else value


def _points(lane: Json) -> list[Point]:
    """The points of a lane; none of one that can't be read."""
    found = []
    for item in lane if isinstance(lane, list) else ():
        if isinstance(item, list) and len(item) == 3:
            tick, value, curve = item
            if isinstance(tick, int) and isinstance(value, int | float | str):
                found.append(Point(tick, float(value), str(curve)))
    return found


def _on_the_line(before: Point, point: Point, after: Point, facts: Facts) -> bool:
    """Whether a point does nothing on its way: lines are straight in time, so in one tempo also in bars."""
    if {before.curve, point.curve} != {"lin"} or any(before.tick < at < after.tick for at, _ in facts.tempo):
        return False
    rise = (after.value - before.value) * (point.tick - before.tick)
    return abs(rise - (point.value - before.value) * (after.tick - before.tick)) < 1e-9 * (after.tick - before.tick)


def _settled(points: Sequence[Point]) -> list[Point]:
    """Points that have come together from elsewhere, without those that do nothing there."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1].value == point.value and kept[-1].curve == point.curve == "hold":
            continue
        kept.append(point)
    return kept


def _same(old: Sequence[Point], new: Sequence[Point]) -> bool:
    """Whether two lanes do the same; the first point of a held value may stand anywhere before the next."""
    if old and new and old[0].curve == new[0].curve == "hold" and old[0].value == new[0].value:
        return list(old[1:]) == list(new[1:])
    return list(old) == list(new)


def _groups(
    old: Sequence[Point], new: Sequence[Point], kept: set[Point]
) -> Iterator[tuple[list[Point], list[Point], Point | None, Point | None]]:
    """The stretches between points that stay: what is gone, what came, the points that stay before and after."""
    edge: Point | None = None
    gone: list[Point] = []
    came: list[Point] = []
    every = sorted({*((point, 0) for point in old), *((point, 1) for point in new if point not in kept)})
    for point, side in every:
        if point in kept:
            if gone or came:
                yield gone, came, edge, point
            gone, came, edge = [], [], point
        else:
            (came if side else gone).append(point)
    if gone or came:
        yield gone, came, edge, None
