"""The command line and albums: init, check, render, what it says and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shell import TINY, edit, settle, songbuild

ALBUM = "title: Pair\nsongs:\n  - one\n  - {song: two, gap: 0.5 s}\ndelivery: {formats: [flac]}\n"


@pytest.fixture
def pair(write_song: Callable[..., Path]) -> Path:
    """An album of two songs, rendered."""
    other = TINY.replace("Tiny", "Tinier").replace("tempo: 240", "tempo: 250")
    folder = write_song({"album.yaml": ALBUM, "one/song.yaml": TINY, "two/song.yaml": other}, "pair")
    settle()
    return folder


def test_render_says_what_the_album_is_and_then_that_there_is_nothing_to_do(pair: Path) -> None:
    first = songbuild("render", pair)
    assert first.code == 0, first.err
    assert first.out.splitlines()[0] == "Pair: 0:08, 2 tracks"
    again = songbuild("render", pair)
    assert again.out.splitlines()[-1] == "nothing to do"
    assert again.out.splitlines()[:-1] == first.out.splitlines()[:-1]
    edit(pair / "two", "gain_db: -6", "gain_db: -7")
    assert songbuild("render", pair).out.splitlines()[-1].startswith("1")  # of the nodes some ran


def test_nothing_to_do_needs_neither_numpy_nor_yaml(pair: Path) -> None:
    assert songbuild("render", pair).code == 0
    code = (
        "import sys; sys.argv = ['songbuild', 'render', sys.argv[1]]\n"
        "from songbuild.app.cli import main\n"
        "try: main()\n"
        "except SystemExit as ended: print(ended.code, {'numpy', 'pydantic', 'yaml', 'click'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code, pair], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-2:] == ["nothing to do", "0 set()"]


def test_an_edit_of_one_song_is_foreseen_in_that_song_alone(pair: Path) -> None:
    songbuild("render", pair)
    edit(pair / "two", "c2 e2 g2", "c2 f2 g2")
    lines = songbuild("render", pair, "--dry-run").out.splitlines()
    assert lines[0].split() == ["run", "two:", "track", "low"]
    assert not any("one: " in line for line in lines)
    assert songbuild("explain", pair, "two: track").code == 0


def test_json_has_the_report(pair: Path) -> None:
    result = songbuild("render", pair, "--json").events[-1]
    assert result["ok"] and [track["title"] for track in result["tracks"]] == ["Tiny", "Tinier"]
    assert set(result["tracks"][0]) >= {
        "integrated_lufs",
        "lra_lu",
        "true_peak_dbtp",
        "octaves_db",
        "step_lu",
        "start_s",
    }
    assert result["album"]["length_s"] == pytest.approx(8.5, abs=0.1)
    assert set(result["files"]) == {"flac/01-tiny.flac", "flac/02-tinier.flac", "SHA256SUMS"}


def test_check_finds_what_is_wrong_in_all_files(pair: Path) -> None:
    assert songbuild("check", pair).out == "Pair: no problems\n"
    edit(pair / "one", "low: bass", "low: bas")
    edit(pair, "  - one\n", "  - one\n  - tow\n", "album.yaml")
    found = [(event["file"], event["line"], event["code"]) for event in songbuild("check", pair, "--json").events[:-1]]
    assert found == [("album.yaml", 4, "MAN003"), ("one/song.yaml", 8, "ARR003")]
    assert songbuild("render", pair).code == 1


@pytest.mark.parametrize("option", [["--stems"], ["--only", "low"], ["--bars", "1"]])
def test_options_for_songs_are_refused(pair: Path, option: list[str]) -> None:
    ran = songbuild("render", pair, *option)
    assert ran.code == 2 and "not for an album" in ran.err


def test_watch_is_for_songs_and_says_so(pair: Path) -> None:
    ran = songbuild("watch", pair)
    assert ran.code == 2 and "is an album" in ran.err


def test_init_makes_an_album_without_problems(tmp_path: Path) -> None:
    ran = songbuild("init", "night_ferry", "--album", cwd=tmp_path)
    assert ran.out.splitlines()[0] == "Night Ferry: an album in night_ferry"
    assert songbuild("check", tmp_path / "night_ferry").out == "Night Ferry: no problems\n"
