"""What tests of the command line share: running it in this process, and a song that renders in no time."""

from __future__ import annotations

import io
import json
import sys
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from songbuild.app.cli import main

TINY = """\
title: Tiny
tempo: 240
tail: 0.1
composition:
  patterns:
    line: "a1:4 c2 e2 g2 | d2:4 d2 a1 c2"
arrangement:
  tracks: {low: bass}
  sections: {a: {bars: 2, parts: {low: line}}}
  form: [a x2]
mix:
  channels:
    low: {gain_db: -6, inserts: [gain: {gain_db: 1}]}
master: {loudness: null}
delivery: {formats: [wav24]}
"""
"""Four seconds of one bass.  Seven nodes: track, channel, mix, master, its measure, a WAV file and SHA256SUMS."""


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Standard output as lines of strict JSON."""
        return [json.loads(line, parse_constant=_refuse) for line in self.out.splitlines()]


def _refuse(constant: str) -> float:
    raise AssertionError(f"{constant} is not JSON")


def songbuild(*arguments: object, cwd: Path | None = None) -> Ran:
    """Run `songbuild …` as the shell would, without a new process."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["songbuild", *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(err), chdir(cwd or Path.cwd()), mock.patch.object(sys, "argv", argv):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def edit(song: Path, old: str, new: str, name: str = "song.yaml") -> None:
    """Change a file of a song, in which `old` stands once."""
    text = (song / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    (song / name).write_text(text.replace(old, new), encoding="utf-8")


def settle() -> None:
    """Let a moment pass: a file that was written just now may change again and keep its stamp."""
    time.sleep(0.06)
