"""Which field stands under which key: one table for all formats, which docs/metadata.md shows.

Sources: Xiph.org, Ogg Vorbis I, comment field names; ID3v2.4.0, native frames; QuickTime metadata as iTunes writes it;
RIFF INFO list; and, where these name no key, the keys that taggers share (MusicBrainz Picard's mapping).
"""

from __future__ import annotations

from typing import NamedTuple

FREEFORM = "----:com.apple.iTunes:"
"""An MP4 atom with a name of its own."""
ADVISORY = {"explicit": 1, "clean": 2, "none": 0}
"""The values of iTunes' parental advisory."""


class Keys(NamedTuple):
    """A field of Tags and its keys: in Vorbis comments, ID3v2.4 ('TXXX:…' is a frame with a name), MP4, RIFF INFO."""

    field: str
    vorbis: str
    id3: str
    mp4: str
    info: str = ""


TEXT = (
    Keys("title", "TITLE", "TIT2", "\xa9nam", "INAM"),
    Keys("version_title", "VERSION", "TIT3", FREEFORM + "SUBTITLE"),
    Keys("artist", "ARTIST", "TPE1", "\xa9ART", "IART"),
    Keys("artists", "ARTISTS", "TXXX:ARTISTS", FREEFORM + "ARTISTS"),
    Keys("album", "ALBUM", "TALB", "\xa9alb", "IPRD"),
    Keys("album_artist", "ALBUMARTIST", "TPE2", "aART"),
    Keys("date", "DATE", "TDRC", "\xa9day", "ICRD"),
    Keys("original_date", "ORIGINALDATE", "TDOR", FREEFORM + "ORIGINALDATE"),
    Keys("recording_date", "RECORDINGDATE", "TXXX:RECORDINGDATE", FREEFORM + "RECORDINGDATE"),
    Keys("recording_place", "LOCATION", "TXXX:LOCATION", FREEFORM + "LOCATION"),
    Keys("genres", "GENRE", "TCON", "\xa9gen", "IGNR"),
    Keys("language", "LANGUAGE", "TLAN", FREEFORM + "LANGUAGE", "ILNG"),
    Keys("isrc", "ISRC", "TSRC", FREEFORM + "ISRC"),
    Keys("iswc", "ISWC", "TXXX:ISWC", FREEFORM + "ISWC"),
    Keys("upc", "BARCODE", "TXXX:BARCODE", FREEFORM + "BARCODE"),
    Keys("catalog_number", "CATALOGNUMBER", "TXXX:CATALOGNUMBER", FREEFORM + "CATALOGNUMBER"),
    Keys("label", "LABEL", "TPUB", FREEFORM + "LABEL"),
    Keys("copyright", "COPYRIGHT", "TCOP", "cprt", "ICOP"),
    Keys("phonogram", "PRODUCEDNOTICE", "TPRO", FREEFORM + "PRODUCEDNOTICE"),
    Keys("comment", "COMMENT", "COMM", "\xa9cmt", "ICMT"),
    Keys("key", "INITIALKEY", "TKEY", FREEFORM + "initialkey"),
    Keys("lyrics", "LYRICS", "USLT", "\xa9lyr"),
)
"""The fields that hold text, in the order in which they are written."""

PEOPLE = (
    Keys("composer", "COMPOSER", "TCOM", "\xa9wrt"),
    Keys("lyricist", "LYRICIST", "TEXT", FREEFORM + "LYRICIST"),
    Keys("songwriter", "WRITER", "TXXX:WRITER", FREEFORM + "WRITER"),
    Keys("conductor", "CONDUCTOR", "TPE3", FREEFORM + "CONDUCTOR"),
    Keys("remixer", "REMIXER", "TPE4", FREEFORM + "REMIXER"),
    Keys("publisher", "PUBLISHER", "TXXX:PUBLISHER", FREEFORM + "PUBLISHER"),
    Keys("arranger", "ARRANGER", "TIPL:arranger", FREEFORM + "ARRANGER"),
    Keys("producer", "PRODUCER", "TIPL:producer", FREEFORM + "PRODUCER"),
    Keys("engineer", "ENGINEER", "TIPL:engineer", FREEFORM + "ENGINEER"),
    Keys("mixer", "MIXER", "TIPL:mix", FREEFORM + "MIXER"),
    Keys("mastering engineer", "MASTERING", "TIPL:mastering", FREEFORM + "MASTERING"),
    Keys("performer", "PERFORMER", "TMCL", FREEFORM + "PERFORMER"),
)
"""The roles of credits.  A featured artist is named by ARTIST and ARTISTS."""
_ROLES = {keys.field: keys for keys in PEOPLE}
UNNAMED = frozenset(("featuring",))
"""Roles that other fields say."""


def of_role(role: str) -> Keys:
    """The keys of a role; an unknown one is its own key, letters from space to } without '=' as Vorbis wants them."""
    if role in _ROLES:
        return _ROLES[role]
    name = "".join(c if " " <= c <= "}" and c != "=" else "_" for c in role.upper()).replace(" ", "_") or "CREDIT"
    return Keys(role, name, f"TIPL:{role}", FREEFORM + name)
