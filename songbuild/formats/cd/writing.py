"""Files and folders that are there whole or not at all: made under a temporary name, then renamed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file in one step."""
    part = _beside(path, "part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def whole_folder(folder: Path, ours: Collection[str]) -> Iterator[Path]:
    """A folder to write into, which becomes `folder` if nothing goes wrong, and is removed otherwise.

    A folder that is there already is replaced.  FileExistsError if it holds anything that isn't among `ours`.
    """
    if folder.exists() and (not folder.is_dir() or {each.name for each in folder.iterdir()} - set(ours)):
        raise FileExistsError(f"{folder.name} is there and holds other things: move it away")
    part, old = _beside(folder, "part"), _beside(folder, "old")
    part.mkdir(parents=True)
    try:
        yield part
        if folder.exists():
            folder.replace(old)
        part.replace(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise
    finally:
        for leftover in (part, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{ending}")
