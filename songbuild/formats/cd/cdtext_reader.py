"""Reading packs of CD-TEXT: the first block, as `cdtext` describes it."""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass, field

from songbuild.formats.cd.cdtext import CATALOG, GENRE, PACK, SIZES, TITLE
from songbuild.formats.cd.disc import TEXTS, DiscError


@dataclass(frozen=True, slots=True)
class CdText:
    """What packs say: of each of TEXTS what is said of the disc (0) and of the tracks; genre and catalogue number."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    genre: str = ""
    catalog: str = ""

    def of(self, number: int) -> dict[str, str]:
        """The texts of a track, or of the disc (0)."""
        return {name: texts[number] if number < len(texts) else "" for name, texts in self.texts.items()}


def read_cdtext(data: bytes) -> CdText:
    """What the first block of packs says.  Raises DiscError for a damaged pack, or one out of place."""
    if len(data) % PACK:
        raise DiscError(f"CD-TEXT of {len(data)} bytes isn't made of packs of {PACK}")
    payloads: dict[int, bytes] = {}
    for number, at in enumerate(range(0, len(data), PACK)):
        pack = data[at : at + PACK]
        if crc_hqx(pack[:16], 0) ^ 0xFFFF != int.from_bytes(pack[16:], "big"):
            raise DiscError(f"pack {number} of CD-TEXT is damaged")
        if pack[3] & 0x70:
            break  # the next block: another language
        if pack[2] != number:
            raise DiscError(f"pack {number} of CD-TEXT has the number {pack[2]}")
        payloads[pack[0]] = payloads.get(pack[0], b"") + pack[4:16]
    sizes = payloads.get(SIZES, b"")
    if data and (len(sizes) != 36 or sizes[0]):
        raise DiscError("CD-TEXT without its sizes, or of another character set than ISO 8859-1")
    tracks = sizes[2] if sizes else 0
    texts = {
        name: _texts(payloads[TITLE + place], tracks) for place, name in enumerate(TEXTS) if TITLE + place in payloads
    }
    return CdText(texts, _first(payloads.get(GENRE, b"")[2:]), _first(payloads.get(CATALOG, b"")))


def _texts(payload: bytes, tracks: int) -> list[str]:
    """The texts of one type; a tabulator stands for the text before."""
    found: list[str] = []
    for text in payload.split(b"\0")[: tracks + 1]:
        found.append(found[-1] if text == b"\t" and found else text.decode("latin-1"))
    return found


def _first(payload: bytes) -> str:
    return payload.split(b"\0")[0].decode("latin-1")
