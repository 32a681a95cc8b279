"""Loading a song: every file read, every value checked, every problem found in one run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from songbuild.manifest import codes
from songbuild.manifest.assets import assets
from songbuild.manifest.devices import Rack
from songbuild.manifest.find import song_file
from songbuild.manifest.music import music
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.places import Places
from songbuild.manifest.references import references
from songbuild.manifest.remarks import hang_in, unknown_parts
from songbuild.manifest.source import Source, read_source
from songbuild.manifest.tree import Cut, Tree, salvage, validate
from songbuild.manifest.trust import is_trusted
from songbuild.manifest.yaml_reader import Key, Node, read_yaml
from songbuild.model.score import Score
from songbuild.model.song import STAGES, Song
from songbuild.problems import Fault, Problem, Span

if TYPE_CHECKING:
    from songbuild.devices.device import Effect, Instrument


@dataclass(frozen=True, slots=True)
class Loaded:
    """A song as loaded: None where an error stands in the way; problems in the order of their places.

    `files` is every file that was read: manifests, scripts and what they read, presets.  `score` is what the song
    comes to, so that it need not be worked out twice; None where the song is.
    """

    song: Song | None
    problems: tuple[Problem, ...]
    places: Places
    files: tuple[Path, ...]
    folder: Path
    score: Score | None = None


@dataclass(slots=True)
class Reading:
    """What reading a song's files has come to so far."""

    folder: Path
    trusted: bool
    time_limit_s: float
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)


def load(
    path: Path,
    *,
    trusted: bool = False,
    effects: Mapping[str, Effect] | None = None,
    instruments: Mapping[str, Instrument] | None = None,
    time_limit_s: float = 20.0,
    partial: bool = False,
) -> Loaded:
    """The song at `path`, a manifest or the folder with its song.yaml; never raises for what a file holds.

    .py stages run, for at most `time_limit_s` each, if `trusted` or if the user has marked the folder as trusted.
    `effects` and `instruments` are songbuild's own unless given.  With `partial` a song with errors is what can be had
    of it, for those who look at the problems to know what that is.
    """
    path = Path(song_file(path))
    # Unlike Path.resolve, this takes a loop of links as it is.
    folder = Path(os.path.realpath(path.parent))
    reading = Reading(folder, trusted or is_trusted(folder), time_limit_s)
    tree = _read_song(path, reading)
    if tree is None:
        root = Node(Source.of(path.name, ""), 0, 0, "block")
        return Loaded(None, in_order(reading.problems), Places(root), tuple(reading.files), folder)
    song, score = _checked(tree, reading, _devices(effects, instruments))
    problems = in_order(reading.problems)
    if not partial and any(problem.severity == "error" for problem in problems):
        song, score = None, None
    return Loaded(song, problems, tree.places, tuple(dict.fromkeys(reading.files)), folder, score)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """In the order of their places; a value that can't even be read as YAML needs no second problem."""
    found = dict.fromkeys(problems)
    unread = [problem.span for problem in found if problem.code.startswith("YAML") and problem.severity == "error"]
    kept = [
        problem
        for problem in found
        if problem.code.startswith("YAML") or not any(_within(span, problem.span) for span in unread)
    ]
    return tuple(sorted(kept, key=lambda problem: (problem.span, problem.code, problem.message)))


def _within(inner: Span, outer: Span) -> bool:
    """Whether one place starts inside of another."""
    same = (inner.file, inner.line) == (outer.file, outer.line)
    return same and outer.column <= inner.column < outer.column + outer.length


def _devices(
    effects: Mapping[str, Effect] | None, instruments: Mapping[str, Instrument] | None
) -> tuple[Mapping[str, Effect], Mapping[str, Instrument]]:
    if effects is None:
        from songbuild.devices.effects import EFFECTS

        effects = EFFECTS
    if instruments is None:
        from songbuild.devices.instruments import INSTRUMENTS

        instruments = INSTRUMENTS
    return effects, instruments


