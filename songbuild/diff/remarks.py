"""What became of the notes on the music: said, done, moved, reworded, taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from songbuild.diff.change import Act, Bars, Change
from songbuild.diff.desk.pairing import pair
from songbuild.diff.desk.sides import Clock, records
from songbuild.diff.desk.strips import console_names
from songbuild.diff.facts import Facts, Json
from songbuild.diff.identity import Both
from songbuild.diff.words import bar_at, bars_text, listing, playing, words
from songbuild.problems import Path

_WEIGHT = 0.01  # nothing of it is heard
_SINGLE = 3
"""So many notes of which the same became are told each; more are counted."""
_ALIKE = 0.5  # of two texts at one place: the same note, reworded
_LONGEST = 80  # letters of a note in a sentence


class _Remark(NamedTuple):
    """A note: its place in the list; ticks, None for the whole song, text for a place that is lost; what it says."""

    number: int
    part: str
    at: tuple[int, int] | str | None
    text: str
    by: str
    date: str
    done: Json


class _Said(NamedTuple):
    """What became of one note: `kind` is told where there are many of it."""

    kind: str
    change: Change


def changes(both: Both) -> list[Change]:
    """Every change of the notes on a song, or on an album, that aren't written otherwise only."""
    was, now = (_remarks(facts) for facts in (both.old, both.new))
    if not (was or now) or (was == now and both.old.sections == both.new.sections):
        return []
    sides = _Sides(both)
    found = []
    for i, j in pair(was, now, sides.likeness):
        if i is None and j is not None:
            found.append(sides.whole(now[j], "added", "new"))
        elif j is None and i is not None:
            found.append(sides.whole(was[i], "removed", "old"))
        elif i is not None and j is not None:
            found += sides.changed(was[i], now[j])
    return list(_short(found))


def _remarks(facts: Facts) -> list[_Remark]:
    found = []
    for index, each in enumerate(records(facts.tree.get("notes"))):
        at, part = each.get("at"), each.get("part") or each.get("song")
        place = (at[0], at[1]) if isinstance(at, list) else at
        by, date = (str(each.get(name) or "") for name in ("by", "date"))
        found.append(_Remark(index, str(part or ""), place, str(each["text"]), by, date, each.get("done") or False))  # type: ignore[arg-type]
    return found


