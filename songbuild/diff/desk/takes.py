"""Recordings: their takes, and what is done to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from songbuild.diff.desk.comps import STAYS, comps
from songbuild.diff.desk.pairing import pair
from songbuild.diff.desk.sides import Sides, Tree, at, mapping, records
from songbuild.diff.desk.told import Told, rest_of, together, valued
from songbuild.diff.desk.values import decibels, name_of, take_name
from songbuild.diff.facts import Facts, Json
from songbuild.diff.words import count, listing, words
from songbuild.problems import Path

_OWN = {"takes", "comp", "whole", "crossfade"}
_TAKE = {"file", "at", "offset", "gain_db", "nudge", "reverse", "polarity"}
_UNUSED = 0.02


def recordings(sides: Sides) -> Iterator[Told]:
    """Everything that differs in the recordings, told by the part that plays them."""
    before, after = (mapping(facts.tree.get("recordings")) for facts in (sides.old, sides.new))
    names = _names(sides, before, after)
    was = {new: old for old, new in names.items()}
    for name in after:
        part = _player(sides.new, name)
        told = Told(
            "recordings", "changed", part or name, "", ("recordings", name), sides.share(part) if part else 0.05
        )
        if name not in was:
            yield _lone(told._replace(act="added", new=after[name]), mapping(after[name]))
            continue
        old = was[name]
        if old != name:
            yield told._replace(act="renamed", rest=f"recording {words(old)} is now called {words(name)}", weight=0.01)
        yield from _recording(sides, mapping(before[old]), mapping(after[name]), told)
    for name in before:
        if name not in names:
            part = _player(sides.old, name)
            told = Told("recordings", "removed", part or name, "", ("recordings", name), 0.05, old=before[name])
            yield _lone(told, mapping(before[name]))


def _names(sides: Sides, before: Tree, after: Tree) -> dict[str, str]:
    """What the recordings of the old song are called in the new one: by name, else by their part or their takes."""
    found = {name: name for name in before if name in after}
    gone = [name for name in before if name not in after]
    came = [name for name in after if name not in before]

    def likeness(a: str, b: str) -> float:
        player = _player(sides.old, a)
        same = bool(player) and sides.named(player) == _player(sides.new, b)
        files = ({at(take, "file") for take in mapping(at(side, "takes")).values()} for side in (before[a], after[b]))
        return same + 0.9 * (next(files) == next(files))

    found.update((gone[i], came[j]) for i, j in pair(gone, came, likeness) if i is not None and j is not None)
    return found


def _player(facts: Facts, recording: str) -> str:
    return next((name for name, part in facts.parts.items() if part.recording == recording), "")


def _lone(told: Told, recording: Tree) -> Told:
    takes = count(len(mapping(recording.get("takes"))), "take")
    return told._replace(rest=f"recording {told.act} ({takes})", link=":")


def _recording(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    takes = _takes(sides, mapping(old.get("takes")), mapping(new.get("takes")))
    yield from _folded(
        [
            *comps(sides, records(old.get("comp")), records(new.get("comp")), takes, told, _wholes(old, new)),
            *_taken(sides, mapping(old.get("takes")), mapping(new.get("takes")), takes, told),
        ]
    )
    a, b = mapping(old.get("crossfade")), mapping(new.get("crossfade"))
    for name in sorted({*a, *b}):
        if a.get(name) != b.get(name):
            title = "crossfade" if name == "time" else f"crossfade {name}"
            one = told._replace(rest=title, path=(*told.path, "crossfade", name), weight=told.weight * 0.1)
            yield valued(one, a.get(name), b.get(name), sides.unit("recordings", "*", "crossfade", name))
    home = ("recordings", "*")
    yield from rest_of(old, new, _OWN, told.path, told._replace(area="other"), sides, home)


def _folded(found: Sequence[Told]) -> Iterator[Told]:
    """The changes, those of several takes, and of the comp, that have moved or stayed as one."""
    for same in ([told for told in found if told.act == "moved"], [told for told in found if _stays(told)]):
        if len(same) > 1:
            first = same[0]
            if first.path[-1] == "comp" and first.act == "moved":
                first = first._replace(rest=first.rest.removeprefix("comp "), link="")
            elif first.path[-1] == "at":
                verb = "moved" if first.act == "moved" else f"stay at their bars {STAYS}"
                takes = [take_name(str(told.path[-2])) for told in same]
                first = first._replace(rest=f"{listing(takes)} {verb}", link=":", path=first.path[:-2])
            yield first._replace(details=tuple(same))
            found = [told for told in found if told not in same]
    yield from found


def _stays(told: Told) -> bool:
    return told.rest.endswith(STAYS)


def _wholes(old: Tree, new: Tree) -> tuple[str, str]:
    """The take of each side that sounds whole where there is no comp."""
    return str(old.get("whole") or ""), str(new.get("whole") or "")


def _takes(sides: Sides, old: Tree, new: Tree) -> dict[str, str]:
    """What the old takes are called in the new song: by name, else by their file's content."""
    found = {name: name for name in old if name in new}
    gone = [name for name in old if name not in new]
    came = [name for name in new if name not in old]

    def content(facts: Facts, take: Json) -> str:
        file = str(at(take, "file"))
        return facts.files.get(file, file)

    def likeness(a: str, b: str) -> float:
        same_file = content(sides.old, old[a]) == content(sides.new, new[b])
        return same_file * (1.0 + (at(old[a], "at") == at(new[b], "at")))

    found.update((gone[i], came[j]) for i, j in pair(gone, came, likeness) if i is not None and j is not None)
    return found


