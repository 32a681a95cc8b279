"""Watching a song: every save is built, and what comes of it is shown."""

from songbuild.app.watch.build import Build, Request
from songbuild.app.watch.session import Session, View

__all__ = ["Build", "Request", "Session", "View"]
