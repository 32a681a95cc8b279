"""A session on a terminal: one picture that is kept up to date."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from songbuild.app.watch import words
from songbuild.app.watch.build import Build

COMMAND_LINES = 8
"""So much is shown of what the user's command prints."""
MOST_PROBLEMS = 6


class LiveView:
    """Stages, what ran and why, reuse, times and loudness of the last build, and how far the next one is."""

    def __init__(self, console: Console | None = None) -> None:
        self._folder, self._saved, self._at = Path(), "", ""
        self._state, self._heard = "", ""
        self._progress: dict[str, Any] | None = None
        self._build: Build | None = None
        self._good: Build | None = None
        self._polling = False
        self._said: deque[str] = deque(maxlen=COMMAND_LINES)
        self._code: int | None = None
        self._live = Live(
            console=console or Console(), get_renderable=self.picture, refresh_per_second=8, vertical_overflow="crop"
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._state = "" if self._state == "building" else self._state
        self._live.stop()

    def watching(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._live.refresh()

    def polling(self, reason: str) -> None:
        self._polling = True
        self._live.console.print(f"{reason}: looking for changes from now on", style="yellow", highlight=False)

    def began(self, saved: Sequence[str]) -> None:
        self._state, self._saved, self._at = "building", words.files(saved), time.strftime("%H:%M:%S")
        self._progress, self._heard = None, ""
        self._live.refresh()

    def event(self, event: dict[str, Any]) -> None:
        if event["event"] == "progress":
            self._progress = event
        elif event["event"] == "tile" and "ms" in event:
            self._heard = f"first changed audio after {words.duration(event['ms'])}"
            self._live.refresh()

    def cancelled(self) -> None:
        self._state = "saved again"

    def ended(self, build: Build) -> None:
        self._state, self._build = "", build
        if build.nodes:
            self._good = build
        self._said.clear()
        self._code = None
        self._live.refresh()

    def command_line(self, text: str) -> None:
        self._said.append(text)

    def command_ended(self, code: int) -> None:
        self._code = code
        self._live.refresh()

    def picture(self) -> RenderableType:
        """All there is to see now."""
        return Group(*self._parts())

    def _parts(self) -> Iterator[RenderableType]:
        yield self._head()
        if self._good is not None:
            yield from self._work(self._good)
        if self._build is not None:
            yield from _problems(self._build)
        if self._said:
            yield Padding(Text("\n".join(self._said), style="dim"), (0, 2))
        if self._code:
            yield Text(f"  the command failed: exit code {self._code}", style="red")

    def _head(self) -> Text:
        head = Text.assemble((" watch ", "reverse"), f" {self._folder}", no_wrap=True, overflow="ellipsis")
        head.append("  polling" if self._polling else "", style="yellow")
        if self._state == "building":
            head.append(f"  {self._at} {self._saved or 'everything'}: building", style="yellow")
            if self._progress is not None:
                progress = self._progress
                head.append(f" {100 * progress['done'] // max(1, progress['work'])} %", style="yellow")
                head.append(f" {', '.join(progress['running'][:3])}", style="dim")
            head.append(f"  {self._heard}", style="green")
        elif self._build is not None:
            head.append(f"  {self._at} {self._saved or 'everything'}", style="dim")
            head.append("  up to date" if self._build.ok else "  out/ holds what was built before", _mood(self._build))
        return head

    def _work(self, build: Build) -> Iterator[RenderableType]:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("stage", "ran", "tiles", "reused"):
            table.add_column(name, justify="left" if name == "stage" else "right")
        for row in words.rows(build):
            style = "bold" if row.ran else "dim"
            cells = (str(row.ran or "-"), str(row.tiles or "-"), str(row.reused or "-"))
            table.add_row(row.stage, *cells, style=style)
        yield Padding(table, (0, 2))
        for line in words.why(build):
            yield Text(f"  {line}", overflow="ellipsis", no_wrap=True)
        yield Text(f"  {words.timing(build)}", style="green")
        said = build.rendered.summary.splitlines()
        yield Text("  " + "  ".join(filter(None, (said[0] if said else "", words.loudness(build)))))


def _mood(build: Build) -> str:
    return "green" if build.ok else "red"


def _problems(build: Build) -> Iterator[RenderableType]:
    for problem in build.problems[:MOST_PROBLEMS]:
        head, _, rest = str(problem).partition("\n")
        yield Text(head, style="red" if problem.severity == "error" else "yellow")
        if rest:
            yield Text(rest, no_wrap=True, overflow="ellipsis")
    if len(build.problems) > MOST_PROBLEMS:
        yield Text(f"and {len(build.problems) - MOST_PROBLEMS} more: songbuild check", style="yellow")
    if unkept := words.unkept(build):
        yield Text(unkept, style="yellow")
    if build.trouble:
        yield Text(f"error: {build.trouble}", style="red")
