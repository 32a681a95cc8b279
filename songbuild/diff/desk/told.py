"""Changes before they are sentences: made, put together, and told once where several subjects have the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from songbuild.diff.change import Act, Bars, Change
from songbuild.diff.desk.sides import Sides, Tree
from songbuild.diff.desk.values import between
from songbuild.diff.facts import Json
from songbuild.diff.words import listing, words
from songbuild.problems import Path


class Told(NamedTuple):
    """A change before it becomes a sentence: "SUBJECTS rest", so that equal ones of several subjects are told once.

    `who` is how the subject is called, its name where nothing else is said; `link` stands between it and the rest: '',
    ',' or ':'.  `step` is what changes from different levels have in common: 'faders 2 dB down'.
    """

    area: str
    act: Act
    subject: str
    rest: str
    path: Path
    weight: float
    who: str = ""
    link: str = ""
    step: str = ""
    old: Json = None
    new: Json = None
    unit: str = ""
    bars: tuple[Bars, ...] = ()
    details: tuple[Told, ...] = ()

    def change(self) -> Change:
        """The change as it is told; one that is of the song itself is about the field of it."""
        field = next((str(part) for part in self.path[:2][::-1] if isinstance(part, str)), "")
        return Change(
            self.area, self.act, self.subject or field,
            f"{self.who or words(self.subject)}{self.link} {self.rest}".strip(),
            self.bars, self.old, self.new, self.unit, self.path, round(min(1.0, self.weight), 4),
            tuple(detail.change() for detail in self.details),
        )  # fmt: skip


def valued(told: Told, old: Json, new: Json, unit: str, *, signed: bool = False) -> Told:
    """A change of one value; its `rest` is what the value is called."""
    text = between(old, new, unit, signed=signed)
    return told._replace(rest=f"{told.rest} {text}".strip(), old=old, new=new, unit=unit)


def together(parts: Sequence[Told], head: Told, most: int = 3) -> Told:
    """Several changes of one thing as one, whose `rest` names the thing: 'rest: threshold …, ratio … and 2 more'."""
    if len(parts) == 1:
        return parts[0]
    text = listed([part.rest.removeprefix(head.rest).strip() for part in parts], most)
    weight = min(1.0, 1.2 * max(part.weight for part in parts))
    link = "" if not head.rest or head.rest.endswith(":") else ":"
    return head._replace(rest=f"{head.rest}{link} {text}".strip(), weight=weight, details=tuple(parts))


def listed(told: Sequence[str], most: int = 3) -> str:
    """'threshold …, ratio … and 2 more'."""
    if len(told) <= most:
        return ", ".join(told)
    return f"{', '.join(told[: most - 1])} and {len(told) - most + 1} more"


def folded(found: Iterable[Told]) -> list[Change]:
    """The changes, those that say the same of several subjects as one."""
    same: dict[tuple[str, str, str], list[Told]] = {}
    steps: dict[tuple[str, str], list[Told]] = {}
    every = list(found)
    for told in every:
        same.setdefault((told.area, told.link, told.rest), []).append(told)
    merged = [_merged(group, group[0].rest) for group in same.values()]
    for told in merged:
        if told.step:
            steps.setdefault((told.area, told.step), []).append(told)
    apart = [told for told in merged if not told.step or len(steps[told.area, told.step]) == 1]
    for (_, step), group in steps.items():
        if len(group) > 1:
            singles = [each for told in group for each in (told.details if told.details else (told,))]
            apart.append(_merged(singles, step))
    return [told.change() for told in apart]


def _merged(group: Sequence[Told], rest: str) -> Told:
    if len(group) == 1:
        return group[0]
    names = list(dict.fromkeys(told.who or words(told.subject) for told in group))
    first = group[0] if len({told.rest for told in group}) == 1 else group[0]._replace(old=None, new=None)
    bars = tuple(sorted({bar for told in group for bar in told.bars}))
    return first._replace(
        who=listing(names if len(names) <= 5 else [*names[:4], f"{len(names) - 4} more"]),
        rest=rest,
        weight=min(1.0, max(told.weight for told in group) * (1 + 0.1 * (len(group) - 1))),
        bars=bars,
        details=tuple(group),
    )


def rest_of(
    old: Tree, new: Tree, known: Collection[str], path: Path, told: Told, sides: Sides, home: tuple[str, ...]
) -> Iterator[Told]:
    """Whatever of a record isn't among what is `known`, so that nothing is lost: 'field: old -> new'."""
    for name in sorted({*old, *new} - set(known)):
        if old.get(name) != new.get(name):
            yield from plainly(old.get(name), new.get(name), (*path, name), name, told, sides, (*home, name))


def plainly(
    old: Json, new: Json, path: Path, label: str, told: Told, sides: Sides, home: tuple[str, ...]
) -> Iterator[Told]:
    """Every value that differs at or below `path`, as 'label.path old -> new'."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            a, b = old.get(name), new.get(name)
            if a != b:
                yield from plainly(a, b, (*path, name), f"{label}.{name}", told, sides, (*home, name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (a, b) in enumerate(zip(old, new, strict=True)):
            if a != b:
                yield from plainly(a, b, (*path, index), f"{label}.{index + 1}", told, sides, (*home, "*"))
    elif isinstance(old, dict | list) or isinstance(new, dict | list):
        act: Act = "added" if old in (None, [], {}) else "removed" if new in (None, [], {}) else "changed"
        yield told._replace(act=act, rest=f"{told.rest} {label} {act}".strip(), path=path, old=old, new=new)
    else:
        yield valued(told._replace(rest=f"{told.rest} {label}".strip()), old, new, sides.unit(*home))._replace(
            path=path
        )
