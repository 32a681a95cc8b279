"""Reading a DDP 2.00 fileset, of songbuild or of other tools, and holding its files against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from songbuild.formats.cd.cdtext_reader import CdText, read_cdtext
from songbuild.formats.cd.ddp import CHECKSUMS, IDENTITY, LEAD_IN, LEAD_OUT, MAP_STREAM, checksums
from songbuild.formats.cd.disc import PAUSE, SECTOR_BYTES, SECTORS_PER_SECOND, Disc, DiscError, DiscTrack
from songbuild.formats.cd.image import Samples
from songbuild.formats.cd.records import CUES, IDENTIFIER, MAP, Layout, dissect_all

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Fileset:
    """A fileset that was read: its disc and its audio."""

    disc: Disc
    image: Path

    def blocks(self) -> Iterator[Samples]:
        """The programme, without the pause before it, in blocks (2, n) of 16-bit values."""
        with self.image.open("rb") as file:
            file.seek(PAUSE * SECTOR_BYTES)
            while data := file.read(4 * _BLOCK):
                yield np.frombuffer(data, "<i2").reshape(-1, 2).T


def read_ddp(folder: Path) -> Fileset:
    """Read a fileset.  Raises DiscError for one that is not of DDP 2.00 audio, or contradicts itself.

    Lengths are held against the files, positions against the audio; checksums are `compare_checksums`'s.
    """
    identity = _records(folder / IDENTITY, IDENTIFIER)
    if len(identity) != 1 or identity[0]["disc_type"] != "CD":
        raise DiscError(f"{IDENTITY} isn't that of a CD")
    streams = _records(folder / MAP_STREAM, MAP)
    cues, _ = _stream(folder, streams, "PQ DESCR")
    image, sectors = _stream(folder, streams, "DA")
    text = CdText()
    if any(stream["subcode"] == "CDTEXT" for stream in streams):
        path, _ = _stream(folder, streams, "CDTEXT")
        text = read_cdtext(path.read_bytes())
    disc = _disc(_records(cues, CUES), text, identity[0]["master_id"])
    if PAUSE + disc.length != sectors:
        raise DiscError(f"{cues.name} ends at sector {PAUSE + disc.length}, {image.name} at {sectors}")
    return Fileset(disc, image)


def compare_checksums(folder: Path) -> list[str]:
    """A sentence for each checksum file of songbuild's names that a file differs from; empty if all is well."""
    found, known = [], dict[tuple[str, ...], dict[str, bytes]]()
    for name in CHECKSUMS:
        if not (folder / name).exists():
            continue
        lines = (folder / name).read_text(encoding="ascii", errors="replace").splitlines()
        listed = {_listed(line): line for line in lines if not line.startswith("[")}
        missing = [each for each in listed if not _inside(folder, each)]
        if missing:
            found.append(f"{name} names {missing[0]!r}, which isn't there")
            continue
        names = tuple(listed)
        if names not in known:
            known[names] = checksums({each: folder / each for each in names})
        right = known[names][name].decode("ascii").splitlines()
        found += [f"{each} isn't as {name} says" for each, line in listed.items() if line not in right]
    return found


def _listed(line: str) -> str:
    """The file's name in a line of a checksum file: 'NAME=SUM', 'SUM *NAME' or 'SUM  NAME'."""
    return line.split("=", 1)[0] if "=" in line else line.partition(" ")[2][1:]


def _inside(folder: Path, name: str) -> bool:
    return Path(name).name == name and (folder / name).is_file()


def _records(path: Path, layout: Layout) -> list[dict[str, str]]:
    try:
        return dissect_all(layout, path.read_bytes())
    except OSError as error:
        raise DiscError(f"{path.name} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise DiscError(f"{path.name}: {error}") from None


def _stream(folder: Path, streams: list[dict[str, str]], kind: str) -> tuple[Path, int]:
    """The file of the one stream whose subcode or mode is `kind`, and its length, which is that of the file."""
    found = [stream for stream in streams if kind in (stream["subcode"], stream["mode"])]
    if len(found) != 1:
        raise DiscError(f"{MAP_STREAM} names {len(found)} streams of {kind}, not one")
    name, length = found[0]["name"], _number(found[0]["length"], f"{MAP_STREAM}: length of {kind}")
    if not _inside(folder, name):
        raise DiscError(f"{MAP_STREAM} names {name!r}, which isn't there")
    unit = SECTOR_BYTES if kind == "DA" else 1
    size = (folder / name).stat().st_size
    if size != length * unit:
        raise DiscError(f"{name} has {size} bytes, {MAP_STREAM} says {length * unit}")
    return folder / name, length


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise DiscError(f"{what} is {text!r}, no number")
    return int(text)


def _disc(cues: list[dict[str, str]], text: CdText, catalog: str) -> Disc:
    points = [(each["track"], _number(each["index"], "an index"), _address(each)) for each in cues]
    end = next((at for track, _, at in points if track == LEAD_OUT), None)
    if end is None:
        raise DiscError("the lead-out is missing")
    starts = [(track, at) for track, index, at in points if index == 1 and track != LEAD_OUT]
    if [track for track, _ in starts] != [f"{number:02d}" for number in range(1, len(starts) + 1)] or not starts:
        raise DiscError("the tracks aren't numbered from 1 on")
    limits = [*(at for _, at in starts), end]
    if sorted(limits) != limits or limits[0] < PAUSE:
        raise DiscError("the positions of the tracks aren't in order")
    tracks = []
    for place, (number, at) in enumerate(starts):
        records = [each for each in cues if each["track"] == number]
        before = next((_address(each) for each in records if int(each["index"]) == 0), at) if place else PAUSE
        if place and not limits[place - 1] <= before <= at:
            raise DiscError(f"index 0 of track {number} isn't between the track before and its index 1")
        control = _control(records[0]["control"])
        tracks.append(
            DiscTrack(
                start=at - PAUSE,
                length=limits[place + 1] - at,
                pregap=at - before,
                isrc=next((each["isrc"] for each in records if each["isrc"]), ""),
                copy=bool(control & 2),
                pre_emphasis=bool(control & 1),
                **text.of(place + 1),
            )
        )
    upc = next((each["upc"] for each in cues if each["track"] == LEAD_IN), "")
    return Disc(tuple(tracks), **text.of(0), genre=text.genre, upc=upc, catalog=text.catalog or catalog)


def _control(text: str) -> int:
    """The control bits of a packet; after them stands 1, or S where only one generation may be copied."""
    if not re.fullmatch(r"[0-9AB][1S]", text):
        raise DiscError(f"the control field of a track is {text!r}")
    return int(text[0], 16)


def _address(cue: dict[str, str]) -> int:
    minutes, seconds, sectors = (_number(cue[name], "a position") for name in ("minutes", "seconds", "sectors"))
    return (minutes * 60 + seconds) * SECTORS_PER_SECOND + sectors
