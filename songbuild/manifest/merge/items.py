"""A manifest cut into its values without a gap: put together again, the pieces are the file, byte for byte."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from songbuild.manifest.yaml_reader import Key, Node

Kind: TypeAlias = Literal["scalar", "alias", "map", "list"]
_SPACE = re.compile(r"(?:[ \t\r\n]|(?<![^ \t\r\n,\[{])#[^\n]*)*")
_TRAIL = re.compile(r"[ \t\r]*(#[^\n]*)?\n")
_COMMA = re.compile(r",(?:[ \t]*#[^\n]*\n)?")
_BRACKET = re.compile(r"(?:&[^\s,\[\]{}]+\s+)?[\[{]")
_ALIAS = re.compile(r"\*[^\s,\[\]{}]+")


class UnfitError(Exception):
    """A file that can't be cut: explicit keys ('? '), aliases as keys, line ends of old."""


@dataclass(frozen=True, slots=True)
class Alias:
    """Stands in data for what an anchor names."""

    name: str


@dataclass(slots=True)
class Item:
    """A value as written.

    raw      its text; of a block collection all lines from its first member's on
    flow     whether a collection is written in brackets; `style` is a scalar's quote
    opening, closing   what stands before the first member and after the last one
    inline   whether a block collection starts within a line, after the '- ' of a list
    column   where the members of a block collection start
    """

    kind: Kind
    data: object
    raw: str = ""
    style: str = ""
    flow: bool = False
    opening: str = ""
    closing: str = ""
    inline: bool = False
    column: int = 0
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True)
class Member:
    """A member of a collection with all that belongs to it: tile = lead + pad + head + mid + value + trail + comma.

    lead   comment and empty lines above it; in brackets, the space before it
    head   the key as written, or the '-' of a block list
    mid    from there to the value; of a block collection to the next line
    trail  the rest of the line, with a comment; in brackets, up to the comma
    """

    key: Key | None
    lead: str
    pad: str
    head: str
    mid: str
    value: Item
    trail: str
    comma: str = ""

    @property
    def body(self) -> str:
        """The member without what stands above or before it."""
        return f"{self.head}{self.mid}{self.value.raw}{self.trail}"

    @property
    def tile(self) -> str:
        """All of it, but the comma."""
        return f"{self.lead}{self.pad}{self.body}"


@dataclass(slots=True)
class Document:
    """A file: what stands above its value, the value, and what stands below."""

    head: str
    root: Item
    tail: str


def cut(text: str, root: Node, data: object) -> Document:
    """The pieces of a file that was read as `data`; it ends with a line feed.  Raises UnfitError."""
    if re.search(r"\r(?!\n)", text):
        raise UnfitError("a line ends with a carriage return alone")
    cutter = _Cutter(text)
    if root.members is None:
        return Document("", Item("scalar", data, text), "")
    if _is_flow(root):
        item, end = cutter.value(root, root.start, data)
        document = Document(text[: root.start], item, text[end:])
    else:
        begin = text.rfind("\n", 0, root.start) + 1
        item, end = cutter.block(root, begin, data)
        if item.members and not item.opening and not item.inline:
            item.members[0].lead = ""
        document = Document(text[:begin], item, text[end:])
    if f"{document.head}{item.raw}{document.tail}" != text:
        raise UnfitError("the file can't be cut into its values")
    return document


def _is_flow(node: Node) -> bool:
    return node.style == "flow"


