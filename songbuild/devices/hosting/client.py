"""A plugin in a process of its own, watched: what hangs is ended, what crashes is said, nothing is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from songbuild.devices.hosting import child
from songbuild.devices.hosting.facts import Facts
from songbuild.engine.errors import RecipeError

Samples: TypeAlias = npt.NDArray[np.float32]
"""(channels, frames); plugins work in float32."""
PIECE = 64 * child.BLOCK
"""Frames that are handed over at a time."""
TURN_S = 0.25


class Host:
    """A plugin's process, open; used by one thread at a time.  Close it after use.

    Whatever it is asked for may take `limit_s` seconds.  `check` is called now and then while it is waited for, and may
    raise.  Every method raises RecipeError for what the plugin does wrong; after a hang or a crash the process is gone.
    """

    def __init__(self, path: Path, limit_s: float, check: Callable[[], object] | None = None) -> None:
        self.path, self._limit_s, self._check = path, limit_s, check
        self._read = bytearray()
        # How a plugin writes numbers must not depend on who builds.
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        self._child = subprocess.Popen(
            [sys.executable, "-s", "-P", child.__file__],
            env=environment,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._to, self._from = self._child.stdin.fileno(), self._child.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def process(self) -> int:
        """The number of its process, and of the group that all it started is in."""
        return self._child.pid

    def close(self) -> None:
        """End the process, with whatever the plugin has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()

    def names(self) -> list[str]:
        """The names of the plugins that the file holds."""
        reply, _ = self._ask("to be looked into", {"do": "names", "path": str(self.path)})
        return [str(name) for name in reply["names"]]

    def open(
        self, plugin_name: str | None = None, parameters: Mapping[str, Any] | None = None, state: bytes = b""
    ) -> None:
        """Load the plugin, restore its `state`, then set its `parameters`."""
        request = {"path": str(self.path), "plugin_name": plugin_name, "parameters": dict(parameters or {})}
        self._ask("to load", {"do": "open", **request}, state)

    def facts(self) -> Facts:
        """What the plugin is and takes."""
        reply, _ = self._ask("to describe itself", {"do": "facts"})
        return Facts.of(reply)

    def state(self) -> bytes:
        """The plugin's state, to be restored by `open`."""
        return self._ask("to save its state", {"do": "state"})[1]

    def start(self, rate: int, width: int, widths: Sequence[int]) -> None:
        """Make ready for audio of `width` channels; `widths` are what the plugin takes."""
        self._ask("to start", {"do": "start", "rate": rate, "width": width, "widths": list(widths)})

    def run(self, x: Samples, where: str) -> Samples:
        """What comes out when `x` (channels, a multiple of BLOCK frames) goes in, less the frames it comes late by.

        `where` says in an error how far the plugin had come.
        """
        reply, data = self._ask(where, {"do": "run", "channels": len(x)}, np.ascontiguousarray(x, "<f4").tobytes())
        return np.frombuffer(data, "<f4").reshape(reply["channels"], -1)

    def _ask(self, doing: str, request: Mapping[str, Any], payload: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for the reply to it."""
        deadline = time.monotonic() + self._limit_s
        try:
            self._send(child.packed(request, payload), deadline)
            reply = self._message(deadline)
        except TimeoutError:
            self.close()
            raise self._late(doing) from None
        except (EOFError, BrokenPipeError):
            raise self._died(doing) from None
        if "refused" in reply[0]:
            raise self._error(f"{self.path.name}: {reply[0]['refused']}", "songbuild plugins shows what it takes")
        return reply

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            self._wait(self._to, select.POLLOUT, deadline)
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._to, view) :]

    def _message(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        while (end := self._read.find(b"\n")) < 0:
            self._receive(deadline)
        header = json.loads(self._read[:end])
        stop = end + 1 + header["bytes"]
        while len(self._read) < stop:
            self._receive(deadline)
        payload = bytes(self._read[end + 1 : stop])
        del self._read[:stop]
        return header, payload

    def _receive(self, deadline: float) -> None:
        self._wait(self._from, select.POLLIN, deadline)
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._from, 1 << 20)
            if not data:
                raise EOFError
            self._read += data

    def _wait(self, pipe: int, event: int, deadline: float) -> None:
        """Until something can be read or written.  Raises TimeoutError, and what `check` raises."""
        ready = select.poll()
        ready.register(pipe, event)
        while (left := deadline - time.monotonic()) > 0:
            if ready.poll(1000 * min(left, TURN_S)):
                return
            if self._check is not None:
                self._check()
        raise TimeoutError

    def _died(self, doing: str) -> RecipeError:
        """Why there is no answer."""
        try:
            code = self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        how = f"crashed ({signal.Signals(-code).name})" if code < 0 else f"ended by itself (exit status {code})"
        at = doing if doing.startswith("at") else f"when it was asked {doing}"
        return self._error(f"{self.path.name} {how} {at}", "what doesn't need it is built all the same")

    def _late(self, doing: str) -> RecipeError:
        took = f"{self.path.name} took longer than {self._limit_s:g} s {doing}"
        return self._error(took, "raise its timeout_s if it is only slow; what doesn't need it is built all the same")

    def _error(self, message: str, hint: str) -> RecipeError:
        return RecipeError(message, hint, str(self.path))
