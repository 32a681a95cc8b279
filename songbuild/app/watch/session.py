"""A watch session: build, wait for the next save, build again; a save during a build ends it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, NoReturn, Protocol

from songbuild import api
from songbuild.app.interrupt import Interrupt
from songbuild.app.watch.build import Build, Builder, Request
from songbuild.app.watch.command import Command
from songbuild.app.watch.debounce import Debounce
from songbuild.app.watch.files import Files
from songbuild.app.watch.watcher import Watcher
from songbuild.engine import Cancelled, EngineError, default_folder
from songbuild.manifest.find import song_file

LATE_S = 1.0
"""A change that is older than this should have been told of."""
BLINK_S = 0.2
"""So long a Ctrl-C may go unseen."""
CLOCKS_S = 60.0
"""A file's time that is further off than this is another clock's."""


class View(Protocol):
    """What a session is shown by.  `event` and the two about the command are called from other threads."""

    def watching(self, folder: Path) -> None:
        """The session begins."""

    def polling(self, reason: str) -> None:
        """From now on changes are looked for, since they aren't told."""

    def began(self, saved: Sequence[str]) -> None:
        """A build begins, because these files were saved (none: the first)."""

    def event(self, event: dict[str, Any]) -> None:
        """What the engine tells of the build."""

    def cancelled(self) -> None:
        """The build was given up for a new save."""

    def ended(self, build: Build) -> None:
        """The build has ended."""

    def command_line(self, text: str) -> None:
        """What the user's command prints."""

    def command_ended(self, code: int) -> None:
        """The user's command has ended."""


class Session:
    """Watches one song; `command` is run after each build without errors.  Use `run`, which Ctrl-C ends."""

    def __init__(
        self,
        request: Request,
        view: View,
        interrupt: Interrupt,
        command: str | None = None,
        watcher: Callable[..., Watcher] = Watcher,
    ) -> None:
        self._view, self._request = view, request
        self._builder = Builder(request, interrupt)
        self._folder = Path(song_file(request.song)).parent
        self._out = request.out or self._folder / "out"
        cache = Path(request.cache or default_folder())
        self._files = Files(self._folder, (self._out, self._folder / "out", cache))
        self._command = Command(command, view.command_line, view.command_ended) if command else None
        self._watcher = watcher(self._folder, self._look, view.polling)
        self._changed = threading.Condition()
        self._debounce = Debounce()
        self._heard_ns = 0
        self._cancel = threading.Event()
        self._built = False

    def run(self) -> NoReturn:
        """Build on every save, until KeyboardInterrupt.

        Raises UsageError where the first build shows that what was asked for can't be.
        """
        self._view.watching(self._folder)
        saved: list[Path] = []
        saved_ns = time.time_ns()
        self._files.look()
        try:
            self._watcher.start()
            while True:
                self._one(saved, saved_ns)
                saved = self._wait()
                saved_ns = self._saved_ns(saved)
        finally:
            self._watcher.close()
            if self._command is not None:
                self._command.close()

    def _one(self, saved: Sequence[Path], saved_ns: int) -> None:
        """Build what was saved, and say what came of it."""
        with self._changed:
            self._debounce.clear()
            self._cancel.clear()
            self._files.look()
        self._view.began([self._files.name(path) for path in saved])
        try:
            build = self._builder.build(saved_ns, self._view.event, self._cancel)
        except Cancelled:
            self._view.cancelled()
            build = None
        except (api.UsageError, EngineError, OSError) as error:
            if isinstance(error, api.UsageError) and not self._built:
                raise
            build = Build(trouble=_words(error))
        with self._changed:
            inputs = self._builder.inputs
            if inputs is None:
                self._files.forget()
            else:
                self._files.learn(inputs, listed=self._builder.scripted)
        self._look(None)  # a file that only this build has come to know may have changed meanwhile
        if build is not None:
            self._built = True
            self._view.ended(build)
            if self._command is not None and build.ok:
                facts = build.rendered.facts
                files = [str(Path(facts["folder"]) / name) for name in facts["files"]]
                self._command.run({"SONGBUILD_OUT": facts["folder"], "SONGBUILD_FILES": "\n".join(files)})

    def _wait(self) -> list[Path]:
        """Wait for saves, and until they are over; the files that changed."""
        with self._changed:
            while True:
                left = self._debounce.left(time.monotonic())
                if left is None or left > 0:
                    # Not without end: a signal that comes just before the wait begins is only seen after it.
                    self._changed.wait(BLINK_S if left is None else left)
                    continue
                self._debounce.clear()
                found = self._files.changed()
                if found:
                    return found

    def _look(self, paths: Collection[str] | None) -> bool:
        """Something happened to `paths`, or (None) it is time to look; whether there is a change nobody told of."""
        if paths is not None and not any(map(self._files.matters, paths)):
            return False
        with self._changed:
            found = self._files.changed()
            if not found:
                return False
            new = self._debounce.left(time.monotonic()) is None
            self._heard_ns = time.time_ns()
            self._debounce.heard(time.monotonic())
            self._cancel.set()
            self._changed.notify_all()
        return new and self._heard_ns - self._saved_ns(found) > LATE_S * 1e9

    def _saved_ns(self, files: Sequence[Path]) -> int:
        """When the last of these files was saved; where the files don't tell, when it was heard."""
        times = []
        for path in files:
            try:
                times.append(os.stat(path).st_ctime_ns)  # noqa: PTH116
            except OSError:
                return self._heard_ns
        newest = max(times)
        return newest if 0 <= self._heard_ns - newest < CLOCKS_S * 1e9 else self._heard_ns


def _words(error: Exception) -> str:
    if isinstance(error, EngineError):
        return f"{error.message} ({error.hint})" if error.hint else error.message
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
