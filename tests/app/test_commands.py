"""The small commands: init, check, schema, trust, gc, doctor, and the table of them all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from shell import edit, songbuild
from songbuild import __version__, api
from songbuild.app.cli.commands import COMMANDS, run
from songbuild.app.cli.schema import schemas
from songbuild.app.cli.sizes import human
from songbuild.manifest.trust import is_trusted

WriteSong = Callable[..., Path]


def test_help_names_every_command_and_ends_well() -> None:
    plain, asked = songbuild(), songbuild("--help")
    assert (plain.code, asked.code, plain.out) == (0, 0, asked.out)
    for command in COMMANDS:
        assert f"  {command} " in plain.out
        ran = songbuild(command, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert "Examples:" in ran.out or command == "doctor"
        assert not any(line.endswith("...") for line in plain.out.splitlines()[1:])
    assert songbuild("--version").out == f"songbuild, version {__version__}\n"


def test_a_command_that_is_none() -> None:
    ran = songbuild("rendr", "x")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, "Error: no command 'rendr': did you mean 'render'?")


def test_init_makes_a_song_without_problems(tmp_path: Path) -> None:
    ran = songbuild("init", "harbour_lights", cwd=tmp_path)
    assert (ran.code, ran.out) == (
        0,
        "Harbour Lights: a song in harbour_lights\nnow: songbuild render harbour_lights\n",
    )
    checked = songbuild("check", tmp_path / "harbour_lights")
    assert (checked.code, checked.out, checked.err) == (0, "Harbour Lights: no problems\n", "")
    assert "out/" in (tmp_path / "harbour_lights/.gitignore").read_text().splitlines()


@pytest.mark.parametrize("title", ["It's: [a] #song", "null", "42", "naïve ☂", '"quoted"', "- x", "a\\n"])
def test_init_takes_any_title(tmp_path: Path, title: str) -> None:
    assert songbuild("init", tmp_path / "my song", "--title", title).code == 0
    loaded = api.load(tmp_path / "my song")
    assert loaded.song is not None
    assert loaded.song.title == title


def test_init_here_and_where_it_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "first-light").mkdir()
    ran = songbuild("init", ".", cwd=tmp_path / "first-light")
    assert ran.out == "First Light: a song in .\nnow: songbuild render\n"
    again = songbuild("init", ".", cwd=tmp_path / "first-light")
    assert (again.code, again.err.splitlines()[-1]) == (
        2,
        "Error: . is there already, and not empty: name a new folder",
    )
    (tmp_path / "file").write_text("")
    assert songbuild("init", tmp_path / "file").code == 2
    below = songbuild("init", tmp_path / "file/song")
    assert (below.code, below.err) == (1, f"error: {tmp_path}/file/song: Not a directory\n")
    assert songbuild("init", tmp_path / "x", "--title", "a\nb").code == 2
    assert songbuild("init").code == 2


def test_check_says_what_is_wrong_in_every_file_at_once(tiny: Path) -> None:
    assert songbuild("check", tiny).out == "Tiny: no problems\n"
    assert songbuild("check", tiny, "--json").events == [{"event": "result", "ok": True, "title": "Tiny"}]
    edit(tiny, "patterns:\n", 'patterns:\n    spare: "c2:1"\n')
    warned = songbuild("check", tiny)
    assert (warned.code, warned.out, warned.err.splitlines()[-1]) == (0, "", "1 warning")
    edit(tiny, "gain_db: -6", "gain_db: loud")
    edit(tiny, "d2:4 d2 a1 c2", "d2:4 d2 a1")
    edit(tiny, "low: bass}", "low: bass/nope}")
    ran = songbuild("check", tiny, "--json")
    assert ran.code == 1
    lines = [event["line"] for event in ran.events if event["event"] == "problem"]
    assert lines == sorted(lines)
    assert {6, 7, 9, 14} >= set(lines) >= {7, 9, 14}
    assert ran.events[-1] == {"event": "result", "ok": False, "title": None}


def test_schema_prints_what_it_writes(tmp_path: Path) -> None:
    printed = json.loads(songbuild("schema").out)
    assert printed == schemas()
    assert songbuild("schema", "--out", tmp_path / "new/schemas").code == 0
    for name, content in printed.items():
        assert json.loads((tmp_path / "new/schemas" / name).read_text()) == content
    assert songbuild("schema", "--out", "/proc/nowhere").code == 1


def test_trust_lets_scripts_run_until_it_is_removed(write_song: WriteSong) -> None:
    script = "def arrangement():\n    return {}\n"
    song = write_song({"song.yaml": "title: X\narrangement: form.py\n", "form.py": script})
    assert "MAN007" in songbuild("check", song).err
    assert "MAN007" not in songbuild("check", song, "--trust").err
    assert not is_trusted(song)
    assert (
        songbuild("trust", song).out
        == f"{song}: trusted; its .py manifests and plugins run when it is checked or built\n"
    )
    assert "MAN007" not in songbuild("check", song).err
    assert songbuild("trust", song, "--remove").code == 0
    assert "MAN007" in songbuild("check", song).err


def test_trust_needs_a_song_and_a_place_to_remember_it(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = songbuild("trust", tiny.parent)
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"Error: there is no song in {tiny.parent}")
    assert not is_trusted(tiny.parent)
    (tiny / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tiny / "file"))
    ran = songbuild("trust", tiny)
    assert (ran.code, ran.err) == (1, f"error: {tiny}/file/songbuild: Not a directory\n")


def test_gc_removes_what_no_last_build_needs(tiny: Path) -> None:
    songbuild("render", tiny)
    edit(tiny, "c2 e2 g2", "c2 e2 a2")
    songbuild("render", tiny)
    would = songbuild("gc", "--cap", "1 kB", "--dry-run", "--json").events[0]
    assert songbuild("gc", "--cap", "100MB").out.startswith("removed 0 blobs, 0 B; ")
    done = songbuild("gc", "--cap", "1kB", "--json").events[0]
    assert done == would
    assert done["blobs"] > 0
    assert done["left_bytes"] > 1000
    (tiny / "out/tiny-24bit.wav").unlink()
    assert "nothing ran, 7 reused" in songbuild("render", tiny).out


@pytest.mark.parametrize("cap", ["5 apples", "", "-1", "1e9"])
def test_a_size_that_is_none_is_wrong_usage(cap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = songbuild("gc", "--cap", cap)
    assert (ran.code, ran.err) == (2, f"error: '{cap}' is not a size such as '5GB' or '800MB'\n")
    monkeypatch.setenv("SONGBUILD_CACHE_CAP", "much")
    ran = songbuild("gc")
    assert (ran.code, ran.err) == (
        2,
        "error: SONGBUILD_CACHE_CAP: 'much' is not a size such as '5GB' or '800MB'\n",
    )


def test_sizes() -> None:
    assert [api.size(text) for text in ("12", "1.5kB", "2 MiB", "5gb")] == [12, 1500, 2 << 20, 5 * 10**9]
    assert [human(size) for size in (999, 1500, 2.5e6, 3.21e9)] == ["999 B", "1.5 kB", "2.5 MB", "3.2 GB"]


def test_doctor_reports_and_finds_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = songbuild("doctor", "--json").events[0]
    assert facts["songbuild"] == __version__
    assert facts["cache"] == os.environ["SONGBUILD_CACHE"]
    assert all(facts["packages"].values())
    assert {"WAV", "FLAC", "MP3"} <= set(facts["encoders"])
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SONGBUILD_CACHE", str(tmp_path / "file/cache"))
    ran = songbuild("doctor")
    assert ran.code == 1
    assert f"the cache folder {tmp_path}/file/cache can't be written: set SONGBUILD_CACHE" in ran.out
    assert ran.out.splitlines()[-1] == "1 problem"


def test_a_bug_is_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("songbuild.app.cli.commands.cli.main", broken)
    with pytest.raises(ZeroDivisionError):
        run()


def test_a_problem_of_a_whole_device_is_at_the_device(tmp_path: Path) -> None:
    instrument = "{sampler: {file: a.wav, zones: [{file: a.wav}]}}"
    (tmp_path / "song.yaml").write_text(f"title: T\narrangement:\n  tracks: {{a: {{instrument: {instrument}}}}}\n")
    ran = songbuild("check", tmp_path)
    assert ran.code == 1
    assert "song.yaml:3:38: error[ARR008]: give either `file` or `zones`, not both" in ran.err
