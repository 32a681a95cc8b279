"""Reading YAML: events of PyYAML's parser, composed into plain data and the place of every value.

The C composer overruns its stack on deep nesting, so only the parser is used, and depth is counted while its events
come.  What a stranger's file could do with YAML is refused: tags, merge keys, expanding aliases, other keys than text.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from songbuild.manifest import codes
from songbuild.manifest.scalars import NumberError, resolve
from songbuild.manifest.source import Source, controls, unresolved
from songbuild.manifest.yaml_messages import explained
from songbuild.problems import Problem

MAX_DEPTH = 100
MAX_VALUES = 250_000
"""Values in a file, each alias counted with all that it stands for."""

Key = str | int
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Node:
    """Where a value stands: characters `start` to `end` of `source`, and the same for what is in it.

    `members` is None for a scalar, a list of nodes for a sequence, and for a mapping key -> (node of the key, node of
    the value).  `style` is a scalar's quote or '' for plain, a collection's 'block' or 'flow', or 'code' for a value
    that a .py file yielded.  `text` is a scalar's text.
    """

    __slots__ = ("end", "members", "source", "start", "style", "text")

    def __init__(self, source: Source, start: int, end: int, style: str, text: str = "") -> None:
        self.source, self.start, self.end, self.style, self.text = source, start, end, style, text
        self.members: dict[Key, tuple[Node, Node]] | list[Node] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        node = Node(self.source, self.start, self.end, self.style, self.text)
        node.members = copy.deepcopy(self.members, memo)
        return node

    @property
    def written(self) -> str:
        """The value as it stands in the file."""
        return self.source.text[self.start : self.end]


class _StopReadingError(Exception):
    """The rest of the file means nothing; the problem is recorded."""


def read_yaml(source: Source) -> tuple[object, Node | None, list[Problem]]:
    """The data in a file, its places, and what is wrong with it; no places where nothing could be read."""
    conflicts = unresolved(source)
    return (None, None, conflicts) if conflicts else _Composer(source).document()


class _Composer:
    """One pass over the events of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.anchors: dict[str, tuple[object, Node, int] | None] = {}
        self.values = 0
        self.events: Iterator[Any] = iter(yaml.parse(source.text, Loader=Loader))

    def document(self) -> tuple[object, Node | None, list[Problem]]:
        try:
            next(self.events)
            if isinstance(next(self.events), yaml.StreamEndEvent):
                return None, Node(self.source, 0, 0, ""), []
            data, node = self.value(next(self.events), 0)
            next(self.events)
            after = next(self.events)
            if not isinstance(after, yaml.StreamEndEvent):
                self.report(codes.SEVERAL_DOCUMENTS, after, "a second document in one file", "remove the '---'")
        except yaml.YAMLError as error:
            self.problems.append(explained(error, self.source))
            return None, None, self.problems
        except _StopReadingError:
            return None, None, self.problems
        return data, node, self.problems

    def report(self, code: str, event: Any, message: str, hint: str | None = None) -> None:
        span = self.source.span(event.start_mark.index, event.end_mark.index)
        self.problems.append(self.source.problem(code, message, span, hint))

    def stop(self, code: str, event: Any, message: str, hint: str | None = None) -> _StopReadingError:
        self.report(code, event, message, hint)
        return _StopReadingError()

    def value(self, event: Any, depth: int) -> tuple[object, Node]:
        """The value that starts with this event."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        first = self.values
        self.count(1, event)
        if depth > MAX_DEPTH:
            raise self.stop(codes.TOO_DEEP, event, f"nested more than {MAX_DEPTH} deep")
        if event.tag is not None:
            message = f"a tag, '{_short(event.tag)}', isn't allowed"
            self.report(codes.TAG, event, message, "put text that starts with '!' in quotes")
        anchor = event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        start = event.start_mark.index
        result: object
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self.source, start, _end(event), event.style or "", event.value)
            result = self.scalar(event, node)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Node(self.source, start, start, "flow" if event.flow_style else "block")
            result = self.sequence(node, depth)
        else:
            node = Node(self.source, start, start, "flow" if event.flow_style else "block")
            result = self.mapping(node, depth)
        if anchor is not None:
            self.anchors[anchor] = (result, node, self.values - first)
        return result, node

    def count(self, number: int, event: Any) -> None:
        self.values += number
        if self.values > MAX_VALUES:
            raise self.stop(
                codes.TOO_MANY_VALUES, event, f"more than {MAX_VALUES} values", "aliases count with all they stand for"
            )

    def alias(self, event: Any) -> tuple[object, Node]:
        """A copy of what the anchor stands for, so that no data is shared."""
        name = event.anchor
        if name not in self.anchors:
            raise self.stop(
                codes.ALIAS, event, f"no '&{name}' before this '*{name}'", "put text that starts with '*' in quotes"
            )
        found = self.anchors[name]
        if found is None:
            raise self.stop(codes.ALIAS, event, f"'*{name}' stands inside what it stands for")
        data, node, size = found
        self.count(size, event)
        return copy.deepcopy(data), copy.deepcopy(node)

    def scalar(self, event: Any, node: Node) -> object:
        text: str = event.value
        if node.style:
            control = controls(text)
            if control:
                self.report(codes.CONTROL_CHARACTER, event, f"a control character, {control}, can't stand in text")
            return text
        try:
            return resolve(text)
        except NumberError as error:
            self.report(codes.NUMBER, event, error.message, error.hint)
            return text

    def sequence(self, node: Node, depth: int) -> list[object]:
        data: list[object] = []
        members: list[Node] = []
        event = next(self.events)
        while not isinstance(event, yaml.SequenceEndEvent):
            item, place = self.value(event, depth + 1)
            data.append(item)
            members.append(place)
            event = next(self.events)
        node.members, node.end = members, _end(event)
        return data

    def mapping(self, node: Node, depth: int) -> dict[Key, object]:
        data: dict[Key, object] = {}
        members: dict[Key, tuple[Node, Node]] = {}
        folded: dict[str, Key] = {}
        event = next(self.events)
        while not isinstance(event, yaml.MappingEndEvent):
            before = len(self.problems)
            key, key_node = self.value(event, depth + 1)
            legal = len(self.problems) == before and self.check_key(event, key, key_node, members, folded)
            item, place = self.value(next(self.events), depth + 1)
            if isinstance(key, bool) or not isinstance(key, str | int):
                # Kept under what was written, so that nothing seems to be missing.
                key, legal = key_node.text, key_node.text not in members
            if legal:
                data[key] = item
                members[key] = (key_node, place)
            event = next(self.events)
        node.members, node.end = members, _end(event)
        return data

    def check_key(
        self,
        event: Any,
        key: object,
        node: Node,
        members: dict[Key, tuple[Node, Node]],
        folded: dict[str, Key],
    ) -> bool:
        """Whether a key can be used: text or a whole number, not a merge key, not there already."""
        if isinstance(key, bool) or not isinstance(key, str | int):
            self.report(codes.KEY_TYPE, event, "a key is text or a whole number", "put the key in quotes")
            return False
        if key == "<<" and not node.style:
            self.report(codes.MERGE_KEY, event, "merge keys aren't allowed", "write the keys out")
            return False
        for same in (key, str(key), *_number(key)):
            if same in members:
                first = self.source.span(members[same][0].start)
                self.report(codes.DUPLICATE_KEY, event, f"'{key}' is given twice", f"first given at {first}")
                return False
        other = folded.setdefault(unicodedata.normalize("NFKC", str(key)).casefold(), key)
        if other != key:
            first = self.source.span(members[other][0].start)
            span = self.source.span(node.start, node.end)
            message = f"'{key}' differs from '{other}' only in case or in how its letters are coded"
            hint, line = f"'{other}' is given at {first}", self.source.line(span.line)
            self.problems.append(Problem(codes.NAMES_ALIKE, message, span, hint, line, "warning"))
        return True


def _end(event: Any) -> int:
    return int(event.end_mark.index)


def _number(key: Key) -> tuple[int, ...]:
    """The whole number that a key spells."""
    value = resolve(key) if isinstance(key, str) and key.isdecimal() and len(key) < 10 else None
    return (value,) if isinstance(value, int) else ()


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:60]
