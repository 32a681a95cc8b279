"""The same song or album gives the same bytes: on another day, in another folder, for another user, in another process,
time zone, locale, hash seed and number of threads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from albums import ALBUM, write_pair
from support import SMALL

SONG = (
    SMALL.replace(
        "formats: [wav24]",
        "formats: [wav24, wav16, bwf, flac, mp3, ogg, opus, aac, stems, midi, metadata, report, provenance], "
        "files: [{format: wav, bits: 16, dither: shaped, rate: 48000}]",
    )
    .replace("form: [a x2]", "form: [a]")
    .replace("title: Small", "title: Small\nartist: One\ndate: 2026-05-01\nisrc: DEA012600001")
    .replace(
        "tempo: 120",
        "tempo: [{at: 1, bpm: 120}, {at: 2, to: 96, over: 1 bar, curve: linear-beats}]\n"
        "humanize: {time: 5ms, velocity: 6}",
    )
)
DELIVERY = (
    "{formats: [wav24, wav16, bwf, flac, mp3, ogg, opus, aac], album: [wav16], cd: [cue, toc, ddp], "
    "report: true, provenance: true}"
)
CLOCK = """\
import datetime, time
real, ns = time.time, time.time_ns
time.time = lambda: real() + 3e7
time.time_ns = lambda: ns() + 30_000_000_000_000_000
"""
"""Another day for Python alone; faketime gives it to libraries, too."""


@dataclass(frozen=True)
class Setting:
    """Where and when something is built: `later` is the clock of another day."""

    folder: str
    threads: int
    environment: Mapping[str, str] = field(default_factory=dict)
    later: bool = False


HERE = Setting("a/song", 1, {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C", "USER": "anna"})
THERE = Setting(
    "b/another folder", 2, {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "USER": "ben"}, later=True
)


def _build(root: Path, setting: Setting, write: Callable[[Path], object]) -> dict[str, bytes]:
    """Every file that a process of its own delivers of what `write` puts into a folder."""
    folder = root / setting.folder
    write(folder)
    home = root / f"home of {setting.environment['USER']}"
    home.mkdir()
    command = [sys.executable, "-m", "songbuild", "render", str(folder), "--threads", str(setting.threads)]
    own = {**os.environ, **setting.environment, "HOME": str(home), "SONGBUILD_CACHE": str(home / "cache")}
    if setting.later:
        for path in folder.rglob("*"):
            os.utime(path, (0, 1_000_000_000))
        if shutil.which("faketime"):
            own["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
            command = ["faketime", "-f", "+400d", *command]
        else:
            (home / "sitecustomize.py").write_text(CLOCK)
            own["PYTHONPATH"] = os.pathsep.join(filter(None, [str(home), os.environ.get("PYTHONPATH")]))
    subprocess.run(command, env=own, check=True, capture_output=True, cwd=home)
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def _two_builds(root: Path, write: Callable[[Path], object]) -> dict[str, bytes]:
    """The files of both builds, which have to be the same; none tells where or by whom it was made."""
    one, two = (_build(root, setting, write) for setting in (HERE, THERE))
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    told = [str(root).encode(), os.fsencode(sys.prefix), b"anna"]
    assert [name for name, data in one.items() if any(word in data for word in told)] == []
    return one


def _suffixes(files: Mapping[str, bytes]) -> set[str]:
    return {Path(name).suffix for name in files}


@pytest.fixture(autouse=True)
def _aac() -> None:
    pytest.importorskip("av", reason="AAC needs PyAV")


def test_two_builds_of_a_song_deliver_the_same_bytes(tmp_path: Path) -> None:
    def write(folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "song.yaml").write_text(SONG, encoding="utf-8")

    files = _two_builds(tmp_path, write)
    sound = {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a"}
    assert _suffixes(files) == {*sound, ".mid", ".json", ".html", ""}
    assert {"report.html", "provenance.json", "small-metadata.json", "SHA256SUMS", "stems/drums.wav"} < files.keys()
    assert len(files) == 18


def test_two_builds_of_an_album_deliver_the_same_bytes(tmp_path: Path) -> None:
    text = ALBUM.replace("{formats: [flac], provenance: true}", DELIVERY)
    assert DELIVERY in text

    def write_song(texts: Mapping[str, str], name: str) -> Path:
        folder = Path(name)
        for file, content in texts.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(content, encoding="utf-8")
        return folder

    files = _two_builds(tmp_path, lambda folder: write_pair(write_song, text, str(folder)))
    assert {".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".cue", ".toc", ".json", ".html"} <= _suffixes(files)
    assert {"cd/ddp/IMAGE.DAT", "cd/ddp/CHECKSUM.MD5", "cd/pair.toc", "report.html", "provenance.json"} < files.keys()
