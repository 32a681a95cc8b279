"""What a disc must be to be pressed: one function for each rule, all gathered by `check`.

Sources: IEC 60908 (99 tracks, 4 seconds, codes in the subcode); MMC-3, annex J (CD-TEXT).  A disc of 80 minutes holds
79:57 of programme after its pause of two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from songbuild.formats.cd.cdtext import MOST_PACKS, encode, fields
from songbuild.formats.cd.disc import (
    MOST_TRACKS,
    SECTORS_PER_SECOND,
    TEXTS,
    Disc,
    DiscTrack,
    bounds,
    catalog_number,
    clock,
)
from songbuild.formats.cd.text import latin, refused
from songbuild.model.identifiers import isrc, upc
from songbuild.problems import Fault, NotationError, Path

SHORTEST = 4 * SECTORS_PER_SECOND
"""Sectors of a track at least, from its index 1 to the next track's index 0."""
LONGEST = (79 * 60 + 57) * SECTORS_PER_SECOND
SAFE_LENGTH = (74 * 60 + 30) * SECTORS_PER_SECOND
"""Sectors that every plant takes."""
LONGEST_TEXT = 160
"""Characters of one text without its NUL: what players keep room for (KDE's libkcompactdisc, wm_cdtext.h)."""
LONGEST_CATALOG = 48
"""Characters: the master identifier of a DDP."""


def check(disc: Disc) -> list[Fault]:
    """Everything that is wrong with a disc; paths mirror its fields: ("tracks", 0, "isrc"), counted from 0.

    A disc without errors (a warning is none) can be written in every format of this package.
    """
    if not disc.tracks:
        return [Fault("CD001", ("tracks",), "the disc has no tracks")]
    found = [fault for rule in _RULES for fault in rule(disc)]
    if not any(fault.severity == "error" for fault in found):
        found += _packs(disc)
    return found


def _number_of_tracks(disc: Disc) -> Iterator[Fault]:
    if len(disc.tracks) > MOST_TRACKS:
        message = f"the disc has {len(disc.tracks)} tracks, a CD holds {MOST_TRACKS}"
        yield Fault("CD001", ("tracks",), message, "make two discs of it")


def _positions(disc: Disc) -> Iterator[Fault]:
    """Tracks follow each other without a hole, and index 0 is inside the track before."""
    first = disc.tracks[0]
    if first.start < 0 or first.pregap != first.start:
        message = f"track 1 starts at {first.start} sectors with a pre-gap of {first.pregap}: the two must be equal"
        yield Fault(
            "CD002", ("tracks", 0, "start"), message, "what is before index 1 of the first track is its index 0"
        )
    for place, (before, track) in enumerate(zip(disc.tracks, disc.tracks[1:], strict=False), start=1):
        if track.start != before.end:
            message = f"track {place + 1} starts at sector {track.start}, track {place} ends at {before.end}"
            yield Fault("CD002", ("tracks", place, "start"), message)
        if not 0 <= track.pregap <= before.length:
            message = f"the pre-gap of track {place + 1} is {track.pregap} sectors, track {place} has {before.length}"
            hint = "the pre-gap is the end of the track before"
            yield Fault("CD003", ("tracks", place, "pregap"), message, hint)


def _lengths(disc: Disc) -> Iterator[Fault]:
    for place, (track, (_, end)) in enumerate(zip(disc.tracks, bounds(disc), strict=True)):
        length = end - track.start
        if length < SHORTEST:
            seconds = f"{length / SECTORS_PER_SECOND:.2f} s"
            hint = "join it with a neighbour, or leave a longer gap after it"
            if end < track.end:
                hint = "the pre-gap of the next track doesn't count"
            message = f"track {place + 1} is {seconds} long, on a CD it is 4 s at least"
            yield Fault("CD004", ("tracks", place, "length"), message, hint)
    if disc.length > LONGEST:
        message = f"the disc is {_minutes(disc.length)} long, a CD holds {_minutes(LONGEST)}"
        hint = f"{_minutes(disc.length - LONGEST)} must go; some plants take no more than {_minutes(SAFE_LENGTH)}"
        yield Fault("CD005", ("tracks",), message, hint)
    elif disc.length > SAFE_LENGTH:
        message = f"the disc is {_minutes(disc.length)} long"
        hint = f"ask the plant: some take no more than {_minutes(SAFE_LENGTH)}"
        yield Fault("CD005", ("tracks",), message, hint, severity="warning")


def _minutes(sectors: int) -> str:
    """A length as M:SS, rounded up: what is one sector too long isn't shown as the limit."""
    return clock(sectors + SECTORS_PER_SECOND - 1)[:-3]


def _codes(disc: Disc) -> Iterator[Fault]:
    for place, track in enumerate(disc.tracks):
        if track.isrc:
            try:
                isrc(track.isrc)
            except NotationError as error:
                yield error.fault("CD006", ("tracks", place, "isrc"))
    if disc.upc:
        try:
            upc(disc.upc)
        except NotationError as error:
            yield error.fault("CD007", ("upc",))
        else:
            if len(catalog_number(disc.upc)) > 13:
                yield Fault("CD007", ("upc",), f"'{disc.upc}' is a GTIN-14, a CD has a UPC or EAN", "12 or 13 digits")


def _texts(disc: Disc) -> Iterator[Fault]:
    owners: list[tuple[Path, Disc | DiscTrack]] = [((), disc)]
    owners += [(("tracks", place), track) for place, track in enumerate(disc.tracks)]
    for path, each in owners:
        for name in TEXTS:
            text: str = getattr(each, name)
            wrong = refused(text)
            if wrong:
                message = f"'{wrong[0]}' (U+{ord(wrong[0]):04X}) can't stand in CD-TEXT: {text!r}"
                hint = "CD-TEXT holds the letters of Western Europe (ISO 8859-1): transcribe it for the CD"
                place = text.find(wrong[0])
                yield Fault("CD008", (*path, name), message, hint, offset=None if place < 0 else place)
            elif len(latin(text)) > LONGEST_TEXT:
                message = f"{len(latin(text))} characters of {name}, CD-TEXT holds {LONGEST_TEXT}"
                yield Fault("CD009", (*path, name), message, "shorten it for the CD")
    for name, longest in (("genre", LONGEST_TEXT), ("catalog", LONGEST_CATALOG)):
        text = getattr(disc, name)
        if not (text.isascii() and text.isprintable()):
            yield Fault("CD008", (name,), f"the {name} {text!r} isn't ASCII", "a CD has it in plain letters and digits")
        elif len(text) > longest:
            yield Fault("CD009", (name,), f"{len(text)} characters of {name}, {longest} at most", "shorten it")


def _packs(disc: Disc) -> Iterator[Fault]:
    try:
        encode(disc)
    except ValueError:
        characters = sum(len(getattr(each, name)) for each in (disc, *disc.tracks) for name in fields(disc))
        message = f"{characters} characters of CD-TEXT are too many: {MOST_PACKS} packs of 12 at most"
        yield Fault("CD010", ("tracks",), message, "leave out arrangers, messages or composers, or shorten titles")


_RULES: tuple[Callable[[Disc], Iterator[Fault]], ...] = (_number_of_tracks, _positions, _lengths, _codes, _texts)
