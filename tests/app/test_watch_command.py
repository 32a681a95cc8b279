"""`songbuild watch` as a command: what it prints, what it refuses, how it ends; and its picture on a terminal."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest
from rich.console import Console

from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.app.watch import Build
from songbuild.app.watch.live import LiveView
from songbuild.app.watch.plain import PlainView
from songbuild.problems import Problem, Span

COMMAND = [sys.executable, "-c", "from songbuild.app.cli import main; main()", "watch"]
PATIENCE_S = 30.0


def until(lines: IO[str], kind: str) -> dict[str, Any]:
    """The next event of a kind; every line before it is JSON, too."""
    for line in lines:
        event: dict[str, Any] = json.loads(line)
        if event["event"] == kind:
            return event
    raise AssertionError(f"it ended before {kind}")


def test_json_tells_of_saves_and_builds_and_ctrl_c_is_130(tiny: Path) -> None:
    time.sleep(0.02)
    arguments = [*COMMAND, str(tiny), "--json", "--exec", "echo played; exit 7"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert until(child.stdout, "watching") == {"event": "watching", "folder": str(tiny)}
        assert until(child.stdout, "save")["files"] == []
        assert until(child.stdout, "result")["ok"] is True
        assert until(child.stdout, "command")["line"] == "played"
        assert until(child.stdout, "command")["code"] == 7
        edit(tiny, "gain_db: 1}", "gain_db: 2}")
        assert until(child.stdout, "save")["files"] == ["song.yaml"]
        assert until(child.stdout, "tile")["start"] == 0
        result = until(child.stdout, "result")
        assert list(result["why"]) == ["channel low"]
        assert 0 < result["audio_ms"] <= result["done_ms"]
        edit(tiny, "low: bass", "low: bas")
        assert until(child.stdout, "problem")["code"] == "ARR003"
        assert until(child.stdout, "result")["ok"] is False
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, err) == (130, "\ninterrupted\n")
    assert [json.loads(line) for line in out.splitlines()] == []


def test_ctrl_c_in_a_build_leaves_nothing_half_written(tiny: Path) -> None:
    (tiny / "song.yaml").write_text(TINY.replace("[a x2]", "[a x60]") + "humanize: {time: 5ms, seed: 1}\n")
    with subprocess.Popen(
        [*COMMAND, str(tiny), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as c:
        assert c.stdout is not None
        until(c.stdout, "tile")
        c.send_signal(signal.SIGINT)
        _, err = c.communicate(timeout=PATIENCE_S)
    assert (c.returncode, err) == (130, "\ninterrupted\n")
    assert not (tiny / "out").exists()
    cache = Path(os.environ["SONGBUILD_CACHE"])
    assert [*(cache / "tmp").iterdir(), *(cache / "leases").iterdir()] == []


def test_a_reader_that_goes_away_ends_it_without_a_word(tiny: Path) -> None:
    with subprocess.Popen([*COMMAND, str(tiny), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.wait(PATIENCE_S) == 1
        assert child.stderr.read() == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "lo"], "--only lo: there is no such track, bus or return (did you mean 'low'?)"),
        (["--solo", "lo"], "--solo lo: there is no such track or bus (did you mean 'low'?)"),
        (["--solo", "low", "--only", "low"], "--only is a track by itself"),
        (["--bars", "4-2"], "'4-2' is not a range of bars"),
        (["--bars", "9"], "the song ends before, in bar 5"),
        (["nowhere"], "'nowhere' does not exist"),
    ],
)
def test_wrong_usage_is_2_and_says_why(tiny: Path, arguments: list[str], message: str) -> None:
    ran = songbuild("watch", *arguments, cwd=tiny)
    assert ran.code == 2
    assert message in ran.err
    assert not (tiny / "out").exists()


def _build(**more: Any) -> Build:
    """A build as one that ran."""
    nodes = [
        {"node": "track low", "stage": "arrangement", "status": "reused", "tiles_run": 0, "tiles": 2, "seconds": 0.0},
        {"node": "mix", "stage": "mix", "status": "run", "tiles_run": 2, "tiles": 2, "seconds": 0.1},
    ]
    master = {"integrated_lufs": -14.04, "true_peak_dbtp": None}
    rendered = api.Rendered([], "Tiny: 0:04, 1 track", "", {"nodes": nodes, "master": master})
    why = {"mix": ["low.gain_db: -6 -> -5 (song.yaml:12:8)"]}
    given = {"rendered": rendered, "why": why, "early": {"mix": 1}, "audio_ms": 84.2, "done_ms": 1210.0}
    return Build(**{**given, **more})


def test_what_a_build_came_to_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    view = PlainView()
    view.began(["mix.yaml"])
    view.ended(_build())
    view.cancelled()
    view.command_ended(0)
    view.command_ended(3)
    out, err = capsys.readouterr()
    assert [line[10:] for line in out.splitlines()] == [
        "mix.yaml",
        "mix: low.gain_db: -6 -> -5 (song.yaml:12:8)",
        "1 node ran (3 tiles), 1 reused",
        "first changed audio after 84 ms, done after 1.2 s",
        "-14.0 LUFS, true peak -inf dBTP",
        "saved again",
    ]
    assert err == "the command failed: exit code 3\n"


def _picture(view: LiveView) -> str:
    console = Console(file=io.StringIO(), width=110, record=True)
    console.print(view.picture())
    return console.export_text()


def test_the_picture_of_a_build() -> None:
    view = LiveView(Console(file=io.StringIO(), force_terminal=True, width=110))
    with view:
        view.watching(Path("/songs/tiny"))
        view.began(["mix.yaml"])
        view.event({"event": "progress", "done": 1, "work": 4, "running": ["mix"]})
        view.event({"event": "tile", "name": "master", "ms": 84.2})
        shown = _picture(view)
        assert "/songs/tiny" in shown
        assert "mix.yaml: building 25 % mix  first changed audio after 84 ms" in shown
        view.ended(_build())
        shown = _picture(view)
        for text in ("up to date", "mix: low.gain_db: -6 -> -5 (song.yaml:12:8)", "first changed audio after 84 ms"):
            assert text in shown
        assert [line.split() for line in shown.splitlines() if line.strip().startswith(("arr", "mix  "))] == [
            ["arrangement", "-", "-", "1"],
            ["mix", "1", "3", "-"],
        ]
        view.command_line("played")
        view.command_ended(3)
        shown = _picture(view)
        assert "played" in shown
        assert "exit code 3" in shown


def test_the_picture_keeps_the_last_good_build_while_something_is_wrong() -> None:
    view = LiveView(Console(file=io.StringIO(), force_terminal=True, width=110))
    with view:
        view.watching(Path("/songs/tiny"))
        view.began([])
        view.ended(_build())
        view.began(["mix.yaml"])
        problem = Problem("MIX003", "unknown effect 'x'", Span("mix.yaml", 3, 5), None, "  - x: {}")
        view.ended(_build(rendered=api.Rendered([problem] * 8), why={}, early={}, audio_ms=None))
        shown = _picture(view)
        assert "out/ holds what was built before" in shown
        assert shown.count("mix.yaml:3:5: error[MIX003]: unknown effect 'x'") == 6
        assert "and 2 more: songbuild check" in shown
        assert "mix: low.gain_db: -6 -> -5" in shown
        view.began(["mix.yaml"])
        view.ended(_build(trouble="the disk is full"))
        assert "error: the disk is full" in _picture(view)
