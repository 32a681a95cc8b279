"""Facts of songs kept in the cache, under what they were made from, so that a diff need not read a song twice.

Imports nothing that reads songs.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import songbuild
from songbuild.diff import keeping
from songbuild.engine.unchanged import default_folder
from songbuild.problems import Problem, Span

if TYPE_CHECKING:
    from songbuild.api.history.song_facts import Read

FORMAT = 1
FOLDER = "facts"
CAP_BYTES = 64 << 20
"""What the folder may hold; what was used least recently goes first."""
_READERS = ("diff", "manifest", "model", "devices", "api/git", "api/history/song_facts.py", "units.py")
"""Where songbuild's own files lie that make facts of a song, and texts of files."""
_ABANDONED_S = 3600


def name_of(texts: Mapping[str, str], media: Iterable[str], *more: str) -> str:
    """The name under which the facts of a song are kept: of what they are made from, and by which songbuild."""
    made = blake2b(digest_size=20)
    parts = (songbuild.__version__, str(FORMAT), str(keeping.FORMAT), *more, _readers(), *sorted(media))
    for part in (*parts, *(f"{path}\0{texts[path]}" for path in sorted(texts))):
        made.update(b"%d:" % len(part))
        made.update(os.fsencode(part))
    return made.hexdigest()


def kept(place: str | None, name: str) -> tuple[dict[str, Any], bytes] | None:
    """What `keep` was given, plain, and the facts as bytes; None where there is nothing, or nothing sound."""
    data = stored(place, name)
    if data is None:
        return None
    try:
        head, _, facts = data.partition(b"\n")
        found = json.loads(head)
        return (found, facts) if found["size"] == len(facts) else None
    except (ValueError, TypeError, KeyError):
        return None


def keep(place: str | None, name: str, read: Read) -> None:
    """Keep what was read; nothing happens where the cache can't be written."""
    facts = keeping.to_json(read.facts)
    head = {
        "size": len(facts),
        "problems": [asdict(problem) for problem in read.problems],
        "lacking": {song: sorted(stages) for song, stages in read.lacking.items()},
        "unrun": read.unrun,
    }
    store(place, name, json.dumps(head).encode() + b"\n" + facts)


def stored(place: str | None, name: str) -> bytes | None:
    """What `store` was given, damaged perhaps; None where there is nothing."""
    path = _folder(place) / name
    try:
        data = path.read_bytes()
    except OSError:
        return None
    with suppress(OSError):
        os.utime(path)
    return data


def store(place: str | None, name: str, data: bytes) -> None:
    """Keep bytes under a name; nothing happens where the cache can't be written."""
    folder = _folder(place)
    part = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(folder / name)
        _shrink(folder)
    except OSError:
        with suppress(OSError):
            part.unlink()


def problems(head: Mapping[str, Any]) -> list[Problem]:
    """The problems that were kept."""
    return [Problem(**{**item, "span": Span(**item["span"])}) for item in head["problems"]]


def _folder(place: str | None) -> Path:
    return Path(place or default_folder()) / FOLDER


@cache
def _readers() -> str:
    """What tells one state of songbuild's own code from another: its files' sizes and times."""
    home = os.path.dirname(songbuild.__file__)  # noqa: PTH120
    found: list[str] = []
    for place in _READERS:
        _stamps(os.path.join(home, place), found)  # noqa: PTH118
    return "\n".join(sorted(found))


def _stamps(path: str, found: list[str]) -> None:
    if os.path.isdir(path):  # noqa: PTH112
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name != "__pycache__":
                    _stamps(entry.path, found)
    elif path.endswith((".py", ".yaml")):
        stat = os.stat(path)  # noqa: PTH116
        found.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")


def _shrink(folder: Path) -> None:
    """Bring the folder below its cap, and remove what an interrupted writer has left."""
    entries = [(entry.stat(), entry) for entry in os.scandir(folder)]
    now, total = time.time(), sum(stat.st_size for stat, _ in entries)
    for stat, entry in sorted(entries, key=lambda item: (item[0].st_mtime_ns, item[1].name)):
        hidden = entry.name.startswith(".")
        if now - stat.st_mtime > _ABANDONED_S if hidden else total > CAP_BYTES:
            with suppress(OSError):
                os.unlink(entry.path)  # noqa: PTH108
            total -= stat.st_size
