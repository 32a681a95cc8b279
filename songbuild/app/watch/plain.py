"""A session as lines: of text where there is no terminal, of JSON for programs."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from songbuild.app.cli.show import emit, print_problems
from songbuild.app.watch import words
from songbuild.app.watch.build import Build


class PlainView:
    """A line when a build begins, and what came of it."""

    def watching(self, folder: Path) -> None:
        click.echo(f"watching {folder.resolve()}; Ctrl-C ends")

    def polling(self, reason: str) -> None:
        click.echo(f"{reason}: looking for changes from now on", err=True)

    def began(self, saved: Sequence[str]) -> None:
        click.echo(f"{time.strftime('%H:%M:%S')}  {words.files(saved) or 'everything'}")

    def event(self, event: dict[str, Any]) -> None:
        pass

    def cancelled(self) -> None:
        click.echo("          saved again")

    def ended(self, build: Build) -> None:
        print_problems(build.problems)
        if build.trouble:
            click.echo(f"{click.style('error:', fg='red')} {build.trouble}", err=True)
        for line in words.why(build):
            click.echo(f"          {line}")
        if work := words.work(build):
            said = [work, words.timing(build), words.loudness(build), words.unkept(build)]
            click.echo("          " + "\n          ".join(filter(None, said)))
        if not build.ok:
            click.echo("          out/ holds what was built before")

    def command_line(self, text: str) -> None:
        click.echo(text)

    def command_ended(self, code: int) -> None:
        if code:
            click.echo(f"the command failed: exit code {code}", err=True)


class JsonView:
    """One JSON object a line: the engine's events, and the session's own between them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def _emit(self, event: dict[str, Any]) -> None:
        with self._lock:
            emit(event)

    def watching(self, folder: Path) -> None:
        self._emit({"event": "watching", "folder": str(folder.resolve())})

    def polling(self, reason: str) -> None:
        self._emit({"event": "polling", "reason": reason})

    def began(self, saved: Sequence[str]) -> None:
        self._emit({"event": "save", "files": list(saved)})

    def event(self, event: dict[str, Any]) -> None:
        self._emit(event)

    def cancelled(self) -> None:
        self._emit({"event": "cancelled"})

    def ended(self, build: Build) -> None:
        with self._lock:
            print_problems(build.problems, as_json=True)
        times = {"audio_ms": build.audio_ms, "done_ms": build.done_ms}
        facts = {"ok": build.ok, "trouble": build.trouble, **times, "why": build.why, **build.rendered.facts}
        facts |= {"nodes": build.nodes} if build.nodes else {}
        self._emit({"event": "result", **facts})

    def command_line(self, text: str) -> None:
        self._emit({"event": "command", "line": text})

    def command_ended(self, code: int) -> None:
        self._emit({"event": "command", "code": code})