class _Sides:
    """The notes of two songs beside each other."""

    def __init__(self, both: Both) -> None:
        self.old, self.new = both.old, both.new
        self.clock = Clock(both.old.sections, both.new.sections, dict(both.kept))
        self.names: Mapping[str, str] = {}
        if both.new.kind == "song":
            self.names = console_names(both.old, both.new, dict(both.both_parts))

    def likeness(self, old: _Remark, new: _Remark) -> float:
        """Whether two notes are the same one: what they say, else where they are and most of what they say."""
        part, place = self.part(old) == new.part, self.stays(old, new)
        if old.text == new.text:
            return 4.0 + part + place
        if not (part and place):
            return 0.0
        ratio = SequenceMatcher(None, old.text.lower(), new.text.lower(), autojunk=False).ratio()
        return 1.0 + ratio if ratio >= _ALIKE else 0.0

    def part(self, old: _Remark) -> str:
        """The new name of the part that an old note is about."""
        return self.names.get(old.part, old.part)

    def stays(self, old: _Remark, new: _Remark) -> bool:
        """Whether two notes are at the same bars, or at the same place of the same playing."""
        a, b = old.at, new.at
        if a == b or not isinstance(a, tuple) or not isinstance(b, tuple):
            return a == b
        if self.clock.carried(a[0]) != b[0]:
            return False
        last = self.clock.carried(a[1] - 1)
        return (last is not None and last + 1 == b[1]) or self._end(a[1]) == self._end(b[1], "new") != -1

    def _end(self, tick: int, side: Literal["new", "old"] = "old") -> int:
        """The playing that ends at a tick, by its index in the new song; -1 where none does."""
        index = self.clock.index(tick - 1, side)
        section = (self.new if side == "new" else self.old).sections[index]
        if section.start + section.length != tick:
            return -1
        return index if side == "new" else self.clock.kept.get(index, -1)

    def whole(self, remark: _Remark, act: Act, side: Literal["new", "old"]) -> _Said:
        """A note that came or is gone."""
        text = f"{self.head(remark, side)}note {act}: {quoted(remark.text)}{_by(remark)}"
        old, new = (None, remark.text) if act == "added" else (remark.text, None)
        return _Said(act, self.change(remark, act, text, side, old, new))

    def changed(self, old: _Remark, new: _Remark) -> Iterator[_Said]:
        """What became of a note that is in both."""
        verbs = []
        if bool(old.done) != bool(new.done):
            verbs.append("done" if new.done else "reopened")
        elif old.done != new.done:
            verbs.append(f"done {new.done}" if isinstance(new.done, str) else "done, without a date")
        moved = not self.stays(old, new)
        if moved and isinstance(new.at, str):
            verbs.append(f"has lost its place ({self.where(old, 'old') or new.at})")
        elif moved:
            verbs.append(f"moved from {self.where(old, 'old') or f'the whole {self.old.kind}'}")
        if self.part(old) != new.part:
            verbs.append(f"now on {words(new.part) or 'everything'} (was {words(old.part) or 'everything'})")
        for name, a, b in (("by", old.by, new.by), ("of", old.date, new.date)):
            if a != b:
                verbs.append(f"{name} {b} (was {a})" if a and b else f"{name} {b}" if b else f"no longer {name} {a}")
        if not verbs and old.text == new.text:
            return
        said = quoted(new.text) if old.text == new.text else f"{quoted(old.text)} -> {quoted(new.text)}"
        text = f"{self.head(new, 'new')}note {listing(verbs) or 'changed'}: {said}"
        act: Act = "moved" if moved and len(verbs) == 1 else "changed"
        kind = verbs[0] if verbs in (["done"], ["reopened"]) else ""
        yield _Said(kind, self.change(new, act, text, "new", old.text, new.text))

    def head(self, remark: _Remark, side: Literal["new", "old"]) -> str:
        """What a note is about, before what became of it: 'vocal, chorus 2: '."""
        facts = self.new if side == "new" else self.old
        song = facts.songs.get(remark.part)
        part = f"'{song.title}'" if song else words(remark.part)
        said = ", ".join(filter(None, (part, self.where(remark, side))))
        return f"{said}: " if said else ""

    def where(self, remark: _Remark, side: Literal["new", "old"]) -> str:
        """'chorus 2', 'verse 1, bars 5-6', 'bars 7-12'; '' for the whole song."""
        if not isinstance(remark.at, tuple):
            return ""
        facts = self.new if side == "new" else self.old
        bars = self.bars(remark, side)
        indices = [self.clock.index(tick, side) for tick in (remark.at[0], remark.at[1] - 1)]
        if indices[0] < 0:
            return bars_text([(bars.first, bars.last)])
        first, last = (facts.sections[index] for index in indices)
        if (first.start, last.start + last.length) == remark.at:
            return " to ".join(dict.fromkeys(playing(index, facts.sections) for index in indices))
        inside = f"{playing(indices[0], facts.sections)}, " if bars.section else ""
        return f"{inside}{bars_text([(bars.first, bars.last)])}"

    def bars(self, remark: _Remark, side: Literal["new", "old"]) -> Bars:
        """The bars of a note that is at some."""
        assert isinstance(remark.at, tuple)
        facts = self.new if side == "new" else self.old
        ends = remark.at[0], remark.at[1] - 1
        first, last = (bar_at(facts, tick)[0] for tick in ends)
        indices = {self.clock.index(tick, side) for tick in ends}
        (index,) = indices if len(indices) == 1 else (-1,)
        return Bars(first, last, facts.sections[index].id if index >= 0 else "", side)

    def change(self, remark: _Remark, act: Act, text: str, side: Literal["new", "old"], old: Json, new: Json) -> Change:
        """The change as it is told."""
        path: Path = ("notes", remark.number)
        bars = (self.bars(remark, side),) if isinstance(remark.at, tuple) else ()
        return Change("remarks", act, remark.part or "notes", text, bars, old, new, path=path, weight=_WEIGHT)


def _by(remark: _Remark) -> str:
    said = ", ".join(filter(None, (remark.by, remark.date)))
    return f" ({said})" if said else ""


def quoted(text: str) -> str:
    """A note as it stands in a sentence: its first letters, on one line."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= _LONGEST else f"'{line[: _LONGEST - 1].rstrip()}…'"


def _short(found: Sequence[_Said]) -> Iterator[Change]:
    """Many notes of which the same became, as one change."""
    kinds: dict[str, list[Change]] = {}
    for kind, change in found:
        if kind:
            kinds.setdefault(kind, []).append(change)
        else:
            yield change
    for kind, several in kinds.items():
        if len(several) <= _SINGLE:
            yield from several
            continue
        bars = tuple(sorted({bar for change in several for bar in change.bars}))
        text = f"{len(several)} notes on the music {kind}"
        yield Change(
            "remarks", several[0].act, "notes", text, bars, path=("notes",), weight=_WEIGHT, details=tuple(several)
        )
