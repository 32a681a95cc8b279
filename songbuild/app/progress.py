"""A progress bar for people, JSON lines for programs: what is being rendered, what was reused, the time left."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Self

from songbuild.app.cli.show import emit


class Progress:
    """Shows a build's events; use as a context manager.  `as_json` prints every event as one JSON object a line."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._bar: Any = None
        self._task: Any = None
        self._spoken = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def event(self, event: dict[str, Any]) -> None:
        """Take one event of the engine."""
        if self._json:
            emit(event)
        elif event["event"] == "progress":
            if sys.stderr.isatty():
                self._draw(event)
            elif time.monotonic() - self._spoken > 10:
                self._spoken = time.monotonic()
                print(f"{100 * event['done'] // max(1, event['work'])} %  {_now(event)}", file=sys.stderr, flush=True)

    def _draw(self, event: dict[str, Any]) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, TaskProgressColumn, TextColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                BarColumn(24),
                TaskProgressColumn(),
                TextColumn("{task.fields[left]}"),
                TextColumn("[dim]{task.description}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("", total=1, left="")
            self._bar.start()
        eta = event["eta_s"]
        left = "" if eta is None else f"{eta:.0f} s left"
        self._bar.update(self._task, total=event["work"], completed=event["done"], description=_now(event), left=left)


def _now(event: dict[str, Any]) -> str:
    """What is being rendered and how much was reused, in a few words."""
    names = ", ".join(event["running"][:3])
    reused = event["reused"]
    return names + (f" ({reused} reused)" if reused else "")
