"""What is heard of a difference as data for programs, and the JSON Schema of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from songbuild.diff.heard import BANDS, Heard

_DIGITS = 4


def plain(heard: Heard) -> dict[str, Any]:
    """All of it, numbers rounded."""
    found = _plain(heard)
    assert isinstance(found, dict), "a record is a dict"
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(item) for name, item in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value


def _object(said: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "description": said,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _number(said: str) -> dict[str, Any]:
    return {"type": ["number", "null"], "description": said}


def _text(said: str) -> dict[str, Any]:
    return {"type": "string", "description": said}


def _list(said: str, name: str) -> dict[str, Any]:
    return {"type": "array", "description": said, "items": _ref(name)}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _maybe(name: str, said: str) -> dict[str, Any]:
    return {"anyOf": [_ref(name), {"type": "null"}], "description": said}


DEFINITIONS: dict[str, Any] = {
    "heard": _object(
        "what is heard of the difference; null without --audio",
        streams=_list("the master first, then the mix, tracks, buses and returns", "stream"),
        clips=_list("audio to listen to, before and after", "clip"),
        faults={
            "type": "array",
            "items": {"type": "string"},
            "description": "what could not be rendered or compared, and why",
        },
        songs={
            "type": "object",
            "description": "of an album what is heard of each song, by its names for them",
            "additionalProperties": _ref("heard"),
        },
    ),
    "stream": _object(
        "a signal of both versions: a track, bus or return after its fader, the mix, or the master",
        name=_text("its name; 'master' and 'mix' of those"),
        kind={"enum": ["master", "mix", "track", "bus", "return"], "description": "what it is"},
        same={"type": "boolean", "description": "whether every sample is equal; it wasn't measured then"},
        whole=_maybe("stretch", "all of it"),
        sections=_list("in the order of the new version, those that are gone where they were", "stretch"),
        first=_maybe("place", "where a difference is heard first; null where there is none that can be heard"),
    ),
    "stretch": _object(
        "a section, or all of a signal, in both versions",
        name=_text("of the section's playing: 'verse 2'; '' of all"),
        old=_maybe("span", "where it was; null where it wasn't there"),
        new=_maybe("span", "where it is; null where it is gone"),
        same={"type": "boolean", "description": "whether every sample is equal"},
        before=_ref("reading"),
        after=_ref("reading"),
        null_db=_number("the power of the difference re the version before, in dB"),
        matched_null_db=_number("the same after both were brought to one loudness"),
        audible=_list("the bars of the new version in which the difference can be heard", "bars"),
    ),
    "reading": _object(
        "what a meter says; null where there is nothing to say, as in silence",
        loudness_lufs=_number("integrated loudness; of less than 3 s the greatest momentary loudness"),
        true_peak_dbtp=_number("true peak"),
        lra_lu=_number("loudness range"),
        bands_db={
            "type": "array",
            "items": {"type": ["number", "null"]},
            "minItems": len(BANDS),
            "maxItems": len(BANDS),
            "description": f"levels of {', '.join(BANDS)} in dB re full scale",
        },
        width_db=_number("power of the sides re that of the middle, in dB"),
        correlation=_number("of left and right, -1 to 1"),
    ),
    "span": _object(
        "where a stretch lies in its version",
        start_s={"type": "number", "description": "seconds from the start"},
        stop_s={"type": "number", "description": "seconds from the start"},
        bars=_ref("bars"),
    ),
    "place": _object(
        "a point of the song",
        bar={"type": "integer", "description": "the bar; 0 is a pickup"},
        beat={"type": "number", "description": "counted from 1, to the nearest sixteenth"},
        seconds={"type": "number", "description": "from the start"},
        side={"enum": ["old", "new"], "description": "the version whose bars are counted"},
    ),
    "clip": _object(
        "a few bars of the master in both versions, equally loud",
        name=_text("'verse 2, bars 17-18'"),
        bars=_ref("bars"),
        seconds={"type": "number", "description": "the longer one's length"},
        before={"type": ["string", "null"], "description": "a FLAC file beside the page; null where there is none"},
        after={"type": ["string", "null"], "description": "a FLAC file beside the page; null where there is none"},
        before_gain_db={"type": "number", "description": "what was done to its level"},
        after_gain_db={"type": "number", "description": "what was done to its level"},
    ),
}
"""Definitions of a schema that has one of `bars` too."""
