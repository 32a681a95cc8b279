"""Devices: an instrument, or the inserts of a chain, each the same one through moves and new names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from math import log2

from songbuild.diff.change import Act
from songbuild.diff.desk.pairing import Pair, alike, moved, pair
from songbuild.diff.desk.sides import Sides, Tree, at, mapping, records
from songbuild.diff.desk.told import Told, listed, plainly, rest_of, together, valued
from songbuild.diff.desk.values import amount, decibels, name_of, shown
from songbuild.diff.facts import Json
from songbuild.diff.words import words
from songbuild.problems import Path

_SAME = 0.5  # likeness of two devices of one kind, whatever their parameters
_OWN = {"device", "preset", "params", "name", "sidechain", "bypass"}
_BELLS = {
    "peak": "bell", "low_shelf": "low shelf", "high_shelf": "high shelf", "highpass": "high-pass",
    "lowpass": "low-pass", "notch": "notch",
}  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_SIGNED = frozenset(("gain_db",))


@dataclass(frozen=True)
class Rack:
    """Whose devices are compared: `told` names their subject, area and weight; `prefix` stands before a device's name.

    An instrument is alone: it isn't named, being what its part sounds like.  `labels` collects what the old labels, and
    bands by their numbers, are called in the new chain.
    """

    sides: Sides
    told: Told
    path: Path
    prefix: str = ""
    alone: bool = False
    labels: dict[str, str] = field(default_factory=dict)

    def chain(self, old: Json, new: Json) -> Iterator[Told]:
        """What differs between two chains of inserts."""
        before, after = records(old), records(new)
        was, names = _names(before), _names(after)
        pairs = paired(before, after)
        self.labels.update(renamed(before, after, pairs))
        pairs = list(_exchanged(pairs))
        strayed = moved([each for each in pairs if None not in each])
        for i, j in pairs:
            if i is None and j is not None:
                place = f" {_beside(names, j)}" if len(after) > 1 else ""
                yield self._lone(after[j], names[j], "added", (*self.path, j), place)
            elif j is None and i is not None:
                yield self._lone(before[i], was[i], "removed", (*self.path, i))
            elif i is not None and j is not None:
                path = (*self.path, j)
                if before[i]["device"] != after[j]["device"]:
                    yield self._instead(before[i], after[j], path)
                    continue
                if j in strayed:
                    rest = f"{self.prefix}{names[j]} now {_beside(names, j, strayed)}"
                    weight = self.told.weight * 0.4
                    yield self.told._replace(act="moved", rest=rest, path=path, link=":", weight=weight)
                yield from self.device(before[i], after[j], path, names[j])

    def device(self, old: Tree, new: Tree, path: Path, name: str = "") -> Iterator[Told]:
        """What differs between two states of one device: its name, parameters, side-chain and bypass."""
        told = self.told._replace(rest="" if self.alone else f"{self.prefix}{name}")
        if old.get("name") != new.get("name"):
            rest = f"{self.prefix}{label(old)} is now called {label(new)}"
            yield told._replace(act="renamed", rest=rest, path=(*path, "name"), link=":", weight=0.02)
        if old.get("bypass") != new.get("bypass"):
            rest = f"{told.rest} {'bypassed' if new.get('bypass') else 'no longer bypassed'}"
            yield told._replace(rest=rest, path=(*path, "bypass"), old=old.get("bypass"), new=new.get("bypass"))
        listens = old.get("sidechain")
        if (self.sides.named(listens) if isinstance(listens, str) else listens) != new.get("sidechain"):
            key = new.get("sidechain")
            was = f" (was {words(str(listens))})" if listens else ""
            rest = f"side-chained to {words(str(key))}{was}" if key else f"no longer side-chained{was}"
            rest = f"{told.rest} {rest}"
            yield told._replace(rest=rest, path=(*path, "sidechain"), old=listens, new=key)
        found = list(self._params(old, new, (*path, "params"), told))
        if new.get("bypass") and old.get("bypass"):
            found = [each._replace(weight=0.02) for each in found]
        if found and old.get("preset") != new.get("preset"):
            head = told._replace(rest=f"{told.rest} preset {_preset(old)} -> {_preset(new)}".lstrip(), path=path)
            head = head._replace(old=old.get("preset"), new=new.get("preset"))
            inside = listed([each.rest.removeprefix(told.rest).strip() for each in found])
            weight = min(1.0, 1.2 * max(each.weight for each in found))
            yield head._replace(rest=f"{head.rest} ({inside})", weight=weight, details=tuple(found))
        elif found:
            yield together(found, told._replace(path=path))
        yield from rest_of(old, new, _OWN, path, told, self.sides, (str(new["device"]),))

    def _lone(self, device: Tree, name: str, act: Act, path: Path, place: str = "") -> Told:
        preset = f" ({words(str(device['preset']))})" if device.get("preset") and name == label(device) else ""
        rest = f"{self.prefix}{name}{preset} {act}{place}"
        if device.get("bypass"):
            rest += ", bypassed" if act == "added" else " (was bypassed)"
        weight = 0.02 if device.get("bypass") else self.told.weight * 1.3
        told = self.told._replace(act=act, rest=rest, path=path, link=":", weight=weight)
        return told._replace(new=dict(device)) if act == "added" else told._replace(old=dict(device))

    def _instead(self, old: Tree, new: Tree, path: Path) -> Told:
        rest = f"{self.prefix}{label(new)} in place of {label(old)}"
        weight = self.told.weight * 1.3
        return self.told._replace(rest=rest, path=path, link=":", weight=weight, old=dict(old), new=dict(new))

    def _params(self, old: Tree, new: Tree, path: Path, told: Told) -> Iterator[Told]:
        before, after = mapping(old.get("params")), mapping(new.get("params"))
        for name in after if before.keys() <= after.keys() else sorted({**before, **after}):
            a, b = before.get(name), after.get(name)
            if a == b:
                continue
            if _are_records(a) and _are_records(b):
                yield from self._items(str(new["device"]), name, records(a), records(b), (*path, name), told)
            elif isinstance(a, dict | list) or isinstance(b, dict | list):
                home = (str(new["device"]), name)
                yield from plainly(a, b, (*path, name), name_of(name), told, self.sides, home)
            else:
                unit = self.sides.unit(str(new["device"]), name)
                one = told._replace(rest=f"{told.rest} {name_of(name)}".lstrip(), path=(*path, name))
                yield _weighed(valued(one, a, b, unit, signed=name in _SIGNED), a, b, unit)

    def _items(
        self, device: str, name: str, old: Sequence[Tree], new: Sequence[Tree], path: Path, told: Told
    ) -> Iterator[Told]:
        """What differs between two lists of bands or zones."""
        for i, j in pair(old, new, _band_likeness):
            if i is None and j is not None:
                text = f"{told.rest} {self._band(device, name, new[j])} added".lstrip()
                yield told._replace(act="added", rest=text, path=(*path, j), new=dict(new[j]))
            elif j is None and i is not None:
                text = f"{told.rest} {self._band(device, name, old[i])} removed".lstrip()
                yield told._replace(act="removed", rest=text, path=(*path, i), old=dict(old[i]))
            elif i is not None and j is not None and old[i] != new[j]:
                yield from self._band_params(device, name, old[i], new[j], (*path, j), told)

    def _band_params(self, device: str, name: str, old: Tree, new: Tree, path: Path, told: Told) -> Iterator[Told]:
        for key in sorted({**old, **new}):
            a, b = old.get(key), new.get(key)
            if a == b:
                continue
            unit = self.sides.unit(device, name, "*", key)
            title = f"{told.rest} {_band_title(old, without=key)}".lstrip()
            if isinstance(a, dict | list) or isinstance(b, dict | list):
                rest = told._replace(rest=title)
                yield from plainly(a, b, (*path, key), name_of(key), rest, self.sides, (device, name, "*", key))
                continue
            named = "" if key == "gain_db" and "type" in new else f" {name_of(key)}"
            if key == "freq_hz" and not old.get("name"):
                named = ""
            one = told._replace(rest=f"{title}{named}", path=(*path, key))
            yield _weighed(valued(one, a, b, unit, signed=key in _SIGNED), a, b, unit)

    def _band(self, device: str, name: str, band: Tree) -> str:
        """A band with what it does: 'bell 3 kHz +2 dB'."""
        gain = band.get("gain_db")
        unit = self.sides.unit(device, name, "*", "gain_db")
        return f"{_band_title(band)} {shown(gain, unit, signed=True)}" if gain else _band_title(band)


def label(device: Tree) -> str:
    """What a device is called: its own name, else its kind."""
    return words(str(device.get("name") or device.get("device")))


def renamed(old: Sequence[Tree], new: Sequence[Tree], pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    """What automation calls the devices of the old chain, and what it calls them, or their bands, in the new one."""
    for i, j in pairs:
        if i is None or j is None:
            continue
        before, after = (str(each.get("name") or each.get("device")) for each in (old[i], new[j]))
        yield before, after
        for name, items in mapping(old[i].get("params")).items():
            others = at(new[j].get("params"), name)
            if _are_records(items) and _are_records(others) and items != others:
                for a, b in pair(records(items), records(others), _band_likeness):
                    if a is not None and b is not None:
                        yield f"{before}.{name}.{a}", f"{after}.{name}.{b}"


def paired(old: Sequence[Tree], new: Sequence[Tree]) -> list[Pair]:
    """Which device of a chain is which in another: pairs of indices, None where there is none."""
    return pair(old, new, _likeness)


def _likeness(old: Tree, new: Tree) -> float:
    """How surely two devices are the same one: they are of one kind, alike, or called the same."""
    if old["device"] != new["device"]:
        return 0.0
    same = alike(old.get("params"), new.get("params"))
    names = old.get("name"), new.get("name")
    if None not in names and names[0] != names[1] and same < _SAME:
        return 0.0
    return _SAME + 0.3 * (names[0] == names[1]) + 0.2 * same


def _exchanged(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """The pairs, where one device came and one went at the same place as one."""
    gone = [i for i, j in pairs if j is None and i is not None]
    last = -1
    for i, j in pairs:
        if i is None:
            instead = next((k for k in gone if k == last + 1), None)
            if instead is not None:
                gone.remove(instead)
                last = instead
                yield instead, j
                continue
        elif j is None:
            if i in gone:
                yield i, None
            continue
        else:
            last = i
        yield i, j


def _names(chain: Sequence[Tree]) -> list[str]:
    """What the inserts of a chain are called; those of one name by their presets too, or by their order."""
    labels = [label(device) for device in chain]
    found = []
    for index, device in enumerate(chain):
        name = labels[index]
        if labels.count(name) > 1:
            place = labels[:index].count(name)
            order = _ORDINALS[place] if place < len(_ORDINALS) else f"{place + 1}th"
            name = f"{name} ({words(str(device['preset']))})" if device.get("preset") else f"{order} {name}"
        found.append(name)
    return found


def _beside(names: Sequence[str], index: int, strayed: Collection[int] = ()) -> str:
    """'before compressor', 'after eq': the place of an insert in its chain."""
    following = [j for j in range(index + 1, len(names)) if j not in strayed]
    if index and not following:
        return f"after {names[index - 1]}"
    return f"before {names[following[0] if following else index + 1]}"


def _preset(device: Tree) -> str:
    return words(str(device.get("preset") or "none"))


def _are_records(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _band_likeness(old: Tree, new: Tree) -> float:
    """How surely two bands or zones are the same one."""
    if old == new:
        return 3.0
    if old.get("name") and old.get("name") == new.get("name"):
        return 2.0
    if old.get("type") != new.get("type") or old.get("file") != new.get("file"):
        return 0.0
    a, b = (each.get("freq_hz", each.get("from_hz")) for each in (old, new))
    near = 1.0
    if isinstance(a, int | float) and isinstance(b, int | float):
        near = min(a, b) / max(a, b) if a != b else 1.0
        if near < 0.5 and (old.get("name") or new.get("name") or old.get("gain_db") != new.get("gain_db")):
            return 0.0
    return near + 0.1 * alike(dict(old), dict(new))


def _band_title(band: Tree, without: str = "") -> str:
    """A band as it is read: its name, else 'bell 3 kHz' (the frequency left out where it is what differs)."""
    if band.get("name") and without != "name":
        return words(str(band["name"]))
    kind = _BELLS.get(str(band.get("type")), "")
    where = band.get("freq_hz")
    if kind:
        return kind if without == "freq_hz" else f"{kind} {shown(where, 'Hz')}"
    if "from_hz" in band:
        low = band["from_hz"]
        return f"band from {shown(low, 'Hz')}" if low and without != "from_hz" else "lowest band" if not low else "band"
    return str(band.get("file") or "zone")


def _weighed(told: Told, old: Json, new: Json, unit: str) -> Told:
    """Decibels and shares by how many they are, other numbers by their ratio; what isn't a number as it is."""
    before, after = amount(old), amount(new)
    if unit.startswith("dB"):
        size = min(1.6, 0.3 + decibels(old, new) / 6)
    elif before is None or after is None:
        return told
    elif unit == "%":
        size = min(1.3, 0.2 + 1.5 * abs(after - before))
    else:
        size = min(1.3, 0.2 + abs(log2(after / before))) if before > 0 and after > 0 else 0.8
    return told._replace(weight=told.weight * size)
