"""Members put together to a collection again, in lines or in brackets; and one way of writing turned into the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from songbuild.manifest.merge.items import Item, Member
from songbuild.manifest.merge.pieces import SIDES, Fork, Pieces, Side, forked, taken
from songbuild.manifest.merge.quoting import is_plain, quoted


class RestyleError(Exception):
    """A value that can't be written in brackets without losing a comment."""


@dataclass(slots=True)
class Entry:
    """A member of a merged collection.

    lead, body   the lines above it, and the rest of it
    comma        what follows it in brackets, where that is more than a comma
    data, keys   its value and its key on both sides
    sides        where it is; `numbers` are the conflicts that tell why it isn't on both
    """

    lead: Pieces
    body: Pieces
    data: dict[Side, object]
    keys: dict[Side, object]
    comma: str = ""
    sides: tuple[Side, ...] = SIDES
    numbers: tuple[int, ...] = field(default=())


def composed(frame: Item, entries: Sequence[Entry], column: int) -> Pieces:
    """The text of a collection with these members, in the manner of `frame`; empty where it has no members left."""
    compose = _in_brackets if frame.flow else _in_lines
    if all(entry.sides == SIDES for entry in entries):
        return compose(frame, entries, column)
    present = {side: [entry for entry in entries if side in entry.sides] for side in SIDES}
    first_is_shared = bool(entries) and entries[0].sides == SIDES
    if not frame.flow and all(present.values()) and (first_is_shared or not frame.inline):
        found: Pieces = [frame.opening]
        for index, entry in enumerate(entries):
            pieces = _line(entry, column, inline=frame.inline and not index)
            if entry.sides != SIDES:
                ours, theirs = (taken(pieces, side) if side in entry.sides else "" for side in SIDES)
                pieces = [Fork(ours, theirs, (*entry.numbers, *forked(pieces)))]
            found += pieces
        return found
    both = {side: taken(compose(frame, present[side], column), side) if present[side] else "" for side in SIDES}
    numbers = [number for entry in entries for number in (*entry.numbers, *forked(entry.lead), *forked(entry.body))]
    return [Fork(both["ours"], both["theirs"], tuple(dict.fromkeys(numbers)))]


def _in_lines(frame: Item, entries: Sequence[Entry], column: int) -> Pieces:
    found: Pieces = [frame.opening] if entries else []
    for index, entry in enumerate(entries):
        found += _line(entry, column, inline=frame.inline and not index)
    return found


def _line(entry: Entry, column: int, inline: bool) -> Pieces:
    if inline and not any(entry.lead):
        return entry.body
    before: Pieces = ["\n"] if inline else []
    return [*before, *entry.lead, " " * column, *entry.body]


def _in_brackets(frame: Item, entries: Sequence[Entry], column: int) -> Pieces:  # noqa: ARG001
    found: Pieces = [frame.opening]
    first = frame.members[0].lead if frame.members else ""
    trailing = frame.members[-1].comma if frame.members else ""
    for index, entry in enumerate(entries):
        lead = entry.lead
        if not taken(lead, "ours").strip():
            text = taken(lead, "ours")
            lead = [(first if not first.strip() else "") if not index else text or " "]
        last = index == len(entries) - 1
        comma = entry.comma if "#" in entry.comma else trailing if last else ","
        found += [*lead, *entry.body, comma]
    return [*found, frame.closing]


def in_brackets(item: Item) -> Item:
    """A value that can stand in brackets.  Raises RestyleError."""
    if item.kind == "alias":
        return item
    if item.kind == "scalar":
        raw = item.raw
        if item.style in ("|", ">") or (item.style == "" and isinstance(item.data, str) and not is_plain(item.data)):
            raw = quoted(str(item.data))
        elif item.data is None and not raw:
            raw = "null"
        return replace(item, raw=raw, style=raw[:1] if raw[:1] in ("'", '"') else "")
    if item.flow:
        return item
    members = []
    for index, member in enumerate(item.members):
        if "#" in f"{member.lead}{member.trail}" or (member.value.flow is False and "#" in member.mid):
            raise RestyleError
        value = in_brackets(member.value)
        head, mid = (member.head, ": ") if item.kind == "map" else ("", "")
        members.append(Member(member.key, " " if index else "", "", head, mid, value, "", ","))
    if members:
        members[-1].comma = ""
    opening, closing = ("{", "}") if item.kind == "map" else ("[", "]")
    if item.opening.strip():
        opening = f"{item.opening.split()[0]} {opening}"
    return _with_raw(Item(item.kind, item.data, flow=True, opening=opening, closing=closing, members=members))


def in_lines(item: Item, frame: Item) -> Item:
    """A value that stands in brackets as the lines of a block, its members starting where those of `frame` do."""
    if not item.flow:
        return item
    members = []
    for member in item.members:
        if "#" in f"{member.lead}{member.trail}{member.comma}":
            raise RestyleError
        head, mid = (member.head, member.mid or ":") if item.kind == "map" else ("-", " ")
        members.append(Member(member.key, "", " " * frame.column, head, mid, member.value, "\n"))
    made = Item(item.kind, item.data, column=frame.column, inline=frame.inline, members=members)
    return _with_raw(made)


def _with_raw(item: Item) -> Item:
    item.raw = item.opening + "".join(member.tile + member.comma for member in item.members) + item.closing
    return item
