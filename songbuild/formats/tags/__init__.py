"""Tags: what a file says about itself, in the manner of each format.  The same tags give the same bytes.

record   Tags, and what is worked out from them
keys     which field stands under which key, format by format: one table
vorbis   Vorbis comments: FLAC, Ogg Vorbis, Opus
id3      ID3v2.4: MP3, AIFF, and the bytes of it for WAVE
mp4      the atoms of M4A
riff     the chunks of WAVE: LIST INFO, id3, and axml in a BWF
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from songbuild.formats.tags.id3 import id3_bytes, tag_aiff, tag_mp3
from songbuild.formats.tags.mp4 import tag_m4a
from songbuild.formats.tags.record import Level, Tags
from songbuild.formats.tags.riff import wave_chunks
from songbuild.formats.tags.vorbis import tag_flac, tag_ogg, tag_opus

WRITERS: Mapping[str, Callable[[Path, Tags], None]] = {
    "aiff": tag_aiff,
    "flac": tag_flac,
    "m4a": tag_m4a,
    "mp3": tag_mp3,
    "ogg": tag_ogg,
    "opus": tag_opus,
}
"""Format -> what writes tags into a finished file of it.  WAVE has no such writer: its chunks are written with it."""

__all__ = [
    "WRITERS", "Level", "Tags", "id3_bytes", "tag_aiff", "tag_flac", "tag_m4a", "tag_mp3", "tag_ogg", "tag_opus",
    "wave_chunks", "write_tags",
]  # fmt: skip


def write_tags(path: Path, kind: str, tags: Tags) -> None:
    """Put tags into a finished file of a format of WRITERS, in place of those it has; the sound stays as it is.

    Raises ValueError for any other format.
    """
    if kind not in WRITERS:
        raise ValueError(f"no tags for '{kind}'")
    WRITERS[kind](path, tags)
