"""Plain data: numbers, text, lists and mappings, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from songbuild.problems import Path as SongPath


def flat(value: Any, path: SongPath = ()) -> Iterator[tuple[SongPath, Any]]:
    """(path, value) of everything in plain data that holds nothing further; an empty list or mapping is one."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from flat(item, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for place, item in enumerate(value):
            yield from flat(item, (*path, place))
    else:
        yield path, value


def spelled(path: SongPath) -> str:
    """A path as one word: mix.channels.bass.inserts.0; a name with a dot in it stands in quotes."""
    return ".".join(f'"{part}"' if isinstance(part, str) and set('."') & set(part) else str(part) for part in path)
