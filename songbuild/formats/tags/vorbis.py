"""Vorbis comments, in FLAC, Ogg Vorbis and Opus.

Sources: Xiph.org, Ogg Vorbis I specification, comment header; RFC 9639 (FLAC), 8.6 and 8.8; RFC 7845 (Opus), 5.2.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from songbuild.formats.lyrics import lrc
from songbuild.formats.tags.keys import ADVISORY, TEXT, UNNAMED, of_role
from songbuild.formats.tags.record import FRONT_COVER, Tags

PADDING = 1024
"""Bytes left free behind the tags, so that a player can change one without a copy of the file."""


def comments(tags: Tags) -> Iterator[tuple[str, str]]:
    """The fields of a comment, in order; gains are left to each format."""
    for keys in TEXT:
        for text in tags.values(keys.field):
            yield keys.vorbis, text
    for name, number in (
        ("TRACKNUMBER", tags.track_number),
        ("TRACKTOTAL", tags.track_total),
        ("DISCNUMBER", tags.disc_number),
        ("DISCTOTAL", tags.disc_total),
    ):
        if number is not None:
            yield name, str(number)
    if tags.bpm is not None:
        yield "BPM", tags.beats_per_minute
    if tags.explicit:
        yield "ITUNESADVISORY", str(ADVISORY[tags.explicit])
    if tags.synced:
        yield "SYNCEDLYRICS", lrc(tags.synced)
    for role, name, instrument in tags.credits:
        if role not in UNNAMED:
            yield of_role(role).vorbis, f"{name} ({instrument})" if instrument else name


def tag_flac(path: Path, tags: Tags) -> None:
    """Write Vorbis comments and a picture block into a FLAC file."""
    from mutagen.flac import FLAC

    file = FLAC(path)
    file.clear_pictures()
    file.delete()
    _fill(file, [*comments(tags), *tags.replay_gain])
    if tags.picture is not None:
        file.add_picture(_picture(tags))
    file.save(padding=lambda info: PADDING)  # noqa: ARG005


def tag_ogg(path: Path, tags: Tags) -> None:
    """Write Vorbis comments, the picture among them, into an Ogg Vorbis file."""
    from mutagen.oggvorbis import OggVorbis

    _ogg(OggVorbis(path), tags, tags.replay_gain)


def tag_opus(path: Path, tags: Tags) -> None:
    """Write Vorbis comments into an Opus file; its gains are R128's, ReplayGain has no place in it."""
    from mutagen.oggopus import OggOpus

    gains = [
        (f"R128_{name}_GAIN", level.r128_gain)
        for name, level in (("TRACK", tags.track_level), ("ALBUM", tags.album_level))
        if level is not None
    ]
    _ogg(OggOpus(path), tags, gains)


def _ogg(file: Any, tags: Tags, gains: list[tuple[str, str]]) -> None:
    file.tags.clear()
    _fill(file, [*comments(tags), *gains])
    if tags.picture is not None:
        file["METADATA_BLOCK_PICTURE"] = [b64encode(_picture(tags).write()).decode("ascii")]
    file.save(padding=lambda info: PADDING)  # noqa: ARG005


def _fill(file: Any, fields: list[tuple[str, str]]) -> None:
    for name, text in fields:
        file[name] = [*file.get(name, []), text]


def _picture(tags: Tags) -> Any:
    """The picture block of FLAC, which Ogg holds in base64."""
    from mutagen.flac import Picture

    assert tags.picture is not None
    facts, data = tags.picture
    block = Picture()
    block.type, block.mime, block.data = FRONT_COVER, facts.mime, data
    block.width, block.height, block.depth = facts.width, facts.height, facts.bits_per_pixel
    return block