def _read_song(path: Path, reading: Reading) -> Tree | None:
    """song.yaml with every stage's file hung in at the stage's key; None where there is no song to check."""
    try:
        below(reading.folder, path.name)
    except PathError as error:
        hint = "'songbuild init' starts a song" if error.code == codes.NO_FILE else error.hint
        reading.problems.append(Problem(error.code, error.message, Span(str(path)), hint))
        return None
    read = read_mapping(path, path.name, reading)
    if read is None:
        return None
    data, root = read
    members = root.members
    assert isinstance(members, dict)
    for stage in STAGES:
        given = data.get(stage)
        if isinstance(given, str):
            key, place = members[stage]
            made = _read_stage(stage, given, place, reading)
            if made is not None:
                data[stage], members[stage] = made[0], (key, made[1])
                continue
            reading.broken.add(stage)
        if given is None or isinstance(given, str):
            data.pop(stage, None)
    hang_in(data, root, reading)
    return Tree(data, root)


def read_mapping(path: Path, name: str, reading: Reading) -> tuple[dict[Key, Any], Node] | None:
    """A YAML manifest, which is a mapping; an empty file is an empty one."""
    reading.files.append(path)
    source, problems = read_source(path, name)
    if source is None:
        reading.problems += problems
        return None
    data, node, problems = read_yaml(source)
    reading.problems += problems
    if node is None:
        return None
    if data is None:
        node.members = {}
        return {}, node
    if not isinstance(data, dict):
        span = source.span(node.start, node.end)
        reading.problems.append(source.problem(codes.NOT_A_MAPPING, "a manifest is a mapping: 'key: value'", span))
        return None
    return data, node


def _read_stage(stage: str, text: str, place: Node, reading: Reading) -> tuple[Any, Node] | None:
    """The stage that is in a file of its own."""

    def refuse(code: str, message: str, hint: str | None) -> None:
        span = place.source.span(place.start, place.end)
        reading.problems.append(place.source.problem(code, message, span, hint))

    try:
        path = below(reading.folder, text)
    except PathError as error:
        refuse(error.code, error.message, error.hint)
        return None
    name = path.relative_to(reading.folder).as_posix()
    if path.suffix in (".yaml", ".yml"):
        return read_mapping(path, name, reading)
    if path.suffix != ".py":
        refuse(codes.FILE_TYPE, f"a stage is a .yaml or .py file, not '{text}'", None)
        return None
    if not reading.trusted:
        hint = "read it, then run 'songbuild trust' here, or use --trust"
        refuse(codes.NOT_TRUSTED, f"'{text}' is code, and this project isn't trusted to run any", hint)
        return None
    from songbuild.manifest.python_stage import run_stage

    made = run_stage(path, stage, reading.folder, time_limit_s=reading.time_limit_s)
    reading.files += made.files
    reading.problems += made.problems
    if made.node is None:
        return None
    if not isinstance(made.data, dict):
        span = made.node.source.span(made.node.start, made.node.end)
        message = f"{stage}() must return a mapping"
        reading.problems.append(made.node.source.problem(codes.NOT_A_MAPPING, message, span))
        return None
    return made.data, made.node


def _checked(
    tree: Tree, reading: Reading, devices: tuple[Mapping[str, Effect], Mapping[str, Instrument]]
) -> tuple[Song | None, Score | None]:
    """The song with canonical devices, and its score; as much of it as can be had is checked in any case."""
    song, found = validate(tree)
    cut = Cut()
    reading.problems += [tree.places.problem(fault) for fault in found]
    if song is None:
        song, cut = salvage(tree, found)
    if song is None:
        return None, None
    effects, instruments = devices
    rack = Rack(reading.folder, tree.places, effects, instruments, reading.trusted)
    song = rack.song(song)
    reading.problems += rack.problems
    reading.files += sorted(rack.files)
    later: list[Fault] = [*rack.faults, *assets(song, reading.folder)]
    broken = reading.broken | cut.stages
    if "arrangement" not in broken:
        named = references(song, effects, rack.unresolved)
        unread = "recordings" in broken
        later += [fault for fault in named if not (unread and fault.path[-1] == "recording")]
        later += unknown_parts(song) if "mix" not in broken else ()
    score = None
    if not broken & {"composition", "arrangement"}:
        score, faults = music(song, instruments)
        later += faults
    reading.problems += [tree.places.problem(fault) for fault in later if not cut.explains(fault)]
    return song, score
