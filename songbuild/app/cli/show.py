"""How problems and results are printed."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from songbuild.problems import Problem


def emit(event: Mapping[str, Any]) -> None:
    """Print one event as a line of JSON, which knows neither infinity nor NaN: they become null."""
    print(json.dumps(_finite(event), allow_nan=False), flush=True)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def print_problems(problems: Sequence[Problem], as_json: bool = False) -> None:
    """Every problem, on standard error for people, as one JSON object a line on standard output for programs."""
    for problem in problems:
        if as_json:
            span = problem.span
            place = {"file": span.file, "line": span.line, "column": span.column, "length": span.length}
            said = {"severity": problem.severity, "code": problem.code, "message": problem.message}
            emit({"event": "problem", **said, **place, "hint": problem.hint, "source": problem.source})
        else:
            colour = "red" if problem.severity == "error" else "yellow"
            head, _, rest = str(problem).partition("\n")
            click.echo(click.style(head, fg=colour), err=True)
            if rest:
                click.echo(rest, err=True)
    if problems and not as_json:
        click.echo(counts(problems), err=True)
    sys.stderr.flush()


def counts(problems: Sequence[Problem]) -> str:
    """'1 error, 2 warnings'."""
    numbers = [(sum(problem.severity == kind for problem in problems), kind) for kind in ("error", "warning")]
    return ", ".join(f"{number} {kind}{'s' if number != 1 else ''}" for number, kind in numbers if number)


def result(problems: Sequence[Problem], **facts: Any) -> None:
    """The last line of a command's JSON: whether all is well, and facts."""
    emit({"event": "result", "ok": not exit_code(problems), **facts})


def exit_code(problems: Sequence[Problem]) -> int:
    """1 if any problem is an error, else 0."""
    return int(any(problem.severity == "error" for problem in problems))
