"""Two songs compared: every change once, what is heard most first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from songbuild.diff import desk, feel, form, harmony, lyrics, notes, parts, remarks, timing
from songbuild.diff.change import AREAS, Change, Difference
from songbuild.diff.facts import Facts
from songbuild.diff.identity import Both, side_by_side

_WRITTEN = (("composition", "patterns"), ("arrangement", "sections"))
_PLACE = {area: place for place, area in enumerate(AREAS)}


def compare(old: Facts, new: Facts) -> Difference:
    """What differs between two songs, or two albums and their songs."""
    if old == new:
        return Difference(old, new)
    if old.kind != new.kind:
        text = f"{old.kind} '{old.title}' -> {new.kind} '{new.title}'"
        return Difference(
            old, new, changes=(Change("other", "changed", "kind", text, (), old.kind, new.kind, weight=1.0),)
        )
    if new.kind == "album":
        return _albums(old, new)
    both = side_by_side(old, new)
    up = harmony.transpositions(both)
    differing, played = notes.changes(old, new, both.sections, both.parts, up)
    found = [
        *timing.changes(both),
        *feel.changes(both),
        *form.changes(both),
        *harmony.changes(both, up),
        *parts.changes(both),
        *played,
        *lyrics.changes(both),
        *desk.changes(old, new, both.sections, both.parts),
        *remarks.changes(both),
    ]
    return Difference(old, new, both.sections, both.parts, differing, in_order(_unexplained(both, found)))


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What is heard most first; of equal weight by area, then by place in the song."""

    def rank(change: Change) -> tuple[float, int, int, str, str]:
        first = min((bars.first for bars in change.bars), default=0)
        return -round(change.weight, 3), _PLACE[change.area], first, change.subject, change.text

    return tuple(sorted(changes, key=rank))


def _albums(old: Facts, new: Facts) -> Difference:
    songs = {name: compare(old.songs[before], new.songs[name]) for before, name in _songs(old, new)}
    differing = {name: each for name, each in songs.items() if each}
    return Difference(
        old, new, changes=in_order([*desk.changes(old, new), *remarks.changes(side_by_side(old, new))]), songs=differing
    )


def _songs(old: Facts, new: Facts) -> Iterator[tuple[str, str]]:
    """Which song of an album is which: of one name, else of one title, else the same music."""
    gone = [name for name in old.songs if name not in new.songs]
    for name, song in new.songs.items():
        if name in old.songs:
            yield name, name
            continue
        for before in gone:
            other = old.songs[before]
            if other.title == song.title or (song.parts and other.parts == song.parts):
                gone.remove(before)
                yield before, name
                break


def _unexplained(both: Both, found: Sequence[Change]) -> Iterator[Change]:
    """The changes without those that follow from another one."""
    forms = [change for change in found if change.area == "form" and change.act != "renamed"]
    tracks = {(change.act, change.subject) for change in found if change.area == "parts"}
    for change in found:
        if change.area == "recordings" and change.path[2:] == () and (change.act, change.subject) in tracks:
            continue  # the recording of a part that came or went
        if change.area == "time" and change.subject == "length" and len(forms) == 1:
            continue  # as many bars as the section that came or went has
        if change.area == "other" and change.path[:-1] in _WRITTEN and change.act != "changed":
            other = both.old if change.act == "added" else both.new
            if change.path[-1] in _played(other):
                continue  # that something is no longer played, or played now, is told where it is played
        yield change


def _played(facts: Facts) -> set[str]:
    """The names of the sections and patterns that are played."""
    patterns = {note.pattern for part in facts.parts.values() for note in part.notes}
    return patterns | {section.name for section in facts.sections}
