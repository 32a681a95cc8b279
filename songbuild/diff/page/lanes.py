"""Automation before and after: a plot for each lane that differs, over the time of the song."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TypeAlias

from songbuild.diff.change import Difference
from songbuild.diff.desk.values import name_of
from songbuild.diff.facts import Facts, Json
from songbuild.diff.page.places import Place, moved, names, repeated
from songbuild.diff.words import number, playing, words
from songbuild.formats.page.charts import Row, figure, key
from songbuild.formats.page.markup import escape
from songbuild.formats.page.svg import Scale, line, picture, upright
from songbuild.formats.page.svg import ticks as tick_labels

COLUMNS = 240
"""Points of a curve."""
SILENCE_DB = -60.0
"""Where a lane that goes to silence ends on the paper: no lower than this, or than its lowest point."""

Points: TypeAlias = list[list[int | float | str]]
Curve: TypeAlias = list[float | None]
"""A value for each column, None where there is no such time."""


def automation(difference: Difference) -> Iterator[str]:
    """The plots, each a piece of the page."""
    before, after = dict(_lanes(difference.old.tree)), dict(_lanes(difference.new.tree))
    named = names(difference)
    before = {moved(place, named): points for place, points in before.items()}
    ticks = _ticks(difference)
    for place in dict.fromkeys((*after, *before)):
        was, now = before.get(place), after.get(place)
        if repeated(place, before, after) or (was == now and ticks[0] == ticks[1]):
            continue
        curves = _curve(was, ticks[0]), _curve(now, ticks[1])
        both = [pair for pair in zip(*curves, strict=True) if None not in pair]
        if was is None or now is None or any(one != other for one, other in both):
            values = [_value(point[1]) for point in (*(was or ()), *(now or ()))]
            yield "".join(_plot(difference, place, *curves, values))


def _ticks(difference: Difference) -> tuple[list[int | None], list[int | None]]:
    """For each column the tick of the old song, None in sections that it hasn't, and that of the new one."""
    old, new = difference.old.sections, difference.new.sections
    kept = ((was, now) for was, now in difference.sections if was is not None and now is not None)
    shifts = {now: old[was].start - new[now].start for was, now in kept}
    end, starts = _end(difference.new), [section.start for section in new]
    before: list[int | None] = []
    after: list[int | None] = []
    for column in range(COLUMNS):
        tick = (2 * column + 1) * end // (2 * COLUMNS)
        index = bisect_right(starts, tick) - 1
        after.append(tick)
        before.append(tick if index < 0 else tick + shifts[index] if index in shifts else None)
    return before, after


def _end(facts: Facts) -> int:
    return facts.bars[-1] if facts.bars else 1


def _lanes(tree: Json | Mapping[str, Json], at: Place = ()) -> Iterator[tuple[Place, Points]]:
    """Every lane below a place of the tree that could be read."""
    if not isinstance(tree, Mapping):
        return
    for name, value in tree.items():
        if name != "automation":
            yield from _lanes(value, (*at, name))
        elif isinstance(value, Mapping):
            for target, points in value.items():
                if isinstance(points, list) and points:
                    yield (*at, name, target), points  # type: ignore[misc]


def _plot(difference: Difference, place: Place, before: Curve, after: Curve, values: Sequence[float]) -> Iterator[str]:
    known = [value for value in values if value != -inf]
    top = max(known, default=0.0)
    floor = min([SILENCE_DB, *known]) if -inf in values else min(known)
    room = 0.12 * ((top - floor) or max(1.0, abs(top)))
    scale = Scale(top + room, floor - room)
    sections, end = difference.new.sections, _end(difference.new)
    body = [upright([COLUMNS * section.start / end for section in sections if section.start], "section")]
    keys = []
    for curve, kind, words_ in ((before, "was", "before"), (after, "now", "after")):
        if any(value is not None for value in curve):
            body.append(line([None if value is None else max(floor, value) for value in curve], scale, f"lane {kind}"))
            keys.append(key(f"lane {kind}", words_))
    what = "" if len(keys) == 2 else " (gone)" if after[0] is None else " (new)"
    unit = _unit(difference.old if what == " (gone)" else difference.new, place)
    low = "−∞" if -inf in values else _shown(floor, unit)
    labels = [(floor, low), (top, _shown(top, unit))] if top > floor else [(floor, low)]
    name = f"{words(_name(place))}{what}"
    caption = f"<b>{escape(name)}</b> {escape(_said_unit(unit))} {''.join(keys)}"
    shown = picture(f"Automation of {name} before and after", COLUMNS, body)
    yield from figure([Row(caption, "".join(tick_labels(scale, labels)), shown)], below=_bars(difference.new, end))


