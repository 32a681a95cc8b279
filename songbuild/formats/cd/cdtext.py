"""CD-TEXT: the packs that a disc's lead-in carries.

A pack is 18 bytes: type; track of its first byte of text; number; block (bits 4-6) and place in the text (bits 0-3, 15
at most); 12 bytes of payload; CRC.  Of every type the texts follow each other, the disc's first, then each track's,
each with a NUL.  One block, English, ISO 8859-1.

Sources: MMC-3, annex J; Sony, CD TEXT; the description in libburn's doc/cdtext.txt.  Catalogue number (0x86) and genre
(0x87) are ASCII.  UPC and ISRC aren't repeated here (0x8E): the subcode has them.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Iterator

from songbuild.formats.cd.disc import TEXTS, Disc
from songbuild.formats.cd.text import latin

PACK = 18
PAYLOAD = 12
MOST_PACKS = 256
"""In a block: their number is one byte."""
TITLE, CATALOG, GENRE, SIZES = 0x80, 0x86, 0x87, 0x8F
ENGLISH = 9
NOT_DEFINED = 1
GENRES = (
    "adult contemporary",
    "alternative rock",
    "children's music",
    "classical",
    "contemporary christian",
    "country",
    "dance",
    "easy listening",
    "erotic",
    "folk",
    "gospel",
    "hip hop",
    "jazz",
    "latin",
    "musical",
    "new age",
    "opera",
    "operetta",
    "pop music",
    "rap",
    "reggae",
    "rock music",
    "rhythm & blues",
    "sound effects",
)
"""From code 2 on.  What comes after (soundtrack, spoken word, world music) has other codes in other sources."""


def fields(disc: Disc) -> list[str]:
    """Which of TEXTS the disc or one of its tracks has."""
    return [name for name in TEXTS if any(getattr(each, name) for each in (disc, *disc.tracks))]


def genre_code(genre: str) -> int:
    """The code of a genre, by its letters in any case, with or without 'music'; NOT_DEFINED for others."""
    wanted = _letters(genre)
    for code, name in enumerate(GENRES, start=2):
        if wanted in (_letters(name), _letters(name.removesuffix(" music"))):
            return code
    return NOT_DEFINED


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def genre_payload(genre: str) -> bytes:
    """Genre as CD-TEXT has it: two bytes of code, then the text in ASCII and a NUL."""
    return genre_code(genre).to_bytes(2, "big") + genre.encode("ascii") + b"\0"


def encode(disc: Disc) -> bytes:
    """All packs of a disc; empty where it has no text.

    Raises ValueError for text that CD-TEXT can't hold, or too much of it; `rules.check` says so in time.
    """
    found: list[bytes] = []
    counts = [0] * 16
    for kind, pieces in _types(disc):
        for pack in pieces:
            found.append(pack[:2] + bytes([len(found) & 0xFF]) + pack[2:])
            counts[kind - TITLE] += 1
    if not found:
        return b""
    if len(found) + 3 > MOST_PACKS:
        raise ValueError(f"{len(found) + 3} packs of CD-TEXT, {MOST_PACKS} at most")
    found += _sizes(len(disc.tracks), counts, len(found))
    return b"".join(pack + (crc_hqx(pack, 0) ^ 0xFFFF).to_bytes(2, "big") for pack in found)


def _types(disc: Disc) -> Iterator[tuple[int, list[bytes]]]:
    """(type, its packs without number and CRC)."""
    for name in fields(disc):
        texts = [latin(getattr(each, name)) for each in (disc, *disc.tracks)]
        kind = TITLE + TEXTS.index(name)
        yield kind, _texts(kind, texts)
    if disc.catalog:
        yield CATALOG, _texts(CATALOG, [disc.catalog.encode("ascii")])
    if disc.genre:
        yield GENRE, _genre(genre_payload(disc.genre))


def _texts(kind: int, texts: list[bytes]) -> list[bytes]:
    """Texts, each with a NUL, cut into packs; a pack says of its first byte whose it is, and its place in the text."""
    owner = [(track, at) for track, text in enumerate(texts) for at in range(len(text) + 1)]
    joined = b"".join(text + b"\0" for text in texts)
    return [
        bytes([kind, owner[at][0], min(owner[at][1], 15)]) + joined[at : at + PAYLOAD].ljust(PAYLOAD, b"\0")
        for at in range(0, len(joined), PAYLOAD)
    ]


def _genre(payload: bytes) -> list[bytes]:
    """The packs of a genre: its code isn't counted in the place in the text."""
    return [
        bytes([GENRE, 0, min(max(0, at - 2), 15)]) + payload[at : at + PAYLOAD].ljust(PAYLOAD, b"\0")
        for at in range(0, len(payload), PAYLOAD)
    ]


def _sizes(tracks: int, counts: list[int], number: int) -> list[bytes]:
    """The three packs that close a block: character set, tracks, packs of each type, last number, language."""
    counts[SIZES - TITLE] = 3
    record = bytes([0, 1, tracks, 0, *counts, number + 2, *[0] * 7, ENGLISH, *[0] * 7])
    return [bytes([SIZES, part, number + part, 0]) + record[part * PAYLOAD : (part + 1) * PAYLOAD] for part in range(3)]
