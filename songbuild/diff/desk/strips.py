"""The console: faders, pans, routing, sends, inserts and automation of channels, buses, returns and the mix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from songbuild.diff.change import Act
from songbuild.diff.desk.devices import Rack, label
from songbuild.diff.desk.lanes import lanes
from songbuild.diff.desk.pairing import alike, pair
from songbuild.diff.desk.sides import Sides, Tree, at, mapping, records
from songbuild.diff.desk.told import Told, listed, rest_of, valued
from songbuild.diff.desk.values import amount, decibels, shown, silent
from songbuild.diff.facts import Facts, Json
from songbuild.diff.words import number, words
from songbuild.problems import Path

KINDS = {"buses": "bus", "returns": "return"}
_OWN = {"inserts", "gain_db", "pan", "mute", "solo", "to", "sends", "automation"}
_PLAIN: dict[str, Json] = {
    "inserts": [], "gain_db": 0, "pan": 0, "mute": False, "solo": False, "to": "mix", "sends": {}, "automation": {},
}  # fmt: skip
"""What a channel is that nobody has touched."""
_LOUD_DB = 9.0  # a change of level that matters as much as a part that comes or goes
_INSERT = 0.3  # how much an insert's parameter matters, of the time it is heard


def console_names(old: Facts, new: Facts, parts: Mapping[str, str]) -> dict[str, str]:
    """What the parts, buses and returns of the old song are called in the new one."""
    names = dict(parts)
    for kind in KINDS:
        before, after = mapping(at(old.tree, "mix", kind)), mapping(at(new.tree, "mix", kind))
        gone = [name for name in before if name not in after]
        came = [name for name in after if name not in before]

        def likeness(a: str, b: str, before: Mapping[str, Json] = before, after: Mapping[str, Json] = after) -> float:
            fed = {names.get(name, name) for name in _fed(old.tree, a)}, _fed(new.tree, b)
            feeders = len(fed[0] & fed[1]) / len(fed[0] | fed[1]) if fed[0] | fed[1] else 0.0
            like = (alike(before[a], after[b]) + feeders) / 2
            return like if like >= 0.6 else 0.0

        for i, j in pair(gone, came, likeness):
            if i is not None and j is not None:
                names[gone[i]] = came[j]
    return names


def _fed(tree: Mapping[str, Json], name: str) -> set[str]:
    """The strips that go, or send, to one."""
    strips = [item for kind in ("channels", *KINDS) for item in mapping(at(tree, "mix", kind)).items()]
    return {strip for strip, values in strips if name == at(values, "to") or name in mapping(at(values, "sends"))}


def console(sides: Sides) -> Iterator[Told]:
    """Everything that differs in the mix."""
    old, new = mapping(sides.old.tree.get("mix")), mapping(sides.new.tree.get("mix"))
    for kind in ("channels", *KINDS):
        before = {sides.named(name): (name, mapping(strip)) for name, strip in mapping(old.get(kind)).items()}
        after = mapping(new.get(kind))
        for name in (*after, *(each for each in before if each not in after)):
            path: Path = ("mix", kind, name)
            told = Told("mix", "changed", name, "", path, sides.share(name))
            was, values = before.get(name, ("", {}))
            if name not in after:
                if kind in KINDS:  # that a part is gone, and its channel with it, is told of the part
                    yield _lone(told, kind, "removed", was, values)
            elif not was and kind in KINDS:
                yield _lone(told, kind, "added", name, mapping(after[name]))
            elif not was:
                strip = mapping(after[name])
                yield from _settings(strip, _strip(sides, _PLAIN, strip, path, told, name), told)
            else:
                if was != name and kind in KINDS:
                    rest = f"{KINDS[kind]} is now called {words(name)}"
                    yield told._replace(act="renamed", subject=was, rest=rest, weight=0.02)
                yield from _strip(sides, values, mapping(after[name]), path, told, was)
    yield from _main(sides, old, new)


def _settings(strip: Tree, found: Iterable[Told], told: Told) -> Iterator[Told]:
    """The channel of a part that has come as one change, which weighs little: the part's coming is told of the part."""
    settings = tuple(each._replace(weight=0.05) for each in found)
    if settings:
        told = told._replace(act="added", weight=0.05, new=dict(strip), details=settings)
        yield told._replace(rest=f"channel: {listed(list(_set(strip)), most=4)}")


def _set(strip: Tree) -> Iterator[str]:
    """What a channel is set to, where that isn't what it is by itself."""
    if strip.get("gain_db") != 0:
        yield f"fader {shown(strip.get('gain_db'), 'dB')}"
    if strip.get("pan") != 0:
        yield f"pan {shown(strip.get('pan'), 'pan')}"
    yield from (said for key, said in (("mute", "muted"), ("solo", "soloed")) if strip.get(key))
    yield from (label(device) for device in records(strip.get("inserts")))
    if strip.get("to") != "mix":
        yield f"routed to {_bus(str(strip.get('to')))}"
    for name, send in mapping(strip.get("sends")).items():
        yield f"-> {words(name)} send {shown(at(send, 'level_db'), 'dB')}"
    if mapping(strip.get("automation")):
        yield "automation"


def _lone(told: Told, kind: str, act: Act, name: str, strip: Json) -> Told:
    inserts = [label(device) for device in records(at(strip, "inserts"))]
    inside = f" ({', '.join(inserts)})" if inserts else ""
    told = told._replace(act=act, subject=name, rest=f"{KINDS[kind]} {act}{inside}", weight=told.weight * 0.25)
    return told._replace(new=strip) if act == "added" else told._replace(old=strip)


