"""Comps: which take sounds where, and what is done to its regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from songbuild.diff.desk.sides import Sides, Tree
from songbuild.diff.desk.told import Told, rest_of, together, valued
from songbuild.diff.desk.values import decibels, name_of, shown, take_name
from songbuild.diff.facts import Json
from songbuild.diff.words import bars_text, stretches

_OWN = {"take", "start", "stop", "gain_db", "nudge", "fade_in", "fade_out", "reverse"}
STAYS = "while the sections move"
_FADES = {"fade_in": "fade-in", "fade_out": "fade-out"}


class Cut(NamedTuple):
    """A region in ticks of the new song: its take by its new name, and its place in the comp."""

    start: int
    stop: int
    take: str
    place: int


class Stretch(NamedTuple):
    """A stretch of time in which one take sounded before and another does now; '' for none."""

    start: int
    stop: int
    old: str
    new: str


def comps(
    sides: Sides,
    old: Sequence[Tree],
    new: Sequence[Tree],
    takes: Mapping[str, str],
    told: Told,
    wholes: tuple[str, str],
) -> Iterator[Told]:
    """What differs between two comps; `takes` says what old takes are called now, `wholes` what sounds without one."""
    if not all(isinstance(cut.get(edge), int) for cut in (*old, *new) for edge in ("start", "stop")):
        if list(old) != list(new):
            yield told._replace(rest="another comp", path=(*told.path, "comp"), weight=told.weight * 0.5)
        return
    if not old or not new:
        yield from _whole(old, new, takes, told, wholes)
        return
    comp = _Comp(sides, told._replace(path=(*told.path, "comp")))
    before, after = comp.carried(old, takes), comp.placed(new)
    unmoved = [cut._replace(take=takes.get(cut.take, cut.take)) for cut in comp.placed(old)]
    stayed = [cut for cut in after if cut[:3] not in {each[:3] for each in before}]
    if stayed and len(old) == len(new) and {cut[:3] for cut in stayed} <= {cut[:3] for cut in unmoved}:
        bars = tuple(bar for cut in stayed for bar in sides.spans(cut.start, cut.stop))
        where = bars_text(stretches(bar for each in bars for bar in range(each.first, each.last + 1)))
        rest = f"takes stay at {where} {STAYS}"
        yield comp.told._replace(rest=rest, link=":", bars=bars, weight=told.weight * 0.5)
        before = unmoved
    elif comp.is_moved(before, after):
        yield comp.moved(before, after)
    elif [cut[:3] for cut in before] != [cut[:3] for cut in after]:
        yield from comp.differences(before, after)
    yield from comp.edits(old, new, before, after)


def _whole(
    old: Sequence[Tree],
    new: Sequence[Tree],
    takes: Mapping[str, str],
    told: Told,
    wholes: tuple[str, str],
) -> Iterator[Told]:
    """Where one side at least has no comp: its first take sounds whole."""
    path = (*told.path, "comp")
    if not old and not new:
        was, now = takes.get(wholes[0], ""), wholes[1]
        if was != now:
            rest = f"{take_name(now)} whole (was {take_name(wholes[0])})"
            yield told._replace(rest=rest, path=(*told.path, "takes"), link=":")
    elif new:
        rest = f"comp of {len(new)} regions (was {take_name(wholes[0])} whole)"
        yield told._replace(rest=rest, path=path, link=":", weight=told.weight * 0.6, new=[dict(cut) for cut in new])
    else:
        rest = f"{take_name(wholes[1])} whole (was a comp of {len(old)} regions)"
        yield told._replace(rest=rest, path=path, link=":", weight=told.weight * 0.6, old=[dict(cut) for cut in old])


@dataclass(frozen=True)
class _Comp:
    sides: Sides
    told: Told

    def placed(self, comp: Sequence[Tree]) -> list[Cut]:
        return [Cut(_tick(cut, "start"), _tick(cut, "stop"), str(cut["take"]), i) for i, cut in enumerate(comp)]

    def carried(self, comp: Sequence[Tree], takes: Mapping[str, str]) -> list[Cut]:
        """The old regions where their sections are in the new song, in pieces where these have moved apart."""
        found = [
            Cut(start, stop, takes.get(cut.take, cut.take), cut.place)
            for cut in self.placed(comp)
            for start, stop in self.sides.clock.stretches(cut.start, cut.stop)
        ]
        joined: list[Cut] = []
        for cut in sorted(found):
            if joined and joined[-1].stop == cut.start and joined[-1][2:] == cut[2:]:
                joined[-1] = joined[-1]._replace(stop=cut.stop)
            else:
                joined.append(cut)
        return joined

    def is_moved(self, old: Sequence[Cut], new: Sequence[Cut]) -> bool:
        """Whether all of it is the same, but earlier or later."""
        by = {(b.start - a.start, b.stop - a.stop, a.take == b.take) for a, b in zip(old, new, strict=False)}
        return len(old) == len(new) and any(by == {(step, step, True)} for step, _, _ in by if step)

    def moved(self, old: Sequence[Cut], new: Sequence[Cut]) -> Told:
        """'comp moved from bars 13-20 to 17-24'."""
        was, now = (self.sides.spans(cuts[0].start, cuts[-1].stop) for cuts in (old, new))
        before, after = (bars_text([(bars[0].first, bars[-1].last)]) for bars in (was, now))
        rest = f"comp moved from {before} to {after.partition(' ')[2]}"
        return self.told._replace(act="moved", rest=rest, link=":", bars=now, weight=self.told.weight * 0.6)

    def differences(self, old: Sequence[Cut], new: Sequence[Cut]) -> Iterator[Told]:
        """Which take sounds instead of which, and cuts that have moved by less than a bar."""
        edges = sorted({tick for cut in (*old, *new) for tick in cut[:2]})
        stretches: list[Stretch] = []
        for start, stop in pairwise(edges):
            was, now = _sounding(old, start), _sounding(new, start)
            if was == now:
                continue
            last = stretches[-1] if stretches else None
            if last and last.stop == start and last[2:] == (was, now):
                stretches[-1] = last._replace(stop=stop)
            else:
                stretches.append(Stretch(start, stop, was, now))
        for stretch in stretches:
            told = self._cut(stretch, old, new) or self._other(stretch)
            index = next((cut.place for cut in new if cut.start <= stretch.start < cut.stop), None)
            yield told._replace(path=(*self.told.path, index) if index is not None else self.told.path)

    def _other(self, stretch: Stretch) -> Told:
        """A stretch from another take: 'verse 1: bars 5-6 from take 3 (was take 1)'."""
        bars = self.sides.spans(stretch.start, stretch.stop)
        section = self.sides.playing(bars[0]) if len(bars) == 1 else ""
        starts, ends = self.sides.position(stretch.start), self.sides.position(stretch.stop)
        if "." in starts or "." in ends:
            place = f"bar {starts} to {ends}"
        else:
            place = bars_text([(bars[0].first, bars[-1].last)])
        if not stretch.new:
            rest = f"{place} silent (was {take_name(stretch.old)})"
        else:
            was = f"was {take_name(stretch.old)}" if stretch.old else "was silent"
            rest = f"{place} from {take_name(stretch.new)} ({was})"
        weight = self.told.weight * min(1.0, self._share(*stretch[:2]) + 0.05) * 0.8
        told = self._at(section, rest, weight)
        return told._replace(bars=bars, old=stretch.old or None, new=stretch.new or None)

    def _cut(self, stretch: Stretch, old: Sequence[Cut], new: Sequence[Cut]) -> Told | None:
        """A stretch under a bar that one take has given to its neighbour: the cut between them has moved."""
        if stretch.stop - stretch.start >= self.sides.bar_length(stretch.start):
            return None
        before = _sounding(old, stretch.start - 1), _sounding(new, stretch.start - 1)
        after = _sounding(old, stretch.stop), _sounding(new, stretch.stop)
        if before[0] != before[1] or after[0] != after[1] or before[0] == after[0]:
            return None
        first, second = before[0], after[0]
        if {first, second} != {stretch.old, stretch.new}:
            return None
        now, was = (stretch.stop, stretch.start) if stretch.new == first else (stretch.start, stretch.stop)
        places = [self.sides.position(tick) for tick in (now, was)]
        if "." in places[0] or "." in places[1]:
            places = [place if "." in place else f"{place}.1" for place in places]
        place = f"at bar {places[0]} (was {places[1]})"
        if first and second:
            rest = f"cut between {_both(take_name(first), take_name(second))} {place}"
        else:
            rest = f"{take_name(first)} ends {place}" if first else f"{take_name(second)} starts {place}"
        bars = self.sides.spans(stretch.start, stretch.stop)
        return self._at("", rest, self.told.weight * 0.1)._replace(bars=bars)

    def _at(self, section: str, rest: str, weight: float) -> Told:
        link, text = (",", f"{section}: {rest}") if section else (":", rest)
        return self.told._replace(rest=text, link=link, weight=weight)

    def _share(self, start: int, stop: int) -> float:
        total = self.sides.new.bars[-1] - self.sides.new.bars[0] if self.sides.new.bars else 0
        return (stop - start) / total if total else 1.0

    def edits(
        self, old: Sequence[Tree], new: Sequence[Tree], before: Sequence[Cut], after: Sequence[Cut]
    ) -> Iterator[Told]:
        """What is done to regions of the same take that share the most time: gain, nudge, fades, direction."""
        overlaps = sorted(
            (-(min(a.stop, b.stop) - max(a.start, b.start)), a.place, b.place)
            for a in before
            for b in after
            if a.take == b.take and min(a.stop, b.stop) > max(a.start, b.start)
        )
        seen: set[tuple[str, int]] = set()
        for _, i, j in overlaps:
            if ("old", i) in seen or ("new", j) in seen:
                continue
            seen |= {("old", i), ("new", j)}
            yield from self._edited(old[i], new[j], after[j])
        for j, cut in enumerate(after):
            if ("new", j) not in seen:
                yield from self._edited(_UNTOUCHED, new[j], cut)

    def _edited(self, old: Tree, new: Tree, cut: Cut) -> Iterator[Told]:
        path = (*self.told.path, cut.place)
        bars = self.sides.spans(cut.start, cut.stop)
        weight = self.told.weight * (self._share(cut.start, cut.stop) + 0.05)
        told = self.told._replace(path=path, bars=bars, link=",", rest=f"{self.sides.where(bars)}:")
        found = []
        for name in sorted(_OWN - {"take", "start", "stop"}):
            a, b = old.get(name), new.get(name)
            if a == b:
                continue
            here = told._replace(path=(*path, name), old=a, new=b, weight=weight * 0.4)
            if name == "reverse":
                found.append(here._replace(rest=f"{told.rest} {'backwards' if b else 'no longer backwards'}"))
                continue
            if name == "gain_db":
                here = here._replace(weight=weight * min(1.0, decibels(a, b) / 9))
            unit = self.sides.unit("recordings", "*", "comp", "*", name)
            here = here._replace(rest=f"{told.rest} {_FADES.get(name) or name_of(name)}")
            if name in _FADES and (a is None or b is None):
                found.append(here._replace(rest=f"{here.rest} {_came(a, b, unit)}", unit=unit))
            else:
                found.append(valued(here, a, b, unit, signed=name == "gain_db"))
        if found:
            yield together(found, told)
        home = ("recordings", "*", "comp", "*")
        yield from rest_of(old, new, _OWN, path, self.told._replace(area="other"), self.sides, home)


def _came(old: Json, new: Json, unit: str) -> str:
    """'800 ms added', 'removed (was 800 ms)'."""
    return f"{shown(new, unit)} added" if old is None else f"removed (was {shown(old, unit)})"


_UNTOUCHED: dict[str, Json] = {"gain_db": 0, "nudge": 0, "fade_in": None, "fade_out": None, "reverse": False}
"""A region that nothing is done to."""


def _tick(cut: Tree, name: str) -> int:
    value = cut[name]
    assert isinstance(value, int)  # a comp with text that can't be read doesn't come here
    return value


def _both(first: str, second: str) -> str:
    """'take 1 and 2'."""
    kind, _, number = second.rpartition(" ")
    return f"{first} and {number if kind and kind == first.rpartition(' ')[0] else second}"


def _sounding(cuts: Sequence[Cut], tick: int) -> str:
    return next((cut.take for cut in cuts if cut.start <= tick < cut.stop), "")
