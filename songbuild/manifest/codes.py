"""The codes of the problems that loading a song reports: stable numbers, a prefix for each stage.

Numbers to 029 of each stage belong to this table; what reads music strings and what checks a song count from 030.
"""

from __future__ import annotations

from typing import Literal

from songbuild.problems import Path

PREFIX = {
    "composition": "COMP",
    "arrangement": "ARR",
    "recordings": "REC",
    "mix": "MIX",
    "master": "MAS",
    "delivery": "DEL",
    "presets": "PRE",
    "notes": "NOTE",
}
"""Stage, or a preset's file -> prefix; everything else in a song is SONG."""

Kind = Literal[
    "unknown key",
    "missing key",
    "unknown device",
    "wrong type",
    "out of range",
    "wrong unit",
    "unknown choice",
    "malformed text",
    "unknown preset",
    "malformed device",
    "misplaced device",
    "unknown name",
    "routing cycle",
    "ambiguous name",
    "automation target",
    "contradiction",
    "plugin",
    "automation",
]

KINDS: dict[Kind, int] = {
    "unknown key": 1,
    "missing key": 2,
    "unknown device": 3,
    "wrong type": 4,
    "out of range": 5,
    "wrong unit": 6,
    "unknown choice": 7,
    "malformed text": 8,
    "unknown preset": 9,
    "malformed device": 10,
    "misplaced device": 11,
    "unknown name": 12,
    "routing cycle": 13,
    "ambiguous name": 14,
    "automation target": 15,
    "contradiction": 16,
    "plugin": 17,
    "automation": 21,
}

NOT_UTF8 = "YAML001"
CONTROL_CHARACTER = "YAML002"
SYNTAX = "YAML003"
DUPLICATE_KEY = "YAML004"
MERGE_KEY = "YAML005"
TAG = "YAML006"
TOO_DEEP = "YAML007"
TOO_MANY_VALUES = "YAML008"
ALIAS = "YAML009"
SEVERAL_DOCUMENTS = "YAML010"
KEY_TYPE = "YAML011"
NUMBER = "YAML012"
NAMES_ALIKE = "YAML013"
TOO_LARGE = "YAML014"
UNRESOLVED = "YAML015"

UNREADABLE = "MAN001"
OUTSIDE = "MAN002"
NO_FILE = "MAN003"
NOT_A_FILE = "MAN004"
FILE_TYPE = "MAN005"
NOT_A_MAPPING = "MAN006"
NOT_TRUSTED = "MAN007"
SCRIPT_FAILED = "MAN008"
SCRIPT_LIMIT = "MAN009"
NO_FUNCTION = "MAN010"
NOT_PLAIN_DATA = "MAN011"
NOT_A_LIST = "MAN012"


def code(kind: Kind, path: Path) -> str:
    """The code of a fault of this kind in the stage that `path` lies in: ("unknown key", ("mix", …)) -> "MIX001"."""
    prefix = PREFIX.get(path[0], "SONG") if path and isinstance(path[0], str) else "SONG"
    return f"{prefix}{KINDS[kind]:03}"
