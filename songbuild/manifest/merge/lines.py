"""The merge of any text, line by line, by git itself."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from songbuild.manifest.merge.conflict import Conflict, Merged
from songbuild.manifest.merge.pieces import Fork, marked

NOT_UNDERSTOOD = "merged line by line"


def merge_lines(base: str, ours: str, theirs: str, size: int, notes: tuple[str, ...] = ()) -> Merged:
    """What `git merge-file` makes of three texts, which may hold any bytes as surrogates.

    Where there is no git, the whole of what differs is one conflict.
    """
    if base == theirs or ours == theirs:
        return Merged(ours, notes=notes)
    if base == ours:
        return Merged(theirs, notes=notes)
    with tempfile.TemporaryDirectory(prefix="songbuild-merge-") as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
        labels = ("-L", "ours", "-L", "base", "-L", "theirs")
        command = ["git", "merge-file", "-p", "--marker-size", str(size), *labels, *map(str, paths)]
        try:
            ran = subprocess.run(command, capture_output=True, check=False, timeout=60)
        except (OSError, subprocess.SubprocessError):
            return merge_whole(ours, theirs, size, notes)
    if not 0 <= ran.returncode < 128:
        return merge_whole(ours, theirs, size, notes)
    text = ran.stdout.decode("utf-8", "surrogateescape")
    start = re.compile(rf"^<{{{size}}} ours\r?$")
    found = [number for number, line in enumerate(text.split("\n"), 1) if start.match(line)]
    places = found if ran.returncode else []
    return Merged(text, tuple(Conflict("", "both changed these lines", line) for line in places), notes)


def merge_whole(ours: str, theirs: str, size: int, notes: tuple[str, ...] = ()) -> Merged:
    """Both texts, what differs between conflict markers as one."""
    newline = "\r\n" if "\r\n" in ours else "\n"
    text, lines = marked([Fork(ours, theirs, (0,))], size, newline)
    return Merged(text, (Conflict("", "both changed the file", lines.get(0)),), notes)
