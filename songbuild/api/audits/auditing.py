"""What a delivered file was made of."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from songbuild import engine
from songbuild.api.audits.lineage import Step, lineage
from songbuild.api.audits.records import STATEMENT, Fingerprint, Record, find
from songbuild.api.inputs import inputs_of
from songbuild.api.locks.agreeing import said, unlike
from songbuild.api.locks.comparing import outcome_of
from songbuild.api.opening import open_project
from songbuild.api.project import Project
from songbuild.api.song import Song, open_store
from songbuild.api.usage import UsageError
from songbuild.engine import Store
from songbuild.formats.intoto import builder, dependencies, external, internal
from songbuild.manifest.find import song_file
from songbuild.model.lock import Inputs, Plain
from songbuild.problems import Problem, Span

UNKNOWN, ALTERED, RETAGGED, SINCE, NO_TEXT = "AUD001", "AUD002", "AUD003", "AUD004", "AUD005"
MOST = 12
"""So many differences from the text of today are named one by one."""


@dataclass(frozen=True)
class Audited:
    """What an audit came to.

    facts     file, blake3, sha256; where a record of it was found also record, name, match ("bytes", "audio", "name"),
              song, title, current (whether the text of today makes this file); versions and profile, where recorded
    steps     from the file back to what was read: see `lineage`; none where the text isn't there
    recorded  what a statement of provenance says the file was made from: [{name, digest…}]
    """

    problems: list[Problem]
    facts: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    recorded: list[dict[str, Any]] = field(default_factory=list)


def audit(file: Song, *, song: Song | None = None, trusted: bool = False, cache: str | None = None) -> Audited:
    """Find out which song or album, and what of it, a file was made of; nothing is built.

    Without `song` the locks and statements beside and above the file are asked, then the cache.  Raises UsageError
    where there is no such file, OSError.
    """
    path = Path(os.path.abspath(file))  # noqa: PTH100
    if not path.is_file():
        raise UsageError(f"{file} is not a file")
    manifest = Path(os.path.abspath(song_file(song))) if song is not None else None  # noqa: PTH100
    if manifest is not None and not manifest.is_file():
        raise UsageError(f"{song} is neither a song nor an album")
    made = Fingerprint.of(path)
    facts: dict[str, Any] = {"file": str(file), "blake3": made.blake3, "sha256": made.sha256}
    with open_store(cache) as store:
        record = find(made, manifest, store)
        if record is None:
            where = f"of {song}" if song is not None else "in the folders above it, or the cache"
            message = f"no lock, no {STATEMENT} and no record {where} knows this file"
            hint = "name what may have made it with --song" if song is None else None
            return Audited([Problem(UNKNOWN, message, Span(str(file)), hint)], facts)
        facts |= {"record": str(record.source), "name": record.name, "match": record.match}
        problems = _matched(record, made, str(file))
        recorded = [each.json() for each in dependencies(record.statement)] if record.statement else []
        if record.manifest is None:
            message = f"the text that {record.name} was made from isn't there: --song names it"
            problems.append(Problem(NO_TEXT, message, Span(str(file)), severity="warning"))
            return Audited(problems, facts | _recorded_machine(record), recorded=recorded)
        project, wrong = open_project(record.manifest, store, trusted)
        facts |= {"song": str(record.manifest)}
        if project is None or record.name not in project.graph.outputs:
            errors = [problem for problem in wrong if problem.severity == "error"]
            message = f"the text as it is today makes no {record.name}"
            today = [Problem(SINCE, message, Span(str(record.manifest)), severity="warning")] if not errors else []
            return Audited([*problems, *errors, *today], facts | _recorded_machine(record), recorded=recorded)
        inputs = inputs_of(project)
        nodes, since = _since(record, made, project, inputs, store)
        facts |= {"title": project.own.model.title, "current": not since, **_recorded_machine(record)}
        return Audited([*problems, *since], facts, lineage(project, record.name, nodes, inputs), recorded)


def _matched(record: Record, made: Fingerprint, file: str) -> list[Problem]:
    """What is to be said of how a file fits its record."""
    if record.match == "bytes":
        return []
    if record.match == "audio":
        message = f"this file's audio is that of {record.name}; its bytes differ: its tags or its packing were changed"
        return [Problem(RETAGGED, message, Span(file), severity="warning")]
    what = "its content is another" if made.audio is None else "its audio is another, too"
    message = f"this is not {record.name} as it was delivered: {what}"
    return [Problem(ALTERED, message, Span(file), "what follows is what the delivered one was made of")]


def _recorded_machine(record: Record) -> dict[str, Any]:
    """Versions and platform of the build itself, where they were recorded."""
    if record.lock is not None:
        return {"versions": record.lock.versions, "profile": record.lock.profile}
    if record.statement is None:
        return {}
    packages = {each.name: each.uri.rpartition("@")[2] for each in dependencies(record.statement) if each.uri}
    versions = {**builder(record.statement), **packages}
    return {"versions": versions, "profile": internal(record.statement).get("profile")}


def _since(
    record: Record, file: Fingerprint, project: Project, inputs: Inputs, store: Store
) -> tuple[Mapping[str, str], list[Problem]]:
    """What the nodes have put out, where that is known, and in what the text has changed since the file was made."""
    if record.lock is not None:
        lock = record.lock
        changes = [
            *_said(lock.song, inputs.song),
            *_said(lock.presets, inputs.presets),
            *_said(lock.files, inputs.files),
        ]
        return ({} if changes else lock.nodes), _changes(changes, record)
    if record.statement is not None:
        changes = _unlike_statement(record.statement, inputs)
        return ({} if changes else _in_cache(record, file, project, store)[0]), _changes(changes, record)
    return _in_cache(record, file, project, store)


def _said(old: Mapping[str, Plain], new: Mapping[str, Plain]) -> list[str]:
    """What has become of what is not the same in both."""
    return [said(name, old, new) for name in unlike(old, new)]


def _unlike_statement(statement: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """In what the text differs from that of a statement; presets are told by the values that they give."""
    values = external(statement).get("values")
    old = values if isinstance(values, dict) else {}
    read = {each.name: f"blake3:{each.digest['blake3']}" for each in dependencies(statement) if "blake3" in each.digest}
    single = {name: digest for name, digest in inputs.files.items() if digest.startswith("blake3:")}
    return [*_said(old, inputs.song), *_said({n: read[n] for n in read if n in inputs.files}, single)]


def _in_cache(
    record: Record, file: Fingerprint, project: Project, store: Store
) -> tuple[Mapping[str, str], list[Problem]]:
    """The same from the cache: the text is that of the file if nothing would run and the file would come of it."""
    target = project.graph.outputs[record.name]
    graph = replace(project.graph, outputs={record.name: target}, values=())
    if all(each.status == "reused" for each in engine.decide_all(graph, store, engine.Last())):
        built = engine.build(graph, store, threads=1)
        if built.ok and (record.match != "bytes" or built.outputs[record.name].digest == file.blake3):
            return outcome_of(built, graph).nodes(), []
    message = f"the text has changed since {record.name} was made, and no lock or provenance says in what"
    hint = "'songbuild lock', or the delivery format 'provenance', records what files are made of"
    return {}, [Problem(SINCE, message, Span(str(record.manifest)), hint, severity="warning")]


def _changes(changes: list[str], record: Record) -> list[Problem]:
    rest = len(changes) - MOST
    told = changes if rest <= 1 else [*changes[:MOST], f"and {rest} more"]
    place = Span(str(record.manifest))
    return [Problem(SINCE, f"since {record.name} was made: {each}", place, severity="warning") for each in told]
