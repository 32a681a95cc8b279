"""`songbuild verify`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from math import log10
from pathlib import Path

import pytest

from shell import edit, songbuild
from songbuild.devices.effects import gain

AT = 100_000
"""The frame at which `flaw` puts a click: in the second tile, which begins at 88 200."""


@pytest.fixture
def locked(tiny: Path) -> Path:
    """TINY, locked."""
    assert songbuild("lock", tiny).code == 0
    return tiny


@pytest.fixture
def flawed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Path]:
    """TINY, locked by a songbuild whose gain puts a click into it; the process that verifies has no such flaw."""

    def lock(click: float) -> Path:
        routed, seen = gain._routed, [0]

        def flaw(x: object, channels: str) -> object:
            y = routed(x, channels).copy()  # type: ignore[arg-type, call-overload]
            if 0 <= AT - seen[0] < y.shape[1]:
                y[:, AT - seen[0]] += click
            seen[0] += y.shape[1]
            return y

        with monkeypatch.context() as patch:
            patch.setattr(gain, "_routed", flaw)
            assert songbuild("lock", tiny, "--threads", "1").code == 0
        return tiny

    return lock


def test_an_untouched_song_verifies_under_other_circumstances(locked: Path, own_home: Path) -> None:
    ran = songbuild("verify", locked)
    assert (ran.code, ran.err) == (0, "")
    verdict, how = ran.out.splitlines()
    assert verdict == f"as locked: 5 nodes and 2 files, 2 of them in {locked}/out"
    assert how.startswith("built from nothing, backwards, on ")
    assert "TZ=Pacific/Chatham LC_ALL=tr_TR.UTF-8 PYTHONHASHSEED=2718" in how
    assert [*(own_home / "cache/tmp").iterdir()] == []


def test_a_file_edited_by_hand_is_named_and_one_that_is_not_there_is_not(locked: Path) -> None:
    wav = locked / "out/tiny-24bit.wav"
    data = bytearray(wav.read_bytes())
    data[-6 * 4_410] ^= 1
    wav.write_bytes(data)
    (locked / "out/SHA256SUMS").unlink()
    (locked.parent / "secret").write_text("not a file of the song, whatever the lock says")
    with (locked / "songbuild.lock").open("a") as lock:
        lock.write(f"  ../../secret: {{size: 1, digest: {'a' * 64}, audio: null}}\n")
    ran = songbuild("verify", locked, "--json")
    assert ran.code == 1
    stray, edited = [event for event in ran.events if event["event"] == "problem"]
    assert stray["message"] == "../../secret is not made"
    assert (edited["file"], edited["code"]) == ("songbuild.lock", "LOCK040")
    assert edited["message"].startswith(f"{wav} is not the file that was locked; it first differs at sample ")
    difference = ran.events[-1]["differences"][1]
    assert difference["file"] == "tiny-24bit.wav"
    assert -139 < difference["null_db"] < -41


def test_what_comes_out_otherwise_is_named_with_node_tile_sample_and_null(flawed: Callable[[float], Path]) -> None:
    song = flawed(2**-10)
    ran = songbuild("verify", song, "--json")
    assert ran.code == 1
    assert ran.events[-1]["differences"] == [
        {"node": "channel low", "tile": 2, "frame": AT, "channel": 0, "null_db": -59.2}
    ]
    (problem,) = [event for event in ran.events if event["event"] == "problem"]
    assert problem["message"] == (
        "channel low: tile 2 of 2 at sample 88200 (2.000 s, bar 3) is not as locked; it first differs at "
        "sample 100000 (2.268 s, bar 3), channel 1, and nulls to -59.2 dBFS"
    )
    shutil.rmtree(Path(songbuild("doctor", "--json").events[0]["cache"]) / "blobs")
    gone = songbuild("verify", song, "--json").events[-1]["differences"]
    assert gone[0] == {"node": "channel low", "tile": 2}
    assert (gone[1]["file"], gone[1]["frame"], gone[1]["null_db"]) == ("tiny-24bit.wav", AT, -68.2)


def test_a_recipe_that_looks_at_the_hash_seed_is_found_out(
    locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(
        "import os\n"
        "if os.environ['PYTHONHASHSEED'] == '2718' and os.environ['TZ'] == 'Pacific/Chatham':\n"
        "    from songbuild.devices.effects import gain\n"
        "    routed = gain._routed\n"
        "    gain._routed = lambda x, channels: routed(x, channels) * 1.001\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    ran = songbuild("verify", locked)
    assert ran.code == 1
    assert "error[LOCK039]: channel low: tile 1 of 2 at sample 0" in ran.err
    nulled = re.search(r"nulls to (\S+) dBFS", ran.err)
    assert nulled is not None
    assert float(nulled[1]) == pytest.approx(-14.7 + 20 * log10(0.001), abs=0.2)


def test_with_a_tolerance_versions_are_warnings_and_audio_has_to_null(flawed: Callable[[float], Path]) -> None:
    song = flawed(2**-20)
    edit(song, "  songbuild: ", "  songbuild: 0.0.1+", "songbuild.lock")
    refused = songbuild("verify", song)
    assert (refused.code, refused.out) == (1, "")
    assert "'--tolerance -120' compares what is heard" in refused.err
    near = songbuild("verify", song, "--tolerance", "-120")
    assert near.code == 0
    assert "warning[LOCK033]: songbuild is" in near.err
    assert near.out.splitlines()[0] == "tiny-24bit.wav: null -128.9 dBFS"
    far = songbuild("verify", song, "--tolerance", "-140")
    assert far.code == 1
    assert "tiny-24bit.wav doesn't null below -140 dBFS; it first differs at sample 100000" in far.err


def test_another_song_is_not_even_built(locked: Path) -> None:
    edit(locked, "a1 c2", "a1 e2")
    ran = songbuild("verify", locked, "--json")
    assert ran.code == 1
    assert [event["event"] for event in ran.events] == ["problem", "result"]
    assert ran.events[0]["line"] == 6


def test_no_lock_and_wrong_usage(tiny: Path) -> None:
    ran = songbuild("verify", tiny)
    assert (ran.code, "no 'songbuild.lock'" in ran.err, "'songbuild lock' writes it" in ran.err) == (1, True, True)
    assert songbuild("verify", tiny, "--tolerance", "3").code == 2
