"""A stage written in Python: run in its own process within limits; what it returns is treated like YAML."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from songbuild.manifest import codes, python_child
from songbuild.manifest.source import Source, controls, read_source, unresolved
from songbuild.manifest.yaml_reader import Key, Node
from songbuild.problems import Problem, Span, did_you_mean

TIME_LIMIT_S = 20.0
MAX_REPLY_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Yielded:
    """What a script came to: data and its place, problems, and the files of the song that it read."""

    data: object = None
    node: Node | None = None
    problems: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()


def run_stage(script: Path, function: str, folder: Path, *, time_limit_s: float = TIME_LIMIT_S) -> Yielded:
    """Call `function` of the script, with the song's folder as working directory and on the import path.

    The caller has made sure that the project is trusted.  Whatever goes wrong is a problem at its place.
    """
    name = script.relative_to(folder).as_posix()
    source, problems = read_source(script, name)
    if source is None:
        return Yielded(problems=tuple(problems), files=(script,))
    if conflicts := unresolved(source):
        return Yielded(problems=tuple(conflicts), files=(script,))
    reply = _call(script, function, folder, time_limit_s)
    if isinstance(reply, str):
        return _failed(codes.SCRIPT_LIMIT, f"{name} {reply}", source, Span(name), (script,))
    files = (script, *(Path(path) for path in reply.get("read", ()) if path != str(script)))
    if "missing" in reply:
        hint = did_you_mean(function, reply["missing"])
        return _failed(codes.NO_FUNCTION, f"no function '{function}' in {name}", source, Span(name), files, hint)
    place, span = _place(reply, source, folder)
    if "failed" in reply:
        return _failed(codes.SCRIPT_FAILED, reply["failed"], place, span, files)
    if "not_plain" in reply:
        return _failed(codes.NOT_PLAIN_DATA, reply["not_plain"], place, span, files)
    start = place.starts[span.line - 1]
    line = place.line(span.line) or ""
    indent = len(line) - len(line.lstrip())
    home = (place, start + indent, start + len(line.rstrip().rstrip(":")))
    bad = _control(reply["value"])
    if bad:
        message = f"{function}() returned a control character, {bad}"
        return _failed(codes.NOT_PLAIN_DATA, message, place, span, files)
    data, node = _unpacked(reply["value"], home)
    return Yielded(data, node, (), files)


def _failed(
    code: str, message: str, source: Source, span: Span, files: tuple[Path, ...], hint: str | None = None
) -> Yielded:
    return Yielded(problems=(source.problem(code, message, span, hint),), files=files)


def _call(script: Path, function: str, folder: Path, time_limit_s: float) -> dict[str, Any] | str:
    """The child's reply, or in words why there is none."""
    # Not -I, which would ignore the fixed hash seed too: a set's order must not change what a song is.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment |= {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-s", "-P", python_child.__file__, str(script), function, str(folder)]
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + time_limit_s
    try:
        data = _read(child, deadline)
        if isinstance(data, str):
            return data
        child.wait(max(0.1, deadline - time.monotonic()))
        reply = json.loads(data)
        return reply if isinstance(reply, dict) else "gave no answer"
    except subprocess.TimeoutExpired:
        return f"took longer than {time_limit_s:g} s"
    except ValueError:
        return f"ended without an answer (exit status {child.poll()})"
    finally:
        # The whole session, with whatever the script has started, also when the build is interrupted.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()


def _read(child: subprocess.Popen[bytes], deadline: float) -> bytes | str:
    """All that the child writes, or in words which limit it passed."""
    assert child.stdout is not None
    parts: list[bytes] = []
    size = 0
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.select(left):
                raise subprocess.TimeoutExpired(child.args, 0)
            block = os.read(child.stdout.fileno(), 1 << 16)
            if not block:
                return b"".join(parts)
            parts.append(block)
            size += len(block)
            if size > MAX_REPLY_BYTES:
                return f"returned more than {MAX_REPLY_BYTES >> 20} MiB"


def _place(reply: dict[str, Any], source: Source, folder: Path) -> tuple[Source, Span]:
    """The file and the place that a reply names; a helper module of the song is read for its line."""
    file = Path(reply["file"])
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else source.name
    if name != source.name:
        other, _ = read_source(file, name)
        source = other or source
    line, column, length = (reply.get(what, 1) for what in ("line", "column", "length"))
    return source, Span(source.name, min(line, len(source.starts)), column, length)


def _control(value: Any) -> str | None:
    """The first control character in the texts of packed data."""
    if isinstance(value, str):
        return controls(value)
    items = value["map"] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next((bad for item in items if (bad := _control(item))), None)


def _unpacked(value: Any, home: tuple[Source, int, int]) -> tuple[object, Node]:
    """The data as the script returned it, and nodes that all stand at the function."""
    node = Node(*home, "code", value if isinstance(value, str) else "")
    if isinstance(value, list):
        items = [_unpacked(item, home) for item in value]
        node.members = [place for _, place in items]
        return [item for item, _ in items], node
    if isinstance(value, dict):
        data: dict[Key, object] = {}
        members: dict[Key, tuple[Node, Node]] = {}
        for key, item in value["map"]:
            data[key], place = _unpacked(item, home)
            members[key] = (Node(*home, "code", str(key)), place)
        node.members = members
        return data, node
    return value, node
