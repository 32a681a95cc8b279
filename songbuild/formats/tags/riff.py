"""The chunks of a WAVE file that hold its tags.

Sources: Multimedia Programming Interface and Data Specifications 1.0, INFO list; EBU Tech 3285 s5 (axml); EBU Tech 3352
(an ISRC in BWF).
"""

from __future__ import annotations

import struct

from songbuild.formats.tags.id3 import id3_bytes
from songbuild.formats.tags.keys import TEXT
from songbuild.formats.tags.record import Tags

_ISRC = """\
<?xml version="1.0" encoding="UTF-8"?>
<ebuCoreMain xmlns="urn:ebu:metadata-schema:ebucore" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <coreMetadata>
    <identifier typeLabel="GUID" typeDefinition="Globally Unique Identifier" formatLabel="ISRC" \
formatDefinition="International Standard Recording Code">
      <dc:identifier>ISRC:{}</dc:identifier>
    </identifier>
  </coreMetadata>
</ebuCoreMain>
"""


def wave_chunks(tags: Tags, *, broadcast: bool = False) -> bytes:
    """The chunks, one after the other, to be written behind the audio of a WAVE file.

    LIST INFO, then an ID3v2.4 tag in 'id3 ', which has it all; in a `broadcast` wave 'axml' with the ISRC as well.
    """
    chunks = [(b"LIST", info(tags)), (b"id3 ", id3_bytes(tags))]
    if broadcast and tags.isrc:
        chunks.append((b"axml", _ISRC.format(tags.isrc).encode()))
    return b"".join(_chunk(name, data) for name, data in chunks if data)


def info(tags: Tags) -> bytes:
    """The INFO list, in UTF-8, which is what TagLib and FFmpeg take it for; the standard knows only older codes.

    Its ISRC key is no ISRC, but the source of the material, and is not used.
    """
    items = [
        _chunk(keys.info.encode(), values[0].encode() + b"\0")
        for keys in TEXT
        if keys.info and (values := tags.values(keys.field))
    ]
    if tags.track_number is not None:
        items.append(_chunk(b"ITRK", str(tags.track_number).encode() + b"\0"))
    return b"INFO" + b"".join(items) if items else b""


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
