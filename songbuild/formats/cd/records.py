"""The records of a DDP fileset: fixed columns of ASCII, as tables that writer and reader walk.

DDP 2.00 is DCA's (Doug Carson & Associates) and not public; the columns and what audio masters have in them are as
described by the ddp-reverse-eng project from the output of three mastering tools, and by the reader ddpLib.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Field(NamedTuple):
    """A column: where it begins, how wide it is, and whether it is a number (right-aligned, zeros in front)."""

    start: int
    width: int
    number: bool = False


class Layout(NamedTuple):
    """A record: its length, the marker it begins with, and its columns."""

    length: int
    marker: bytes
    fields: Mapping[str, Field]


IDENTIFIER = Layout(
    128,
    b"DDP 2.00",
    {
        "upc": Field(8, 13),
        "master_id": Field(38, 48),
        "disc_type": Field(87, 2),
    },
)
"""DDPID.  Blank: the map stream's place and length (21, 29), side and layer of a DVD (89-92), the user's text (93)."""
MAP = Layout(
    128,
    b"VVVM",
    {
        "stream": Field(4, 2),
        "length": Field(14, 8, number=True),
        "start": Field(22, 8, number=True),
        "subcode": Field(30, 8),
        "mode": Field(38, 2),
        "storage": Field(40, 1),
        "scrambled": Field(41, 1),
        "pause": Field(46, 4, number=True),
        "track": Field(55, 2),
        "name_width": Field(71, 3, number=True),
        "name": Field(74, 17),
    },
)
"""A packet of DDPMS, one for each stream: `length` is in bytes, of audio in sectors; `pause` is track 1's index 0."""
CUES = Layout(
    64,
    b"VVVS",
    {
        "track": Field(4, 2),
        "index": Field(6, 2, number=True),
        "minutes": Field(10, 2, number=True),
        "seconds": Field(12, 2, number=True),
        "sectors": Field(14, 2, number=True),
        "control": Field(16, 2),
        "isrc": Field(20, 12),
        "upc": Field(32, 13),
    },
)
"""A packet of the PQ descriptor.  The address is absolute; its hours (8) are blank."""


def compose(layout: Layout, values: Mapping[str, str | int]) -> bytes:
    """A record; what isn't named is blank.  Raises ValueError for a value that is too wide."""
    record = bytearray(b" " * layout.length)
    record[: len(layout.marker)] = layout.marker
    for name, value in values.items():
        field = layout.fields[name]
        text = f"{value:0{field.width}d}" if isinstance(value, int) else f"{value:<{field.width}}"
        if len(text) != field.width:
            raise ValueError(f"{name}: {value!r} is wider than {field.width}")
        record[field.start : field.start + field.width] = text.encode("ascii")
    return bytes(record)


def dissect(layout: Layout, record: bytes) -> dict[str, str]:
    """The columns of a record, without the blanks around them.  Raises ValueError for one that isn't such a record."""
    if len(record) != layout.length or not record.startswith(layout.marker):
        raise ValueError(f"not a record of {layout.length} bytes that begins with {layout.marker.decode()}")
    try:
        return {
            name: record[field.start : field.start + field.width].decode("ascii").strip()
            for name, field in layout.fields.items()
        }
    except UnicodeDecodeError:
        raise ValueError("not ASCII") from None


def dissect_all(layout: Layout, data: bytes) -> list[dict[str, str]]:
    """The records of a whole file."""
    return [dissect(layout, data[at : at + layout.length]) for at in range(0, len(data), layout.length)]
