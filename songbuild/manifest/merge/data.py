"""The data of values as written: equal, alike or not."""

from __future__ import annotations

from collections.abc import Iterator

from songbuild.manifest.merge.items import Item
from songbuild.problems import Path

ALIKE = 0.5
"""Two collections with this part of their values in common are taken for versions of the same."""


def same(a: object, b: object) -> bool:
    """Whether two values are equal, true and 1 being different, the order of keys nothing."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return isinstance(a, bool) == isinstance(b, bool) and a == b


def plain(item: Item) -> object:
    """The data of a value, aliases as they stand."""
    if item.kind == "map":
        return {member.key: plain(member.value) for member in item.members}
    if item.kind == "list":
        return [plain(member.value) for member in item.members]
    return item.data


def spelled(data: object) -> str:
    """Data as text, the same for equal data whatever the order of keys."""
    if isinstance(data, dict):
        return "{" + ",".join(sorted(f"{key!r}:{spelled(value)}" for key, value in data.items())) + "}"
    if isinstance(data, list):
        return "[" + ",".join(map(spelled, data)) + "]"
    return repr(float(data) if isinstance(data, int) and not isinstance(data, bool) else data)


def likeness(a: object, b: object) -> float:
    """The part of two collections' values that is equal in both, however deep they stand."""
    if not isinstance(a, dict | list) or not isinstance(b, dict | list):
        return 0.0
    left, right = dict(_leaves(a)), dict(_leaves(b))
    equal = sum(1 for path in left.keys() & right.keys() if same(left[path], right[path]))
    return equal / max(1, len(left), len(right))


def _leaves(data: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _leaves(value, (*path, key))
    else:
        yield path, data
