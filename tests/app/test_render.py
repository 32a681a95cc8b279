"""`songbuild render`: what it builds, what it says, what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shell import TINY, edit, songbuild
from songbuild import api
from songbuild.app.cli.show import _finite, emit
from songbuild.app.progress import Progress
from songbuild.engine import Cancelled
from support import read_wav, write_wav

LENGTH = 4 * 44_100 + 4_410


def test_a_first_render_makes_the_files_and_says_what_they_measure(tiny: Path) -> None:
    ran = songbuild("render", tiny)
    assert ran.code == 0
    title, loudness, wav, sums, work = ran.out.splitlines()
    assert title == "Tiny: 0:04, 1 track"
    assert re.fullmatch(
        r"integrated -\d+\.\d LUFS, short-term max -\d+\.\d, range \d\.\d LU, true peak -\d+\.\d\d dBTP", loudness
    )
    assert (wav, sums) == (f"{tiny}/out/tiny-24bit.wav", f"{tiny}/out/SHA256SUMS")
    # The section is played twice, so its second tile is the first one's, up to the master.
    assert re.fullmatch(r"7 nodes ran \(\d+ tiles\); \d+\.\d s", work)
    assert read_wav(Path(wav)).shape == (2, LENGTH)
    digest = hashlib.sha256(Path(wav).read_bytes()).hexdigest()
    assert Path(sums).read_text() == f"{digest}  tiny-24bit.wav\n"


def test_after_an_edit_it_says_what_ran_and_what_was_reused(tiny: Path) -> None:
    songbuild("render", tiny)
    before = (tiny / "out/tiny-24bit.wav").read_bytes()
    edit(tiny, "gain_db: 1", "gain_db: 2")
    ran = songbuild("render", tiny)
    assert re.search(r"^6 nodes ran \(\d+ tiles\), 1 reused; \d+\.\d s$", ran.out, re.MULTILINE)
    assert (tiny / "out/tiny-24bit.wav").read_bytes() != before
    edit(tiny, "gain_db: 2", "gain_db: 1")
    assert re.search(r"^nothing ran, 7 reused; \d+\.\d s$", songbuild("render", tiny).out, re.MULTILINE)
    assert (tiny / "out/tiny-24bit.wav").read_bytes() == before


def test_json_is_one_object_a_line_from_start_to_result(tiny: Path) -> None:
    ran = songbuild("render", tiny, "--json")
    assert ran.code == 0
    kinds = [event["event"] for event in ran.events]
    assert (kinds[0], kinds[-2:]) == ("start", ["done", "result"])
    assert set(kinds) <= {"start", "node", "tile", "progress", "done", "result"}
    result = ran.events[-1]
    assert result["ok"] is True
    assert result["files"]["tiny-24bit.wav"]["frames"] == LENGTH
    assert result["master"]["true_peak_dbtp"] < -1
    assert {node["node"]: node["status"] for node in result["nodes"]}["track low"] == "run"


def test_json_of_silence_has_neither_infinity_nor_nan(tiny: Path) -> None:
    edit(tiny, "gain_db: -6,", "gain_db: -inf,")
    result = songbuild("render", tiny, "--json").events[-1]
    assert result["master"]["integrated_lufs"] is None
    assert "integrated -inf LUFS" in songbuild("render", tiny).out


def test_what_json_cannot_say_becomes_null(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"event": "x", "values": (1.5, float("inf"), [float("nan")]), 3: "\udcff"})
    assert json.loads(capsys.readouterr().out) == {"event": "x", "values": [1.5, None, [None]], "3": "\udcff"}
    assert _finite({"a": True, "b": 2}) == {"a": True, "b": 2}


def test_one_track_of_some_bars(tiny: Path) -> None:
    whole = songbuild("render", tiny, "--only", "low", "--only", "low")
    ran = songbuild("render", tiny, "--only", "low", "--bars", "2-3", "--json")
    assert (whole.code, ran.code) == (0, 0)
    assert f"{tiny}/out/preview/low.wav" in whole.out.splitlines()
    (name,) = ran.events[-1]["files"]
    found, part = read_wav(tiny / "out/preview/low.wav"), read_wav(tiny / "out" / name)
    assert part.shape == (2, 2 * 44_100)
    # The dither, which depends on the place in the file, is all that differs.
    assert np.abs(part - found[:, 44_100 : 3 * 44_100]).max() <= 4 / 2**23


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "lo"], "--only lo: there is no such track, bus or return (did you mean 'low'?)"),
        (["--bars", "9-12"], "--bars 9-12: the song ends before, in bar 5"),
        (["--bars", "0-3"], "'0-3' is not a range of bars such as '9-16'; bars count from 1"),
        (["--bars", "4-2"], "'4-2' is not a range of bars"),
        (["--bars", "¹"], "'¹' is not a range of bars"),
        (["--threads", "0"], "0 is not in the range 1<=x<=256"),
        (["--stems", "--bars", "1"], "--stems goes with neither --only nor --bars"),
        (["--frob"], "--frob"),
        (["--out", "song.yaml"], "is a file"),
    ],
)
def test_wrong_usage_is_2_and_says_why(tiny: Path, arguments: list[str], message: str) -> None:
    ran = songbuild("render", tiny, *arguments, cwd=tiny)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert not (tiny / "out").exists()


def test_problems_of_the_song_are_1_with_their_places(tiny: Path) -> None:
    edit(tiny, "low: bass}", "low: bas}")
    ran = songbuild("render", tiny)
    assert (ran.code, ran.out) == (1, "")
    place, caret, count = ran.err.splitlines()[0], ran.err.splitlines()[2], ran.err.splitlines()[-1]
    assert place == "song.yaml:8:17: error[ARR003]: unknown instrument 'bas'"
    assert caret.strip(" |") == "^^^ did you mean 'bass'?"
    assert count == "1 error"
    problem, result = songbuild("render", tiny, "--json").events
    assert (problem["event"], problem["severity"], problem["code"]) == ("problem", "error", "ARR003")
    assert (problem["file"], problem["line"], problem["column"], problem["length"]) == ("song.yaml", 8, 17, 3)
    assert result == {"event": "result", "ok": False}


@pytest.mark.parametrize("command", ["render", "check", "explain", "render --dry-run", "render --json"])
def test_a_folder_without_a_song_and_broken_yaml_are_problems(tmp_path: Path, command: str) -> None:
    arguments = command.split()
    nothing = songbuild(*arguments, cwd=tmp_path)
    assert nothing.code == 1
    assert "'songbuild init' starts a song" in nothing.err + nothing.out
    (tmp_path / "song.yaml").write_text("title: [one\n")
    broken = songbuild(*arguments, cwd=tmp_path)
    assert broken.code == 1
    assert "YAML003" in broken.err + broken.out


def test_a_song_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    for command in ("render", "check", "explain"):
        ran = songbuild(command, tmp_path / "nowhere")
        assert (ran.code, "nowhere" in ran.err) == (2, True)


def test_out_that_is_no_folder_is_found_before_anything_is_built(tiny: Path) -> None:
    (tiny / "out").write_text("mine")
    ran = songbuild("render", tiny, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert f"{tiny}/out is not a folder" in ran.err
    assert (tiny / "out").read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_left_alone(tiny: Path) -> None:
    (tiny / "out/tiny-24bit.wav").mkdir(parents=True)
    ran = songbuild("render", tiny)
    assert ran.code == 1
    assert ran.err.splitlines()[-2:] == [
        f"error: {tiny}/out/tiny-24bit.wav is a folder",
        "       move it away, or give the file another name",
    ]


def test_out_that_cannot_be_written(tiny: Path) -> None:
    (tiny / "out").mkdir(mode=0o500)
    if os.access(tiny / "out", os.W_OK):
        pytest.skip("root may write everywhere")
    ran = songbuild("render", tiny)
    assert (ran.code, ran.err.splitlines()[-1]) == (1, f"error: can't write in {tiny}/out: Permission denied")


def test_a_cache_that_cannot_be_written_builds_and_says_so(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tiny / "file").write_text("")
    monkeypatch.setenv("SONGBUILD_CACHE", str(tiny / "file/cache"))
    ran = songbuild("render", tiny)
    assert ran.code == 0
    assert ran.err == f"the cache {tiny}/file/cache can't be written: nothing is kept for the next time\n"
    assert read_wav(tiny / "out/tiny-24bit.wav").shape == (2, LENGTH)


RECORDED = """\
title: Taken
tempo: 240
recordings: {part: {takes: {one: {file: takes/one.flac, at: 1}}}}
arrangement: {tracks: {low: bass, high: {recording: part}}, sections: {a: {bars: 1}}, form: [a x4]}
master: {loudness: null}
delivery: {formats: [wav24, midi]}
"""


def test_a_recording_that_is_damaged_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text(RECORDED)
    x = np.random.default_rng(1).uniform(-0.3, 0.3, 3 * 44_100)
    write_wav(tmp_path / "takes/one.flac", x, subtype="PCM_16")
    whole = (tmp_path / "takes/one.flac").read_bytes()
    middle = len(whole) // 2
    (tmp_path / "takes/one.flac").write_bytes(whole[:middle] + bytes(4_000) + whole[middle + 4_000 :])
    assert songbuild("check", tmp_path).code == 0
    ran = songbuild("render", tmp_path)
    assert ran.code == 1
    assert ran.err.startswith("song.yaml:3:41: error[BLD001]: file takes/one.flac: it is damaged after 1.4")
    assert re.search(r"1 failed, \d+ skipped", ran.out)
    assert not (tmp_path / "out/taken-24bit.wav").exists()
    (tmp_path / "takes/one.flac").write_bytes(whole)
    assert songbuild("render", tmp_path).code == 0
    assert (tmp_path / "out/taken-24bit.wav").exists()


def test_a_recording_that_is_not_there_or_not_audio_is_one_problem_each(tmp_path: Path) -> None:
    (tmp_path / "song.yaml").write_text(RECORDED)
    missing = songbuild("render", tmp_path)
    assert (missing.code, missing.err.splitlines()[0]) == (
        1,
        "song.yaml:3:41: error[MAN003]: no file 'takes/one.flac'",
    )
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes/one.flac").write_text("not audio at all")
    ran = songbuild("check", tmp_path, "--json")
    assert [event.get("code") for event in ran.events] == ["REC020", None]


def test_a_recording_that_cannot_be_read_has_no_sequel(tmp_path: Path) -> None:
    """The song of one recording isn't also said to be silent."""
    (tmp_path / "song.yaml").write_text(RECORDED.replace("low: bass, ", ""))
    (tmp_path / "takes").mkdir()
    (tmp_path / "takes/one.flac").write_text("not audio at all")
    assert songbuild("check", tmp_path).err.splitlines()[-1] == "1 error"


