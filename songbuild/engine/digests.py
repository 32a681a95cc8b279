"""Canonical digests of values and files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from songbuild.engine.graph import Json

PIECE = 1 << 20


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} can't be part of a key")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain)


def canonical(value: Json) -> bytes:
    """The one spelling of a value: keys sorted, floats by their shortest exact digits, tuples as lists.

    1, 1.0 and true differ, so do 0.0 and -0.0; infinities and NaN are spelled out.  Keys are text.  Raises TypeError
    for what isn't null, bool, int, float, str, list, tuple or mapping.
    """
    return _ENCODER.encode(value).encode("ascii")


def digest_json(value: Json) -> str:
    """The digest of a value: BLAKE2b-160 of its canonical spelling, in hexadecimal."""
    return blake2b(canonical(value), digest_size=20).hexdigest()


def digest_file(path: str | Path) -> str:
    """The BLAKE3 digest of a file's content, in hexadecimal.  Raises OSError."""
    from blake3 import blake3

    state = blake3()
    # Read rather than mapped: a mapped file that another process cuts short kills us.
    with Path(path).open("rb", buffering=0) as file:
        buffer = bytearray(min(PIECE, os.fstat(file.fileno()).st_size + 1))
        while count := file.readinto(buffer):
            state.update(memoryview(buffer)[:count])
    return state.hexdigest()
