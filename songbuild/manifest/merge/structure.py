"""The merge of three versions of a value, member by member, down to single events of music."""

from __future__ import annotations

from typing import NamedTuple

from songbuild.manifest.merge.align import SETS, numeric
from songbuild.manifest.merge.comments import merge_text, remarks
from songbuild.manifest.merge.conflict import Conflict
from songbuild.manifest.merge.data import plain, same, spelled
from songbuild.manifest.merge.items import Document, Item, Member
from songbuild.manifest.merge.keys import numbered
from songbuild.manifest.merge.lanes import merge_lanes
from songbuild.manifest.merge.layout import Entry, RestyleError, composed, in_brackets, in_lines
from songbuild.manifest.merge.order import OrderError, arranged
from songbuild.manifest.merge.pieces import SIDES, Fork, Pieces, Side, shifted, taken
from songbuild.manifest.merge.quoting import rewritten
from songbuild.manifest.merge.roles import role
from songbuild.manifest.merge.strings import merge_strings
from songbuild.manifest.merge.words import named, place, values
from songbuild.problems import Path


class Where(NamedTuple):
    """A value's path, and the same in names: members of lists by what identifies them.

    `columns` are where the collection around it starts in the base, in ours, in theirs, and in the result.
    """

    path: Path = ()
    names: tuple[str, ...] = ()
    columns: tuple[int, int, int, int] = (0, 0, 0, 0)

    def into(self, key: str | int, name: str) -> Where:
        """A member."""
        return self._replace(path=(*self.path, key), names=(*self.names, name))


class Outcome(NamedTuple):
    """A merged value.  `side` is whose the text is, if all of it is one's; `data` what it is on both sides."""

    pieces: Pieces
    data: dict[Side, object]
    side: Side | None = None
    clashes: bool = False