def _curve(points: Points | None, ticks: Sequence[int | None]) -> Curve:
    """A lane's value at each tick."""
    import numpy as np

    from songbuild.dsp.curves import sample

    if points is None:
        return [None] * len(ticks)
    lane = [[int(float(tick)), _value(value), curve] for tick, value, curve in points]
    order = sorted({tick for tick in ticks if tick is not None})
    values = dict(zip(order, sample(lane, np.array(order, dtype=np.int64)).tolist(), strict=True))
    return [None if tick is None else values[tick] for tick in ticks]


def _value(value: object) -> float:
    return -inf if value == "-inf" else float(value)  # type: ignore[arg-type]


def _name(place: Sequence[str]) -> str:
    """'keys: volume', 'main mix: volume', 'vocal: compressor threshold'."""
    *where, _, target = place
    owner = where[-1] if len(where) > 2 else "main mix" if where == ["mix"] else where[-1] if where else ""
    device, _, parameter = target.partition(".")
    if device == "send":
        return f"{owner}: send to {parameter}"
    return f"{owner}: {device} {name_of(parameter)}" if parameter else f"{owner}: {name_of(target)}"


def _unit(facts: Facts, place: Place) -> str:
    """The unit of what a lane moves."""
    target = place[-1]
    device, _, parameter = target.partition(".")
    if not parameter:
        return "dB" if target == "volume_db" else "pan"
    if device == "send":
        return "dB"
    inside = ".".join("*" if part.isdecimal() else part for part in parameter.split("."))
    return facts.units.get(f"{_device(facts, place, device)}.{inside}", "")


def _device(facts: Facts, place: Place, label: str) -> str:
    """The device that a strip calls by a label."""
    strip: Json | Mapping[str, Json] = facts.tree
    for part in place[:-2]:
        strip = strip[part] if isinstance(strip, Mapping) else None
    chains = [strip.get(name) for name in ("inserts", "chain", "finish")] if isinstance(strip, Mapping) else []
    for chain in chains:
        for each in chain if isinstance(chain, list) else ():
            if isinstance(each, dict) and label in (each.get("name"), each.get("device")):
                return str(each.get("device"))
    if label == "instrument":
        return facts.parts[place[2]].instrument.partition("/")[0] if place[2] in facts.parts else label
    return label


def _shown(value: float, unit: str) -> str:
    if unit == "%":
        return f"{number(100 * value)}".replace("-", "−")
    if unit == "pan":
        return "C" if not value else f"{number(abs(100 * value))}{'L' if value < 0 else 'R'}"
    return f"{value / 1000:g}k".replace("-", "−") if abs(value) >= 1000 else f"{round(value, 2):g}".replace("-", "−")


def _said_unit(unit: str) -> str:
    return {"pan": "left to right"}.get(unit, unit)


def _bars(facts: Facts, end: int) -> str:
    """The names of sections under a plot, as many as there is room for."""
    told, free = [], 0.0
    for index, section in enumerate(facts.sections):
        left = 100 * section.start / end
        if left >= free:
            name = playing(index, facts.sections)
            told.append(f'<span style="left:{left:.2f}%">{escape(name)}</span>')
            free = left + 2.4 * len(name) + 2  # in per cent of a plot as wide as a telephone
    return "".join(told)