class _Cutter:
    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, node: Node, start: int, data: object) -> tuple[Item, int]:
        """The value that starts at `start`, other than a block collection, and where it ends."""
        text = self.text
        if text.startswith("*", start):
            match = _ALIAS.match(text, start)
            if not match:
                raise UnfitError("an alias without a name")
            return Item("alias", Alias(match[0][1:]), match[0]), match.end()
        if node.members is None:
            end = node.end if node.end > node.start else start
            return Item("scalar", data, text[start:end], node.style), end
        return self.flow(node, start, data)

    def flow(self, node: Node, start: int, data: object) -> tuple[Item, int]:
        """A collection in brackets, or the one pair 'a: b' in a list that needs none."""
        text = self.text
        item = Item("map" if isinstance(node.members, dict) else "list", data, flow=True)
        bracket = _BRACKET.match(text, start)
        bare = bracket is None
        at = bracket.end() if bracket else start
        item.opening = text[start:at]
        for key, head, child in _children(node):
            begin = _after(text, at)
            if head is not None:
                if head.start != begin:
                    raise UnfitError("an explicit key")
                colon = _colon(text, head.end)
                first = colon if colon < 0 else _after(text, colon + 1)
                if colon < 0 or child.end == child.start:  # a key without a value
                    first = head.end if colon < 0 else colon + 1
                mid, shown = text[head.end : first], text[head.start : head.end]
            else:
                first, mid, shown = begin, "", ""
            inner = data[key] if isinstance(data, dict) else data[len(item.members)]  # type: ignore[index]
            value, end = self.value(child, first, inner)
            if bare:
                item.members.append(Member(key, "", "", shown, mid, value, ""))
                at = end
                break
            stop = _after(text, end)
            comma = _COMMA.match(text, stop)
            between = comma[0] if comma else ""
            item.members.append(Member(key, text[at:begin], "", shown, mid, value, text[end:stop], between))
            at = stop + len(between)
        end = at
        if not bare:
            end = _after(text, at)
            if text[end : end + 1] not in ("]", "}"):
                raise UnfitError("brackets that can't be followed")
            end += 1
            item.closing = text[at:end]
        item.raw = text[start:end]
        return item, end

    def block(self, node: Node, begin: int, data: object) -> tuple[Item, int]:
        """A block collection whose lines start at `begin`, or, after a '- ', at its first member."""
        text = self.text
        is_map = isinstance(node.members, dict)
        item = Item("map" if is_map else "list", data)
        at = begin
        if text.startswith("&", node.start):
            at = text.find("\n", node.start) + 1
            item.opening = text[begin:at]
        for key, head, child in _children(node):
            start = head.start if head is not None else _dash(text, at)
            line = text.rfind("\n", 0, start) + 1
            lead, pad = (text[at:line], text[line:start]) if line >= at else ("", text[at:start])
            if start < at or pad.strip() or any(row.strip()[:1] not in ("", "#") for row in lead.split("\n")):
                raise UnfitError("an explicit key, or text between two values")
            if not item.members:
                item.column, item.inline = start - line, line < at and not item.opening
            after = head.end if head is not None else start + 1
            colon = _colon(text, after) + 1 if head is not None else after
            inner = data[key] if is_map else data[len(item.members)]  # type: ignore[index]
            value, first, end = self._in_block(child, colon, inner)
            trail = _TRAIL.match(text, end)
            if end == first or text[end - 1] != "\n":
                if not trail:
                    raise UnfitError("text after a value")
                at = trail.end()
            else:
                at = end
            item.members.append(Member(key, lead, pad, text[start:after], text[after:first], value, text[end:at]))
        item.raw = text[begin:at]
        return item, at

    def _in_block(self, child: Node, colon: int, data: object) -> tuple[Item, int, int]:
        """The value of a block collection's member, where it starts and ends; `colon` is after the ':' or '-'."""
        text = self.text
        start = _after(text, colon)
        if text.startswith("*", start):
            return (*self._from(child, start, data),)
        if child.members is None and child.end == child.start:
            return Item("scalar", data), colon, colon
        if child.members is None or child.style == "flow":
            return (*self._from(child, child.start, data),)
        line = text.find("\n", colon)
        begin = line + 1 if line < child.start else child.start
        item, end = self.block(child, begin, data)
        return item, begin, end

    def _from(self, child: Node, start: int, data: object) -> tuple[Item, int, int]:
        item, end = self.value(child, start, data)
        return item, start, end


def _children(node: Node) -> list[tuple[Key | None, Node | None, Node]]:
    if isinstance(node.members, dict):
        return [(key, head, child) for key, (head, child) in node.members.items()]
    return [(None, None, child) for child in node.members or ()]


def _after(text: str, at: int) -> int:
    """The first place from `at` on that is neither space nor comment."""
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _colon(text: str, at: int) -> int:
    """The ':' after a key that ends at `at`, or -1."""
    at = _after(text, at)
    return at if text.startswith(":", at) else -1


def _dash(text: str, at: int) -> int:
    """The '-' of the next item of a block list."""
    at = _after(text, at)
    if not text.startswith("-", at):
        raise UnfitError("a list without its '-'")
    return at
