"""Git, asked about a repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from songbuild.api.history.revisions import Repository, git, repository
from songbuild.api.usage import UsageError


def home_of(folder: Path) -> Repository:
    """The repository that a folder lies in.  Raises UsageError where there is none."""
    found = repository(folder)
    if found is None:
        raise UsageError(f"{folder} is in no git repository: 'git init' makes one")
    return found


def succeeds(home: Repository, *words: str) -> bool:
    """Whether git ends well when it is asked this."""
    return not git(*words, folder=home.top, environment=home.environment).returncode


def answer(
    home: Repository, *words: str, given: bytes = b"", environment: Mapping[str, str] | None = None, fine: int = 0
) -> bytes:
    """What git answers.  Raises UsageError with its words where it fails, with a code above `fine`."""
    told = {**home.environment, **(environment or {})}
    ran = git(*words, folder=home.top, given=given, environment=told)
    if ran.returncode > fine:
        lines = ran.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise UsageError(f"git {words[0]}: {lines[0].removeprefix('fatal: ').removeprefix('error: ')}")
    return ran.stdout


def paths_of(data: bytes) -> list[str]:
    """Paths that git separates by zero bytes."""
    return [os.fsdecode(path) for path in data.split(b"\0") if path]
