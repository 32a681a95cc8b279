"""The command line: one file a command, imported only when it is called.

An unchanged song is recognised before anything but the standard library is imported.
"""

from __future__ import annotations

import gc as garbage  # `gc` is the command here
import io
import os
import signal
import sys
from typing import NoReturn

OBJECTS_TO_COLLECT = 100_000
"""So many new objects make Python look for cycles: a song is tens of thousands of objects that all stay, and looking
through them every 700 is a tenth of the time that reading it takes."""


def main() -> NoReturn:
    """Run the command that sys.argv names; exit 0 fine, 1 problems in the song, 2 wrong usage, 130 interrupted."""
    garbage.set_threshold(OBJECTS_TO_COLLECT)
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:
        code = 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done: on its way out Python would die of it
    if code == 1:
        _drop_what_nobody_reads()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows its number
            stream.reconfigure(errors="backslashreplace")
    if arguments[:1] == ["render"]:
        asked = [item for item in arguments[1:] if item != "--trust"]  # where nothing runs, nothing has to be trusted
        if not _asks(asked):
            from songbuild.app.unchanged import answer

            if answer(asked[0] if asked else "."):
                return 0
    from songbuild.app.cli.commands import run

    return run()


def _asks(arguments: list[str]) -> bool:
    """Whether `render` is asked for anything more than a folder."""
    return len(arguments) > 1 or any(item.startswith("-") for item in arguments)


def _drop_what_nobody_reads() -> None:
    """Keep Python from complaining, on its way out, that standard output was closed by whoever read it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
