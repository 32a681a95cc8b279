"""What a change of one file does to its song: what git's external diff driver shows.

Git hands over the file as it was and as it is, and nothing else.  Both are put in the same song, which is that of the
working tree or of the commit that the newer one came with, so that what differs comes from this file alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from songbuild.api.history.asking import answer, succeeds
from songbuild.api.history.differing import between, of_snapshot
from songbuild.api.history.revisions import Repository, repository
from songbuild.api.history.snapshots import SONG, Snapshot, identity, of_commit, of_folder, with_text
from songbuild.api.usage import UsageError
from songbuild.diff.change import Difference
from songbuild.manifest.find import ALBUM


class Version(NamedTuple):
    """A file as git gives it: where it lies, and the id of its content; None is no file."""

    file: Path
    blob: str | None


@dataclass(frozen=True)
class FileDiff:
    """What differs: for the song, or where nothing can be said of that, as lines of text; neither: nothing does."""

    difference: Difference | None = None
    lines: tuple[str, ...] = ()


def version(file: str, blob: str, mode: str) -> Version:
    """What git's arguments say of one side.  A file of the working tree comes without an id."""
    path = Path(file)
    if mode == "." or file == "/dev/null":
        return Version(path, None)
    return Version(path, blob if blob.strip("0") else identity(path))


def file_diff(path: str, old: Version, new: Version, *, cache: str | None = None) -> FileDiff:
    """What differs between two versions of the file at a path from the repository's top."""
    home = repository(Path.cwd())
    for context in _contexts(home, path, new) if home is not None else ():
        place = PurePosixPath(os.path.relpath(home.top / path, context.root) if home is not None else path).as_posix()
        sides = [of_snapshot(with_text(context, place, each.blob, each.file), cache=cache) for each in (old, new)]
        if not any(side.problems for side in sides):
            if found := between(*sides):
                return FileDiff(found)
            break
    return FileDiff(lines=tuple(_lines(path, old, new)))


def _lines(path: str, old: Version, new: Version) -> Iterator[str]:
    """A file's own facts compared, or its text where it can't be read as a manifest."""
    from songbuild.api.git.manifest_text import manifest_text, own_lines

    there = [each.file if each.blob is not None else None for each in (old, new)]
    texts = [manifest_text(file) if file is not None else [] for file in there]
    if any(text is None for text in texts):
        texts = [own_lines(file) if file is not None else [] for file in there]
    before, after = (text or [] for text in texts)
    yield from unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="")


def _contexts(home: Repository, path: str, new: Version) -> Iterator[Snapshot]:
    """The song that a file is of, as it may have been when the file was like this; the likeliest first."""
    above = [parent.as_posix() for parent in PurePosixPath(path).parents]
    folder = next((each for each in above if _holds_a_song(home.top / each)), None)
    if folder is None:
        return
    song = home.top / folder
    here = repository(song)
    assert here is not None
    current = home.top / path
    is_current = new.blob is None or (current.is_file() and identity(current, home.algorithm) == new.blob)
    commit = None if is_current else _introduced(home, path, str(new.blob))
    if commit is not None:
        try:
            then = of_commit(song, commit[:7], commit, here)
        except UsageError:  # the song wasn't there yet
            then = None
        if then is not None:
            yield then
    yield of_folder(song, "working tree", here)


def _holds_a_song(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (SONG, ALBUM))


def _introduced(home: Repository, path: str, blob: str) -> str | None:
    """The commit that a file came with; HEAD where it is only staged yet; None where nothing is committed."""
    if not succeeds(home, "rev-parse", "--verify", "-q", "HEAD"):
        return None
    asked = (
        "log",
        "--no-show-signature",
        "--format=%H",
        f"--find-object={blob}",
        "HEAD",
        "--",
        f":(top,literal){path}",
    )
    commits = answer(home, *asked).decode().split()
    return commits[-1] if commits else answer(home, "rev-parse", "HEAD").decode().strip()