def test_a_cancelled_build_keeps_the_tiles_that_are_finished(tiny: Path) -> None:
    cancel = threading.Event()

    def stop(event: dict[str, object]) -> None:
        if event["event"] == "node" and event["status"] == "run":
            cancel.set()

    with pytest.raises(Cancelled):
        api.render(tiny, on_event=stop, cancel=cancel, threads=1)
    assert not (tiny / "out").exists()
    done = api.render(tiny)
    statuses = {node["node"]: node["status"] for node in done.facts["nodes"]}
    assert statuses["track low"] == "reused"
    assert statuses["master"] == "run"


def test_the_bar_shows_what_runs_what_was_reused_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bar:
        shown: dict[str, object]

        def update(self, task: object, **shown: object) -> None:
            self.shown = shown

        def stop(self) -> None: ...

    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress(as_json=False) as progress:
        bar = progress._bar = Bar()
        running = ["track a", "track b", "mix", "master"]
        progress.event({"event": "progress", "done": 3, "work": 9, "running": running, "reused": 2, "eta_s": 4.2})
    assert bar.shown == {
        "total": 9,
        "completed": 3,
        "description": "track a, track b, mix (2 reused)",
        "left": "4 s left",
    }


@pytest.mark.parametrize("name", ["ünïcode ☂", "with space", "-dash"])
def test_any_name_of_a_folder(write_song: Callable[..., Path], name: str) -> None:
    song = write_song({"song.yaml": TINY.replace("title: Tiny", "title: 'Ça ☂'")}, name)
    ran = songbuild("render", song)
    assert ran.code == 0
    assert f"{song}/out/ça-24bit.wav" in ran.out
