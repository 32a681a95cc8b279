"""ID3v2.4, in MP3 and AIFF, and by itself for WAVE.  Source: id3.org, ID3 tag version 2.4.0, native frames."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.formats.tags.keys import ADVISORY, TEXT, UNNAMED, of_role
from songbuild.formats.tags.record import FRONT_COVER, Tags

if TYPE_CHECKING:
    from mutagen.id3 import ID3

PADDING = 1024
UTF8 = 3
MILLISECONDS, LYRICS = 2, 1
"""The unit of SYLT's times, and what its text is."""
UNKNOWN_LANGUAGE = "XXX"


def tag_mp3(path: Path, tags: Tags) -> None:
    """Write an ID3v2.4 tag at the head of an MP3 file."""
    id3(tags).save(path, v2_version=4, padding=lambda info: PADDING)  # noqa: ARG005


def tag_aiff(path: Path, tags: Tags) -> None:
    """Write an ID3v2.4 tag into the ID3 chunk of an AIFF file."""
    from mutagen.aiff import AIFF

    file: Any = AIFF(path)
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    for frame in id3(tags).values():
        file.tags.add(frame)
    file.tags.save(path, v2_version=4, padding=lambda info: 0)  # noqa: ARG005


def id3_bytes(tags: Tags) -> bytes:
    """An ID3v2.4 tag by itself, for the chunk of a WAVE file."""
    held = BytesIO()
    id3(tags).save(held, v2_version=4, padding=lambda info: 0)  # noqa: ARG005
    return held.getvalue()


def id3(tags: Tags) -> ID3:
    """The tag as mutagen's frames."""
    from mutagen import id3 as frames

    tag = frames.ID3()
    language = tags.language or UNKNOWN_LANGUAGE
    for keys in TEXT:
        if keys.field not in ("comment", "lyrics"):
            _add(tag, keys.id3, tags.values(keys.field))
    _add(tag, "TDRL", tags.values("date"))
    _add(tag, "TRCK", _of(tags.track_number, tags.track_total))
    _add(tag, "TPOS", _of(tags.disc_number, tags.disc_total))
    _add(tag, "TBPM", [str(round(tags.bpm))] if tags.bpm is not None else [])
    _add(tag, "TXXX:ITUNESADVISORY", [str(ADVISORY[tags.explicit])] if tags.explicit else [])
    for name, text in tags.replay_gain:
        _add(tag, f"TXXX:{name}", [text])
    if tags.comment:
        tag.add(frames.COMM(encoding=UTF8, lang="eng", desc="", text=[tags.comment]))
    if tags.lyrics:
        tag.add(frames.USLT(encoding=UTF8, lang=language, desc="", text=tags.lyrics))
    if tags.synced:
        lines = [(text, ms) for ms, text in tags.synced]
        tag.add(frames.SYLT(encoding=UTF8, lang=language, format=MILLISECONDS, type=LYRICS, desc="", text=lines))
    _people(tag, tags)
    if tags.picture is not None:
        facts, data = tags.picture
        tag.add(frames.APIC(encoding=UTF8, mime=facts.mime, type=FRONT_COVER, desc="", data=data))
    return tag


def _of(number: int | None, total: int | None) -> list[str]:
    """A number, of how many: '3/12'."""
    if number is None:
        return []
    return [f"{number}/{total}" if total is not None else str(number)]


def _people(tag: ID3, tags: Tags) -> None:
    """Composer, lyricist and others have frames; TMCL pairs instruments with players, TIPL roles with names."""
    from mutagen import id3 as frames

    texts: dict[str, list[str]] = {}
    involved: list[list[str]] = []
    players: list[list[str]] = []
    for role, name, instrument in tags.credits:
        if role in UNNAMED:
            continue
        key = of_role(role).id3
        if key == "TMCL":
            players.append([instrument or role, name])
        elif key.startswith("TIPL:"):
            involved.append([key.removeprefix("TIPL:"), name])
        else:
            texts.setdefault(key, []).append(name)
    for key, names in texts.items():
        _add(tag, key, names)
    if involved:
        tag.add(frames.TIPL(encoding=UTF8, people=involved))
    if players:
        tag.add(frames.TMCL(encoding=UTF8, people=players))


def _add(tag: ID3, key: str, values: list[str]) -> None:
    """Add a frame of text, 'TXXX:NAME' for one with a name of its own."""
    from mutagen import id3 as frames

    if not values:
        return
    kind, _, name = key.partition(":")
    made: Any = getattr(frames, kind)
    tag.add(made(encoding=UTF8, desc=name, text=values) if name else made(encoding=UTF8, text=values))
