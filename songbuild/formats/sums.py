"""SHA256SUMS, as `sha256sum -c` reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256(path: Path) -> str:
    """The SHA-256 digest of a file's content, in hexadecimal (FIPS 180-4)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(path: Path, files: Iterable[tuple[str, Path]]) -> None:
    """Write a line for each (name, file): digest, two spaces, name; in order of the names."""
    lines = [f"{sha256(file)}  {name}\n" for name, file in sorted(files)]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
