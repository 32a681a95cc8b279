"""`songbuild lock` and `songbuild render --locked`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from shell import TINY, edit, songbuild
from songbuild.api import machine
from support import write_wav

WriteSong = Callable[..., Path]
TAKEN = """\
title: Taken
tempo: 240
recordings: {part: {takes: {one: {file: takes/one.wav, at: 1}}}}
arrangement: {tracks: {high: {recording: part}}, sections: {a: {bars: 1}}, form: [a]}
mix: {channels: {high: {inserts: [gain/mine]}}}
master: {loudness: -20}
delivery: {formats: [wav24]}
"""


@pytest.fixture
def locked(tiny: Path) -> Path:
    """TINY, locked."""
    assert songbuild("lock", tiny).code == 0
    return tiny


@pytest.fixture
def taken(write_song: WriteSong) -> Path:
    """A song of one recording, a preset of its own and a loudness target, locked."""
    song = write_song({"song.yaml": TAKEN, "presets/gain/mine.yaml": "description: x\ngain_db: -3\n"}, "taken")
    write_wav(song / "takes/one.wav", np.random.default_rng(1).uniform(-0.3, 0.3, 44_100), subtype="PCM_16")
    assert songbuild("lock", song).code == 0
    return song


def held(song: Path) -> list[str]:
    """What `render --locked` has against a song: the first line of every problem."""
    ran = songbuild("render", song, "--locked")
    found = [line for line in ran.err.splitlines() if "[LOCK" in line]
    assert (ran.code, ran.out if found else "") == (int(bool(found)), "")
    return found


def test_lock_builds_and_writes_what_it_was_made_from_and_what_came_of_it(taken: Path) -> None:
    lock = yaml.safe_load((taken / "songbuild.lock").read_text())
    assert lock["format"] == 1
    assert lock["versions"] == machine.versions()
    assert lock["profile"] == machine.profile()
    assert (lock["song"]["seed"], lock["song"]["master.loudness"]) == (1, -20.0)
    assert lock["song"]["mix.channels.high.inserts.0.params.gain_db"] == -3.0
    assert list(lock["presets"]) == ["presets/gain/mine.yaml"]
    assert list(lock["files"]) == ["takes/one.wav"]
    assert list(lock["loudness_gain_db"]) == ["loudness gain"]
    assert {"file takes/one.wav", "channel high", "mix", "master", "loudness gain"} < set(lock["nodes"])
    wav, sums = lock["delivered"]["taken-24bit.wav"], lock["delivered"]["SHA256SUMS"]
    assert wav["size"] == (taken / "out/taken-24bit.wav").stat().st_size
    assert (len(wav["audio"]), sums["audio"]) == (64, None)


def test_the_same_song_has_the_same_lock(locked: Path) -> None:
    before = (locked / "songbuild.lock").read_bytes()
    ran = songbuild("lock", locked, "--cache", locked / "other")
    assert ran.out.splitlines()[-1] == f"{locked}/songbuild.lock is as it was"
    assert (locked / "songbuild.lock").read_bytes() == before


def test_an_untouched_song_renders_locked(locked: Path) -> None:
    assert held(locked) == []
    assert songbuild("render", locked, "--locked").out.splitlines()[-1].startswith("nothing ran, 7 reused")


def test_comments_layout_and_files_do_not_count(locked: Path) -> None:
    text = (locked / "song.yaml").read_text().replace("gain_db: -6,", "gain_db: -6.0 dB,").replace("title: Tiny\n", "")
    head, master = text.split("mix:\n")[0], text.split("master: ")[1]
    mix = text.split("mix:\n")[1].split("master: ")[0].replace("\n  ", "\n").removeprefix("  ")
    (locked / "mix.yaml").write_text(f"# the console\n{mix}")
    (locked / "song.yaml").write_text(f"{head}mix: mix.yaml\nmaster: {master}\ntitle: 'Tiny'  # moved\n")
    assert held(locked) == []


def test_a_flipped_bit_in_a_recording_names_the_file(taken: Path) -> None:
    data = bytearray((taken / "takes/one.wav").read_bytes())
    data[-100] ^= 1
    (taken / "takes/one.wav").write_bytes(data)
    assert held(taken) == ["song.yaml:3:41: error[LOCK037]: takes/one.wav is not as locked"]


def test_a_changed_note_names_its_place(locked: Path) -> None:
    edit(locked, "a1 c2", "a1 e2")
    old, new = "a1:4 c2 e2 g2 | d2:4 d2 a1 c2", "a1:4 c2 e2 g2 | d2:4 d2 a1 e2"
    assert held(locked) == [
        f"song.yaml:6:11: error[LOCK035]: composition.patterns.line.notes is '{new}', locked '{old}'"
    ]


def test_a_changed_parameter_a_new_one_and_one_that_is_gone_are_named_with_their_values(locked: Path) -> None:
    edit(locked, "{gain_db: -6, inserts: [gain: {gain_db: 1}]}", "{pan: 30R, inserts: [gain: {gain_db: 2}]}")
    assert [line.split("]: ")[1] for line in held(locked)] == [
        "mix.channels.low.gain_db: locked -6.0, now left out",
        "mix.channels.low.inserts.0.params.gain_db is 2.0, locked 1.0",
        "mix.channels.low.pan is 0.3: not in the lock",
    ]


def test_a_changed_preset_is_named(taken: Path) -> None:
    preset = taken / "presets/gain/mine.yaml"
    preset.write_text("# a comment\ngain_db: -3.0\ndescription: another\n".replace("-3.0", "-3"))
    assert held(taken) == []
    preset.write_text("gain_db: -4\n")
    assert [line.split("]: ")[1] for line in held(taken)] == [
        "mix.channels.high.inserts.0.params.gain_db is -4.0, locked -3.0",
        "presets/gain/mine.yaml is not as locked",
    ]


def test_another_version_or_platform_is_named(locked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "__version__", "9.9")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "none")
    version, platform = held(locked)
    assert version.endswith(f"error[LOCK033]: songbuild is 9.9 here, locked {songbuild_version()}")
    assert "error[LOCK034]: the platform profile is 'Linux" in platform
    assert "numpy without none' here, locked" in platform


def songbuild_version() -> str:
    from songbuild import __version__

    return __version__


def test_a_node_that_comes_out_otherwise_is_named_and_nothing_is_delivered(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wav = locked / "out/tiny-24bit.wav"
    before = wav.read_bytes()
    routed = "songbuild.devices.effects.gain._routed"
    monkeypatch.setattr(routed, lambda x, channels: x * 1.5)
    ran = songbuild("render", locked, "--locked", "--threads", "1", "--cache", locked / "other")
    assert ran.code == 1
    node, file = [line.split(": ", 1)[1] for line in ran.err.splitlines() if "[LOCK" in line]
    where = "channel low: tile 1 of 2 at sample 0 (0.000 s, bar 1)"
    assert node == f"error[LOCK039]: {where} is not as locked, and the locked one is gone from the cache"
    assert file.startswith("error[LOCK040]: tiny-24bit.wav is not as locked; it first differs at sample ")
    assert wav.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "songbuild.lock:1:1: error[MAN006]: a lock file is a mapping"),
        ("a\0b: 1\n", "songbuild.lock:1:2: error[YAML002]: a control character, U+0000"),
        ("a: [\n", "songbuild.lock:1:5: error[YAML003]: expected a value here"),
        ("format: 9\n", "songbuild.lock:1:9: error[LOCK032]: format 9 is another version's; this one reads 1"),
        ("format: 1\nnodes: 7\n", "songbuild.lock:2:8: error[LOCK004]: expected a mapping, not 7"),
        ("format: 1\n<<<<<<< HEAD\nx: 1\n=======\n", "songbuild.lock:2:1: error[LOCK031]: git has left a merge"),
    ],
)
def test_a_broken_lock_is_a_problem_at_its_place(locked: Path, text: str, message: str) -> None:
    (locked / "songbuild.lock").write_text(text)
    ran = songbuild("render", locked, "--locked")
    assert ran.code == 1
    assert message in ran.err
    assert "'songbuild lock' writes it anew" in ran.err
    assert songbuild("lock", locked).code == 0
    assert held(locked) == []


def test_a_lock_that_names_files_elsewhere_opens_none(locked: Path) -> None:
    edit(locked, "  tiny-24bit.wav: {", "  ../../secret: {", "songbuild.lock")
    assert [line.split("]: ")[1] for line in held(locked)] == [
        "tiny-24bit.wav is not locked",
        "../../secret is not made",
    ]


def test_no_lock_and_a_song_with_errors(tiny: Path) -> None:
    ran = songbuild("render", tiny, "--locked")
    assert (ran.code, ran.err.splitlines()[0]) == (1, "songbuild.lock:1:1: error[LOCK030]: no 'songbuild.lock'")
    assert not (tiny / "out").exists()
    edit(tiny, "low: bass}", "low: bas}")
    assert songbuild("lock", tiny).code == 1
    assert not (tiny / "songbuild.lock").exists()


def test_locked_is_for_the_whole_song(locked: Path) -> None:
    ran = songbuild("render", locked, "--locked", "--stems")
    assert ran.code == 2
    assert "--locked is for the whole song" in ran.err


def test_a_manifest_of_another_name_has_a_lock_of_its_own(locked: Path) -> None:
    (locked / "demo.yaml").write_text(TINY.replace("Tiny", "Demo"))
    ran = songbuild("lock", locked / "demo.yaml", "--json")
    assert (ran.events[-1]["lock"], ran.events[-1]["lock_changed"]) == (str(locked / "demo.lock"), True)
    assert held(locked) == []


def test_the_cache_keeps_what_is_locked_while_the_lock_is_there(locked: Path, own_home: Path) -> None:
    lock = yaml.safe_load((locked / "songbuild.lock").read_text())
    starts = [word for name in ("track low", "channel low", "mix") for word in lock["nodes"][name].split()[1:]]
    edit(locked, "gain_db: -6,", "gain_db: -5,")
    edit(locked, "a1:4 c2", "a1:4 d2")
    assert songbuild("render", locked).code == 0
    songbuild("gc", "--cap", "0")
    assert all(cached(own_home, start) for start in starts)
    (locked / "songbuild.lock").unlink()
    songbuild("gc", "--cap", "0")
    assert not any(cached(own_home, start) for start in starts)


def cached(home: Path, start: str) -> bool:
    return bool([*(home / "cache/blobs" / start[:2]).glob(f"{start[2:]}*")])
