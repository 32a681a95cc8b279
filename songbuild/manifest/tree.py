"""Data and its places together, mended or cut where they can't be used, so that the rest can still be checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from songbuild.manifest.places import Places
from songbuild.manifest.translate import faults
from songbuild.manifest.yaml_reader import Key, Node
from songbuild.model.song import STAGES, Song
from songbuild.problems import Fault, Path, nearest
from songbuild.units import Params

Record = TypeVar("Record", bound=Params)
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Tree:
    """A song's data and the nodes of the same shape; changed in place."""

    data: dict[Key, Any]
    root: Node

    @property
    def places(self) -> Places:
        return Places(self.root)


@dataclass(frozen=True, slots=True)
class Cut:
    """What was left out of a song to check the rest, so that faults that follow from it can be dropped.

    Names of what is gone; places of what is incomplete; stages of which too much is gone to judge references to them.
    """

    names: set[str] = field(default_factory=set)
    homes: set[Path] = field(default_factory=set)
    stages: set[str] = field(default_factory=set)

    def explains(self, fault: Fault) -> bool:
        """Whether a fault may only be there because something was left out."""
        inside = any(fault.path[: len(home)] == home for home in self.homes)
        return inside or any(f"'{name}'" in fault.message for name in self.names)


def validate(tree: Tree, model: type[Record] = Song) -> tuple[Record | None, list[Fault]]:  # type: ignore[assignment]
    """The song, or other record, that the data is, or every fault of it."""
    error: ValidationError | None = None
    for _ in range(3):
        try:
            return model.model_validate(tree.data), []
        except ValidationError as found:
            error = found
        if not _mend(tree, error):
            break
    assert error is not None
    return None, faults(error, model, tree.places)


def salvage(tree: Tree, found: Iterable[Fault]) -> tuple[Song | None, Cut]:
    """A song without what is at fault, None where no cut helps, and what was cut.

    The tree is cut in place: its places hold for that song, no longer for the faults found before.
    """
    cut = Cut()
    wrong = list(found)
    for _ in range(_ROUNDS):
        for path in sorted({_cut_at(fault) for fault in wrong}, key=_order, reverse=True):
            if not path:
                tree.data["title"] = "untitled"
            else:
                _drop(tree, path)
        for fault in wrong:
            _note(cut, _cut_at(fault), unknown=fault.code.endswith("001"))
        try:
            return Song.model_validate(tree.data), cut
        except ValidationError as error:
            wrong = faults(error, Song, tree.places)
    return None, cut


def _note(cut: Cut, path: Path, *, unknown: bool) -> None:
    """Record that the value at `path` was left out, the key of which was perhaps `unknown`."""
    if not path:
        return
    stage, last = str(path[0]), str(path[-1])
    if len(path) == 1:
        meant = nearest(last, STAGES)
        cut.stages.update((meant,) if meant else ())
    elif stage in ("composition", "arrangement") and len(path) == 2:
        cut.stages.add(stage)
    elif stage in ("composition", "arrangement") and len(path) > 3:
        # What is left of a pattern or a section may lack what was cut, or be too short.
        cut.homes.add(path[:-1])
    if not unknown:
        cut.names.add(last)


def _cut_at(fault: Fault) -> Path:
    """The value to leave out: what is wrong, or what lacks something."""
    return fault.path[:-1] if fault.code.endswith("002") else fault.path


def _order(path: Path) -> tuple[tuple[int, int, str], ...]:
    """A key that puts later members of a list after earlier ones."""
    return tuple((1, part, "") if isinstance(part, int) else (0, 0, part) for part in path)


def _parent(tree: Tree, path: Path) -> tuple[Any, Node] | None:
    """The mapping or list that holds the value at a path as written."""
    data: Any = tree.data
    node = tree.root
    for part in path[:-1]:
        try:
            data = data[part]
            members: Any = node.members
            node = members[part][1] if isinstance(members, dict) else members[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data, node


def _drop(tree: Tree, path: Path) -> None:
    parent = _parent(tree, path)
    if parent is None:
        return
    data, node = parent
    for holder in (data, node.members):
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
        elif isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder):
            del holder[path[-1]]


def _mend(tree: Tree, error: ValidationError) -> bool:
    """Read numbers, true and false as the text they were written as, where text is wanted; whether any was."""
    mended = False
    for each in error.errors(include_url=False):
        value = each["input"]
        if each["type"] != "string_type" or not isinstance(value, int | float):
            continue
        is_key = each["loc"][-1] == "[key]"
        path = tree.places.find(each["loc"][:-1] if is_key else each["loc"]).path
        parent = _parent(tree, path) if path else None
        if parent is None:
            continue
        data, node = parent
        last: Any = path[-1]
        members: Any = node.members
        if is_key and isinstance(last, int) and isinstance(data, dict):
            text = members[last][0].text
            for holder in (data, members):
                items = [(text if key == last else key, item) for key, item in holder.items()]
                holder.clear()
                holder.update(items)
            mended = True
        elif not is_key:
            scalar = members[last][1] if isinstance(members, dict) else members[last]
            if scalar.members is None and scalar.style == "":
                data[last] = scalar.text
                mended = True
    return mended
