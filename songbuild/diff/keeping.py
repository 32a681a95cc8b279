"""Facts as JSON and back: what the cache keeps, so that a diff need not read a song twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

from songbuild.diff.facts import Facts, Feel, Note, Part, Section

FORMAT = 1
"""Raised when facts change in shape or meaning: what an older songbuild has kept is read anew."""
_WIDTH = len(Note._fields)


def to_json(facts: Facts) -> bytes:
    """The facts as text that `from_json` reads."""
    return json.dumps({"format": FORMAT, **_plain(facts)}, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data: bytes) -> Facts:
    """The facts that `to_json` has written; raises ValueError where the data is damaged or of another format."""
    try:
        found = json.loads(data)
        if found.pop("format") != FORMAT:
            raise ValueError("facts of another format")
        return _facts(found)
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"damaged facts: {error!r}") from error


def _plain(facts: Facts) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "title": facts.title,
        "sections": facts.sections,
        "bars": facts.bars,
        "tempo": facts.tempo,
        "meters": facts.meters,
        "chords": facts.chords,
        # The fields of all notes in one list: half the time of a list each.
        "parts": {
            name: [part.instrument, part.recording, list(chain.from_iterable(part.notes))]
            for name, part in facts.parts.items()
        },
        "feels": facts.feels,
        "tree": facts.tree,
        "units": facts.units,
        "files": facts.files,
        "lines": facts.lines,
        "songs": {name: _plain(song) for name, song in facts.songs.items()},
    }


def _facts(found: Mapping[str, Any]) -> Facts:
    return Facts(
        found["kind"],
        found["title"],
        tuple(map(Section._make, found["sections"])),
        tuple(found["bars"]),
        tuple(map(tuple, found["tempo"])),
        tuple(map(tuple, found["meters"])),
        tuple(map(tuple, found["chords"])),
        {name: _part(*values) for name, values in found["parts"].items()},
        {name: tuple(_feel(values) for values in feels) for name, feels in found["feels"].items()},
        found["tree"],
        found["units"],
        found["files"],
        found["lines"],
        {name: _facts(song) for name, song in found["songs"].items()},
    )


def _part(instrument: str, recording: str, values: list[Any]) -> Part:
    if len(values) % _WIDTH:
        raise ValueError("damaged facts: a part of a note")
    fields = iter(values)
    return Part(instrument, recording, tuple(map(Note._make, zip(*[fields] * _WIDTH, strict=True))))


def _feel(values: list[Any]) -> Feel:
    section, swing, time_ms, velocity, seed, strum_ms = values
    return Feel(section, swing, time_ms, velocity, seed, tuple(strum_ms))
