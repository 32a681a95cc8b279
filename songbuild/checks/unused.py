"""CHK001: something is written down that nothing uses.

Why: what is left over confuses the next reader, and is often a misspelt name.
Fix: use it, or delete it; git remembers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from songbuild.model.form import with_times
from songbuild.model.song import Song
from songbuild.problems import Fault
from songbuild.problems import Path as SongPath


def unused(song: Song, folder: Path) -> list[Fault]:  # noqa: ARG001
    """Warn about patterns, chord lines, sections, recordings, buses and returns that nothing refers to."""
    arrangement, composition, mix = song.arrangement, song.composition, song.mix
    strips = (*mix.channels.values(), *mix.buses.values(), *mix.returns.values())
    patterns = [p.model_dump(by_alias=True) if not isinstance(p, str) else p for p in composition.patterns.values()]
    sections = [section.model_dump() for section in arrangement.sections.values()]
    named = {with_times(text)[0] for text in _words(sections, arrangement.form, patterns)}
    found: list[Fault] = []
    for kind, path, names, used in (
        ("pattern", ("composition", "patterns"), composition.patterns, named),
        ("chord line", ("composition", "chords"), composition.chords, named),
        ("section", ("arrangement", "sections"), arrangement.sections, {_section(e) for e in arrangement.form}),
        ("recording", ("recordings",), song.recordings, {t.recording for t in arrangement.tracks.values()}),
        ("bus", ("mix", "buses"), mix.buses, {strip.to for strip in strips}),
        ("return", ("mix", "returns"), mix.returns, {name for strip in strips for name in strip.sends}),
    ):
        found += _left(kind, path, names, used)
    return found


def _left(kind: str, path: SongPath, names: Iterable[str], used: set[Any]) -> list[Fault]:
    return [
        Fault("CHK001", (*path, name), f"nothing uses the {kind} '{name}'", severity="warning", key=True)
        for name in names
        if name not in used
    ]


def _section(entry: Any) -> str:
    """The section that an entry of the form names: 'verse x2' and {verse: {…}} are verse."""
    text = next(iter(entry), "") if isinstance(entry, dict) else entry
    return with_times(str(text))[0]


def _words(*values: Any) -> Iterator[str]:
    """Every text in nested data, keys left out."""
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _words(*value.values())
        elif isinstance(value, list | tuple):
            yield from _words(*value)
