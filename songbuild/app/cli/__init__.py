"""The command line: one file a command, imported only when it is called.

An unchanged song is recognised before anything but the standard library is imported.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command that sys.argv names; exit 0 fine, 1 problems in the song, 2 wrong usage, 130 interrupted."""
    arguments = sys.argv[1:]
    try:
        if arguments[:1] == ["render"] and not _asks(arguments[1:]):
            answer = _unchanged(arguments[1] if len(arguments) > 1 else ".")
            if answer is not None:
                print(answer, flush=True)
                sys.exit(0)
        from songbuild.app.cli.commands import cli

        sys.exit(cli.main(prog_name="songbuild", standalone_mode=False) or 0)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        from songbuild.app.cli.commands import explain_failure

        sys.exit(explain_failure(error))


def _asks(arguments: list[str]) -> bool:
    """Whether `render` is asked for anything more than a folder."""
    return len(arguments) > 1 or any(item.startswith("-") for item in arguments)


def _unchanged(song: str) -> str | None:
    """What `render` answers when every input and every delivered file is as the last build left it."""
    from songbuild.app.unchanged import summary

    return summary(song)
