"""Everything that differs between two songs or albums but the notes, the form and the harmony."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from songbuild.diff.change import Change
from songbuild.diff.desk.albums import album
from songbuild.diff.desk.fields import contents, delivery, metadata, unplayed, whole
from songbuild.diff.desk.masters import master
from songbuild.diff.desk.sides import Clock, Sides, mapping
from songbuild.diff.desk.sounds import sounds
from songbuild.diff.desk.strips import console, console_names
from songbuild.diff.desk.takes import recordings
from songbuild.diff.desk.told import Told, folded
from songbuild.diff.facts import Facts


def changes(
    old: Facts,
    new: Facts,
    sections: Iterable[tuple[int | None, int | None]] = (),
    parts: Iterable[tuple[str | None, str | None]] = (),
) -> list[Change]:
    """Recordings, sound, mix, automation, master, delivery and metadata; of an album what is its own.

    Equal changes of several subjects are one, whose details are theirs.  `sections` and `parts` are pairs as in
    `Difference`.
    """
    if old.tree == new.tree and old.files == new.files and list(old.sections) == list(new.sections):
        return []
    kept = {a: b for a, b in sections if a is not None and b is not None}
    named = {a: b for a, b in parts if a is not None and b is not None}
    clock = Clock(old.sections, new.sections, kept)
    sides = Sides(old, new, clock, console_names(old, new, named))
    return folded(_album(sides) if "album" in (old.kind, new.kind) else _song(sides))


def _song(sides: Sides) -> Iterator[Told]:
    old, new = sides.old.tree, sides.new.tree
    yield from recordings(sides)
    yield from sounds(sides)
    yield from console(sides)
    yield from master(sides)
    yield from delivery(sides, mapping(old.get("delivery")), mapping(new.get("delivery")))
    yield from _said(sides)
    yield from unplayed(sides)


def _album(sides: Sides) -> Iterator[Told]:
    yield from album(sides)
    yield from _said(sides)


def _said(sides: Sides) -> Iterator[Told]:
    yield from whole(sides)
    yield from contents(sides)
    yield from metadata(sides, sides.old.tree, sides.new.tree, Told("metadata", "changed", "", "", (), 0.0))
