"""A text file that belongs to the user, read and replaced as a whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(path: Path, data: bytes) -> bool:
    """Make `data` the content of a file, which is deleted where that is nothing; whether this changed anything.

    It is replaced as a whole, and keeps its mode.
    """
    old = read(path)
    if data == old:
        return False
    if not data:
        path.unlink()
        return True
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".songbuild-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def read(path: Path) -> bytes:
    """A file's content; nothing where there is no file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
