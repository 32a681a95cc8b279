"""Hearing that files change: from the system where it tells, else by looking again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Set
from contextlib import suppress
from pathlib import Path
from typing import Any

GATHER_MS, STEP_MS = 20, 5
"""What happens within a step of each other is told at once, at the latest after so long."""
RESCAN_S = 30.0
POLL_S = 0.4
DELETED = 3
"""watchfiles.Change.deleted."""
Events = Callable[..., Iterator[Set[tuple[Any, str]]]]
Look = Callable[[Collection[str] | None], bool]


def system_events(folder: Path, stop: threading.Event, rescan_s: float) -> Iterator[Set[tuple[Any, str]]]:
    """What the system tells of a folder, sets of (kind, path); an empty one when it has been quiet for `rescan_s`.

    Raises OSError, RuntimeError where it can't be had: too many watches, a folder that is gone.
    """
    from watchfiles import watch

    return watch(
        folder,
        watch_filter=None,
        debounce=GATHER_MS,
        step=STEP_MS,
        stop_event=stop,
        rust_timeout=round(1000 * rescan_s),
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    )


class Watcher:
    """Calls `look(paths)` from a thread of its own when something happens below `folder`, and `look(None)` when it is
    time to look at everything: every `rescan_s`, or every `poll_s` where events can't be had.

    `look` says whether it found a change.  One that no event has told of is a sign that none will be told: from then
    on the folder is polled.  `on_polling` is called with the reason when that begins.
    """

    def __init__(
        self,
        folder: Path,
        look: Look,
        on_polling: Callable[[str], None],
        *,
        events: Events = system_events,
        rescan_s: float = RESCAN_S,
        poll_s: float = POLL_S,
    ) -> None:
        self._folder, self._look, self._on_polling = folder.resolve(), look, on_polling
        self._events, self._rescan_s, self._poll_s = events, rescan_s, poll_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="songbuild-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stop; what is being looked at is finished."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        reason = self._listen()
        if self._stop.is_set():
            return
        with suppress(BrokenPipeError):  # whoever read what is said here is gone
            self._on_polling(reason)
        while not self._stop.is_set():
            self._look(None)
            self._stop.wait(self._poll_s)

    def _listen(self) -> str:
        """Look when the system tells; returns why that came to an end."""
        looked, place = time.monotonic(), _place(self._folder)
        try:
            for told in self._events(self._folder, self._stop, self._rescan_s) if place else ():
                if told:
                    self._look({path for _, path in told})
                if (DELETED, str(self._folder)) in told or _place(self._folder) != place:
                    break
                if time.monotonic() - looked >= self._rescan_s:
                    looked = time.monotonic()
                    if self._look(None) and not told:
                        return "the system doesn't tell of every change"
        except (ImportError, OSError, RuntimeError) as error:
            return f"the system's events can't be had ({error})"
        return "the folder that was watched is gone"


def _place(folder: Path) -> tuple[int, int] | None:
    """What the folder is on the disk, whatever its name; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
