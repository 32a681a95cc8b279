"""Tags: title, artist and the rest, in the manner of each format.  The same tags give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.formats.artwork import Picture

if TYPE_CHECKING:
    from mutagen.id3 import ID3

FRONT_COVER = 3


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; empty text is left out.  `credits` are (role, name) pairs."""

    title: str
    artist: str = ""
    album: str = ""
    track: str = ""
    date: str = ""
    genre: str = ""
    isrc: str = ""
    copyright: str = ""
    comment: str = ""
    credits: tuple[tuple[str, str], ...] = ()
    picture: tuple[Picture, bytes] | None = field(default=None, repr=False)


def tag_flac(path: Path, tags: Tags) -> None:
    """Write Vorbis comments and a picture block into a FLAC file."""
    from mutagen.flac import FLAC
    from mutagen.flac import Picture as Block

    file = FLAC(path)
    file.clear_pictures()
    file.delete()
    for name, text in _comments(tags):
        file[name] = [*file.get(name, []), text]
    if tags.picture is not None:
        block = Block()
        block.type, block.mime = FRONT_COVER, tags.picture[0].mime
        block.width, block.height, block.depth = tags.picture[0].width, tags.picture[0].height, 24
        block.data = tags.picture[1]
        file.add_picture(block)
    file.save(padding=lambda info: 1024)  # noqa: ARG005


def tag_mp3(path: Path, tags: Tags) -> None:
    """Write an ID3v2.4 tag at the head of an MP3 file."""
    _id3(tags).save(path, v2_version=4, padding=lambda info: 1024)  # noqa: ARG005


def id3_bytes(tags: Tags) -> bytes:
    """An ID3v2.4 tag by itself, for the chunk of a WAVE file."""
    held = BytesIO()
    _id3(tags).save(held, v2_version=4, padding=lambda info: 0)  # noqa: ARG005
    return held.getvalue()


def _comments(tags: Tags) -> list[tuple[str, str]]:
    """The fields of a Vorbis comment, in order (Xiph.org, Ogg Vorbis I format specification: comment field)."""
    found = [
        ("TITLE", tags.title),
        ("ARTIST", tags.artist),
        ("ALBUM", tags.album),
        ("TRACKNUMBER", tags.track),
        ("DATE", tags.date),
        ("GENRE", tags.genre),
        ("ISRC", tags.isrc),
        ("COPYRIGHT", tags.copyright),
        ("COMMENT", tags.comment),
    ]
    found += [
        ("COMPOSER" if role.lower() in ("composer", "music") else _field(role), name) for role, name in tags.credits
    ]
    return [(name, text) for name, text in found if text]


def _field(role: str) -> str:
    """A role as the name of a field: ASCII 0x20 to 0x7D without '='."""
    name = "".join(c if " " <= c <= "}" and c != "=" else "_" for c in role.upper())
    return name.replace(" ", "_") or "CREDIT"


def _id3(tags: Tags) -> ID3:
    """An ID3v2.4 tag (id3.org, ID3 tag version 2.4.0, native frames)."""
    from mutagen import id3

    tag = id3.ID3()
    for frame, text in (
        ("TIT2", tags.title),
        ("TPE1", tags.artist),
        ("TALB", tags.album),
        ("TRCK", tags.track),
        ("TDRC", tags.date),
        ("TCON", tags.genre),
        ("TSRC", tags.isrc),
        ("TCOP", tags.copyright),
    ):
        if text:
            kind: Any = getattr(id3, frame)
            tag.add(kind(encoding=3, text=[text]))
    composers = [name for role, name in tags.credits if role.lower() in ("composer", "music")]
    if composers:
        tag.add(id3.TCOM(encoding=3, text=composers))
    if tags.credits:
        tag.add(id3.TIPL(encoding=3, people=[list(pair) for pair in tags.credits]))
    if tags.comment:
        tag.add(id3.COMM(encoding=3, lang="eng", desc="", text=[tags.comment]))
    if tags.picture is not None:
        tag.add(id3.APIC(encoding=3, mime=tags.picture[0].mime, type=FRONT_COVER, desc="", data=tags.picture[1]))
    return tag
