"""The user's own command after each build: a player, a copy, a test."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

PATIENCE_S = 2.0
"""So long a command has to end when it is told to."""


class Command:
    """Runs a shell command in the background, one at a time: one that still runs is stopped for the next.

    `on_line` is given each line it prints, `on_end` its exit code; not those of a command that was stopped.  Both are
    called from another thread.
    """

    def __init__(self, text: str, on_line: Callable[[str], None], on_end: Callable[[int], None]) -> None:
        self._text, self._on_line, self._on_end = text, on_line, on_end
        self._child: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None

    def run(self, environment: Mapping[str, str]) -> None:
        """Start it, with these variables added to the environment."""
        self.close()
        self._child = subprocess.Popen(
            self._text,
            shell=True,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._follow, args=(self._child,), name="songbuild-exec", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it, with everything it has started."""
        child, self._child = self._child, None
        if child is None or self._thread is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if child.poll() is None:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(PATIENCE_S)
        self._thread.join(PATIENCE_S)

    def _follow(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout, suppress(BrokenPipeError):  # whoever read what is said here is gone
            for line in child.stdout:
                if self._child is child:
                    self._on_line(line.rstrip("\n"))
            code = child.wait()
            if self._child is child:
                self._on_end(code)
