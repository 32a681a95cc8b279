"""A song as it is asked for: its manifest read; and the cache it is built in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from songbuild.api.usage import UsageError
from songbuild.engine import Store
from songbuild.engine.store import DEFAULT_CAP_BYTES
from songbuild.manifest import Loaded
from songbuild.manifest import load as load_manifest
from songbuild.manifest.find import is_album, song_file

Listener = Callable[[dict[str, Any]], None]
Song = str | os.PathLike[str]
"""A song's manifest, or the folder that holds a song.yaml."""
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def size(text: str) -> int:
    """Bytes that '5GB', '800 MB', '1GiB' or a number means.  Raises UsageError."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text.lower())
    if not match or match[2] not in _UNITS:
        raise UsageError(f"'{text}' is not a size such as '5GB' or '800MB'")
    return int(float(match[1]) * _UNITS[match[2]])


def open_store(cache: str | os.PathLike[str] | None = None) -> Store:
    """The cache at `cache`, default $SONGBUILD_CACHE or the user's cache folder; close it after use."""
    cap = os.environ.get("SONGBUILD_CACHE_CAP")
    try:
        return Store(Path(cache) if cache else None, cap_bytes=size(cap) if cap else DEFAULT_CAP_BYTES)
    except UsageError as error:
        raise UsageError(f"SONGBUILD_CACHE_CAP: {error}") from None


def load(song: Song, *, trusted: bool = False) -> Loaded:
    """Read a song's manifests; .py stages run only if `trusted` or if the project is marked as trusted.

    Raises UsageError for an album.
    """
    if is_album(song):
        raise UsageError(f"{song} is an album: render, check and explain take one, this takes one of its songs")
    return load_manifest(Path(song_file(song)), trusted=trusted)
