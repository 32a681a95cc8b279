"""A song from its text to the graph of everything it delivers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from songbuild import checks
from songbuild.api.project import Planned, project_of
from songbuild.api.song import Song, load, open_store
from songbuild.api.usage import UsageError
from songbuild.engine import Store
from songbuild.manifest import Loaded
from songbuild.problems import Fault, Problem
from songbuild.stages.plan import Selection, plan

SELECTION_FAULTS = ("SONG011", "SONG012")
"""What is wrong with a selection, not with the song."""


def check(song: Song, *, trusted: bool = False, cache: str | None = None) -> tuple[Loaded, list[Problem]]:
    """Everything that is wrong with a song and can be known without building it."""
    with open_store(cache) as store:
        planned = plan_song(song, store, Selection(), trusted)
    return planned.loaded, planned.problems


def plan_song(song: Song, store: Store, selection: Selection, trusted: bool) -> Planned:
    """Read, check and plan a song; the plan is None where an error stands in the way.  Raises UsageError."""
    loaded = load(song, trusted=trusted)
    if loaded.song is None or _erroneous(loaded.problems):
        return Planned(loaded, None, list(loaded.problems))
    found = checks.run(loaded.song, loaded.folder)
    planned, faults = plan(loaded.song, loaded.folder, store.digest_file, selection, loaded.score)
    wrong = [fault for fault in faults if fault.code in SELECTION_FAULTS]
    if wrong and not _erroneous(fault for fault in (*found, *faults) if fault not in wrong):
        raise UsageError("; ".join(f"{f.message} ({f.hint})" if f.hint else f.message for f in wrong))
    problems = [*loaded.problems, *(loaded.places.problem(fault) for fault in (*found, *faults))]
    problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.span)
    if planned is None or _erroneous(problems):
        return Planned(loaded, None, problems)
    if "report" in loaded.song.delivery.formats:
        from songbuild.api.papers.song_report import with_report

        planned = with_report(planned, loaded.song, loaded.folder, store.digest_file, problems)
    if planned.masters and "provenance" in loaded.song.delivery.formats:
        from songbuild.api.papers.provenance import with_provenance

        graph = with_provenance(project_of(song, Planned(loaded, planned, problems)))
        planned = replace(planned, graph=graph)
    return Planned(loaded, planned, problems)


def _erroneous(problems: Iterable[Problem | Fault]) -> bool:
    return any(problem.severity == "error" for problem in problems)
