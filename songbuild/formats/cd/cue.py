"""Cue sheet: the tracks of a disc in one audio file.

Source: CDRWIN user's guide, appendix A.  Fields that it hasn't are remarks, as players write and read them.  The text
is ISO 8859-1, as CD-TEXT is; a quotation mark inside a text becomes an apostrophe, for there is no way to escape it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from songbuild.formats.cd.disc import Disc, DiscTrack, catalog_number, clock, compact
from songbuild.formats.cd.text import plain
from songbuild.formats.cd.writing import write_bytes

_COMMANDS = ("TITLE", "PERFORMER", "SONGWRITER")
_REMARKS = ("COMPOSER", "ARRANGER", "MESSAGE")


def cue_sheet(disc: Disc, audio: str) -> str:
    """The cue sheet of a disc whose programme is the WAVE file `audio`, beside the sheet."""
    lines = [*_head(disc), f'FILE "{audio}" WAVE']
    for number, track in enumerate(disc.tracks, start=1):
        lines += [f"  TRACK {number:02d} AUDIO", *(f"    {line}" for line in _track(track))]
    return "".join(f"{line}\r\n" for line in lines)


def write_cue(path: Path, disc: Disc, audio: str) -> None:
    """Write the cue sheet of a disc, by way of a temporary name."""
    write_bytes(path, cue_sheet(disc, audio).encode("latin-1"))


def _head(disc: Disc) -> Iterator[str]:
    if disc.genre:
        yield f"REM GENRE {_quoted(disc.genre)}"
    if disc.catalog:
        yield f"REM CATALOGNUMBER {_quoted(disc.catalog)}"
    if disc.upc:
        yield f"CATALOG {catalog_number(disc.upc)}"
    yield from _texts(disc)


def _track(track: DiscTrack) -> Iterator[str]:
    yield from _texts(track)
    if track.isrc:
        yield f"ISRC {compact(track.isrc)}"
    flags = [flag for flag, on in (("DCP", track.copy), ("PRE", track.pre_emphasis)) if on]
    if flags:
        yield " ".join(["FLAGS", *flags])
    if track.pregap:
        yield f"INDEX 00 {clock(track.index0)}"
    yield f"INDEX 01 {clock(track.start)}"


def _texts(each: Disc | DiscTrack) -> Iterator[str]:
    for prefix, names in (("", _COMMANDS), ("REM ", _REMARKS)):
        for name in names:
            text: str = getattr(each, name.lower())
            if text:
                yield f"{prefix}{name} {_quoted(text)}"


def _quoted(text: str) -> str:
    inside = plain(text).replace('"', "'")
    return f'"{inside}"'