def _main(sides: Sides, old: Tree, new: Tree) -> Iterator[Told]:
    """The inserts and the volume of the whole mix."""
    told = Told("mix", "changed", "mix", "", ("mix",), 1.0)
    rack = Rack(sides, told._replace(weight=_INSERT), ("mix", "inserts"))
    yield from rack.chain(old.get("inserts"), new.get("inserts"))
    yield from lanes(sides, old, new, ("mix", "automation"), told._replace(area="automation"), rack.labels)
    known = {"channels", "buses", "returns", "inserts", "automation"}
    yield from rest_of(old, new, known, ("mix",), told._replace(area="other"), sides, ("mix",))


def _strip(sides: Sides, old: Tree, new: Tree, path: Path, told: Told, was: str) -> Iterator[Told]:
    kind = str(path[1])
    if old.get("gain_db") != new.get("gain_db"):
        yield _fader(told, old.get("gain_db"), new.get("gain_db"), (*path, "gain_db"))
    if old.get("pan") != new.get("pan"):
        a, b = amount(old.get("pan")) or 0.0, amount(new.get("pan")) or 0.0
        pan = told._replace(rest="pan", path=(*path, "pan"), weight=told.weight * min(0.5, 0.1 + 0.3 * abs(a - b)))
        yield valued(pan, old.get("pan"), new.get("pan"), "pan")
    for key, on, off in (("mute", "muted", "no longer muted"), ("solo", "soloed", "no longer soloed")):
        if bool(old.get(key)) != bool(new.get(key)):
            rest = on if new.get(key) else off
            yield told._replace(rest=rest, path=(*path, key), old=old.get(key), new=new.get(key))
    goes, went = str(new.get("to")), str(old.get("to"))
    if sides.named(went) != goes:
        rest = f"routed to {_bus(goes)} (was {_bus(went)})"
        yield told._replace(rest=rest, path=(*path, "to"), weight=told.weight * 0.15, old=went, new=goes)
    yield from _sends(sides, mapping(old.get("sends")), mapping(new.get("sends")), (*path, "sends"), told)
    rack = Rack(sides, told._replace(weight=told.weight * _INSERT), (*path, "inserts"))
    yield from rack.chain(old.get("inserts"), new.get("inserts"))
    labels = dict(rack.labels)
    for name in mapping(old.get("sends")):
        labels[f"send.{name}"] = f"send.{sides.named(name)}"
    if kind == "channels":
        labels["instrument"] = "instrument"
    automated = told._replace(area="automation", weight=told.weight * 0.5)
    players = [
        at(facts.tree, "arrangement", "tracks", name, "instrument") if kind == "channels" else None
        for facts, name in ((sides.old, was), (sides.new, str(path[2])))
    ]
    yield from lanes(sides, old, new, (*path, "automation"), automated, labels, players)
    yield from rest_of(old, new, _OWN, path, told._replace(area="other"), sides, ("mix", kind, "*"))


def _bus(name: str) -> str:
    return "the mix" if name == "mix" else "nowhere" if name == "none" else words(name)


def _fader(told: Told, old: Json, new: Json, path: Path) -> Told:
    apart = decibels(old, new)
    told = valued(told._replace(rest="fader", path=path), old, new, "dB")
    told = told._replace(weight=told.weight * min(1.0, apart / _LOUD_DB))
    if silent(old) or silent(new):
        return told
    up = (amount(new) or 0.0) > (amount(old) or 0.0)
    return told._replace(step=f"faders {number(apart)} dB {'up' if up else 'down'}")


def _sends(sides: Sides, old: Tree, new: Tree, path: Path, told: Told) -> Iterator[Told]:
    before = {sides.named(name): mapping(send) for name, send in old.items()}
    for name in (*new, *(each for each in before if each not in new)):
        here: Path = (*path, name)
        title = f"-> {words(name)} send"
        a, b = before.get(name), mapping(new[name]) if name in new else None
        light = told._replace(path=here, weight=told.weight * 0.25)
        if a is None and b is not None:
            taken = " (before the fader)" if b.get("pre") else ""
            rest = f"{title} {shown(b.get('level_db'), 'dB')} added{taken}"
            yield light._replace(act="added", rest=rest, new=b.get("level_db"), unit="dB")
        elif b is None and a is not None:
            rest = f"{title} removed (was {shown(a.get('level_db'), 'dB')})"
            yield light._replace(act="removed", rest=rest, old=a.get("level_db"), unit="dB")
        elif a is not None and b is not None:
            if a.get("level_db") != b.get("level_db"):
                weight = told.weight * 0.4 * min(1.0, decibels(a.get("level_db"), b.get("level_db")) / _LOUD_DB)
                level = light._replace(rest=title, path=(*here, "level_db"), weight=weight)
                yield valued(level, a.get("level_db"), b.get("level_db"), "dB")
            if a.get("pre") != b.get("pre"):
                rest = f"{title} now {'before' if b.get('pre') else 'after'} the fader"
                yield light._replace(rest=rest, path=(*here, "pre"), old=a.get("pre"), new=b.get("pre"))
            home = ("mix", str(path[1]), "*", "sends", "*")
            yield from rest_of(a, b, {"level_db", "pre"}, here, light._replace(rest=title), sides, home)
