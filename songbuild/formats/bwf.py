"""The chunk that makes a WAVE file a Broadcast Wave file of version 2.

Sources: EBU Tech 3285, version 2 (2011), clause 2.3 (bext); EBU R 98 (1999), coding history.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

UNKNOWN = 0x7FFF
"""A loudness that isn't given (clause 2.3, loudness parameters)."""
LEVELS = ("integrated_lufs", "lra_lu", "true_peak_dbtp", "momentary_max_lufs", "short_term_max_lufs")
"""The loudness parameters, in their order."""
_SIZES = {"description": 256, "originator": 32, "reference": 32}
_MODES = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What a Broadcast Wave file says about itself.

    `date` is ISO 8601, whole or in part; `reference` names the recording, by its ISRC if it has one; of `levels` those
    of LEVELS are written, None or left out where one isn't known.
    """

    description: str = ""
    originator: str = "songbuild"
    reference: str = ""
    date: str = ""
    levels: Mapping[str, float | None] = field(default_factory=dict)


def bext(broadcast: Broadcast, rate: int, channels: int, bits: int) -> bytes:
    """The content of a `bext` chunk, version 2: no UMID, time reference 0, midnight of the date."""
    date = broadcast.date + "0000-00-00"[len(broadcast.date) :]
    history = f"A=PCM,F={rate},W={bits},M={_MODES[channels]},T={broadcast.originator}\r\n"
    history += "\0" * (len(history) % 2)  # libsndfile, in an RF64, doesn't skip the byte that makes a chunk even
    levels = (_loudness(broadcast.levels.get(name)) for name in LEVELS)
    return (
        _text("description", broadcast.description)
        + _text("originator", broadcast.originator)
        + _text("reference", broadcast.reference)
        + f"{date}00:00:00".encode("ascii")
        + struct.pack("<QH64x", 0, 2)
        + struct.pack("<5h180x", *levels)
        + history.encode("ascii")
    )


def _text(name: str, text: str) -> bytes:
    """A field of ASCII, filled up with zeros; what ASCII lacks is a question mark."""
    size = _SIZES[name]
    return text.encode("ascii", "replace")[:size].ljust(size, b"\0")


def _loudness(value: float | None) -> int:
    """A level in hundredths, the nearest; halves go away from zero."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return max(-9999, min(9999, math.floor(abs(value) * 100.0 + 0.5) * (1 if value >= 0 else -1)))
