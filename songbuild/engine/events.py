"""What a build tells while it runs: dictionaries that can be written as JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from songbuild.engine.work import Work

Listener = Callable[[dict[str, Any]], None]
PROGRESS_S = 0.1


class Reporter:
    """Calls `listener`, from one thread at a time:

    {"event": "start", "nodes", "work"}                                    work is counted in tiles
    {"event": "node", "name", "stage", "status", "ran", "tiles", "seconds", "reasons"}
        status "running" when it first runs; then one of "reused", "partly", "run", "failed", "skipped"
    {"event": "tile", "name", "stage", "start", "stop", "rate"}            a tile of a stream was made, in frames
    {"event": "progress", "done", "work", "running", "reused", "eta_s"}    at most ten a second
    {"event": "done", "nodes", "failed", "seconds"}
    """

    def __init__(self, listener: Listener | None, total: Sequence[Work]) -> None:
        self._listener, self._lock = listener, Lock()
        self._total, self._done, self._executed, self._reused = sum(work.size for work in total), 0, 0, 0
        self._nodes = len(total)
        self._began, self._shown = time.monotonic(), 0.0
        self._running: dict[str, None] = {}

    def start(self) -> None:
        """The build begins."""
        self._send({"event": "start", "nodes": self._nodes, "work": self._total})

    def node(self, work: Work, status: str, ran: int, seconds: float, reasons: Sequence[object]) -> None:
        """A node begins to run, or is done with."""
        if status == "reused":
            self._reused += 1
        if status == "running":
            self._running[work.node.name] = None
        else:
            self._running.pop(work.node.name, None)
        if self._listener:
            facts = {"name": work.node.name, "stage": work.node.stage, "status": status}
            counts = {"ran": ran, "tiles": work.size, "seconds": round(seconds, 6)}
            self._send({"event": "node", **facts, **counts, "reasons": [str(reason) for reason in reasons]})

    def tile(self, work: Work) -> None:
        """The last tile of a stream so far was made, not looked up."""
        if self._listener:
            start, stop = work.stream.starts[-2:]
            facts = {"name": work.node.name, "stage": work.node.stage}
            self._send({"event": "tile", **facts, "start": start, "stop": stop, "rate": work.rate})

    def advance(self, tiles: int, executed: bool) -> None:
        """So many tiles are done with."""
        self._done += tiles
        self._executed += tiles if executed else 0
        now = time.monotonic()
        if self._listener and now - self._shown >= PROGRESS_S:
            self._shown = now
            done = min(self._done, self._total)
            left = (now - self._began) / self._executed * (self._total - done) if self._executed else None
            self._send(
                {
                    "event": "progress",
                    "done": done,
                    "work": self._total,
                    "running": list(self._running),
                    "reused": self._reused,
                    "eta_s": None if left is None else round(left, 2),
                }
            )

    def done(self, failed: int, seconds: float) -> None:
        """The build is over."""
        self._send({"event": "done", "nodes": self._nodes, "failed": failed, "seconds": round(seconds, 6)})

    def _send(self, event: dict[str, Any]) -> None:
        if self._listener:
            with self._lock:
                self._listener(event)
