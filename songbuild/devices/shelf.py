"""Devices by name, each imported when it is first taken: a song needs a few of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

Kind = TypeVar("Kind")


class Shelf(Mapping[str, Kind]):
    """What the modules `names` of `package` call `what`, by the modules' names, in their order."""

    def __init__(self, package: str, what: str, names: tuple[str, ...]) -> None:
        self._package, self._what, self._names = package, what, names
        self._taken: dict[str, Kind] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._taken:
            if name not in self._names:
                raise KeyError(name)
            self._taken[name] = getattr(import_module(f"{self._package}.{name}"), self._what)
        return self._taken[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
