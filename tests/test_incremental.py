"""Edits of every kind to example_song: built on what the last build left, and from an empty cache, byte for byte.

The tempo is ten times the song's, so that every bar, section and edit is there and a build takes seconds, and notes
that a clean build renders again may come from this process's memory (tests/devices/test_placer.py shows that this
changes no bit).  `make soak` takes 200 random edits instead of two, and makes the named
ones in the song as it is.  SONGBUILD_SOAK says how many there are, SONGBUILD_SEED which.
"""

from __future__ import annotations

import ctypes
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import edits
from songbuild import api
from songbuild.devices import placer
from songbuild.devices.cache import ArrayCache
from support import read_wav, render, write_wav

EXAMPLE = Path(__file__).resolve().parent.parent / "example_song"
SOAK = int(os.environ.get("SONGBUILD_SOAK", "0"))
SEED = int(os.environ.get("SONGBUILD_SEED", "1"))
PARTS = 8 if SOAK else 1
FASTER = 10
NOTES = ArrayCache(3 * 2**30)
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
    "tempo": _sub("song.yaml", r"(at: bridge, bpm: )[\d.]+", r"\g<1>720"),
    "loudness and ceiling": _sub(
        "master.yaml", r"(?s)loudness: -14 LUFS(.*)ceiling: -1 dBTP", r"loudness: -15 LUFS\1ceiling: -1.5 dBTP"
    ),
    "title": _sub("song.yaml", r"title: .*", "title: Another Name"),
    "a channel muted": _sub("mix.yaml", r"(?m)^(  double:\n)", r"\1    mute: true\n"),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """example_song, with all its files but what was built."""
    song = tmp_path_factory.mktemp("incremental") / "song"
    shutil.copytree(EXAMPLE, song, ignore=shutil.ignore_patterns("out", "__pycache__"))
    yield song
    NOTES.clear()
    with suppress(OSError, AttributeError):  # a process of a gigabyte takes long to fork, and many tests fork it
        ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(scope="module")
def fast(original: Path) -> Path:
    """The same, at many times its tempo."""
    song = original.with_name("fast")
    shutil.copytree(original, song)
    text = (song / "song.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(bpm|to): ([\d.]+)", lambda m: f"{m[1]}: {float(m[2]) * FASTER:g}", text)
    text = re.sub(r"formats: \[[^]]*\]", "formats: [wav24, stems, midi]", text).replace("tail: 4 s", "tail: 1 s")
    (song / "song.yaml").write_text(text, encoding="utf-8")
    return song


@pytest.fixture(autouse=True)
def _remember_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    if not SOAK:
        monkeypatch.setattr(placer, "RENDERED", NOTES)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _warm(song: Path, warm: Path, count: int) -> api.Rendered:
    return render(song, trusted=True, cache=str(warm), threads=2 if count == 3 else 1)


def _differences(song: Path, warm: Path, count: int) -> tuple[list[str], api.Rendered]:
    """Render with the cache `warm` and with none: the files that differ, and what the first did."""
    done = _warm(song, warm, count)
    found = _files(song / "out")
    cold, out = warm.with_name("cold"), warm.with_name("clean")
    render(song, trusted=True, cache=str(cold), out=out, threads=1)
    clean = _files(out)
    shutil.rmtree(cold)
    shutil.rmtree(out)
    return [file for file in {**found, **clean} if found.get(file) != clean.get(file)], done


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_incremental_equals_clean(original: Path, fast: Path, tmp_path: Path, quarter: int) -> None:
    song, warm = tmp_path / "song", tmp_path / "warm"
    shutil.copytree(original if SOAK else fast, song)
    names = [name for index, name in enumerate(EDITS) if index % 4 == quarter]
    render(song, trusted=True, cache=str(warm))
    for count, name in enumerate(names):
        before = _files(song / "out")
        EDITS[name](song)
        if SOAK or count % 2 or name == names[-1]:
            wrong, done = _differences(song, warm, count)
            assert wrong == [], names[: count + 1]
        else:  # what is stale now would be so after the next edit
            done = _warm(song, warm, count)
        assert any(node["status"] == "reused" for node in done.facts["nodes"]), name
        assert _files(song / "out") != before, f"{name}: nothing changed"


@pytest.mark.parametrize("part", range(PARTS))
def test_incremental_equals_clean_after_random_edits(fast: Path, tmp_path: Path, part: int) -> None:
    song, warm, luck = tmp_path / "song", tmp_path / "warm", random.Random(f"{SEED} {part}")
    shutil.copytree(fast, song)
    render(song, trusted=True, cache=str(warm))
    past, story = [edits.read(song)], list[str]()
    for count in range(-(-SOAK // PARTS) or 2):
        kind, what = edits.draw(song, past, luck, lambda: _is_sound(song, warm))
        past.append(edits.read(song))
        story.append(f"{kind}: {what}")
        wrong, done = _differences(song, warm, count)
        if wrong:
            pytest.fail(
                f"{wrong} differ; SONGBUILD_SEED={SEED}, part {part}:\n" + _shortest(song, tmp_path, past, story)
            )
        ran = [node["node"] for node in done.facts["nodes"] if node["status"] != "reused"]
        assert kind not in edits.QUIET or not ran, f"{what}, and {ran} ran"


def _is_sound(song: Path, warm: Path) -> bool:
    _, problems = api.check(song, trusted=True, cache=str(warm))
    return not any(problem.severity == "error" for problem in problems)


def _shortest(song: Path, folder: Path, past: list[edits.Text], story: list[str]) -> str:
    """As few of the last edits as still make the difference, from an empty cache."""
    for last in (1, 2, 4, 8, len(story)):
        warm = folder / f"shorter {last}"
        for text in past[-1 - last :]:
            edits.write(song, text)
            render(song, trusted=True, cache=str(warm))
        if _differences(song, warm, 0)[0]:
            return "\n".join(story[-last:])
    return "\n".join(["only with the whole history:", *story])
