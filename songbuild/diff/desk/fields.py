"""What is said of a release and what is delivered of it: metadata, credits, files and formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from songbuild.diff.desk.sides import Sides, Tree, at, mapping, records
from songbuild.diff.desk.told import Told, plainly, rest_of, valued
from songbuild.diff.desk.values import name_of, shown
from songbuild.diff.facts import Json
from songbuild.diff.words import listing, words
from songbuild.problems import Path

SAID = (
    "title", "version_title", "artist", "label", "catalog_number", "upc", "genre", "secondary_genre", "language",
    "date", "original_date", "copyright", "phonogram", "artwork", "comment", "isrc", "iswc", "explicit",
    "recording_date", "recording_place", "album", "album_artist", "track_number", "track_total", "disc_number",
    "disc_total",
)  # fmt: skip
"""The fields of a release or recording that are one value each."""
_TITLES = {
    "upc": "UPC", "isrc": "ISRC", "iswc": "ISWC", "copyright": "copyright line", "phonogram": "phonogram line",
    "catalog_number": "catalogue number", "explicit": "parental advisory", "date": "release date",
}  # fmt: skip
_WEIGHT = 0.03
_OTHERS = {"mp3_kbps": "MP3 bit rate", "flac_bits": "FLAC word length", "stem_bits": "stems' word length"}


def metadata(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    """What is said of a song, an album or a track; `told` names whose it is, if it isn't the whole."""
    told = told._replace(area="metadata", weight=_WEIGHT)
    for name in SAID:
        a, b = old.get(name), new.get(name)
        if a != b:
            here = told._replace(path=(*told.path, name), old=a, new=b)
            yield _field(here, _TITLES.get(name, words(name)), a, b)
    yield from _credits(sides, mapping(old.get("credits")), mapping(new.get("credits")), told)


def _field(told: Told, title: str, old: Json, new: Json) -> Told:
    if old in (None, ""):
        return told._replace(act="added", rest=f"{title} added: {shown(new)}")
    if new in (None, ""):
        return told._replace(act="removed", rest=f"{title} removed (was {shown(old)})")
    return valued(told._replace(rest=title), old, new, "")


def _credits(sides: Sides, old: Tree, new: Tree, told: Told) -> Iterator[Told]:
    for role in (*new, *(role for role in old if role not in new)):
        a, b = old.get(role), new.get(role)
        here = told._replace(path=(*told.path, "credits", role), old=a, new=b)
        before, after = ([_person(each) for each in records(value)] for value in (a, b))
        if a == b:
            continue
        title = f"credits, {words(role)}"
        if not before:
            yield here._replace(act="added", rest=f"{title}: {listing(after)} added")
        elif not after:
            yield here._replace(act="removed", rest=f"{title}: {listing(before)} removed")
        elif before != after:
            yield here._replace(rest=f"{title}: {listing(before)} -> {listing(after)}")
        else:
            yield from plainly(a, b, here.path, title, here._replace(rest=""), sides, ("credits", "*"))


def _person(person: Tree) -> str:
    """A contributor as it is read: 'Ann Lee (guitar, 50 %)'."""
    more = [str(person["instrument"])] if person.get("instrument") else []
    more += [shown(person["share"], "%")] if person.get("share") is not None else []
    return f"{person.get('name')}{f' ({listing(more)})' if more else ''}"


def delivery(sides: Sides, old: Tree, new: Tree, path: Path = ("delivery",)) -> Iterator[Told]:
    """What of the files in out/ differs."""
    told = Told("delivery", "changed", "delivery", "", path, 0.05, link=":")
    for name, title in (("formats", ""), ("stores", "store "), ("album", "whole album as "), ("cd", "CD as ")):
        yield from delivery_names(told, title, old.get(name), new.get(name), (*path, name))
    before, after = records(old.get("files")), records(new.get("files"))
    for index, file in enumerate(after):
        if file not in before:
            yield told._replace(act="added", rest=f"{_file(file)} added", path=(*path, "files", index), new=dict(file))
    for index, file in enumerate(before):
        if file not in after:
            here: Path = (*path, "files", index)
            yield told._replace(act="removed", rest=f"{_file(file)} removed", path=here, old=dict(file))
    for name in (*_OTHERS, "report", "provenance"):
        if old.get(name) != new.get(name):
            one = told._replace(rest=_OTHERS.get(name, name), path=(*path, name))
            yield valued(one, old.get(name), new.get(name), sides.unit("delivery", name))
    known = {"formats", "stores", "album", "cd", "files", "report", "provenance", *_OTHERS}
    yield from rest_of(old, new, known, path, told._replace(area="other"), sides, ("delivery",))


