"""The same song gives the same bytes: in another folder, process, time zone, locale and number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support import SMALL

EVERYTHING = SMALL.replace("formats: [wav24]", "formats: [wav24, wav16, flac, mp3, stems, midi]").replace(
    "tempo: 120",
    "tempo: [{at: 1, bpm: 120}, {at: 3, to: 96, over: 1 bar, curve: linear-beats}]\nhumanize: {time: 5ms, velocity: 6}",
)


def _build(folder: Path, threads: int, environment: dict[str, str]) -> dict[str, bytes]:
    """Every file that a process of its own delivers."""
    folder.mkdir(parents=True)
    (folder / "song.yaml").write_text(EVERYTHING, encoding="utf-8")
    command = [sys.executable, "-m", "songbuild", "render", str(folder), "--threads", str(threads)]
    own = {**os.environ, **environment, "SONGBUILD_CACHE": str(folder.parent / "cache")}
    subprocess.run(command, env=own, check=True, capture_output=True, cwd=folder.parent)
    out = folder / "out"
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_two_builds_deliver_the_same_bytes(tmp_path: Path) -> None:
    one = _build(tmp_path / "a" / "song", 1, {"TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C"})
    two = _build(tmp_path / "b" / "another folder", 2, {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8"})
    assert len(one) == 10
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