class Merger:
    """Merges values; what both sides changed is added to `conflicts`, the number of each its index."""

    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def conflict(self, where: Where, message: str, detail: str = "") -> tuple[int, ...]:
        """Note what both changed; returns its number."""
        self.conflicts.append(Conflict(place(where.names, detail), message))
        return (len(self.conflicts) - 1,)

    def document(self, base: Document, ours: Document, theirs: Document) -> tuple[Pieces, dict[Side, object]]:
        """The text and the data of three files."""
        head = self.text(base.head, ours.head, theirs.head, Where((), ("the file",)))
        # The only manifest that is a list holds notes on the music.
        home = ("notes",) if ours.root.kind == theirs.root.kind == "list" else ()
        value = self.value(base.root, ours.root, theirs.root, Where(home, home))
        tail = self.text(base.tail, ours.tail, theirs.tail, Where((), ("the file",)))
        pieces = value.pieces
        if not ours.root.flow and ours.root.members and not value.pieces:
            pieces = ["{}\n" if ours.root.kind == "map" else "[]\n"]
        return [*head, *pieces, *tail], value.data

    def text(self, base: str, ours: str, theirs: str, where: Where) -> Pieces:
        """Comments and space."""
        merged = merge_text(base, ours, theirs)
        if merged is None:
            return [Fork(ours, theirs, self.conflict(where, "both changed the comment"))]
        return [merged]

    def value(self, base: Item | None, ours: Item, theirs: Item, where: Where) -> Outcome:
        """A value that both sides have."""
        if base is not None and ours.raw == base.raw:
            return _all_of("theirs", theirs)
        if (base is not None and theirs.raw == base.raw) or ours.raw == theirs.raw:
            return _all_of("ours", ours)
        if ours.kind == theirs.kind and ours.kind in ("map", "list"):
            try:
                return self.collection(base if base and base.kind == ours.kind else None, ours, theirs, where)
            except RestyleError:
                pass  # one side's comments have no place within the other's brackets
        old, left, right = (None if item is None else plain(item) for item in (base, ours, theirs))
        if same(left, right) or (base is not None and same(right, old)):
            return _all_of("ours", ours)
        if base is not None and same(left, old):
            return _all_of("theirs", theirs)
        if isinstance(old, str) and isinstance(left, str) and isinstance(right, str):
            found = self.music(old, ours, left, right, where)
            if found is not None:
                return found
        number = self.conflict(where, values(left, right, old, base is not None))
        pieces: Pieces = [Fork(ours.raw, theirs.raw, number)]
        return Outcome(pieces, {"ours": left, "theirs": right}, clashes=True)

    def music(self, base: str, item: Item, ours: str, theirs: str, where: Where) -> Outcome | None:
        """A music string, by bar and event; None where it is none, or can't be merged that way."""
        kind = role(where.path, (base, ours, theirs))
        if kind is None or item.kind != "scalar":
            return None
        merge = merge_lanes(base, ours, theirs) if kind == "lane" else merge_strings(kind, base, ours, theirs)
        if merge is None:
            return None
        numbers = tuple(n for clash in merge.clashes for n in self.conflict(where, "both changed", clash))
        data: dict[Side, object] = {side: merge.value(ours, side) for side in SIDES}
        return Outcome(rewritten(merge, item, numbers), data, None)

    def collection(self, base: Item | None, ours: Item, theirs: Item, where: Where) -> Outcome:
        """A mapping or a list.  Raises RestyleError."""
        frame = theirs if base is not None and ours.flow == base.flow != theirs.flow else ours
        old = base or Item(ours.kind, {}, flow=frame.flow, column=ours.column)
        old, mine, other = (_like(item, frame) for item in (old, ours, theirs))
        home = str(where.path[-1]) if where.path else ""
        columns = (old.column, mine.column, other.column)
        indents = [column - around for column, around in zip(columns, where.columns, strict=False)]
        if old is not base or mine is not ours or other is not theirs:  # written anew by one side
            indent = indents[2] if frame is theirs else indents[1]
        else:
            indent = indents[2] if indents[1] == indents[0] else indents[1]
        column = where.columns[3] + indent
        inside = where._replace(columns=(*columns, column))
        numbers = numbered(old, mine, other, where.path)
        found: dict[int, list[Member | None]] = {}
        for index, (item, ids) in enumerate(zip((old, mine, other), numbers, strict=True)):
            for member, number in zip(item.members, ids, strict=True):
                found.setdefault(number, [None, None, None])[index] = member
        entries: dict[int, Entry] = {}
        for number, (before, left, right) in found.items():
            entry = self.entry(before, left, right, inside, (column - columns[1], column - columns[2]), number)
            if entry is not None:
                entries[number] = entry
        order = self.order(numbers, entries, ours.kind == "map" or home in SETS, where)
        if order is None:
            detail = self.conflict(where, "both changed the order")
            data: dict[Side, object] = {"ours": plain(ours), "theirs": plain(theirs)}
            return Outcome([Fork(ours.raw, theirs.raw, detail)], data, clashes=True)
        listed = [entries[number] for number in order]
        data = {}
        for side in SIDES:
            present = [entry for entry in listed if side in entry.sides]
            data[side] = (
                {entry.keys[side]: entry.data[side] for entry in present}
                if ours.kind == "map"
                else [entry.data[side] for entry in present]
            )
        return Outcome(composed(other if frame is theirs else mine, listed, column), data)

    def order(
        self,
        numbers: tuple[list[int], list[int], list[int]],
        entries: dict[int, Entry],
        is_free: bool,
        where: Where,
    ) -> list[int] | None:
        """The numbers of the members in the order of the result; None where both sides changed it."""
        home = str(where.path[-1]) if where.path else ""

        def combine(here: list[int], there: list[int]) -> list[int]:
            if home in SETS:
                return sorted(here + there, key=lambda n: spelled(_data(entries[n])))
            if is_free:
                return here + there
            if [spelled(_data(entries[n])) for n in here] == [spelled(_data(entries[n])) for n in there]:
                return here
            bars = {n: numeric(_data(entries[n]), home) for n in here + there}
            times = sorted(time for time in bars.values() if time is not None)
            if len(set(times)) == len(bars):
                return sorted(bars, key=lambda n: bars[n] or 0.0)
            before = next((m for m in reversed(numbers[1][: numbers[1].index(here[0])]) if m in entries), None)
            after = f"after {named(_data(entries[before]), home)}" if before is not None else "at the start"
            clash = self.conflict(where, f"both added something {after}")
            for run, side in ((here, SIDES[0]), (there, SIDES[1])):
                for n in run:
                    entries[n].sides, entries[n].numbers = (side,), (*entries[n].numbers, *clash)
            return here + there

        try:
            return arranged(*numbers, set(entries), combine)
        except OrderError:
            if not is_free:
                return None
        both = [n for n in dict.fromkeys((*numbers[1], *numbers[2])) if n in entries]
        return sorted(both, key=lambda n: spelled(_data(entries[n]))) if home in SETS else both

    def entry(
        self,
        base: Member | None,
        ours: Member | None,
        theirs: Member | None,
        where: Where,
        shifts: tuple[int, int],
        number: int,
    ) -> Entry | None:
        """One member of a collection; None where it is gone."""
        known = next(member for member in (base, ours, theirs) if member is not None)
        home = where.path[-1] if where.path else ""
        if known.key is None:
            inner = where.into(number, named(plain(known.value), str(home)))
        else:  # a device's key says nothing that its name in the list doesn't
            inner = where.into(known.key, str(known.key) if isinstance(home, str) else "")
        if ours is not None and theirs is not None:
            return self.member(base, ours, theirs, inner, shifts)
        only, side, shift = (ours, SIDES[0], shifts[0]) if ours is not None else (theirs, SIDES[1], shifts[1])
        if only is None:
            return None
        entry = _whole(only, shift)
        if base is not None:
            is_same = only.key == base.key and same(plain(only.value), plain(base.value))
            if is_same and not remarks(only) - remarks(base):
                return None
            other = SIDES[1 - SIDES.index(side)]
            entry.sides = (side,)
            done = "commented on" if is_same else "changed"
            entry.numbers = self.conflict(inner, f"{other} deleted it, {side} {done} it")
        return entry

    def member(self, base: Member | None, ours: Member, theirs: Member, where: Where, shifts: tuple[int, int]) -> Entry:
        """A member that both sides have."""
        if base is not None and ours.tile == base.tile:
            return _whole(theirs, shifts[1])
        if (base is not None and theirs.tile == base.tile) or ours.tile == theirs.tile:
            return _whole(ours, shifts[0])
        if base is not None and ours.key != base.key != theirs.key != ours.key:
            clash = self.conflict(where, f"ours renamed it '{ours.key}', theirs '{theirs.key}'")
            data: dict[Side, object] = {"ours": plain(ours.value), "theirs": plain(theirs.value)}
            keys: dict[Side, object] = {"ours": ours.key, "theirs": theirs.key}
            return Entry([ours.lead], [Fork(ours.body, theirs.body, clash)], data, keys, ours.comma)
        leads = (_moved(ours.lead, shifts[0], True), _moved(theirs.lead, shifts[1], True))
        lead = self.text(base.lead if base is not None else "", *leads, where)
        named = theirs if base is not None and ours.head == base.head else ours
        value = self.value(base.value if base is not None else None, ours.value, theirs.value, where)
        if value.clashes:
            numbers = tuple(n for fork in value.pieces if isinstance(fork, Fork) for n in fork.numbers)
            left, right = (
                _moved(f"{each.mid}{each.value.raw}{each.trail}", by, False)
                for each, by in zip((ours, theirs), shifts, strict=True)
            )
            body: Pieces = [named.head, Fork(left, right, numbers)]
        else:
            body = [named.head, *self.rest(base, ours, theirs, value, where, shifts)]
        comma = ours.comma if "#" in ours.comma or "#" not in theirs.comma else theirs.comma
        return Entry(lead, body, value.data, dict.fromkeys(SIDES, named.key), comma)

    def rest(
        self, base: Member | None, ours: Member, theirs: Member, value: Outcome, where: Where, shifts: tuple[int, int]
    ) -> Pieces:
        """What follows the key of a member: its merged value, and the comments around it."""
        if not value.pieces and not ours.value.flow and ours.value.members:  # nothing is left of a block
            return [": " if ours.key is not None else " ", "{}" if ours.value.kind == "map" else "[]", "\n"]
        chosen = theirs if value.side == "theirs" else ours
        mid: Pieces = [chosen.mid]
        trail: Pieces = [chosen.trail]
        if base is not None and ours.value.kind == theirs.value.kind == base.value.kind:
            if value.side is None:
                mid = self.text(base.mid, ours.mid, theirs.mid, where)
            trails = (base.trail, ours.trail, theirs.trail)
            if len({"\n" in each for each in trails}) == 1:
                trail = self.text(*trails, where)
        shift = 0 if value.side is None else shifts[SIDES.index(value.side)]
        return shifted([*mid, *value.pieces, *trail], shift, False)


def _like(item: Item, frame: Item) -> Item:
    if item.flow == frame.flow:
        return item
    return in_brackets(item) if frame.flow else in_lines(item, frame)


def _moved(text: str, by: int, line_start: bool) -> str:
    return taken(shifted([text], by, line_start), "ours")


def _data(entry: Entry) -> object:
    return entry.data[entry.sides[0]]


def _all_of(side: Side, item: Item) -> Outcome:
    return Outcome([item.raw], dict.fromkeys(SIDES, plain(item)), side)


def _whole(member: Member, shift: int) -> Entry:
    """A member as one side has it."""
    return Entry(
        shifted([member.lead], shift, True),
        shifted([member.body], shift, False),
        dict.fromkeys(SIDES, plain(member.value)),
        dict.fromkeys(SIDES, member.key),
        member.comma,
    )
