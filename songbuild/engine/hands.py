"""Worker processes: each thread of a build has one, which makes the tiles of streams.

An instrument is thousands of short array operations, and threads of one interpreter wait for each other at each of
them.  A hand is a fork of the build, so it knows the graph; it is told what to make in a few names and answers with
two, and all audio goes by way of the store.  It keeps nothing that could change what it makes.
"""

from __future__ import annotations

import gc
import pickle
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from songbuild.engine.errors import DamagedBlob, EngineError
from songbuild.engine.tiles import Job, make

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from songbuild.engine.graph import Node, State
    from songbuild.engine.store import Store

FORKS = sys.platform == "linux"
"""Elsewhere a fork isn't safe, and tiles are made by threads."""


class Hand:
    """A worker process; used by one thread at a time."""

    def __init__(self, nodes: Mapping[int, Node], store: Store, others: Sequence[Hand], count: int) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self._store = store
        self._pipe, far = context.Pipe()
        near = [self._pipe, *(hand._pipe for hand in others)]
        self._process: BaseProcess = context.Process(target=_serve, args=(far, near, nodes, store, count), daemon=True)
        self._process.start()
        far.close()

    def make(self, order: int, job: Job) -> tuple[str, str]:
        """Make a tile of node `order`: the names of the tile and of the state after it.  Raises what `make` raises."""
        try:
            self._pipe.send((order, job))
            found, written, lost = self._pipe.recv()
        except (EOFError, OSError):
            raise EngineError("a worker process died", "is there enough memory?  --threads 1 needs least") from None
        self._store.blobs.written += written
        self._store.blobs.lost |= lost
        if isinstance(found, BaseException):
            raise found
        name, after = found
        self._store.blobs.lost -= {name, after}
        return name, after

    def close(self) -> None:
        """Let it go."""
        self._pipe.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def hands(count: int, nodes: Mapping[int, Node], store: Store) -> list[Hand]:
    """So many hands; none where this system can't have them, or one thread does it all: then this process is one."""
    found: list[Hand] = []
    if FORKS and count > 1:
        with suppress(OSError):  # too many processes: threads will do
            for _ in range(count):
                found.append(Hand(nodes, store, found, count))
    if len(found) == count:
        return found
    keep_freed_memory()
    return _release(found)


def _release(found: Sequence[Hand]) -> list[Hand]:
    for hand in found:
        hand.close()
    return []


def keep_freed_memory() -> None:
    """Let glibc's malloc keep up to 64 MiB that was freed, in place of giving it back and asking for it again.

    A tile's arrays are of a few MiB and live for milliseconds: zeroing new pages was a third of the system's time.
    """
    import ctypes

    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # malloc.h
    with suppress(OSError, AttributeError):
        tune = ctypes.CDLL(None).mallopt
        for option, size in ((mmap_threshold, 32 << 20), (trim_threshold, 64 << 20), (top_pad, 8 << 20)):
            tune(option, size)


def _serve(pipe: Connection, near: Sequence[Connection], nodes: Mapping[int, Node], store: Store, count: int) -> None:
    """The life of a hand: until the pipe is closed.  Ctrl-C is for the build to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # what was there before stays, and pages that nobody writes to are shared with the parent
    gc.set_threshold(700, 10, 10)
    keep_freed_memory()
    store.memory.share(count)
    for other in near:
        other.close()
    states: dict[int, tuple[str, State]] = {}
    while True:
        try:
            order, job = pipe.recv()
        except (EOFError, OSError):
            return
        store.blobs.written = 0
        lost = set(store.blobs.lost)
        try:
            name, state = states.pop(order, ("", None))
            if name != job.before:
                state = store.state(job.before)
            made, after, state = make(nodes[order], job, store, state, store.audio)
            states[order] = after, state
            answer: Any = made, after
        except BaseException as error:
            answer = _portable(error)
        with suppress(OSError):
            pipe.send((answer, store.blobs.written, store.blobs.lost - lost))


def _portable(error: BaseException) -> BaseException:
    """An exception that another process can raise, with what it said here as a note."""
    if not isinstance(error, DamagedBlob):
        error.add_note("".join(traceback.format_tb(error.__traceback__)))
    try:
        copied: BaseException = pickle.loads(pickle.dumps(error))
    except Exception:
        copied = RuntimeError(f"{type(error).__name__}: {error}")
        copied.add_note("".join(traceback.format_tb(error.__traceback__)))
    return copied
