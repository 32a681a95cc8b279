"""Which projects may run code: a list of folders in the user's own configuration, never in the project.

The record is the text file `songbuild/trusted` below `$XDG_CONFIG_HOME` (`~/.config` where that isn't set), one
resolved folder a line, so that a copied or moved project is a stranger again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def is_trusted(folder: Path) -> bool:
    """Whether the user has marked this folder as trusted."""
    return _key(folder) in _trusted()


def trust(folder: Path) -> None:
    """Mark a folder as trusted; raises OSError where the record can't be written, ValueError on a line break in it."""
    key = _key(folder)
    if "\n" in key:
        raise ValueError("a folder with a line break in its name can't be trusted")
    _write([*(name for name in _trusted() if name != key), key])


def untrust(folder: Path) -> None:
    """Take the mark away again; raises OSError where the record can't be written."""
    names = _trusted()
    key = _key(folder)
    if key in names:
        _write([name for name in names if name != key])


def _key(folder: Path) -> str:
    return os.path.realpath(folder)


def _record() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    # A relative path is invalid and to be ignored (XDG Base Directory Specification 0.8).
    root = Path(base) if Path(base).is_absolute() else Path(os.path.expanduser("~")) / ".config"  # noqa: PTH111
    return root / "songbuild" / "trusted"


def _trusted() -> list[str]:
    try:
        text = _record().read_text("utf-8", "surrogateescape")
    except OSError:
        return []
    return [line for line in text.split("\n") if line]


def _write(names: list[str]) -> None:
    record = _record()
    record.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=record.parent, prefix=".trusted-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("".join(f"{name}\n" for name in names))
        Path(temporary).replace(record)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
