"""Stages written in Python: data like YAML's, in a process of their own, only where trusted."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from songbuild.manifest import load
from songbuild.manifest.trust import is_trusted, trust, untrust

ARRANGEMENT = """\
from helper import sections

def arrangement():
    print("said by the script")
    return {"tracks": {"bass": "beep"}, "sections": sections(), "form": ["verse"]}
"""
HELPER = """\
import json

def sections():
    bars = json.load(open("bars.json"))
    return {"verse": {"bars": bars, "parts": {"bass": {"play": "riff", "bars": {2: "riff"}}}}}
"""
SONG = 'title: T\ncomposition: {patterns: {riff: "c4:1"}}\narrangement: arrangement.py\n'
FILES = {"song.yaml": SONG, "arrangement.py": ARRANGEMENT, "helper.py": HELPER, "bars.json": "2"}


def test_a_script_s_stage_is_a_stage(load_song, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    loaded = load_song(FILES, trusted=True)
    assert loaded.song is not None, "\n".join(map(str, loaded.problems))
    assert loaded.song.arrangement.sections["verse"].parts["bass"] == {"play": "riff", "bars": {2: "riff"}}
    assert loaded.song.arrangement.tracks["bass"].instrument is not None
    folder = tmp_path / "song"
    assert {file.relative_to(folder.resolve()).as_posix() for file in loaded.files} == set(FILES)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "said by the script\n")
    assert not list(folder.rglob("__pycache__"))


def test_same_song_as_in_yaml(load_song) -> None:
    made = load_song(FILES, trusted=True).song
    text = 'title: T\ncomposition: {patterns: {riff: "c4:1"}}\narrangement:\n  tracks: {bass: beep}\n  form: [verse]\n'
    text += "  sections: {verse: {bars: 2, parts: {bass: {play: riff, bars: {2: riff}}}}}\n"
    assert made is not None
    assert load_song({"song.yaml": text}).song == made


def test_code_runs_only_in_trusted_projects(load_song, tmp_path: Path) -> None:
    folder = tmp_path / "song"
    script = "open('ran', 'w')\ndef mix():\n    return {}\n"
    files = {"song.yaml": "title: T\nmix: mix.py\n", "mix.py": script}
    assert [p.code for p in load_song(files).problems] == ["MAN007"]
    assert not (folder / "ran").exists()
    trust(folder)
    assert load_song(files).song is not None
    assert (folder / "ran").exists()
    untrust(folder)
    assert [p.code for p in load_song(files).problems] == ["MAN007"]


def test_trust_is_for_one_folder_and_kept_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "inner").mkdir(parents=True)
    two.symlink_to(one)
    assert not is_trusted(one)
    trust(one)
    trust(one)
    assert is_trusted(one)
    assert is_trusted(two)
    assert not is_trusted(one / "inner")
    assert (tmp_path / "config/songbuild/trusted").read_text() == f"{one.resolve()}\n"
    assert not list(one.glob("*trusted*"))
    untrust(two)
    assert not is_trusted(one)
    untrust(one)


def test_a_script_that_never_ends(load_song) -> None:
    files = {"song.yaml": "title: T\nmix: mix.py\n", "mix.py": "def mix():\n    while True: pass\n"}
    before = time.monotonic()
    loaded = load_song(files, trusted=True, time_limit_s=0.8)
    assert time.monotonic() - before < 5
    assert [(p.code, p.span.file) for p in loaded.problems] == [("MAN009", "mix.py")]
    assert "longer than 0.8 s" in loaded.problems[0].message


def test_what_a_script_has_started_ends_with_it(load_song, tmp_path: Path) -> None:
    script = "import subprocess, sys\ndef mix():\n"
    script += "    p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    script += "    open('pid', 'w').write(str(p.pid))\n    return {}\n"
    before = time.monotonic()
    assert load_song({"song.yaml": "title: T\nmix: mix.py\n", "mix.py": script}, trusted=True).song is not None
    assert time.monotonic() - before < 10
    pid = int((tmp_path / "song/pid").read_text())
    state = Path(f"/proc/{pid}/stat")
    deadline = time.monotonic() + 5
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os\n    os._exit(3)", "ended without an answer (exit status 3)"),
        ("import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)", "ended without an answer"),
        ("return {'channels': {str(i): {} for i in range(300_000)}}", "more than 250000 values"),
        ("return {'to': 'x' * (20 << 20)}", "returned more than 16 MiB"),
        ("return {'to': 10**30}", "18 digits"),
    ],
)
def test_scripts_that_misbehave(body: str, words: str, load_song) -> None:
    loaded = load_song({"song.yaml": "title: T\nmix: mix.py\n", "mix.py": f"def mix():\n    {body}\n"}, trusted=True)
    (problem,) = loaded.problems
    assert words in problem.message
    assert problem.span.file == "mix.py"


def test_an_error_in_a_helper_is_shown_there(load_song) -> None:
    helper = "def f():\n    return {}['x']\n"
    script = "import h\ndef mix():\n    return h.f()\n"
    files = {"song.yaml": "title: T\nmix: mix.py\n", "mix.py": script, "h.py": helper}
    (problem,) = load_song(files, trusted=True).problems
    assert (str(problem.span), problem.source) == ("h.py:2:12", "    return {}['x']")
    assert "KeyError" in problem.message


def test_the_order_of_a_set_is_the_same_in_every_run(load_song) -> None:
    script = "def mix():\n    return {'buses': {name: {} for name in {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}}}\n"
    files = {"song.yaml": "title: T\nmix: mix.py\n", "mix.py": script}
    orders = set()
    for _ in range(3):
        song = load_song(files, trusted=True).song
        assert song is not None
        orders.add(tuple(song.mix.buses))
    assert len(orders) == 1


def test_standard_input_is_closed_and_the_folder_is_the_working_directory(load_song, tmp_path: Path) -> None:
    script = "import os, sys\ndef mix():\n    assert sys.stdin.read() == ''\n    return {'buses': {os.getcwd(): {}}}\n"
    song = load_song({"song.yaml": "title: T\nmix: mix.py\n", "mix.py": script}, trusted=True).song
    assert song is not None
    assert list(song.mix.buses) == [os.fspath((tmp_path / "song").resolve())]


def test_several_stages_in_one_script(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text("title: T\nmix: s.py\nmaster: s.py\n")
    script = "def mix():\n    return {'buses': {'a': {}}}\n\ndef master():\n    return {'loudness': -16}\n"
    (tmp_path / "s.py").write_text(script)
    song = load(tmp_path, trusted=True).song
    assert song is not None
    assert (list(song.mix.buses), song.master.loudness) == (["a"], -16.0)
