"""The master and its versions: chain, reference, loudness, ceiling and limiter."""

from __future__ import annotations

from collections.abc import Iterator

from songbuild.diff.desk.devices import Rack
from songbuild.diff.desk.fields import delivery_names
from songbuild.diff.desk.lanes import lanes
from songbuild.diff.desk.sides import Sides, Tree, mapping, texts
from songbuild.diff.desk.told import Told, plainly, rest_of, valued
from songbuild.diff.desk.values import amount, decibels, shown
from songbuild.diff.facts import Json
from songbuild.diff.words import listing
from songbuild.problems import Path

_OWN = {
    "target", "chain", "reference", "finish", "loudness", "ceiling", "limiter", "automation", "versions", "formats",
}  # fmt: skip


def master(sides: Sides) -> Iterator[Told]:
    """What differs in the master, and in its versions apart from what they have from the master."""
    old, new = mapping(sides.old.tree.get("master")), mapping(sides.new.tree.get("master"))
    told = Told("master", "changed", "master", "", ("master",), 1.0)
    yield from _values(sides, old, new, told)
    before, after = mapping(old.get("versions")), mapping(new.get("versions"))
    for name in (*after, *(name for name in before if name not in after)):
        path: Path = ("master", "versions", name)
        here = told._replace(subject=f"version {name}", path=path, weight=0.3)
        a, b = mapping(before.get(name)), mapping(after.get(name))
        if name not in before:
            yield here._replace(act="added", rest=f"added ({_said(sides, b)})", new=b)
        elif name not in after:
            yield here._replace(act="removed", rest="removed", old=a)
        else:
            own = {key for key in {*a, *b} if (a.get(key), b.get(key)) != (old.get(key), new.get(key))}
            yield from _values(sides, _only(a, own), _only(b, own), here)


def _only(values: Tree, names: set[str]) -> Tree:
    """The values of a version that don't differ just as the master's do; the chain goes with its automation."""
    if "automation" in names:
        names = names | {"chain"}
    return {name: value for name, value in values.items() if name in names}


def _said(sides: Sides, values: Tree) -> str:
    loudness = values.get("loudness")
    level = shown(loudness, "LUFS") if loudness is not None else "no loudness target"
    return f"{level}, {shown(values.get('ceiling'), sides.unit('master', 'ceiling'))}"


def _values(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    found = [*_aims(sides, old, new, told)]
    if old.get("target") != new.get("target"):
        head = told._replace(rest="target", path=(*told.path, "target"))
        head = valued(head._replace(weight=0.1 * told.weight), old.get("target"), new.get("target"), "")
        if found:
            inside = ", ".join(each.rest for each in found)
            weight = max(each.weight for each in found)
            head = head._replace(rest=f"{head.rest} ({inside})", weight=weight, details=tuple(found))
        yield head
    else:
        yield from found
    for key in ("chain", "finish"):
        effects = told._replace(weight=0.3 * told.weight)
        prefix = "finish " if key == "finish" else ""
        rack = Rack(sides, effects, (*told.path, key), prefix)
        yield from rack.chain(old.get(key), new.get(key))
        if key == "chain":
            automated = told._replace(area="automation", weight=0.4 * told.weight)
            yield from lanes(sides, old, new, (*told.path, "automation"), automated, rack.labels)
    yield from _reference(sides, old.get("reference"), new.get("reference"), told)
    yield from _formats(old.get("formats"), new.get("formats"), told._replace(area="delivery", weight=0.05))
    yield from rest_of(old, new, _OWN, told.path, told._replace(area="other"), sides, ("master",))


def _aims(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    """Loudness, ceiling and limiter."""
    for name in ("loudness", "ceiling"):
        a, b = old.get(name), new.get(name)
        if a != b:
            apart = decibels(a, b) if None not in (a, b) else 3.0
            one = told._replace(rest=name, path=(*told.path, name), weight=told.weight * min(1.0, apart / 9))
            yield valued(one, a, b, sides.unit("master", name))
    a, b = mapping(old.get("limiter")), mapping(new.get("limiter"))
    for name in sorted({*a, *b}):
        if a.get(name) != b.get(name):
            one = told._replace(rest=f"limiter {name}", path=(*told.path, "limiter", name), weight=told.weight * 0.2)
            yield valued(one, a.get(name), b.get(name), sides.unit("master", "limiter", name))


def _formats(old: Json, new: Json, told: Told) -> Iterator[Told]:
    """The files of a version; without a list of its own they are those of the delivery."""
    path: Path = (*told.path, "formats")
    if (old is None) == (new is None):
        yield from delivery_names(told._replace(link=":"), "", old, new, path)
    else:
        before, after = ("as of the master" if value is None else listing(texts(value)) for value in (old, new))
        yield told._replace(rest=f"files {before} -> {after}", path=path, old=old, new=new)


def _reference(sides: Sides, old: Json, new: Json, told: Told) -> Iterator[Told]:
    path: Path = (*told.path, "reference")
    here = told._replace(rest="reference", path=path, weight=told.weight * 0.4)
    if old == new:
        return
    if not isinstance(old, dict) and isinstance(new, dict):
        yield here._replace(act="added", rest=f"reference added: {new.get('file')}", new=new)
    elif not isinstance(new, dict) and isinstance(old, dict):
        yield here._replace(act="removed", rest=f"reference removed (was {old.get('file')})", old=old)
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            a, b = old.get(name), new.get(name)
            if a != b and name != "file" and amount(a) is not None:
                one = here._replace(rest=f"reference {name.replace('_db', '')}", path=(*path, name))
                yield valued(one, a, b, sides.unit("master", "reference", name))
            elif a != b:
                yield from plainly(a, b, (*path, name), "" if name == "file" else name, here, sides, ("master",))
