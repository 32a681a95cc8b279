"""Edits of every kind to example_song: built on what the last build left, and from an empty cache, byte for byte.

The tempo is eight times the song's, so that every bar, section and edit is there and a build takes seconds, and notes
that a clean build renders again may come from this process's memory (tests/devices/test_placer.py shows that this
changes no bit).  SONGBUILD_SOAK=1 runs the song as it is.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from songbuild.devices import placer
from songbuild.devices.cache import ArrayCache
from support import read_wav, render, write_wav

EXAMPLE = Path(__file__).resolve().parent.parent / "example_song"
FASTER = 1 if os.environ.get("SONGBUILD_SOAK") else 8

NOTES = placer.RENDERED if FASTER == 1 else ArrayCache(3 * 2**30)
Edit = Callable[[Path], None]


def _sub(file: str, old: str, new: str) -> Edit:
    """Replace the first match of a pattern in a file."""

    def edit(song: Path) -> None:
        text = (song / file).read_text(encoding="utf-8")
        changed, count = re.subn(old, new, text, count=1)
        assert count == 1, f"{file} has nothing like {old}"
        assert changed != text
        (song / file).write_text(changed, encoding="utf-8")

    return edit


def _another_take(song: Path) -> None:
    """A take is recorded again: the file's name stays, its sound is another."""
    file = song / "recordings" / "guitar-2.flac"
    x = read_wav(file)
    file.unlink()
    write_wav(file, np.roll(x, 300, axis=1) * 0.9, subtype="PCM_16")


EDITS: dict[str, Edit] = {
    "eq gain on the master": _sub("master.yaml", r"gain_db: 0\.8", "gain_db: 1.4"),
    "fader": _sub("mix.yaml", r"(?m)^(  drums: .*gain_db: )-3", r"\1-4"),
    "automation of a volume": _sub("mix.yaml", r"bridge: -1\b", "bridge: -4"),
    "automation of a filter": _sub("mix.yaml", r"(opening\.cutoff_hz: \"1: )\d+", r"\g<1>600"),
    "a new insert": _sub(
        "mix.yaml", r"highpass: \{cutoff_hz: 160\}", "highpass: {cutoff_hz: 160}, gain: {gain_db: -2}"
    ),
    "reverb": _sub("mix.yaml", r"\[reverb/hall,", "[{reverb/hall: {decay_s: 1.7}},"),
    "a drum hit": _sub("composition.yaml", r"(k_verse: .*\"x---) ----", r"\1 --o-"),
    "a chord": _sub("composition.yaml", r"Bbmaj9 \|", "Bbmaj7 |"),
    "a note": _sub("composition.yaml", r"(?s)(\n  hook:.*?)\ba4", r"\1b4"),
    "a section moved": _sub("arrangement.py", r'    "bridge",\n    "hush",\n', '    "hush",\n    "bridge",\n'),
    "a layer leaves": _sub("arrangement.py", r"(?m)^(arp +)arp ", r"\1.   "),
    "an instrument's tone": _sub("arrangement.py", r'"tone_hz": 1400', '"tone_hz": 1100'),
    "the comp takes another take": _sub("recordings.yaml", r"take2 26-27", "take3 26-27"),
    "nudge and crossfade": _sub("recordings.yaml", r"nudge: -12ms", "nudge: -7ms"),
    "a take recorded again": _another_take,
    "humanize": _sub("song.yaml", r"seed: 26", "seed: 27"),
    "tempo": _sub("song.yaml", r"(at: bridge, bpm: )[\d.]+", rf"\g<1>{90 * FASTER}"),
    "loudness and ceiling": _sub(
        "master.yaml", r"(?s)loudness: -14 LUFS(.*)ceiling: -1 dBTP", r"loudness: -15 LUFS\1ceiling: -1.5 dBTP"
    ),
    "title": _sub("song.yaml", r"title: .*", "title: Another Name"),
    "a channel muted": _sub("mix.yaml", r"(?m)^(  double:\n)", r"\1    mute: true\n"),
}


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """example_song, fast, with all its files but what was built."""
    song = tmp_path_factory.mktemp("incremental") / "song"
    shutil.copytree(EXAMPLE, song, ignore=shutil.ignore_patterns("out", "__pycache__"))
    text = (song / "song.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(bpm|to): ([\d.]+)", lambda m: f"{m[1]}: {float(m[2]) * FASTER:g}", text)
    formats = "wav24, wav16, flac, mp3, stems, midi" if FASTER == 1 else "wav24, flac, stems, midi"
    text = re.sub(r"formats: \[[^]]*\]", f"formats: [{formats}]", text)
    (song / "song.yaml").write_text(text, encoding="utf-8")
    return song


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(autouse=True)
def _remember_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placer, "RENDERED", NOTES)


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_incremental_equals_clean(edited: Path, tmp_path: Path, quarter: int) -> None:
    song = tmp_path / "song"
    shutil.copytree(edited, song)
    names = [name for index, name in enumerate(EDITS) if index % 4 == quarter]
    render(song, trusted=True, cache=str(tmp_path / "warm"))
    before = _files(song / "out")
    for count, name in enumerate(names):
        EDITS[name](song)
        done = render(song, trusted=True, cache=str(tmp_path / "warm"), threads=1 + count % 3)
        warm = _files(song / "out")
        assert any(node["status"] == "reused" for node in done.facts["nodes"]), name
        render(song, trusted=True, cache=str(tmp_path / "cold"), out=tmp_path / "clean", threads=1 + (count + 1) % 2)
        clean = _files(tmp_path / "clean")
        assert warm.keys() == clean.keys(), name
        assert [file for file in warm if warm[file] != clean[file]] == [], name
        assert warm != before, f"{name}: nothing changed"
        before = warm
        shutil.rmtree(tmp_path / "cold")
        shutil.rmtree(tmp_path / "clean")
