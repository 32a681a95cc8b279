"""songbuild.lock as a file: one line a fact, the same bytes for the same facts, every mistake at its place."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from songbuild.manifest import codes
from songbuild.manifest.paths import PathError, below
from songbuild.manifest.places import Places
from songbuild.manifest.scalars import NumberError, resolve
from songbuild.manifest.source import Source, read_source
from songbuild.manifest.translate import faults
from songbuild.manifest.yaml_reader import Key, read_yaml
from songbuild.model.lock import Lock
from songbuild.problems import Fault, Problem, Span
from songbuild.problems import Path as SongPath

FORMAT = 1
MISSING, CONFLICT, OTHER_FORMAT = "LOCK030", "LOCK031", "LOCK032"
AGAIN = "'songbuild lock' writes it anew"
HEADING = """\
# What this was made from and what came of it, for 'songbuild render --locked' and 'songbuild verify'.
# 'songbuild lock' writes this file; after a merge conflict, run it again.
"""
SECTIONS = (
    "format", "versions", "profile", "song", "presets", "files", "locks", "loudness_gain_db", "nodes", "delivered",
)  # fmt: skip
_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)
_MAX_TEXT = 1 << 30


@dataclass(frozen=True)
class LockFile:
    """A lock as read, and where each fact stands in its file."""

    lock: Lock
    places: Places

    def problem(self, code: str, path: SongPath, message: str, hint: str | None = None) -> Problem:
        """A problem at the fact of this path in the lock."""
        return self.places.problem(Fault(code, path, message, hint, key=True))


def read_lock(path: Path) -> tuple[LockFile | None, list[Problem]]:
    """The lock at `path`, or what is wrong with it; never raises for what a file holds."""
    name = path.name
    try:
        file = below(Path(os.path.realpath(path.parent)), name)
    except PathError as error:
        if error.code == codes.NO_FILE:
            return None, [Problem(MISSING, f"no '{name}'", Span(name), "'songbuild lock' writes it")]
        return None, [Problem(error.code, error.message, Span(name), AGAIN)]
    source, problems = read_source(file, name)
    if source is not None:
        found = _MARKER.search(source.text)
        if found:
            span = source.span(found.start(), found.end())
            return None, [source.problem(CONFLICT, "git has left a merge conflict here", span, AGAIN)]
        return _parsed(source)
    return None, [_hinted(problem) for problem in problems]


def _parsed(source: Source) -> tuple[LockFile | None, list[Problem]]:
    data, root, problems = read_yaml(source)
    wrong = [_hinted(problem) for problem in problems if problem.severity == "error"]
    if root is None or wrong:
        return None, wrong
    if not isinstance(data, dict):
        span = source.span(root.start, root.end)
        return None, [source.problem(codes.NOT_A_MAPPING, "a lock file is a mapping", span, AGAIN)]
    places = Places(root)
    if isinstance(data.get("format"), int) and data["format"] != FORMAT:
        message = f"format {data['format']} is another version's; this one reads {FORMAT}"
        return None, [places.problem(Fault(OTHER_FORMAT, ("format",), message, AGAIN))]
    return _validated(data, places)


def _validated(data: dict[Key, object], places: Places) -> tuple[LockFile | None, list[Problem]]:
    try:
        return LockFile(Lock.model_validate(data), places), []
    except ValidationError as error:
        found = [places.problem(fault) for fault in faults(error, Lock, places)]
        return None, [_hinted(replace(problem, code=f"LOCK{problem.code[-3:]}")) for problem in found]


def _hinted(problem: Problem) -> Problem:
    return replace(problem, hint=AGAIN)


def lock_text(lock: Lock) -> str:
    """A lock as text: keys in order, one fact a line, strings quoted where YAML 1.1 or 1.2 would misread them."""
    data = lock.model_dump()
    data["delivered"] = {name: _Line(file) for name, file in data["delivered"].items()}
    ordered = {name: _sorted(data[name]) for name in SECTIONS}
    text = yaml.dump(
        ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=_MAX_TEXT
    )
    return f"{HEADING}{text}"


def _sorted(value: Any) -> Any:
    return dict(sorted(value.items())) if isinstance(value, dict) else value


def write_lock(path: Path, lock: Lock) -> bool:
    """Write a lock, whole or not at all; False where the file holds these bytes already.  Raises OSError."""
    data = lock_text(lock).encode()
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        pass  # whatever stands there is replaced
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return True


class _Dumper(yaml.SafeDumper):
    """Writes text so that it is text again for whoever reads it by YAML 1.1 or 1.2."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        plain = resolve(text) == text
    except NumberError:
        plain = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


class _Line(dict[str, Any]):
    """A mapping that stands on one line."""


def _line(dumper: yaml.SafeDumper, line: _Line) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Line, _line)
