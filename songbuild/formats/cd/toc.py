"""The TOC file of cdrdao, with CD-TEXT.

Source: cdrdao(1), TOC FILES, and its lexer: a string can't hold tabs or line ends; what isn't printable ASCII,
quotation marks and backslashes are octal escapes, which all versions read in the same way.  Where one track has a text,
all of them and the disc need it: an absent one is `{ 0 }`, since newer versions take an empty string for no text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from songbuild.formats.cd.cdtext import fields, genre_payload
from songbuild.formats.cd.disc import Disc, DiscTrack, bounds, catalog_number, clock, compact
from songbuild.formats.cd.text import latin
from songbuild.formats.cd.writing import write_bytes


def toc_file(disc: Disc, audio: str) -> str:
    """The TOC of a disc whose programme is the WAVE file `audio`, beside the TOC.  All of it is ASCII."""
    lines = ["CD_DA"]
    if disc.upc:
        lines.append(f'CATALOG "{catalog_number(disc.upc)}"')
    lines += _global_text(disc)
    for number, (track, (start, end)) in enumerate(zip(disc.tracks, bounds(disc), strict=True), start=1):
        lines += ["", f"// Track {number}", "TRACK AUDIO", *_flags(track), *_track_text(disc, track)]
        lines.append(f"FILE {_quoted(audio.encode())} {clock(start)} {clock(end - start)}")
        if start < track.start:
            lines.append(f"START {clock(track.start - start)}")
    return "".join(f"{line}\n" for line in lines)


def write_toc(path: Path, disc: Disc, audio: str) -> None:
    """Write the TOC of a disc, by way of a temporary name."""
    write_bytes(path, toc_file(disc, audio).encode("ascii"))


def _flags(track: DiscTrack) -> Iterator[str]:
    yield "COPY" if track.copy else "NO COPY"
    yield "PRE_EMPHASIS" if track.pre_emphasis else "NO PRE_EMPHASIS"
    yield "TWO_CHANNEL_AUDIO"
    if track.isrc:
        yield f'ISRC "{compact(track.isrc)}"'


def _global_text(disc: Disc) -> list[str]:
    items = _items(disc, fields(disc))
    if disc.catalog:
        items.append(f"DISC_ID {_quoted(disc.catalog.encode('ascii'))}")
    if disc.genre:
        items.append("GENRE { " + ", ".join(map(str, genre_payload(disc.genre))) + " }")
    if not items:
        return []
    return ["", "CD_TEXT {", "  LANGUAGE_MAP {", "    0 : EN", "  }", *_block(items), "}"]


def _track_text(disc: Disc, track: DiscTrack) -> list[str]:
    items = _items(track, fields(disc))
    return ["CD_TEXT {", *_block(items), "}"] if items else []


def _block(items: list[str]) -> list[str]:
    return ["  LANGUAGE 0 {", *(f"    {item}" for item in items), "  }"]


def _items(each: Disc | DiscTrack, names: list[str]) -> list[str]:
    texts = [(name.upper(), latin(getattr(each, name))) for name in names]
    return [f"{name} {_quoted(text) if text else '{ 0 }'}" for name, text in texts]


def _quoted(text: bytes) -> str:
    """Bytes as a string of a TOC."""
    plain = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}" for byte in text)
    return f'"{plain}"'
