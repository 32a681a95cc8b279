"""What a RIFF header promises, held against the size of the file: libsndfile reads a file that was cut off in silence."""

from __future__ import annotations

import struct
from pathlib import Path


def short_riff(path: Path) -> tuple[str, str] | None:
    """A sentence and a hint if the data chunk of a WAVE file is longer than what is left of the file; else None."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"RIFF" or file.seek(8) != 8 or file.read(4) != b"WAVE":
            return None
        at = 12
        while at + 8 <= size:
            file.seek(at)
            name, length = struct.unpack("<4sI", file.read(8))
            if name == b"data":
                if at + 8 + length <= size or length >= 0xFFFF_FF00:
                    return None
                missing = at + 8 + length - size
                return f"{missing} of the {length} bytes of audio that its header promises are missing", "it was cut short"
            at += 8 + length + length % 2
    return None
