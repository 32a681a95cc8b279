"""Ctrl-C during a build: the workers stop at the next tile, what is finished is kept, nothing is half-written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class Interrupt:
    """While it is entered, Ctrl-C sets `cancel` as long as a build runs; at other times, or again, it interrupts.

    `event` takes the engine's events, which say when a build runs, and passes them on to `listener`.
    """

    def __init__(self, listener: Callable[[dict[str, Any]], None]) -> None:
        self._listener = listener
        self.cancel = threading.Event()
        self._building = False
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def event(self, event: dict[str, Any]) -> None:
        """Take one event of the engine."""
        if event["event"] in ("start", "done"):
            self._building = event["event"] == "start"
        self._listener(event)

    def _caught(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        again = self.cancel.is_set()
        self.cancel.set()
        if again or not self._building:
            raise KeyboardInterrupt
