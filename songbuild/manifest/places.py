"""Where each value of a song was written: from a path in the song to file, line and column."""

from __future__ import annotations

from dataclasses import dataclass

from songbuild.manifest.scalars import positions
from songbuild.manifest.source import Source
from songbuild.manifest.yaml_reader import Key, Node
from songbuild.problems import Fault, Path, Problem, Span

WRAPPERS = frozenset(
    "drums rows notes params instrument device preset region file level_db time curve".split()  # noqa: SIM905
)
"""Keys that a short form leaves out: {kick: x---} beside `grid` is `drums`, plain 'bass/round' is an `instrument`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value in the tree of nodes: the path as written, the nodes of its key and of itself.

    `exact` is False where only an ancestor was written.
    """

    path: Path
    key: Node | None
    node: Node
    exact: bool


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a song's values; a stage's file hangs in the tree under the stage's key."""

    root: Node

    def find(self, path: Path) -> Found:
        """The value at a path, or its nearest ancestor that was written.

        A path may have keys that a short form leaves out, and may lack a device's name.
        """
        written: list[str | int] = []
        key, node = None, self.root
        for part in path:
            step = _step(node, part)
            if step is not None:
                names, key, node = step
                written += names
            elif not _left_out(node, part):
                return Found(tuple(written), key, node, False)
            elif node.members is None:
                key = None
        return Found(tuple(written), key, node, True)

    def span(self, path: Path, offset: int | None = None, length: int = 1, *, key: bool = False) -> Span:
        """The place of a value, of `length` characters at `offset` in it where it is text, or of its key.

        A value that spans lines is shown by its key; an empty one too.
        """
        return _shown(self.find(path), offset, length, key)[1]

    def key_span(self, path: Path) -> Span:
        """The place of the name that a value stands under."""
        return self.span(path, key=True)

    def problem(self, fault: Fault) -> Problem:
        """The fault at its place, with the line it stands in.

        A value that a .py file yielded has no place of its own, so the message names its path.
        """
        found = self.find(fault.path)
        source, span = _shown(found, fault.offset, fault.length, fault.key)
        message = fault.message
        if found.node.style == "code" and len(fault.path) > 1:
            message = f"{'.'.join(str(part) for part in fault.path)}: {message}"
        return Problem(fault.code, message, span, fault.hint, source.line(span.line), fault.severity)


def _shown(found: Found, offset: int | None, length: int, key: bool) -> tuple[Source, Span]:
    """The file and the place that stand for a value."""
    node = found.node
    if node.style != "code":
        if found.key is not None and (key or node.style == "block" or node.start == node.end):
            node = found.key
        if node.members is None:
            return node.source, _part(node, offset, length) if offset is not None and found.exact else _whole(node)
    return node.source, node.source.span(node.start, node.end)


def _step(node: Node, part: str | int) -> tuple[tuple[Key, ...], Node | None, Node] | None:
    """From a node to its member `part`, perhaps through a key that the path leaves out."""
    members = node.members
    if isinstance(members, list):
        if isinstance(part, int) and 0 <= part < len(members):
            return (part,), None, members[part]
        return None
    if members is None:
        return None
    name = _spelling(members, part)
    if name is not None:
        return (name,), *members[name]
    inner = [key for key in members if key in WRAPPERS or len(members) == 1]
    for key in inner:
        held = members[key][1].members
        if isinstance(held, dict):
            name = _spelling(held, part)
            if name is not None:
                return (key, name), *held[name]
    if part in ("time", "curve") and len(members) == 1:
        # A crossfade may be written {12ms: linear}.
        ((only, (key_node, value)),) = members.items()
        return (only,), key_node, key_node if part == "time" else value
    return None


def _spelling(members: dict[Key, tuple[Node, Node]], part: str | int) -> Key | None:
    """The key that `part` means: itself, its other type (4 and '4'), or the only one that names the same device."""
    if part in members:
        return part
    if isinstance(part, int):
        return str(part) if str(part) in members else None
    if part.isdecimal() and len(part) < 10 and int(part) in members:
        return int(part)
    device = part.partition("/")[0]
    only = next(iter(members)) if len(members) == 1 else None
    return only if isinstance(only, str) and only.partition("/")[0] == device else None


def _left_out(node: Node, part: str | int) -> bool:
    """Whether a short form explains that `part` isn't there."""
    if isinstance(part, str):
        long_device = isinstance(node.members, dict) and "device" in node.members
        device = node.members is None and node.text.partition("/")[0] == part.partition("/")[0]
        return part in WRAPPERS or long_device or device
    return node.members is None or (part == 0 and isinstance(node.members, dict))  # one that stands for a list of one


def _whole(node: Node) -> Span:
    """The place of a scalar; of a block scalar its first line of text."""
    if node.style in ("|", ">"):
        at = positions(node.written, node.style, "x")[0]
        return node.source.span(node.start + at, node.end)
    return node.source.span(node.start, node.end)


def _part(node: Node, offset: int, length: int) -> Span:
    """The place of a part of a scalar's text."""
    at = positions(node.written, node.style, node.text)
    offset = max(0, min(offset, len(node.text)))
    last = max(offset, min(offset + length, len(node.text)) - 1)
    return node.source.span(node.start + at[offset], node.start + at[last] + 1)