def delivery_names(told: Told, title: str, old: Json, new: Json, path: Path) -> Iterator[Told]:
    """What a list of names has that another hasn't, whatever their order."""
    before, after = ([str(item) for item in value] if isinstance(value, list) else [] for value in (old, new))
    came, gone = ([each for each in a if each not in b] for a, b in ((after, before), (before, after)))
    if came:
        yield told._replace(act="added", rest=f"{title}{listing(came)} added", path=path, new=list(came))
    if gone:
        yield told._replace(act="removed", rest=f"{title}{listing(gone)} removed", path=path, old=list(gone))


def _file(file: Tree) -> str:
    """A file of the master as it is read: 'opus, 96 kbps'."""
    units = {"bits": "bit", "rate": "Hz", "kbps": "kbps"}
    said = [
        shown(value, units.get(name, "")) if name in units else f"{name_of(name)} {shown(value)}"
        for name, value in file.items()
        if name != "format" and value is not None
    ]
    return ", ".join([str(file.get("format")), *said])


def named_files(tree: Mapping[str, Json]) -> dict[str, Path]:
    """Every text in a tree -> the place where it first stands."""
    found: dict[str, Path] = {}

    def walk(value: Json, path: Path) -> None:
        if isinstance(value, str):
            found.setdefault(value, path)
        elif isinstance(value, dict):
            for name, item in value.items():
                walk(item, (*path, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                walk(item, (*path, index))

    for name, value in tree.items():
        walk(value, (name,))
    return found


def contents(sides: Sides) -> Iterator[Told]:
    """Files that are named as before and hold something else."""
    changed = [name for name, what in sides.new.files.items() if sides.old.files.get(name, what) != what]
    places = named_files(sides.new.tree) if changed else {}
    for name in changed:
        path = places.get(name)
        if path is None:
            continue  # a manifest or a preset, which are told by what they say
        area, weight = _use(sides, path)
        told = Told(area, "changed", name, "other content", path, weight, name, ":")
        yield told._replace(old=sides.old.files[name], new=sides.new.files[name])


def _use(sides: Sides, path: Path) -> tuple[str, float]:
    """The area that a file belongs to by where it is named, and how much it is heard."""
    if path[0] == "recordings":
        return "recordings", 0.6 * max(_users(sides, str(path[1])), default=0.1)
    if path[:2] == ("arrangement", "tracks"):
        return "sound", 0.4 * sides.share(str(path[2]))
    if path[0] == "songs" and path[-1] != "artwork":
        return "album", 0.8
    return {"mix": ("mix", 0.3), "master": ("master", 0.4)}.get(str(path[0]), ("metadata", _WEIGHT))


def _users(sides: Sides, recording: str) -> list[float]:
    return [sides.share(name) for name, part in sides.new.parts.items() if part.recording == recording]


def unplayed(sides: Sides) -> Iterator[Told]:
    """Patterns, chord lines and sections that are written down and not played."""
    for kind, home in (
        ("pattern", ("composition", "patterns")), ("chord line", ("composition", "chords")),
        ("section", ("arrangement", "sections")),
    ):  # fmt: skip
        before, after = (mapping(at(facts.tree, *home)) for facts in (sides.old, sides.new))
        for name in (*after, *(name for name in before if name not in after)):
            a, b = before.get(name), after.get(name)
            if a == b:
                continue
            told = Told("other", "changed", name, "", (*home, name), 0.01, link=":", old=a, new=b)
            if a is None:
                yield told._replace(act="added", rest=f"a {kind} that nothing plays")
            elif b is None:
                yield told._replace(act="removed", rest=f"{kind} that nothing played: removed, or played now")
            else:
                yield told._replace(rest=f"{kind} changed, which nothing plays")


def whole(sides: Sides) -> Iterator[Told]:
    """The song's own values that are neither metadata nor a stage: rate, seed, tail, and whatever else there is."""
    old, new = sides.old.tree, sides.new.tree
    for name, area, title, weight in (
        ("rate", "delivery", "sample rate", 0.05),
        ("tail", "time", "time after the last bar", 0.05),
        ("seed", "other", "everything random is drawn anew: seed", 0.3),
    ):
        if old.get(name) != new.get(name):
            told = Told(area, "changed", "", title, (name,), weight)
            yield valued(told, old.get(name), new.get(name), sides.unit(name))._replace(subject="")
    known = {*SAID, "credits", "lyrics", "rate", "tail", "seed", "songs", "loudness", "ceiling"}
    known |= {"composition", "arrangement", "recordings", "mix", "master", "delivery", "notes"}
    yield from rest_of(old, new, known, (), Told("other", "changed", "", "", (), 0.1), sides, ())
