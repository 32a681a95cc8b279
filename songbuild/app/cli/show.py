"""How problems are printed."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence

import click

from songbuild.problems import Problem


def print_problems(problems: Sequence[Problem], as_json: bool = False) -> None:
    """Every problem, on standard error for people, as one JSON object a line on standard output for programs."""
    for problem in problems:
        if as_json:
            print(json.dumps({"event": "problem", **dataclasses.asdict(problem)}, ensure_ascii=False), flush=True)
        else:
            colour = "red" if problem.severity == "error" else "yellow"
            head, _, rest = str(problem).partition("\n")
            click.echo(click.style(head, fg=colour), err=True)
            if rest:
                click.echo(rest, err=True)
    if problems and not as_json:
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = len(problems) - errors
        words = [
            f"{count} {word}{'s' if count != 1 else ''}"
            for count, word in ((errors, "error"), (warnings, "warning"))
            if count
        ]
        click.echo(", ".join(words), err=True)
    sys.stderr.flush()


def exit_code(problems: Sequence[Problem]) -> int:
    """1 if any problem is an error, else 0."""
    return int(any(problem.severity == "error" for problem in problems))
