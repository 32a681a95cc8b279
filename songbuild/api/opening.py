"""A song or an album, opened as a project, whichever it is."""

from __future__ import annotations

from songbuild.api.albums.planning import PlannedAlbum, plan_of
from songbuild.api.planning import plan_song
from songbuild.api.project import Planned, Project, project_of
from songbuild.api.song import Song
from songbuild.engine import Store
from songbuild.manifest.find import is_album
from songbuild.problems import Problem
from songbuild.stages.plan import Selection


def open_project(song: Song, store: Store, trusted: bool) -> tuple[Project | None, list[Problem]]:
    """Read and plan a song or album; None where an error among the problems stands in the way.  Raises UsageError."""
    planned: Planned | PlannedAlbum
    planned = plan_of(song, store, trusted) if is_album(song) else plan_song(song, store, Selection(), trusted)
    wrong = planned.plan is None or any(problem.severity == "error" for problem in planned.problems)
    return None if wrong else project_of(song, planned), planned.problems
