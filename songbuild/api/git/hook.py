"""The pre-commit hook, and what it does: check the songs as they are about to be committed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from songbuild.api import files
from songbuild.api.git.patterns import SONG
from songbuild.api.history.asking import answer, home_of, paths_of, succeeds
from songbuild.api.history.revisions import Repository
from songbuild.api.usage import UsageError
from songbuild.manifest.find import ALBUM, is_album
from songbuild.manifest.trust import is_trusted
from songbuild.problems import Problem

_MARK = "# written by 'songbuild git setup --hook'; removed by 'songbuild git setup --remove'"


@dataclass(frozen=True)
class Checked:
    """A song as it is staged: its folder from the repository's top, '' being the top, and what is wrong with it."""

    folder: str
    problems: tuple[Problem, ...]


def place(home: Repository, program: str) -> Path:
    """Where the hook goes.  Raises UsageError where it can't go there: another hook, a folder that is committed."""
    path = _path(home)
    line = f"{program} git check"
    if path.parent.is_relative_to(home.top) and not path.parent.is_relative_to(_git_folder(home)):
        raise UsageError(f"hooks are in {path.parent}, which is committed: add 'songbuild git check' there yourself")
    if os.path.lexists(path) and not _is_own(path):
        raise UsageError(f"there is a pre-commit hook already, {path}: add this line to it\n  {line} || exit 1")
    return path


def install(path: Path, program: str) -> bool:
    """Write the hook; whether that changed anything."""
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = files.write(path, f"#!/bin/sh\n{_MARK}\nexec {program} git check\n".encode())
    path.chmod(0o755)
    return changed


def installed(home: Repository) -> bool:
    """Whether the hook is there, and ours."""
    return _is_own(_path(home))


def uninstall(home: Repository) -> Path | None:
    """Remove the hook if it is ours; its path then."""
    if not installed(home):
        return None
    path = _path(home)
    path.unlink()
    return path


def _is_own(path: Path) -> bool:
    return path.is_file() and _MARK.encode() in files.read(path).splitlines()


def _path(home: Repository) -> Path:
    return home.top / os.fsdecode(answer(home, "rev-parse", "--git-path", "hooks/pre-commit").removesuffix(b"\n"))


def _git_folder(home: Repository) -> Path:
    return home.top / os.fsdecode(answer(home, "rev-parse", "--git-common-dir").removesuffix(b"\n"))


def check_staged(folder: Path, *, cache: str | None = None) -> list[Checked]:
    """Check the songs of which files are staged, as they are staged, in the order of their folders.

    .py manifests and plugins run where the song in the working tree is trusted.  Raises UsageError outside of git.
    """
    home = home_of(folder)
    listed = paths_of(answer(home, "ls-files", "-z"))
    born = succeeds(home, "rev-parse", "--verify", "-q", "HEAD")
    against = "HEAD" if born else answer(home, "hash-object", "-t", "tree", "--stdin").decode().strip()  # the empty one
    staged = paths_of(answer(home, "diff-index", "--cached", "--name-only", "--no-renames", "-z", against))
    homes = {path.rpartition("/")[0] for path in listed if path.rpartition("/")[2] in (SONG, ALBUM)}
    wanted = sorted({song for song in homes for path in staged if _lies_in(path, song)})
    trusted = {song for song in homes if is_trusted(home.top / song)}
    found: list[Checked] = []
    told: set[str] = set()
    for song in sorted(wanted, key=lambda song: not is_album(home.top / song)):  # an album tells of its songs too
        if song not in told:
            run = song in trusted or _below(homes, song) <= trusted
            problems, songs = _check(home, song, listed, cache, run)
            told |= songs
            found.append(Checked(song, problems))
    return found


def _lies_in(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _below(songs: Iterable[str], album: str) -> set[str]:
    """The songs in an album's folder; of a song itself."""
    return {song for song in songs if song != album and _lies_in(song, album)} or {album}


def _check(
    home: Repository, song: str, listed: Iterable[str], cache: str | None, trusted: bool
) -> tuple[tuple[Problem, ...], set[str]]:
    """What is wrong with the song, or the album, in this folder of the index; the folders of an album's songs."""
    from songbuild import api

    changed = set(paths_of(answer(home, "diff-files", "--name-only", "-z")))
    # Beside the objects, so that what is the same in the working tree can be linked to and needn't be copied.
    with tempfile.TemporaryDirectory(prefix="songbuild-", dir=_git_folder(home)) as temporary:
        top = Path(temporary).resolve()
        own = top / song
        album = is_album(home.top / song)  # whose songs may stand beside its folder
        wanted = [path for path in listed if album or _lies_in(path, song)]
        rest = [path for path in wanted if path in changed or not _linked(home.top / path, top / path)]
        given = b"".join(os.fsencode(path) + b"\0" for path in rest)
        answer(home, "checkout-index", "-z", "--stdin", f"--prefix={top}/", given=given)
        if not is_album(own):
            return tuple(api.check(own, trusted=trusted, cache=cache)[1]), set()
        loaded, problems = api.check_album(own, trusted=trusted, cache=cache)
        files = [track.resolve() for track in loaded.tracks if track is not None]
        return tuple(problems), {file.parent.relative_to(top).as_posix() for file in files if file.is_relative_to(top)}


def _linked(file: Path, place: Path) -> bool:
    """Whether a file could be linked to at `place`."""
    if file.is_symlink() or not file.is_file():
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:  # another file system
        return False
    return True
