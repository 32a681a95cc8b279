"""DDP 2.00: the fileset that a pressing plant takes as a master.

DDPID and DDPMS have fixed names; DDPMS names the rest: PQDESCR (where tracks and indexes are, ISRC, UPC), CDTEXT.BIN,
where there is text, and IMAGE.DAT, the audio from the pause of two seconds before the first track to the lead-out.
Beside them stand checksums: CHECKSUM.MD5 (for `md5sum -c`), CHECKSUM.TXT (CRC-32), SHA256SUMS (for `sha256sum -c`).
`records` has the columns, and says where they are known from.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from songbuild.formats.cd.cdtext import encode
from songbuild.formats.cd.disc import PAUSE, Disc, DiscError, DiscTrack, bounds, catalog_number, compact, msf
from songbuild.formats.cd.image import Programme, write_image
from songbuild.formats.cd.records import CUES, IDENTIFIER, MAP, compose
from songbuild.formats.cd.rules import check
from songbuild.formats.cd.writing import whole_folder

IDENTITY, MAP_STREAM, CUE_POINTS, TEXT, IMAGE = "DDPID", "DDPMS", "PQDESCR", "CDTEXT.BIN", "IMAGE.DAT"
CHECKSUMS = ("CHECKSUM.MD5", "CHECKSUM.TXT", "SHA256SUMS")
FILES = (IDENTITY, MAP_STREAM, TEXT, CUE_POINTS, IMAGE, *CHECKSUMS)
"""Every name that a fileset has here."""
LEAD_IN, LEAD_OUT = "00", "AA"
_BLOCK = 1 << 20


def write_ddp(folder: Path, disc: Disc, audio: Programme) -> None:
    """Write the fileset of a disc as `folder`, whole or not at all; one that is there is replaced.

    Raises DiscError for a disc that breaks a rule or whose audio has another length, AudioError for audio that isn't
    CD audio, FileExistsError for a folder that holds other things.
    """
    wrong = [fault.message for fault in check(disc) if fault.severity == "error"]
    if wrong:
        raise DiscError("; ".join(wrong))
    with whole_folder(folder, FILES) as made:
        for name, data in descriptors(disc).items():
            (made / name).write_bytes(data)
        write_image(made / IMAGE, disc, audio)
        files = {name: made / name for name in FILES if (made / name).exists()}
        for name, data in checksums(files).items():
            (made / name).write_bytes(data)


def descriptors(disc: Disc) -> dict[str, bytes]:
    """The files of the fileset that say what is in it, by name: all but audio and checksums."""
    text = encode(disc)
    cues = b"".join(_cue_points(disc))
    found = {
        IDENTITY: _identity(disc),
        MAP_STREAM: b"".join(_map(disc, len(text), len(cues))),
        TEXT: text,
        CUE_POINTS: cues,
    }
    return {name: data for name, data in found.items() if data}


def checksums(files: Mapping[str, Path]) -> dict[str, bytes]:
    """The checksum files over `files`, by name, in the order given."""
    md5, crc, sha = "", "[CRC32 Checksum]\n", ""
    for name, path in files.items():
        each = _digests(path)
        md5 += f"{each[0]} *{name}\n"
        crc += f"{name}={each[1]}\n"
        sha += f"{each[2]}  {name}\n"
    return {name: text.encode("ascii") for name, text in zip(CHECKSUMS, (md5, crc, sha), strict=True)}


def _digests(path: Path) -> tuple[str, str, str]:
    """MD5, CRC-32 (in capitals) and SHA-256 of a file, read once."""
    md5, sha, crc = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            md5.update(block)
            sha.update(block)
            crc = zlib.crc32(block, crc)
    return md5.hexdigest(), f"{crc:08X}", sha.hexdigest()


def _identity(disc: Disc) -> bytes:
    return compose(
        IDENTIFIER,
        {"upc": catalog_number(disc.upc), "master_id": disc.catalog, "disc_type": "CD"},
    )


def _map(disc: Disc, text: int, cues: int) -> Iterator[bytes]:
    """A packet for each stream: CD-TEXT (`text` bytes), subcode (`cues` bytes), audio."""
    if text:
        yield compose(MAP, {"stream": "S0", "length": text, "subcode": "CDTEXT", "track": "00", **_named(TEXT)})
    yield compose(MAP, {"stream": "S0", "length": cues, "subcode": "PQ DESCR", **_named(CUE_POINTS)})
    first = PAUSE + disc.tracks[0].start
    audio: dict[str, str | int] = {"stream": "D0", "length": PAUSE + disc.length, "start": 0, "pause": first}
    yield compose(MAP, {**audio, "mode": "DA", "storage": "7", "scrambled": "0", **_named(IMAGE)})


def _named(name: str) -> dict[str, str | int]:
    return {"name_width": MAP.fields["name"].width, "name": name}


def _cue_points(disc: Disc) -> Iterator[bytes]:
    """The lead-in with the UPC, each track's indexes, its ISRC at the first of them, and twice the lead-out."""
    yield _cue_point(LEAD_IN, 0, 0, upc=catalog_number(disc.upc))
    for number, (track, (start, _)) in enumerate(zip(disc.tracks, bounds(disc), strict=True), start=1):
        points = [(0, PAUSE + start), (1, PAUSE + track.start)]
        if number == 1:
            points[0] = (0, 0)
        elif not track.pregap:
            del points[0]
        for place, (index, at) in enumerate(points):
            isrc = "" if place else compact(track.isrc)
            yield _cue_point(f"{number:02d}", index, at, control=_control(track), isrc=isrc)
    yield from [_cue_point(LEAD_OUT, 1, PAUSE + disc.length)] * 2  # all tools write it twice


def _cue_point(track: str, index: int, at: int, *, control: str = "01", isrc: str = "", upc: str = "") -> bytes:
    minutes, seconds, sectors = msf(at)
    address = {"minutes": minutes, "seconds": seconds, "sectors": sectors}
    return compose(CUES, {"track": track, "index": index, **address, "control": control, "isrc": isrc, "upc": upc})


def _control(track: DiscTrack) -> str:
    """The control bits of the Q channel (pre-emphasis, copying permitted), and the 1 that stands for positions."""
    return f"{track.pre_emphasis + 2 * track.copy:X}1"
