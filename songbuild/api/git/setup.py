"""What a repository needs so that git speaks music: attributes, ignored files, drivers, and a hook if wanted.

Attributes and ignored files are committed, so that they hold for everyone; they name drivers, never a program.  What
the drivers are is in the repository's own configuration, which is of this clone alone.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songbuild.api import files
from songbuild.api.git import blocks, hook
from songbuild.api.git.patterns import AUDIO, MANIFEST, MIDI, SONG, attributes, covered, ignored
from songbuild.api.history.asking import answer, home_of, paths_of, succeeds
from songbuild.api.history.revisions import Repository
from songbuild.api.usage import UsageError
from songbuild.manifest.find import ALBUM
from songbuild.manifest.merge import DRIVER
from songbuild.manifest.source import read_source
from songbuild.manifest.yaml_reader import read_yaml
from songbuild.model.song import IN_FILES

ATTRIBUTES, IGNORE = ".gitattributes", ".gitignore"
_LFS = "filter=lfs"


@dataclass(frozen=True)
class Change:
    """What was done to a file or a setting: 'wrote .gitattributes'; nothing where all was as it should be."""

    what: str
    where: str


def program() -> str:
    """The command that runs this songbuild, for a shell: by its path, for a git GUI knows no virtual environment."""
    own = Path(sys.executable).parent / "songbuild"
    return shlex.quote(str(own)) if own.is_file() else f"{shlex.quote(sys.executable)} -m songbuild"


def settings() -> dict[str, str]:
    """What stands in the repository's configuration."""
    run = program()
    return {
        f"diff.{MANIFEST}.command": f"{run} git diff --",
        f"diff.{MANIFEST}.textconv": f"{run} git textconv",
        f"diff.{MIDI}.textconv": f"{run} git textconv",
        f"diff.{AUDIO}.textconv": f"{run} git textconv",
        f"merge.{MANIFEST}.name": "songs by bar, event and parameter",
        f"merge.{MANIFEST}.driver": f"{run} {DRIVER.removeprefix('songbuild ')}",
    }


def setup(folder: Path, *, with_hook: bool = False, lfs: bool = False) -> list[Change]:
    """Set up the repository that `folder` lies in; what this changed, which is nothing the second time.

    What was asked for once, LFS and the hook, stays.  Raises UsageError, before anything is changed.
    """
    home = home_of(folder)
    if lfs:
        _need_lfs(home)
    songs = _songs(home)
    folders = sorted({path.rpartition("/")[0] for path in songs})
    large = lfs or any(_LFS in line for line in _own_lines(home, ATTRIBUTES))
    wanted = {
        ATTRIBUTES: _with(home, ATTRIBUTES, attributes(_others(home, songs), large)),
        IGNORE: _with(home, IGNORE, ignored(_not_ignored(home, folders))),
    }
    place = hook.place(home, program()) if with_hook or hook.installed(home) else None
    done = list(_write(home, wanted))
    done += _configure(home, settings())
    if place is not None and hook.install(place, program()):
        done.append(Change("wrote", str(place)))
    return done


def remove(folder: Path) -> list[Change]:
    """Undo `setup`, and nothing else; what this changed.  Raises UsageError, before anything is changed."""
    home = home_of(folder)
    wanted = {name: _with(home, name, []) for name in (ATTRIBUTES, IGNORE)}
    done = list(_write(home, wanted))
    done += _configure(home, dict.fromkeys(settings()))
    gone = hook.uninstall(home)
    return [*done, *([Change("removed", str(gone))] if gone is not None else [])]


def _need_lfs(home: Repository) -> None:
    if not succeeds(home, "lfs", "version"):
        raise UsageError("git-lfs isn't installed: https://git-lfs.com says how")
    if not succeeds(home, "config", "filter.lfs.clean"):
        raise UsageError("git-lfs is installed, but git doesn't know it yet: run 'git lfs install' first")


def _songs(home: Repository) -> list[str]:
    """The manifests of songs and albums in the working tree, by path from its top; ignored files are none."""
    listed = paths_of(answer(home, "ls-files", "-c", "-o", "--exclude-standard", "-z"))
    paths = {path for path in listed if path.rpartition("/")[2] in (SONG, ALBUM)}
    return sorted(path for path in paths if "\n" not in path and (home.top / path).is_file())


def _others(home: Repository, songs: Iterable[str]) -> set[str]:
    """The stages' files of songs that no usual name covers."""
    found = set()
    for song in songs:
        source, _ = read_source(home.top / song, song)
        data: Any = read_yaml(source)[0] if source is not None else None
        for stage in IN_FILES if isinstance(data, dict) else ():
            name = data.get(stage)
            path = os.path.normpath(f"{song.rpartition('/')[0]}/{name}".lstrip("/"))
            if isinstance(name, str) and name.endswith((".yaml", ".yml")) and not path.startswith("../"):
                found.add(path)
    return {path for path in found if not covered(path) and path.isprintable()}


def _not_ignored(home: Repository, folders: Iterable[str]) -> list[str]:
    """The folders of songs whose out/ git would take in, were it not for our own lines."""
    by_path = {f"{folder}/out/song.wav".lstrip("/"): folder for folder in folders}
    given = b"".join(os.fsencode(path) + b"\0" for path in by_path)
    out = answer(home, "check-ignore", "-z", "-v", "--no-index", "--stdin", given=given, fine=1)
    own = len(_own_lines(home, IGNORE)) + 2
    fields = out.split(b"\0")
    covered_elsewhere = {
        os.fsdecode(path)
        for source, line, pattern, path in zip(*(fields[at::4] for at in range(4)), strict=False)
        if not pattern.startswith(b"!") and (source != IGNORE.encode() or int(line) > own)
    }
    return [folder for path, folder in by_path.items() if path not in covered_elsewhere]


def _own_lines(home: Repository, name: str) -> list[str]:
    path = home.top / name
    if path.is_symlink():
        raise UsageError(f"{name} is a link, which git doesn't follow: put a file in its place")
    try:
        return blocks.lines_of(files.read(path))
    except blocks.BlockError as error:
        raise UsageError(f"{name}: {error}") from None


def _with(home: Repository, name: str, lines: list[str]) -> bytes:
    _own_lines(home, name)
    return blocks.with_lines(files.read(home.top / name), lines)


def _write(home: Repository, wanted: dict[str, bytes]) -> Iterator[Change]:
    for name, data in wanted.items():
        if files.write(home.top / name, data):
            yield Change("wrote" if data else "removed", name)


def _configure(home: Repository, wanted: dict[str, str] | dict[str, None]) -> list[Change]:
    """Make settings of the repository what is wanted, None being gone; what changed, if anything."""
    listed = answer(home, "config", "--local", "-z", "--get-regexp", r"^(diff|merge)\.songbuild", fine=1)
    known = dict(item.partition("\n")[::2] for item in listed.decode(errors="surrogateescape").split("\0") if item)
    changed = False
    for name, value in wanted.items():
        if known.get(name) == value:
            continue
        words = ("--unset-all", name) if value is None else ("--replace-all", name, value)
        answer(home, "config", "--local", *words)
        changed = True
    return [Change("wrote", "the repository's configuration")] if changed else []
