"""Runs one stage of a song that is written in Python: a program of its own, started by `python_stage`.

    python python_child.py SCRIPT FUNCTION FOLDER

Calls FUNCTION of SCRIPT and writes what it returns, or what went wrong, to standard output as JSON.  What the script
itself prints goes to standard error.  Nothing of songbuild is imported here.
"""

from __future__ import annotations

import json
import math
import os
import sys
import traceback
import types
from typing import Any

MAX_DEPTH = 100
MAX_VALUES = 250_000


class NotPlainError(Exception):
    """The function returned what no manifest can hold."""


def plain(value: Any, where: str, left: list[int], depth: int = 0) -> Any:
    """The value with mappings as {"map": [[key, value], …]}, so that JSON keeps keys that are numbers."""
    left[0] -= 1
    if left[0] < 0:
        raise NotPlainError(f"more than {MAX_VALUES} values")
    if depth > MAX_DEPTH:
        raise NotPlainError(f"{where}: nested more than {MAX_DEPTH} deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        if abs(value) >= 10**18:
            raise NotPlainError(f"{where}: a number of more than 18 digits")
        return int(value)
    if isinstance(value, float):
        if math.isnan(value):
            raise NotPlainError(f"{where}: not-a-number is no value")
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(item, f"{where}[{index}]", left, depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            if isinstance(key, bool) or not isinstance(key, str | int):
                raise NotPlainError(f"{where}: a key is text or a whole number, not {type(key).__name__}")
            pairs.append([key, plain(item, f"{where}.{key}", left, depth + 1)])
        return {"map": pairs}
    raise NotPlainError(f"{where}: {type(value).__name__} is no plain data (mapping, list, text, number, true, false)")


def failure(error: BaseException, script: str, folder: str) -> dict[str, Any]:
    """The error and the last place of the song's own code that it passed through."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    reply: dict[str, Any] = {"failed": said[:500], "file": script, "line": 1, "column": 1, "length": 1}
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(folder):
        reply |= {"failed": error.msg, "file": error.filename, "line": error.lineno or 1, "column": error.offset or 1}
        return reply
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(folder):
            start, end = frame.colno or 0, frame.end_colno or 0
            length = end - start if frame.end_lineno == frame.lineno else 1
            reply |= {"file": frame.filename, "line": frame.lineno or 1, "column": start + 1, "length": max(1, length)}
    return reply


def run(script: str, function: str, folder: str) -> dict[str, Any]:
    """The reply: what the function returned and where it is defined, or the failure."""
    try:
        with open(script, "rb") as file:  # noqa: PTH123
            code = compile(file.read(), script, "exec", dont_inherit=True)
        module = types.ModuleType("song_stage")
        module.__file__ = script
        sys.modules["song_stage"] = module
        exec(code, module.__dict__)
        target = module.__dict__.get(function)
        if not isinstance(target, types.FunctionType):
            known = [name for name, item in module.__dict__.items() if isinstance(item, types.FunctionType)]
            return {"missing": known}
        made_in = target.__code__.co_filename
        home = {"file": script, "line": 1}
        if made_in.startswith(folder):
            home = {"file": made_in, "line": target.__code__.co_firstlineno}
        value = target()
        try:
            return {"value": plain(value, f"{function}()", [MAX_VALUES]), **home}
        except NotPlainError as error:
            return {"not_plain": str(error), **home}
    except BaseException as error:  # whatever a song's code raises is the song's mistake, SystemExit too
        return failure(error, script, folder)


def main() -> None:
    """Run the script with standard output out of its reach, and reply."""
    reply_to = os.dup(1)
    os.dup2(2, 1)
    script, function, folder = sys.argv[1:4]
    sys.path.insert(0, folder)
    sys.argv = [script]
    read: set[str] = set()
    inside = os.path.join(folder, "")  # noqa: PTH118

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and not (arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            path = os.path.abspath(arguments[0])  # noqa: PTH100
            if path.startswith(inside):
                read.add(path)

    sys.addaudithook(watch)
    reply = run(script, function, inside)
    reply["read"] = sorted(path for path in read if os.path.isfile(path))  # noqa: PTH113
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(reply_to, "wb") as out:
        out.write(json.dumps(reply).encode())
    # Threads and exit handlers that the script left behind are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
