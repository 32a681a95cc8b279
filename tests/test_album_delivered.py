"""examples/album, whole: three songs become one gapless programme, and every file of the delivery tells the same.

The tempo is three times the songs', so that all that is in them is there in a third of the time; `make soak` takes the
songs as they are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from shell import songbuild
from songbuild.formats.cd import compare_checksums, read_ddp
from support import read_wav

ROOT = Path(__file__).resolve().parent.parent
FASTER = 1 if os.environ.get("SONGBUILD_SOAK") else 3
CI = bool(os.environ.get("CI"))


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None and not CI:
        pytest.skip(f"{name} isn't installed")
    assert found, f"{name} isn't installed"
    return found


def faster(folder: Path) -> Path:
    """The album and its songs, copied to `folder`, at their tempo in a test."""
    for name in ("examples/album", "example_song"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("out", "__pycache__"))
    for song in folder.rglob("song.yaml"):
        text = song.read_text(encoding="utf-8")
        song.write_text(
            re.sub(r"\b(bpm|to): ([\d.]+)", lambda m: f"{m[1]}: {float(m[2]) * FASTER:g}", text), encoding="utf-8"
        )
    return folder / "examples" / "album"


def sums_are_those_of_the_files(out: Path) -> None:
    for sums in (out, out / "cd/ddp"):
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=sums, check=True)


def tracks_are_cuts_of_one_programme(out: Path) -> None:
    tracks = [read_wav(path) for path in sorted((out / "flac").iterdir())]
    whole = read_wav(out / "lights-left-on-16bit.wav")
    joined = np.concatenate(tracks, axis=1)
    assert all(track.shape[1] % 588 == 0 for track in tracks), "a track begins on a sector"
    assert joined.shape == whole.shape
    assert np.abs(joined - whole).max() <= 2 / 2**15, "but for dither and the 16 bits"


def disc_is_the_programme(out: Path) -> None:
    fileset = read_ddp(out / "cd/ddp")
    assert compare_checksums(out / "cd/ddp") == []
    whole = np.round(read_wav(out / "cd/lights-left-on.wav") * 2**15).astype("<i2")
    audio = fileset.image.read_bytes()
    assert audio.endswith(whole.T.tobytes())
    assert [track.title for track in fileset.disc.tracks] == [
        "Seven Stations", "Light in the Window", "Harbour Lamp",
    ]  # fmt: skip
    assert [track.isrc.replace("-", "")[:2] for track in fileset.disc.tracks] == ["QZ"] * 3


def cdrdao_reads_the_disc(out: Path) -> None:
    for command in ("toc-info", "read-test"):
        ran = subprocess.run(
            [tool("cdrdao"), command, "lights-left-on.toc"], cwd=out / "cd", capture_output=True, text=True
        )
        assert ran.returncode == 0 and "ERROR" not in ran.stderr, ran.stderr
        if command == "toc-info":
            sectors = read_ddp(out / "cd/ddp").disc.length
            length = f"{sectors // 4500:02}:{sectors // 75 % 60:02}:{sectors % 75:02}"
            assert f"3 tracks, length {length}, {sectors} blocks" in ran.stdout


def an_independent_meter_agrees(out: Path) -> None:
    loudness = []
    for path in sorted((out / "flac").iterdir()):
        command = [tool("ffmpeg"), "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true"]
        said = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
        summary = said.rpartition("Summary:")[2]
        loudness.append(float(re.search(r"I:\s+(-?[\d.]+) LUFS", summary)[1]))  # type: ignore[index]
        assert float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)[1]) <= -1.0  # type: ignore[index]
    assert max(loudness) == pytest.approx(-14, abs=0.1), "the loudest reaches the target"
    assert loudness[2] == pytest.approx(-16, abs=0.3), "the nocturne stays the quiet one"


def test_the_example_album_is_delivered_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = songbuild("render", faster(tmp_path), "--trust", "--out", out, "--cache", tmp_path / "cache")
    shutil.rmtree(tmp_path / "cache")
    assert ran.code == 0 and "warning" not in ran.err, ran.err
    sums_are_those_of_the_files(out)
    tracks_are_cuts_of_one_programme(out)
    disc_is_the_programme(out)
    cdrdao_reads_the_disc(out)
    an_independent_meter_agrees(out)
    shutil.rmtree(out)
