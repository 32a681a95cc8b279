"""Albums: which tracks, in which order, with what between them; and what the album says and delivers."""

from __future__ import annotations

from collections.abc import Iterator

from songbuild.diff.desk.fields import SAID, delivery, metadata
from songbuild.diff.desk.pairing import alike, moved, pair
from songbuild.diff.desk.sides import Sides, Tree, mapping, records
from songbuild.diff.desk.told import Told, rest_of, valued
from songbuild.diff.desk.values import decibels, name_of, shown
from songbuild.diff.facts import Facts, Json
from songbuild.problems import Path

_TRACK = {*SAID, "credits", "song", "file"}
_NAMES = {"trim_start": "cut off at its start", "trim_end": "cut off at its end", "gain_db": "gain"}
_FADES = ("crossfade", "fade_in", "fade_out")


def album(sides: Sides) -> Iterator[Told]:
    """Everything that differs in an album itself; its songs are compared by themselves."""
    old, new = sides.old.tree, sides.new.tree
    before, after = records(old.get("songs")), records(new.get("songs"))
    pairs = pair(before, after, _likeness)
    strayed = moved([each for each in pairs if None not in each])
    for i, j in pairs:
        path: Path = ("songs", j if j is not None else i if i is not None else 0)
        if i is None and j is not None:
            told = _track(sides.new, after[j], path)
            yield told._replace(act="added", rest=f"added as track {j + 1}", weight=0.9, new=dict(after[j]))
        elif j is None and i is not None:
            told = _track(sides.old, before[i], path)
            yield told._replace(act="removed", rest=f"removed (was track {i + 1})", weight=0.9, old=dict(before[i]))
        elif i is not None and j is not None:
            told = _track(sides.new, after[j], path)
            if j in strayed:
                rest = f"now track {j + 1} (was {i + 1})"
                yield told._replace(act="moved", rest=rest, weight=0.7, old=i + 1, new=j + 1)
            yield from _changed(sides, before[i], after[j], told)
    yield from _targets(sides)
    yield from delivery(sides, mapping(old.get("delivery")), mapping(new.get("delivery")))


def _likeness(old: Tree, new: Tree) -> float:
    """Whether two tracks are the same one: by song or file, else by title or all else."""
    if _source(old) == _source(new):
        return 3.0
    if old.get("isrc") and old.get("isrc") == new.get("isrc"):
        return 2.0
    if old.get("title") and old.get("title") == new.get("title"):
        return 1.0
    return 0.0 if old.get("title") or new.get("title") else max(0.0, alike(dict(old), dict(new)) - 0.98)


def _source(track: Tree) -> str:
    return str(track.get("song") or track.get("file"))


def _track(facts: Facts, track: Tree, path: Path) -> Told:
    """A change of a track, called by its title."""
    source = _source(track)
    song = facts.songs.get(source)
    title = track.get("title") or (song.title if song else source)
    return Told("album", "changed", str(title), "", path, 0.2, f"'{title}'")


def _changed(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    if _source(old) != _source(new):
        key = "song" if new.get("song") else "file"
        yield valued(told._replace(rest="source", path=(*told.path, key), weight=0.9), _source(old), _source(new), "")
    for name in _FADES:
        yield from _fade(sides, old.get(name), new.get(name), told._replace(path=(*told.path, name)), name)
    for name in ("gap", "pregap", "trim_start", "trim_end", "gain_db", "loudness"):
        a, b = old.get(name), new.get(name)
        if a != b:
            title = "gap before it" if name == "gap" else _NAMES.get(name, name_of(name))
            weight = 0.6 * min(1.0, decibels(a, b) / 9) if name in ("gain_db", "loudness") else told.weight
            one = told._replace(rest=title, path=(*told.path, name), link="", weight=weight)
            yield valued(one, a, b, sides.unit("songs", "*", name), signed=name == "gain_db")
    yield from metadata(sides, old, new, told._replace(link=":"))
    known = {*_TRACK, *_FADES, "gap", "pregap", "trim_start", "trim_end", "gain_db", "loudness"}
    yield from rest_of(old, new, known, told.path, told, sides, ("songs", "*"))


def _fade(sides: Sides, old: Json, new: Json, told: Told, name: str) -> Iterator[Told]:
    title = {"crossfade": "crossfade into the next track"}.get(name, name.replace("_", "-"))
    if old == new:
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        a, b = (mapping(side).get("time") for side in (old, new))
        yield valued(told._replace(rest=title), a, b, "s")._replace(old=old, new=new)
        return
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            rest = title if key == "time" else f"{title} {key}"
            one = told._replace(rest=rest, path=(*told.path, key))
            yield valued(one, old.get(key), new.get(key), sides.unit("songs", "*", name, key))


def _targets(sides: Sides) -> Iterator[Told]:
    """The loudness and the ceiling of the album."""
    old, new = sides.old.tree, sides.new.tree
    told = Told("master", "changed", "album", "", (), 0.5)
    if old.get("loudness") != new.get("loudness"):
        before, after = (_aim(value) for value in (old.get("loudness"), new.get("loudness")))
        rest = f"loudness {before} -> {after}"
        yield told._replace(rest=rest, path=("loudness",), old=old.get("loudness"), new=new.get("loudness"))
    if old.get("ceiling") != new.get("ceiling"):
        ceiling = told._replace(rest="ceiling", path=("ceiling",))
        yield valued(ceiling, old.get("ceiling"), new.get("ceiling"), sides.unit("ceiling"))


def _aim(value: Json) -> str:
    """A target of loudness: '-14 LUFS of the album', 'none'."""
    kinds = {"album": "of the whole", "loudest": "of the loudest track", "tracks": "of each track"}
    aims = [(kinds.get(kind, kind), level) for kind, level in mapping(value).items() if level is not None]
    return ", ".join(f"{shown(level, 'LUFS')} {kind}" for kind, level in aims) or "none"
