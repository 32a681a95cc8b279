"""Whether a song or album still comes out as its lock says: built again from nothing, under other circumstances."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import songbuild
from songbuild.api.inputs import inputs_of
from songbuild.api.locks.agreeing import PROFILE, VERSION, differences
from songbuild.api.locks.comparing import Comparison, Finding, Outcome
from songbuild.api.locks.lockfile import read_lock
from songbuild.api.locks.own_locks import own_locks
from songbuild.api.locks.rebuilding import unpacked
from songbuild.api.opening import open_project
from songbuild.api.song import Listener, Song, open_store
from songbuild.engine import EngineError, Store
from songbuild.manifest.find import lock_path, song_file
from songbuild.model.lock import Inputs
from songbuild.problems import Problem

OTHER_MACHINE = (VERSION, PROFILE)
REBUILD = "LOCK042"
_ZONES = ("Pacific/Chatham", "America/St_Johns")
_LOCALES = ("tr_TR.UTF-8", "C")
_SEEDS = ("2718", "3141")


@dataclass(frozen=True)
class Verified:
    """What verifying came to: problems, a sentence each about what was looked at, and facts for programs.

    `facts["differences"]` holds the facts of each difference of what was built, `facts["conditions"]` how it was.
    """

    problems: list[Problem]
    said: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def verify(
    song: Song,
    *,
    out: Path | None = None,
    threads: int | None = None,
    tolerance_db: float | None = None,
    trusted: bool = False,
    cache: str | None = None,
    on_event: Listener | None = None,
) -> Verified:
    """Build a song or album without its cache, backwards, on another number of threads, in another time zone and
    locale and with another hash seed, and compare what comes of it, and the files in `out`, with its lock.

    With a tolerance, versions and platform may be others, and delivered audio has to null below `tolerance_db` dBFS.
    Raises UsageError, EngineError.
    """
    locked, problems = read_lock(lock_path(song))
    if locked is None:
        return Verified(problems)
    with open_store(cache) as store:
        project, problems = open_project(song, store, trusted)
        if project is None:
            return Verified(problems)
        unlike = [*differences(locked, inputs_of(project), project), *own_locks(project)]
        unlike = _allowed(unlike, tolerance_db)
        if _errors(unlike):
            return Verified(unlike)
        with _fresh_cache(store) as fresh:
            conditions = _conditions(threads)
            answer = _rebuild(song, fresh, conditions, trusted, on_event)
            if "trouble" in answer:
                said, hint = answer["trouble"], answer.get("hint")
                trouble = [locked.problem(REBUILD, (), f"built from nothing: {text}", hint) for text in said]
                return Verified(unlike + trouble, facts={"conditions": conditions})
            now, outcome = unpacked(answer)
            with Store(fresh, read_only=True) as new:
                comparison = Comparison(locked, project, store, new, out or project.folder / "out")
                return _judged(comparison, outcome, now, unlike, tolerance_db, conditions)


def _judged(
    comparison: Comparison,
    outcome: Outcome,
    now: Inputs,
    unlike: list[Problem],
    tolerance_db: float | None,
    conditions: dict[str, Any],
) -> Verified:
    """The verdict on what came of the rebuild."""
    # Inputs once more, as the other process saw them: a script may ask for the time zone, a disk may have answered
    # another content under the same stamp.
    again = _allowed(differences(comparison.locked, now, comparison.project), tolerance_db)
    problems = [*unlike, *(replace(problem, hint=_elsewhere(problem)) for problem in again if problem not in unlike)]
    said: list[str] = []
    findings: list[Finding] = []
    if not _errors(problems):
        if tolerance_db is None:
            findings = [*comparison.findings(outcome), *comparison.edited(outcome)]
            there = sum((comparison.folder / name).is_file() for name in outcome.files)
            files = f"{_count(len(outcome.files), 'file')}, {there} of them in {comparison.folder}"
            said.append(f"as locked: {_count(len(outcome.nodes()), 'node')} and {files}")
        else:
            said, findings = comparison.within(outcome, tolerance_db)
    facts = {"differences": [finding.facts for finding in findings], "conditions": conditions}
    problems += [finding.problem for finding in findings]
    return Verified(problems, [] if findings and tolerance_db is None else said, facts)


def _elsewhere(problem: Problem) -> str:
    return problem.hint or "so it was read in another time zone and locale; here it is as locked"


def _allowed(problems: list[Problem], tolerance_db: float | None) -> list[Problem]:
    """With a tolerance, another version or platform is no more than a warning; without, it could be had with one."""
    if tolerance_db is not None:
        return [replace(p, severity="warning") if p.code in OTHER_MACHINE else p for p in problems]
    hint = "'--tolerance -120' compares what is heard"
    return [replace(p, hint=hint) if p.code in OTHER_MACHINE else p for p in problems]


def _errors(problems: list[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"


@contextmanager
def _fresh_cache(store: Store) -> Iterator[Path]:
    """An empty cache on the disk of the usual one, which has room for a song, removed afterwards."""
    home = store.folder / "tmp" if store.writable else None
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-verify-", dir=home) as folder:
        yield Path(folder)


def _conditions(threads: int | None) -> dict[str, Any]:
    """Circumstances that differ from this process's and from the usual ones."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    names = (("TZ", _ZONES), ("LC_ALL", _LOCALES), ("PYTHONHASHSEED", _SEEDS))
    changed = {name: next(word for word in words if word != os.environ.get(name)) for name, words in names}
    return {"threads": threads or cores + 1, "order": "backwards", **changed}


def _rebuild(
    song: Song, cache: Path, conditions: dict[str, Any], trusted: bool, on_event: Listener | None
) -> dict[str, Any]:
    """The answer of a process that builds the song; its events are passed on.  Raises EngineError if it dies."""
    given = {"song": os.path.abspath(song_file(song)), "cache": str(cache), "threads": conditions["threads"]}  # noqa: PTH100
    homes = [str(Path(songbuild.__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    changed = {name: value for name, value in conditions.items() if name.isupper()}
    environment = {**os.environ, **changed, "PYTHONPATH": os.pathsep.join(homes), "SONGBUILD_CACHE": str(cache)}
    script = "from songbuild.api.locks.rebuilding import main; main()"
    command = [sys.executable, "-P", "-c", script, json.dumps({**given, "trusted": trusted})]
    child = subprocess.Popen(
        command, env=environment, cwd=cache, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    answer = None
    try:
        assert child.stdout is not None
        for line in child.stdout:
            event = _event(line)
            if event.get("event") == "answer":
                answer = event
            elif event and on_event is not None:
                on_event(event)
        child.wait()
    finally:
        _end(child)
    if answer is None:
        raise EngineError(f"the rebuild ended without an answer (exit status {child.returncode})")
    return answer


def _event(line: bytes) -> dict[str, Any]:
    """A line of the other process as an event; nothing where a library has written it."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the process and its workers, also when this one is interrupted."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout:
        child.stdout.close()
