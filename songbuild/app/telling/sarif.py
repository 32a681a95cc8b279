"""The problems of a review as SARIF 2.1.0 (OASIS, 2020): what a code host makes annotations of."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from songbuild import __version__
from songbuild.app.telling.outline import clean
from songbuild.problems import Problem

if TYPE_CHECKING:
    from songbuild.api.reviews.reviewing import Reviewed

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
AREAS = {
    "ALB": "the album",
    "ARR": "the arrangement",
    "AUD": "an audio file",
    "BLD": "building the song",
    "CD": "the CD",
    "CHK": "a finished song",
    "COMP": "the composition",
    "DEL": "the delivery",
    "GIT": "the checkout",
    "MAN": "the song's files",
    "MAS": "the master",
    "MIX": "the mix",
    "PLG": "a plugin",
    "PRE": "a preset",
    "REC": "the recordings",
    "SONG": "the song",
    "YAML": "YAML",
}
"""What a code's letters stand for."""


def sarif(songs: Sequence[Reviewed]) -> dict[str, Any]:
    """One run with all problems; code that wasn't run is noted.  Columns count characters, as songbuild's do."""
    found: dict[Problem, str] = {problem: problem.severity for song in songs for problem in song.problems}
    found |= {problem: "note" for song in songs for problem in song.unrun}
    rules = sorted({problem.code for problem in found})
    driver = {
        "name": "songbuild",
        "semanticVersion": __version__,
        "rules": [{"id": code, "shortDescription": {"text": _about(code)}} for code in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, level, rules) for problem, level in found.items()],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _about(code: str) -> str:
    area = AREAS.get(code.rstrip("0123456789"))
    return f"{code}: a problem of {area}" if area else code


def _result(problem: Problem, level: str, rules: Sequence[str]) -> dict[str, Any]:
    span = problem.span
    hint = f" ({problem.hint})" if problem.hint else ""
    region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.column + max(1, span.length)}
    file = {"uri": quote(os.fsencode(span.file)), "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": problem.code,
        "ruleIndex": rules.index(problem.code),
        "level": level,
        "message": {"text": _plain(f"{problem.message}{hint}")},
        "locations": [{"physicalLocation": {"artifactLocation": file, "region": region}}],
    }


def _plain(text: str) -> str:
    """Text without links: brackets mean themselves (3.11.6)."""
    return re.sub(r"[\[\]\\]", r"\\\g<0>", clean(text))
