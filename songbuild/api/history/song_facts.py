"""From a song's files to its facts: what a diff compares, and what of the song could not be had for it."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from songbuild.diff.facts import Facts
from songbuild.diff.lines import key
from songbuild.diff.reading import album_facts, facts_of
from songbuild.manifest import codes
from songbuild.manifest.album import load_album
from songbuild.manifest.find import is_album
from songbuild.manifest.loader import Loaded, load
from songbuild.manifest.places import Places
from songbuild.manifest.presets import OWN
from songbuild.manifest.yaml_reader import Node
from songbuild.model.expand import expand
from songbuild.model.score import Score
from songbuild.model.song import IN_FILES, STAGES, Song
from songbuild.problems import Path as SongPath
from songbuild.problems import Problem, Span

MUSIC = frozenset(("composition", "arrangement"))
WITH_PRESETS = frozenset(("arrangement", "mix", "master"))
Exists = Callable[[str], bool]


@dataclass(frozen=True)
class Read:
    """The facts of a song or album, without the stages that errors stand in.

    problems  the errors, those of code aside that wasn't trusted to run
    lacking   '' for the song itself, of an album the names of its songs -> stages that could not be read
    unrun     paths of Python files and plugins that were not run, as the song names them
    """

    facts: Facts
    problems: tuple[Problem, ...] = ()
    lacking: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unrun: tuple[str, ...] = ()


def read(manifest: Path, trusted: Callable[[Path], bool]) -> Read:
    """The facts of the song or album at `manifest`; `trusted` tells of a song's folder whether its code may run."""
    return _read_album(manifest, trusted) if is_album(manifest) else _read_song(manifest, trusted)


def _read_song(manifest: Path, trusted: Callable[[Path], bool], prefix: str = "") -> Read:
    loaded = load(manifest, trusted=trusted(manifest.parent), partial=True)
    errors = [problem for problem in loaded.problems if problem.severity == "error"]
    lacking = frozenset(stage for problem in errors for stage in _stages(loaded, problem))
    if loaded.song is None or (loaded.score is None and not lacking & MUSIC):
        lacking = frozenset(("song", *STAGES))
    told = tuple(_below(problem, prefix) for problem in errors if problem.code != codes.NOT_TRUSTED)
    unrun = tuple(f"{prefix}{_named(problem)}" for problem in errors if problem.code == codes.NOT_TRUSTED)
    without = {"": lacking} if lacking else {}
    if loaded.song is None or "song" in lacking:
        return Read(Facts(), told, without, unrun)
    song, score = loaded.song, loaded.score
    if lacking:
        song = song.model_copy(
            update={stage: Song.model_fields[stage].get_default(call_default_factory=True) for stage in lacking}
        )
    if lacking & MUSIC or score is None:
        song, score = _without_music(song)
    files = _files(song.model_dump(), _there(loaded.folder))
    return Read(facts_of(song, score, files, _lines(loaded.places, prefix)), told, without, unrun)


def _read_album(manifest: Path, trusted: Callable[[Path], bool]) -> Read:
    loaded = load_album(manifest)
    problems = [problem for problem in loaded.problems if problem.severity == "error"]
    if loaded.album is None:
        return Read(Facts("album"), tuple(problems), {"": frozenset(("song",))})
    songs: dict[str, Facts] = {}
    lacking: dict[str, frozenset[str]] = {}
    unrun: list[str] = []
    for track, path in zip(loaded.album.songs, loaded.tracks, strict=True):
        name = Path(os.path.normpath(track.source)).as_posix()
        if track.song is None or path is None or name in songs:
            continue
        place = PurePath(os.path.relpath(os.path.realpath(path.parent), loaded.folder)).as_posix()
        found = _read_song(path, trusted, f"{place}/" if place != "." else "")
        songs[name] = found.facts
        if found.lacking:
            lacking[name] = found.lacking[""]
        problems += found.problems
        unrun += found.unrun
    files = _files(loaded.album.model_dump(), _there(loaded.folder))
    facts = album_facts(loaded.album, songs, files, _lines(loaded.places, ""))
    return Read(facts, tuple(problems), lacking, tuple(unrun))


def _without_music(song: Song) -> tuple[Song, Score]:
    """The song without its notes and sections, and the empty score of that."""
    fields = {stage: Song.model_fields[stage].get_default(call_default_factory=True) for stage in MUSIC}
    song = song.model_copy(update=fields)
    return song, expand(song, {})[0]


def _stages(loaded: Loaded, problem: Problem) -> Iterable[str]:
    """The stages that a problem spoils; all of the song where it lies in none."""
    span, root = problem.span, loaded.places.root
    if span.file.startswith(f"{OWN}/"):
        return WITH_PRESETS
    members = root.members if isinstance(root.members, dict) else {}
    for stage in IN_FILES:
        if stage in members:
            name, node = members[stage]
            if node.source is not root.source:
                if node.source.name == span.file:
                    return (stage,)
                continue
            unread = PurePath(node.text).as_posix() if node.members is None else None  # the name of a file
            inside = span.file == root.source.name and _line(name) <= span.line <= _last_line(node)
            if inside or span.file == unread:
                return (stage,)
    return ("song",)


def _line(node: Node) -> int:
    return bisect_right(node.source.starts, node.start)


def _last_line(node: Node) -> int:
    return bisect_right(node.source.starts, max(node.start, node.end - 1))


def _named(problem: Problem) -> str:
    """The code that was not run, from what is said of it: "'mix.py' is code, …"."""
    return problem.message.partition("'")[2].partition("'")[0]


def _below(problem: Problem, prefix: str) -> Problem:
    span = problem.span
    return replace(problem, span=Span(f"{prefix}{span.file}", span.line, span.column, span.length))


def _files(data: Any, exists: Exists) -> dict[str, str]:
    """The files that a song's values name; what is in them, whoever compares finds out."""
    return {name: "" for name in dict.fromkeys(_names(data)) if exists(name)}


def _there(folder: Path) -> Exists:
    # Unlike Path.is_file, this takes any text.
    return lambda name: os.path.isfile(folder / name)  # noqa: PTH113


def _names(data: Any) -> Iterator[str]:
    """All texts of a song's values that may be paths below its folder."""
    if isinstance(data, str):
        name = PurePath(data).as_posix()
        if 0 < len(data) < 1000 and "." in name and "\n" not in name and "\0" not in name and not name.startswith("/"):
            yield name
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from _names(item)
    elif isinstance(data, list | tuple):
        for item in data:
            yield from _names(item)


def _lines(places: Places, prefix: str) -> dict[str, str]:
    """Where each value was written, by its path as written."""
    return {key(path): f"{prefix}{node.source.name}:{_line(node)}" for path, node in _nodes(places.root, ())}


def _nodes(node: Node, path: SongPath) -> Iterator[tuple[SongPath, Node]]:
    """Every value below a node, by the node of its key where it has one; what code returned has one place for all."""
    if node.style == "code":
        return
    if isinstance(node.members, dict):
        for name, (at, value) in node.members.items():
            if not isinstance(name, bool | float) and name is not None:
                inner = (*path, name if isinstance(name, str | int) else str(name))
                yield inner, at if at.source is value.source else value  # a stage's file, not where it is named
                yield from _nodes(value, inner)
    elif node.members is not None:
        for index, value in enumerate(node.members):
            yield (*path, index), value
            yield from _nodes(value, (*path, index))
