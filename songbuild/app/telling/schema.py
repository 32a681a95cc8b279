"""The JSON Schema of what `songbuild diff --json` prints."""

from __future__ import annotations

from typing import Any

from songbuild.app.telling.heard_plain import DEFINITIONS
from songbuild.app.telling.plain import FORMAT
from songbuild.diff.change import AREAS

NAME = "diff.schema.json"


def _object(said: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": said,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(said: str) -> dict[str, Any]:
    return {"type": "string", "description": said}


def _whole(said: str) -> dict[str, Any]:
    return {"type": "integer", "description": said}


def _list(said: str, name: str) -> dict[str, Any]:
    return {"type": "array", "description": said, "items": {"$ref": f"#/$defs/{name}"}}


def _side(said: str) -> dict[str, Any]:
    return _object(said, label=_text("'working tree', a revision with its commit, a folder"), title=_text("its title"))


def _change() -> dict[str, Any]:
    acts = ["added", "removed", "moved", "renamed", "changed"]
    return _object(
        "one difference",
        area={"enum": list(AREAS), "description": "what it belongs to"},
        act={"enum": acts, "description": "what became of the subject"},
        subject=_text("the part, channel, section, device or field it is about, as the song names it"),
        text=_text("the whole sentence: 'bass, verse 2: up an octave'"),
        bars=_list("where, in order", "bars"),
        old={"description": "the value before, where one value changed; null where there was none"},
        new={"description": "the value now"},
        unit=_text("the unit of both: 'dB', 'Hz'; '' without one"),
        path={
            "type": "array",
            "items": {"type": ["string", "integer"]},
            "description": "the value in the song: ['mix', 'channels', 'bass', 'gain_db']; of the old one if removed",
        },
        place=_text("where it is written: 'mix.yaml:12', as far as it is known; in the old version if removed"),
        weight={
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "how much of it is heard; changes are in this order",
        },
        details=_list("what the change is made of", "change"),
    )


def _bars() -> dict[str, Any]:
    return _object(
        "a stretch of bars as the song counts them, both ends included",
        first=_whole("the first bar; 0 and below is a pickup"),
        last=_whole("the last bar"),
        section=_text("the playing it lies in, 'verse#2'; '' where in several"),
        side={"enum": ["old", "new"], "description": "the version whose bars are counted"},
    )


def _problem() -> dict[str, Any]:
    return _object(
        "an error that keeps a part of one version from being compared",
        side=_text("the label of that version"),
        severity={"const": "error"},
        code=_text("what kind of error: 'MIX003'"),
        message=_text("what is wrong"),
        file=_text("path from the song's folder"),
        line=_whole("counted from 1"),
        column=_whole("counted from 1"),
        hint={"type": ["string", "null"], "description": "how to mend it"},
    )


def _body(**more: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": {"enum": ["song", "album"], "description": "what was compared"},
        "changes": _list("what is heard most comes first; of an album what it says itself", "change"),
        "songs": {
            "type": "object",
            "description": "of an album the songs that differ, by its names for them",
            "additionalProperties": {"$ref": "#/$defs/song"},
        },
        **more,
    }


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "songbuild: what `songbuild diff --json` prints",
    **_object(
        "what differs between two versions of a song or an album",
        event={"const": "difference"},
        format={"const": FORMAT, "description": "raised when this schema changes so that readers must know"},
        old=_side("the version before"),
        new=_side("the version now"),
        **_body(
            problems=_list("errors of both versions", "problem"),
            heard={"anyOf": [{"$ref": "#/$defs/heard"}, {"type": "null"}], "description": "with --audio what is heard"},
        ),
    ),
    "$defs": {
        "bars": _bars(),
        "change": _change(),
        "problem": _problem(),
        "song": _object("a song of an album", title=_text("its title"), **_body()),
        **DEFINITIONS,
    },
}
"""Draft 2020-12."""
