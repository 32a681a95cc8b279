"""Hosts one plugin: a program of its own, started by `client`.

    python child.py

A message, both ways, is a line of JSON, whose "bytes" say how many bytes of audio or state follow it.  Audio is float32
(channels, frames).  What the plugin prints is dropped.  Nothing of songbuild is imported here.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, BinaryIO, NoReturn

BLOCK = 1024
"""Frames that the plugin is given at a time, always from the start of the song: its output may depend on it."""
TURN_MS = 100
WIDTHS = (1, 2)
CHOICES = 64
"""A parameter of more texts than this is described by its first ones."""
PRESET = b"VST3"
"""What a .vstpreset file begins with; any other state is what the host saved."""


class RefusedError(Exception):
    """What was asked for can't be; the plugin is well."""


class Hosted:
    """One plugin, as one instance, or as two where a mono plugin plays on a stereo signal."""

    def __init__(self) -> None:
        self.path = ""
        self.name: str | None = None
        self.parameters: Mapping[str, Any] = {}
        self.state = b""
        self.instances: list[Any] = []
        self.rate = 0
        self.double = False

    def open(self, request: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        """Load it, restore its state and set its parameters."""
        self.path, self.name = request["path"], request["plugin_name"]
        self.parameters, self.state = request["parameters"], payload
        self.instances = [self._load()]
        return {}, b""

    def names(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The names of the plugins in a file."""
        from pedalboard import VST3Plugin

        return {"names": VST3Plugin.get_plugin_names_for_file(request["path"])}, b""

    def _load(self) -> Any:
        from pedalboard import VST3Plugin

        names = VST3Plugin.get_plugin_names_for_file(self.path)
        if self.name is None and len(names) > 1:
            raise RefusedError(f"it holds several plugins: choose one with 'plugin_name': {', '.join(names)}")
        if self.name is not None and self.name not in names:
            raise RefusedError(f"it holds no plugin '{self.name}', only {', '.join(names)}")
        plugin: Any = VST3Plugin(self.path, None, self.name)
        if self.state.startswith(PRESET):
            plugin.preset_data = self.state
        elif self.state:
            plugin.raw_state = self.state
        for key, value in self.parameters.items():
            if key not in plugin.parameters:
                raise RefusedError(f"it has no parameter '{key}'")
            setattr(plugin, key, value)
        return plugin

    def facts(self) -> tuple[dict[str, Any], bytes]:
        """What the plugin is and takes."""
        plugin = self.instances[0]
        found = {
            "name": plugin.name,
            "maker": plugin.manufacturer_name,
            "version": plugin.version,
            "category": plugin.category,
            "identifier": plugin.identifier,
            "host": f"pedalboard {version('pedalboard')}",
            "instrument": bool(plugin.is_instrument),
            "parameters": [_described(plugin, key, item) for key, item in plugin.parameters.items()],
        }
        found["widths"] = [] if plugin.is_instrument else [width for width in WIDTHS if _takes(plugin, width)]
        return {**found, "latency": int(plugin.reported_latency_samples)}, b""

    def saved(self) -> tuple[dict[str, Any], bytes]:
        """The plugin's state."""
        plugin = self.instances[0]
        if not any(_takes(plugin, width) for width in WIDTHS):  # parameters reach a plugin with the next audio
            raise RefusedError("it takes neither mono nor stereo")
        return {}, bytes(plugin.raw_state)

    def start(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Make ready for audio of a rate and width."""
        self.rate, width = request["rate"], request["width"]
        self.double = width == 2 and request["widths"] == [1]
        if self.double:
            self.instances.append(self._load())
        for plugin in self.instances:
            plugin.reset()
        return {}, b""

    def run(self, request: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        """Audio in, audio out, fewer frames at first where the plugin has latency."""
        import numpy as np

        x = np.frombuffer(payload, "<f4").reshape(request["channels"], -1)
        parts = [x[:1], x[1:]] if self.double else [x]
        # With reset=False the host drops as many frames from the start as the plugin says that it is late.
        made = [
            plugin.process(part, self.rate, BLOCK, False) for plugin, part in zip(self.instances, parts, strict=True)
        ]
        if len({part.shape[1] for part in made}) > 1:
            raise RefusedError("its two instances have different latencies")
        y = np.concatenate(made)
        return {"channels": y.shape[0]}, np.ascontiguousarray(y, "<f4").tobytes()

    def answer(self, request: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        """Do what is asked."""
        what = request["do"]
        if what == "names":
            return self.names(request)
        if what == "open":
            return self.open(request, payload)
        if what == "facts":
            return self.facts()
        if what == "state":
            return self.saved()
        return self.start(request) if what == "start" else self.run(request, payload)


def _takes(plugin: Any, width: int) -> bool:
    """Whether the plugin takes and puts out so many channels: found out by trying, for the host doesn't tell."""
    import numpy as np

    try:
        plugin.process(np.zeros((width, BLOCK), np.float32), 44_100, BLOCK, True)
    except ValueError:
        return False
    return True


def _described(plugin: Any, key: str, item: Any) -> dict[str, Any]:
    """A parameter: its kind, unit, range or choices, and value."""
    kind = {float: "number", bool: "switch"}.get(item.type, "choice")
    value = getattr(plugin, key)
    found = {"key": key, "name": item.name, "kind": kind, "unit": (item.units or "").strip()}
    if kind == "number":
        return {**found, "value": float(value), "least": float(item.min_value), "greatest": float(item.max_value)}
    if kind == "switch":
        return {**found, "value": bool(value)}
    choices = list(dict.fromkeys(str(each) for each in item.valid_values))
    return {**found, "value": str(value), "choices": choices[:CHOICES], "open": len(choices) > CHOICES}


def packed(message: Mapping[str, Any], payload: bytes = b"") -> bytes:
    """A message as bytes."""
    return json.dumps({**message, "bytes": len(payload)}).encode() + b"\n" + payload


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until nobody asks."""
    hosted = Hosted()
    while line := requests.readline():
        request = json.loads(line)
        payload = requests.read(request["bytes"])
        try:
            reply, out = hosted.answer(request, payload)
        except Exception as error:  # whatever the host raises is said in its words
            said = str(error).strip() or type(error).__name__
            reply, out = {"refused": said.splitlines()[-1].strip()[:500]}, b""
        replies.write(packed(reply, out))
        replies.flush()


def guard(worker: int) -> NoReturn:
    """Wait for the process that holds the plugin and end as it did; end both as soon as nobody can ask any more.

    A plugin that hangs may not let its own process do anything, not even notice that songbuild was killed.
    """
    asked = select.poll()
    asked.register(0, 0)  # nothing but the other end's being closed
    while not asked.poll(TURN_MS):
        done, status = os.waitpid(worker, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            if code < 0:
                signal.signal(-code, signal.SIG_DFL)
                os.kill(os.getpid(), -code)
            os._exit(code)
    os.killpg(0, signal.SIGKILL)
    os._exit(1)


def main() -> None:
    """Serve with standard output out of the plugin's reach."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is to be told, not to be kept
    worker = os.fork()
    if worker:
        guard(worker)
    reply_to = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(reply_to, "wb") as replies:
        serve(sys.stdin.buffer, replies)
        # Threads and exit handlers of the plugin are not waited for.
        os._exit(0)


if __name__ == "__main__":
    main()
