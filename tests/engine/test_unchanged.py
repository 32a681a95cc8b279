"""The render with nothing to do: stats only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from songbuild.engine import Store, default_folder, record_song, song_id
from songbuild.engine.unchanged import unchanged


@pytest.fixture
def song(tmp_path):
    """A song of three files, written a while ago, and what was made of it."""
    folder = tmp_path / "song"
    folder.mkdir()
    for name in ("song.yaml", "mix.yaml", "take.wav", "out.wav"):
        (folder / name).write_text(name)
    time.sleep(0.06)
    inputs = [folder / "song.yaml", folder / "mix.yaml", folder / "take.wav", folder / "missing.yaml"]
    assert record_song(tmp_path / "cache", "id", "1.0", inputs, [folder / "out.wav"], {"summary": [1, "x"]})
    return folder


def test_an_unchanged_song_gives_its_summary(song, tmp_path) -> None:
    assert unchanged(tmp_path / "cache", "id", "1.0") == {"summary": [1, "x"]}
    assert unchanged(str(tmp_path / "cache"), "id", "1.1") is None
    assert unchanged(tmp_path / "cache", "other", "1.0") is None
    assert unchanged(tmp_path / "nowhere", "id", "1.0") is None


@pytest.mark.parametrize("name", ["song.yaml", "take.wav", "out.wav"])
@pytest.mark.parametrize("how", ["edit", "same size and time", "rename", "remove", "touch"])
def test_any_change_is_noticed(song, tmp_path, name, how) -> None:
    path = song / name
    old = path.stat()
    if how == "edit":
        path.write_text("another")
    elif how == "same size and time":
        path.write_text(name.upper())
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    elif how == "rename":
        (song / "new").write_text(name)
        os.utime(song / "new", ns=(old.st_atime_ns, old.st_mtime_ns))
        (song / "new").replace(path)
    elif how == "remove":
        path.unlink()
    else:
        path.touch()
    assert unchanged(tmp_path / "cache", "id", "1.0") is None


def test_a_file_that_appears_is_noticed(song, tmp_path) -> None:
    (song / "missing.yaml").write_text("here")
    assert unchanged(tmp_path / "cache", "id", "1.0") is None


def test_a_file_written_just_now_is_not_trusted(song, tmp_path) -> None:
    (song / "mix.yaml").write_text("just now")
    assert not record_song(tmp_path / "cache", "id", "1.0", [song / "mix.yaml"], [], {})
    assert unchanged(tmp_path / "cache", "id", "1.0") is None


def test_a_clock_that_is_off_is_not_trusted(song, tmp_path) -> None:
    os.utime(song / "mix.yaml", (time.time() + 1e7, time.time() + 1e7))
    assert not record_song(tmp_path / "cache", "id", "1.0", [song / "mix.yaml"], [], {})


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": 1, "version": "1.0", "inputs": 3}', "\xff"])
def test_a_damaged_record_is_no_record(song, tmp_path, text) -> None:
    (tmp_path / "cache" / "songs" / "id" / "record.json").write_text(text, encoding="latin-1")
    assert unchanged(tmp_path / "cache", "id", "1.0") is None


def test_it_imports_nothing_heavy(song, tmp_path) -> None:
    code = (
        "import sys; before = set(sys.modules); from songbuild.engine.unchanged import unchanged;"
        "from songbuild.engine import default_folder;"
        f"assert unchanged({str(tmp_path / 'cache')!r}, 'id', '1.0');"
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert not {"numpy", "sqlite3", "hashlib", "blake3", "pathlib", "typing", "threading", "dataclasses"} & set(found)


def test_song_ids_are_safe_names_and_differ_with_the_path(tmp_path) -> None:
    one, two = song_id(str(tmp_path / "a b" / "ö.yaml")), song_id(str(tmp_path / "a c" / "ö.yaml"))
    assert one != two and one.startswith("a-b-")
    assert record_song(tmp_path, one, "1", [], [], {}) and unchanged(tmp_path, one, "1") == {}
    with pytest.raises(ValueError, match="not a song id"):
        unchanged(tmp_path, "../x", "1")


def test_the_default_folder() -> None:
    assert default_folder({"SONGBUILD_CACHE": "/c"}) == "/c"
    assert default_folder({"XDG_CACHE_HOME": "/x", "HOME": "/h"}) == "/x/songbuild"
    assert default_folder({"HOME": "/h"}) == "/h/.cache/songbuild"


def test_digests_of_files_are_remembered_by_their_stamps(tmp_path, monkeypatch) -> None:
    import songbuild.engine.store as module

    path, read = tmp_path / "take.wav", []
    path.write_bytes(b"x" * 100)
    real = module.digest_file
    monkeypatch.setattr(module, "digest_file", lambda p: read.append(p) or real(p))
    with Store(tmp_path / "cache") as store:
        first = store.digest_file(path)
        assert store.digest_file(path) == first and len(read) == 2, "a file written just now is read every time"
        later = time.time_ns() + 10**10
        monkeypatch.setattr(time, "time_ns", lambda: later)
        assert store.digest_file(path) == first == store.digest_file(path) and len(read) == 3
    with Store(tmp_path / "cache") as store:
        assert store.digest_file(path) == first and len(read) == 3
        path.write_bytes(b"y" * 100)
        assert store.digest_file(path) != first
        with pytest.raises(FileNotFoundError):
            store.digest_file(tmp_path / "none")


def test_a_record_is_json(song, tmp_path) -> None:
    assert json.loads((tmp_path / "cache" / "songs" / "id" / "record.json").read_text())["version"] == "1.0"
