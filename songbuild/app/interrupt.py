"""Ctrl-C: a build stops at the next tile, what is finished is kept, nothing is half-written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

Listener = Callable[[dict[str, Any]], None]


class Interrupt:
    """While it is entered, Ctrl-C sets `cancel`; it also raises KeyboardInterrupt, but not (the first time) in a build.

    What is raised after that is a consequence: `cancel` tells whether there was an interrupt.
    """

    def __init__(self) -> None:
        self.cancel = threading.Event()
        self._building = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def listening(self, listener: Listener) -> Listener:
        """`listener` of the engine's events, which tell when a build runs."""

        def event(event: dict[str, Any]) -> None:
            if event["event"] in ("start", "done"):
                self._building = event["event"] == "start"
            listener(event)

        return event

    def over(self) -> None:
        """A build has ended, perhaps without saying so.  Raises KeyboardInterrupt if there was a Ctrl-C meanwhile."""
        self._building = False
        if self.cancel.is_set():
            raise KeyboardInterrupt

    def _caught(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        again = self.cancel.is_set()
        self.cancel.set()
        if again or not self._building:
            raise KeyboardInterrupt
