"""Notes written into a manifest's text, the rest of which stays as it is: its comments, its order, its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from songbuild.manifest.merge.quoting import is_plain, quoted
from songbuild.manifest.source import Source
from songbuild.manifest.yaml_reader import Node, read_yaml

Item: TypeAlias = Mapping[str, str]
BY_HAND = "the notes are written in a way that can't be added to: write it by hand"


class EditError(ValueError):
    """A text that can't be changed without changing more of it than what was asked for."""


def with_remark(text: str, item: Item, key: str | None) -> str:
    """The text with one more note at the end of the list under `key`, or of the whole file's where that is None.

    Written as the note before it is.  Raises EditError.
    """
    data, root = _read(text)
    node, home = _list(data, root, key)
    newline = "\r\n" if "\r\n" in text else "\n"
    if node is None or (not node.members and node.style != "flow"):
        made = _first(text, root, home, item, key, newline)
    elif node.style == "flow":
        made = _in_brackets(text, node, item, newline)
    else:
        made = _after_dash(text, node, item, newline)
    given = {name: _value(name, value) for name, value in item.items()}
    if key is None:
        return _checked(made, [*(data or []), given])
    return _checked(made, {**(data or {}), key: [*((data or {}).get(key) or []), given]})


def with_done(text: str, index: int, when: str | None, key: str | None) -> str:
    """The text with one of the notes done, at a date where that is known.  Raises EditError."""
    written, value = ("true", True) if when is None else (_scalar("done", when), when)
    data, root = _read(text)
    node, _ = _list(data, root, key)
    notes = data if key is None else data[key]
    one = node.members[index] if node is not None and isinstance(node.members, list) else None
    if one is None or not isinstance(one.members, dict) or not one.members:
        raise EditError(BY_HAND)
    if "done" in one.members:
        _, old = one.members["done"]
        made = text[: old.start] + ("" if old.start < old.end else " ") + written + text[old.end :]
    elif one.style == "flow":
        last = one.start + len(text[one.start : one.end - 1].rstrip().rstrip(",").rstrip())
        made = f"{text[:last]}, done: {written}{text[last:]}"
    else:
        first = next(iter(one.members.values()))[0]
        at = _line_end(text, _end(one))
        newline = "\r\n" if "\r\n" in text else "\n"
        made = f"{text[:at]}{newline}{' ' * _column(text, first.start)}done: {written}{text[at:]}"
    changed = [each | {"done": value} if place == index else each for place, each in enumerate(notes)]
    return _checked(made, changed if key is None else {**data, key: changed})


def _read(text: str) -> tuple[Any, Node]:
    data, root, problems = read_yaml(Source.of("", text))
    if root is None or any(problem.severity == "error" for problem in problems):
        raise EditError("the file can't be read: 'songbuild check' says why")
    return data, root


def _list(data: Any, root: Node, key: str | None) -> tuple[Node | None, Node | None]:
    """The node of the list, and that of its key; None where there is none."""
    if key is None:
        return (root if data is not None else None), None
    if data is not None and not isinstance(root.members, dict):
        raise EditError(BY_HAND)
    if not isinstance(root.members, dict) or key not in root.members:
        return None, None
    home, node = root.members[key]
    return node, home


def _first(text: str, root: Node, home: Node | None, item: Item, key: str | None, newline: str) -> str:
    """The text with the first of its notes."""
    flow = f"- {_flow(item)}{newline}"
    if key is None or home is None:
        if key is not None and root.style == "flow":
            raise EditError(BY_HAND)
        start = text if not text or text.endswith("\n") else text + newline
        return start + (flow if key is None else f"{key}:{newline}  {flow}")
    at = _line_end(text, home.end)
    return f"{text[:at]}{newline}{' ' * (_column(text, home.start) + 2)}{flow.rstrip()}{text[at:]}"


def _in_brackets(text: str, node: Node, item: Item, newline: str) -> str:
    """The text with a note more in a list [in brackets]; on a line of its own where the last one is."""
    members = node.members
    if not isinstance(members, list) or not members:
        return f"{text[: node.end - 1]}{_flow(item)}{text[node.end - 1 :]}"
    last = members[-1]
    lead = text[text.rfind("\n", 0, last.start) + 1 : last.start]
    between = f",{newline}{lead}" if "\n" in text[: last.start] and not lead.strip() else ", "
    rest = text[last.end : node.end]
    if rest.lstrip().startswith(","):
        comma = last.end + rest.index(",") + 1
        return f"{text[:comma]}{between[1:]}{_flow(item)}{text[comma:]}"
    return f"{text[: last.end]}{between}{_flow(item)}{text[last.end :]}"


def _after_dash(text: str, node: Node, item: Item, newline: str) -> str:
    """The text with a note more in a list of dashes, over several lines where the last one is."""
    members = node.members
    assert isinstance(members, list)
    last = members[-1]
    at = _line_end(text, _end(last))
    column = " " * _column(text, node.start)
    if last.style == "flow" or not isinstance(last.members, dict):
        return f"{text[:at]}{newline}{column}- {_flow(item)}{text[at:]}"
    inner = " " * _column(text, last.start)
    lines = f"{newline}{inner}".join(f"{name}: {_scalar(name, value)}" for name, value in item.items())
    return f"{text[:at]}{newline}{column}-{inner[len(column) + 1 :]}{lines}{text[at:]}"


def _flow(item: Item) -> str:
    return "{" + ", ".join(f"{name}: {_scalar(name, value)}" for name, value in item.items()) + "}"


def _scalar(name: str, text: str) -> str:
    """A value as it can stand anywhere, quoted where it has to be."""
    # Some readers of YAML take a '?' in braces for the start of a key.
    plain = (is_plain(text) and "?" not in text) or isinstance(_value(name, text), int)
    return text if plain else quoted(text)


def _value(name: str, text: str) -> str | int:
    """What a value means once it is written: a bar is a number, all else is text."""
    return int(text) if name == "at" and str(text).isdecimal() and str(int(text)) == text else text


def _end(node: Node) -> int:
    """Where the last character of a value is, comments and blank lines after it left out."""
    if isinstance(node.members, dict) and node.members and node.style != "flow":
        key, value = list(node.members.values())[-1]
        return max(key.end, _end(value))
    if isinstance(node.members, list) and node.members and node.style != "flow":
        return _end(node.members[-1])
    return node.start + len(node.source.text[node.start : node.end].rstrip())


def _line_end(text: str, at: int) -> int:
    """The end of the line that a place is in."""
    found = text.find("\n", at)
    end = len(text) if found < 0 else found
    return end - 1 if text[end - 1 : end] == "\r" and found >= 0 else end


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at) - 1


def _checked(text: str, wanted: Any) -> str:
    """The text, if it says what is wanted and nothing else."""
    data, _, problems = read_yaml(Source.of("", text))
    if data != wanted or any(problem.severity == "error" for problem in problems):
        raise EditError(BY_HAND)
    return text
