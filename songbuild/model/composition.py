"""Composition: chords, patterns (drum grids, melodies, degrees, comping) and their variations."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from songbuild.problems import nearest
from songbuild.units import Params, Ratio

Drum = str
"""A row of a drum grid: "x--- X--- | x-o- X---"."""

_ROW = re.compile(r"[-xXofr1-9% |]*[-xXofr1-9][-xXofr1-9% |]*")


class Pattern(Params):
    """Music that sections can play; exactly one of `notes`, `degrees`, `chords`, `drums` or `from` is given.

    In a file the rows of a grid stand beside `grid`: `{grid: 16, kick: "x---", snare: "----x---"}`; they land in
    `drums`, or in a variation in `rows`.
    """

    notes: str | None = Field(None, description="a note string: 'c4:8 e g:4. | a4:2~8'")
    degrees: str | None = Field(None, description="scale degrees in the section's key: '1 3 5 b7 ^1'")
    chords: str | None = Field(
        None,
        description=(
            "a chord line to comp: the name of one in `chords`, 'section' for the section's own, or the line itself"
        ),
    )
    drums: dict[str, Drum] | None = Field(None, description="a grid, one row a drum")
    grid: str | int = Field(16, description="steps in a whole note: 8, 16, 32, or triplets 12, 24")
    voicing: Literal["close", "open", "drop2", "drop3", "shell", "rootless", "power", "root", "spread"] = Field(
        "close", description="how a chord is spread; 'root' plays only its bass note"
    )
    range: tuple[str, str] | None = Field(None, description="lowest and highest note, [c3, c5]")
    rhythm: str | None = Field(
        None, description="the rhythm a chord line is played in, as a grid row per bar: 'x--x --x-'; else held"
    )
    strum: str | None = Field(
        None, description="time between the notes of a chord, low to high: '12ms', or '-12ms' for high to low"
    )
    arpeggio: Literal["up", "down", "updown", "played"] | None = Field(
        None, description="play a chord's notes one after another in `rhythm`'s (or `grid`'s) steps"
    )
    from_: str | None = Field(None, alias="from", description="the pattern this one varies")
    bars: dict[int, str] = Field(
        default_factory=dict,
        description="in a variation: bar number -> what stands there instead: notation, or the name of a pattern",
    )
    rows: dict[str, Drum | None] = Field(
        default_factory=dict, description="in a variation of a grid: drum -> its new row; null leaves it out"
    )
    transpose: str | int = Field(0, description="+2 semitones, or '+2d' steps of the scale")
    invert: bool = Field(False, description="turn intervals upside down around the first note, in the scale")
    retrograde: bool = Field(False, description="backwards")
    augment: str | int | float = Field(1, description="times the lengths: 2 is half as fast, '1/2' twice as fast")
    rotate: str | int | float = Field(0, description="move by this many beats, around the pattern's end")
    velocity: int | None = Field(None, ge=1, le=127, description="the velocity of what names none")
    gate: Ratio = Field(
        1.0, gt=0, le=1, description="the part of each length that sounds, where no articulation says: 90%"
    )
    lyrics: str | None = Field(None, description="syllables for the notes in turn: 'Stay with me to- night __'")
    scale_velocity: Ratio = Field(1.0, gt=0, le=4, description="times every velocity")
    octave: int = Field(0, ge=-6, le=6, description="octaves up or down")

    @model_validator(mode="before")
    @classmethod
    def _spelled_short(cls, value: Any) -> Any:
        """Accept a plain note string, and rows of a grid beside the pattern's own keys."""
        if isinstance(value, str):
            return {"notes": value}
        if not isinstance(value, dict):
            return value
        own = {info.alias or name for name, info in cls.model_fields.items()}
        grid, varies = "grid" in value, "from" in value
        home = "rows" if varies else "drums"
        given = value.get(home) or {}
        if not isinstance(given, dict):
            return value
        taken = own | given.keys()
        rows = {key: row for key, row in value.items() if key not in taken and _is_row(key, row, grid, varies, own)}
        rest = {key: item for key, item in value.items() if key not in rows}
        return {**rest, home: {**given, **rows}} if rows else value


def _is_row(key: object, row: object, grid: bool, varies: bool, own: set[str]) -> bool:
    """Whether an unknown key of a pattern is a drum: a value like a row, or beside `grid` a name like no other key."""
    if isinstance(row, str) and _ROW.fullmatch(row):
        return True
    if row is None:
        return varies
    return grid and isinstance(row, str | int | float) and not nearest(str(key), own)


class Composition(Params):
    """What the song is made of, before its order in time."""

    chords: dict[str, str] = Field(default_factory=dict, description="named chord lines: 'Am7 | Fmaj7 | C | G/B'")
    patterns: dict[str, Pattern] = Field(
        default_factory=dict, description="named patterns; plain text is a note string"
    )
