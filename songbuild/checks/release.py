"""CHK006: what is said about the release contradicts itself, or isn't said as it is used.

Why: a (C) or (P) line is a year and an owner, the sign is put before it by whoever shows it; the rest can't be true.
Fix: as the message says.
"""

from __future__ import annotations

import re
from pathlib import Path

from songbuild.model.song import Song
from songbuild.problems import Fault

_SIGN = re.compile(r"\s*(©|℗|\([cp]\)|copyright\b)\s*", re.IGNORECASE)
_YEAR = re.compile(r"[12][0-9]{3}\s+\S")


def release(song: Song, folder: Path) -> list[Fault]:  # noqa: ARG001
    """Errors for contradictions, warnings for lines without a year or with a sign."""
    found: list[Fault] = []
    for name, number, total in (
        ("track_number", song.track_number, song.track_total),
        ("disc_number", song.disc_number, song.disc_total),
    ):
        if number is not None and total is not None and number > total:
            found.append(Fault("CHK006", (name,), f"{name.removesuffix('_number')} {number} of {total}"))
    for name, first in (("original_date", song.original_date), ("recording_date", song.recording_date)):
        if first is not None and song.date is not None and _later(first, song.date):
            found.append(Fault("CHK006", (name,), f"{first} is after the release, {song.date}"))
    for name in ("copyright", "phonogram"):
        line = getattr(song, name)
        if not line:
            continue
        sign = _SIGN.match(line)
        if sign:
            message = f"'{sign[1]}' is put before the line by whoever shows it"
            place = (sign.start(1), len(sign[1]))
            found.append(Fault("CHK006", (name,), message, "leave it out", *place, severity="warning"))
        elif not _YEAR.match(line):
            hint = f"such as '{(song.date or '2026')[:4]} {song.label or song.artist or 'Owner'}'"
            found.append(Fault("CHK006", (name,), "the line lacks a year before the owner", hint, severity="warning"))
    return found


def _later(first: str, second: str) -> bool:
    """Whether a date is after another, as far as both are known."""
    known = min(len(first), len(second))
    return first[:known] > second[:known]
