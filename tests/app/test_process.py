"""songbuild as a process: Ctrl-C, closed pipes, locales."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shell import TINY, songbuild

WriteSong = Callable[..., Path]
LONG = TINY.replace("form: [a x2]", "form: [a x60]").replace("tempo: 240", "tempo: 60")
COMMAND = [sys.executable, "-c", "from songbuild.app.cli import main; main()"]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_in_a_build_is_130_and_keeps_what_is_finished(write_song: WriteSong, threads: str) -> None:
    song = write_song({"song.yaml": LONG + "humanize: {time: 5ms, seed: 1}\n"})
    arguments = ["render", str(song), "--json", "--threads", threads]
    with subprocess.Popen(COMMAND + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if '"progress"' in line:
                break
        child.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = child.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert (child.returncode, err) == (130, "\ninterrupted\n")
    assert '"event": "done"' not in out
    assert not (song / "out").exists()
    cache = Path(os.environ["SONGBUILD_CACHE"])
    assert list((cache / "tmp").iterdir()) == []
    assert list((cache / "leases").iterdir()) == []
    kept = [path for path in cache.glob("blobs/*/*") if path.is_file()]
    assert kept


def test_ctrl_c_while_a_song_is_read(write_song: WriteSong) -> None:
    text = TINY.split("mix:")[0] + "mix: mix.py\n"
    song = write_song({"song.yaml": text, "mix.py": "import time\nopen('began', 'w')\ntime.sleep(15)\n"})
    with subprocess.Popen([*COMMAND, "render", str(song), "--trust"], stderr=subprocess.PIPE, text=True) as child:
        while not (song / "began").exists():
            time.sleep(0.02)
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, err = child.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert (child.returncode, err) == (130, "\ninterrupted\n")


@pytest.mark.parametrize("arguments", [["explain"], ["render", "--json"], ["schema"]])
def test_a_pipe_that_is_closed_is_no_traceback(tiny: Path, arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    ran = subprocess.run([*COMMAND, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, cwd=tiny)
    os.close(write)
    assert (ran.returncode, ran.stderr) == (1, "")


def test_a_terminal_that_lacks_letters(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": TINY.replace("title: Tiny", "title: Größe")})
    time.sleep(0.06)
    songbuild("render", song)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    ran = subprocess.run([*COMMAND, "render", song], capture_output=True, text=True, env=environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Gr\\xf6\\xdfe: 0:04")
    assert ran.stdout.endswith("nothing to do\n")


def test_to_plan_a_song_nothing_slow_is_imported(tiny: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "explain", tiny], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}
    assert "numpy" in imported
    assert {"scipy", "soundfile", "soxr", "mido", "mutagen", "rich"} & imported == set()