def _taken(sides: Sides, old: Tree, new: Tree, names: Mapping[str, str], told: Told) -> Iterator[Told]:
    """Takes added and removed, and what each is: its file, place, gain…"""
    was = {after: before for before, after in names.items()}
    used = {str(cut.get("take")) for cut in records(at(sides.new.tree, *told.path, "comp"))}
    used.add(str(at(sides.new.tree, *told.path, "whole")))
    came = [name for name in new if name not in was]
    gone = [name for name in old if name not in names]
    if came:
        text = f"{listing([take_name(name) for name in came])} added"
        path: Path = (*told.path, "takes", came[0]) if len(came) == 1 else (*told.path, "takes")
        yield told._replace(act="added", rest=text, path=path, link=":", weight=_UNUSED, new={n: new[n] for n in came})
    if gone:
        text = f"{listing([take_name(name) for name in gone])} removed"
        path = (*told.path, "takes", gone[0]) if len(gone) == 1 else (*told.path, "takes")
        yield told._replace(
            act="removed", rest=text, path=path, link=":", weight=_UNUSED, old={n: old[n] for n in gone}
        )
    for name in new:
        if name in was:
            path = (*told.path, "takes", name)
            weight = told.weight * 0.4 if name in used else _UNUSED
            here = told._replace(rest=take_name(name), path=path, weight=weight)
            if was[name] != name:
                rest = f"{take_name(was[name])} is now called {take_name(name)}"
                yield here._replace(act="renamed", rest=rest, link=":", weight=0.01)
            found = list(_take(sides, mapping(old[was[name]]), mapping(new[name]), here))
            if found:
                yield together(found, here)


def _take(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    for name in sorted(_TAKE):
        a, b = old.get(name), new.get(name)
        if a == b and (name != "at" or sides.clock.still):
            continue
        here = told._replace(path=(*told.path, name), old=a, new=b)
        if name == "at":
            yield from _start(sides, a, b, here)
        elif name == "file":
            same = sides.old.files.get(str(a)) == sides.new.files.get(str(b)) is not None
            rest = f"{told.rest} {f'file renamed to {b}' if same else f'now {b} (was {a})'}"
            yield here._replace(act="renamed" if same else "changed", rest=rest, weight=0.01 if same else told.weight)
        elif name == "reverse":
            yield here._replace(rest=f"{told.rest} {'backwards' if b else 'no longer backwards'}")
        elif name == "polarity":
            yield here._replace(rest=f"{told.rest} polarity {b}", weight=told.weight * 0.2)
        else:
            weight = told.weight * (min(1.0, decibels(a, b) / 9) / 0.4 if name == "gain_db" else 0.5)
            here = here._replace(rest=f"{told.rest} {name_of(name)}", weight=weight)
            yield valued(here, a, b, sides.unit("recordings", "*", "takes", "*", name), signed=name == "gain_db")
    yield from rest_of(
        old, new, _TAKE, told.path, told._replace(area="other"), sides, ("recordings", "*", "takes", "*")
    )


def _start(sides: Sides, old: Json, new: Json, told: Told) -> Iterator[Told]:
    """Where a take starts; one that moves with its section hasn't moved."""
    if not isinstance(old, int) or not isinstance(new, int):
        if old != new:
            yield told._replace(rest=f"{told.rest} starts at {new} (was {old})")
    elif sides.clock.carried(old) != new:
        if old == new:
            rest = f"{told.rest} stays at bar {sides.position(new)} {STAYS}"
            yield told._replace(rest=rest, weight=told.weight * 0.5)
        else:
            rest = f"{told.rest} starts at bar {sides.position(new)} (was {sides.position(old, 'old')})"
            yield told._replace(act="moved", rest=rest)
