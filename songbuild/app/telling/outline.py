"""The order of what is told, the same for every output: areas with their changes, what is heard most first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from songbuild.diff.change import Act, Change, Difference
from songbuild.diff.facts import Facts
from songbuild.diff.lines import place
from songbuild.diff.words import bars_text, count, number

SHOWN = 8
"""So many changes of an area are told unless all are asked for."""
STRETCHES = 3
TITLES = {
    "album": "album",
    "time": "tempo and meter",
    "form": "form",
    "harmony": "key and chords",
    "parts": "parts",
    "notes": "notes",
    "lyrics": "lyrics",
    "recordings": "recordings",
    "sound": "sound",
    "mix": "mix",
    "automation": "automation",
    "master": "master",
    "delivery": "delivery",
    "metadata": "metadata",
    "remarks": "notes on the music",
    "other": "other",
}
SIGNS: Mapping[Act, str] = {"added": "+", "removed": "-", "moved": ">", "renamed": "=", "changed": "~"}
_SAYS_WHERE = re.compile(r"\b(?:bars? \d|the pickup|throughout\b)")
# What acts on the terminal or on the order of letters; a song from a stranger may hold it in any name.
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Area(NamedTuple):
    """Changes of one kind: `shown` of them, and how many more there are."""

    title: str
    shown: tuple[Change, ...]
    more: int


class Part(NamedTuple):
    """A song, or what an album says itself: '' is the name of what was asked about."""

    name: str
    difference: Difference
    areas: tuple[Area, ...]


def outline(difference: Difference, *, everything: bool = False, name: str = "") -> list[Part]:
    """The song, or the album and those of its songs that differ."""
    own = Part(name, difference, tuple(_areas(difference.changes, everything)))
    songs = (
        outline(song, everything=everything, name=title(song, key)) for key, song in difference.songs.items() if song
    )
    return [own, *(part for parts in songs for part in parts)]


def number_of_changes(difference: Difference) -> int:
    """How many changes there are, those of an album's songs included."""
    return len(difference.changes) + sum(map(number_of_changes, difference.songs.values()))


def title(difference: Difference, otherwise: str) -> str:
    """What the song is called now."""
    return clean(difference.new.title or difference.old.title or otherwise)


def headline(difference: Difference) -> str:
    """'Harbour Lights: 7 changes'."""
    name = title(difference, "untitled")
    changes = number_of_changes(difference)
    return f"{name}: {count(changes, 'change')}" if changes else f"{name}: nothing differs"


def where(change: Change, difference: Difference) -> str:
    """The bars of a change as text: 'bars 9-16', 'bars 3-4 and 17 before'; '' where its sentence says them, or all."""
    if not change.bars or _SAYS_WHERE.search(change.text):
        return ""
    before = all(bars.side == "old" for bars in change.bars)
    found = _joined(sorted({(bars.first, bars.last) for bars in change.bars}))
    if found == [_whole(difference.old if before else difference.new, found[0])]:
        return ""
    more = len(found) - STRETCHES
    told = bars_text(found[:STRETCHES])
    told = f"{told.replace(' and ', ', ')} and {more} more" if more > 0 else told
    return f"{told} before" if before else told


def written(change: Change, old: Facts, new: Facts) -> str:
    """'mix.yaml:12', where a change is written: in the new version, or in the old one where it is no more."""
    return clean(place((old if change.act == "removed" else new).lines, change.path)) if change.path else ""


def clean(text: str) -> str:
    """The text with what acts on a terminal or on the order of letters shown by its number."""
    return _ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def lines(change: Change, depth: int = 0) -> Iterator[tuple[int, Change]]:
    """A change and what it is made of, each with its depth."""
    yield depth, change
    for detail in change.details:
        yield from lines(detail, depth + 1)


def form_only(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """What to say where nothing differs but how files are written, of which the contents are told apart; else ''."""
    touched = sorted(path for path in {*old, *new} if old.get(path) != new.get(path) and _manifest(path))
    if not touched:
        return ""
    names = [clean(path) for path in touched[:STRETCHES]]
    more = f" and {number(len(touched) - STRETCHES)} more" if len(touched) > STRETCHES else ""
    return f"only how it is written: {', '.join(names)}{more}"


def _manifest(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".py"))


def _areas(changes: Sequence[Change], everything: bool) -> Iterator[Area]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.area, []).append(change)
    for area, those in found.items():
        # One more line is no longer than the line that says there is one more.
        shown = len(those) if everything or len(those) == SHOWN + 1 else SHOWN
        yield Area(TITLES.get(area, area), tuple(those[:shown]), max(0, len(those) - shown))


def _whole(facts: Facts, pair: tuple[int, int]) -> tuple[int, int] | None:
    """The first and the last bar of a song, with its pickup where the `pair` has it."""
    last = facts.sections[-1] if facts.sections else None
    return (min(pair[0], 1), last.first_bar + last.bars - 1) if last else None


def _joined(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of bars without overlaps."""
    found: list[tuple[int, int]] = []
    for first, last in pairs:
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
