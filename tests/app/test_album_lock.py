"""`songbuild lock`, `render --locked` and `verify` of an album."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from mutagen.flac import FLAC

from albums import write_pair
from shell import edit, songbuild
from songbuild.devices.effects import gain
from songbuild.engine import digest_file

WriteSong = Callable[..., Path]


@pytest.fixture
def locked(write_song: WriteSong) -> Path:
    """The pair, locked."""
    album = write_pair(write_song)
    assert songbuild("lock", album).code == 0
    return album


def lock_of(album: Path) -> dict[str, Any]:
    found = yaml.safe_load((album / "songbuild.lock").read_text())
    assert isinstance(found, dict)
    return found


def held(album: Path, *command: str) -> list[str]:
    """What is held against an album: the first line of every problem."""
    ran = songbuild(*(command or ("render", "--locked")), album)
    found = [line for line in ran.err.splitlines() if "[LOCK" in line]
    assert ran.code == int(bool(found))
    return found


def test_one_lock_is_over_the_album_and_its_songs(locked: Path) -> None:
    lock = lock_of(locked)
    assert {"title": "Pair", "first: tempo": 240, "second: title": "Second"}.items() <= lock["song"].items()
    assert [name for name in lock["song"] if name.endswith("seed")] == ["first: seed", "second: seed", "seed"]
    assert set(lock["presets"]) == {"songbuild: compressor/vocal.yaml", "second: presets/gain/mine.yaml"}
    assert lock["files"] == {
        f"second: takes/{take}.wav": f"blake3:{digest_file(locked / f'second/takes/{take}.wav')}"
        for take in ("one", "two")
    }
    assert list(lock["loudness_gain_db"]) == ["album gain", "first: loudness gain"]
    assert {"album", "track 02", "first: track low", "second: recording part", "second: master"} < set(lock["nodes"])
    assert [name for name, made in lock["delivered"].items() if made["audio"]] == [
        "flac/01-first.flac",
        "flac/02-the-second.flac",
    ]
    assert lock["locks"] == {}


def test_an_untouched_album_renders_locked_and_has_the_same_lock(locked: Path) -> None:
    before = (locked / "songbuild.lock").read_bytes()
    assert held(locked) == []
    assert songbuild("lock", locked, "--cache", locked / "other").out.splitlines()[-1].endswith("is as it was")
    assert (locked / "songbuild.lock").read_bytes() == before


def test_what_differs_is_named_at_its_place_in_album_or_song(locked: Path) -> None:
    edit(locked, "gap: 1", "gap: 2", "album.yaml")
    edit(locked / "first", "tempo: 240", "tempo: 250")
    (locked / "second/presets/gain/mine.yaml").write_text("gain_db: -4\n")
    take = locked / "second/takes/two.wav"
    take.write_bytes(take.read_bytes()[:-2] + b"\1\0")
    line = _line(locked, "presets/gain/mine.yaml")
    assert sorted(line.split(": error", 1) for line in held(locked)) == [
        ["album.yaml:3:36", "[LOCK035]: songs.1.gap is 2.0, locked 1.0"],
        ["first/song.yaml:2:8", "[LOCK035]: first: tempo is 250, locked 240"],
        ["second/song.yaml:6:60", "[LOCK037]: second: takes/two.wav is not as locked"],
        ["second/song.yaml:9:66", "[LOCK035]: second: mix.channels.high.inserts.1.params.gain_db is -4.0, locked -3.0"],
        [f"songbuild.lock:{line}:3", "[LOCK036]: second: presets/gain/mine.yaml is not as locked"],
    ]


def _line(album: Path, text: str) -> int:
    lines = (album / "songbuild.lock").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_songs_own_lock_is_named_by_its_digest_and_missed_when_it_is_another(locked: Path) -> None:
    assert songbuild("lock", locked / "first").code == 0
    own = locked / "first/songbuild.lock"
    assert [line.split("]: ")[1] for line in held(locked)] == ["first: its own lock is new"]
    assert songbuild("lock", locked).code == 0
    assert lock_of(locked)["locks"] == {"first": f"blake3:{digest_file(own)}"}
    assert held(locked) == []
    own.write_text(own.read_text() + "# another\n")
    assert [line.split("]: ")[1] for line in held(locked)] == ["first: its own lock is not the one that was locked"]
    own.unlink()
    assert [line.split("]: ")[1] for line in held(locked, "verify")] == ["first: its own lock is gone"]


def test_a_song_that_isnt_as_its_own_lock_says_keeps_the_album_from_being_locked(locked: Path) -> None:
    assert songbuild("lock", locked / "first").code == 0
    before = (locked / "songbuild.lock").read_bytes()
    own = locked / "first/songbuild.lock"
    text = own.read_text()
    own.write_text(text.replace("tempo: 240", "tempo: 241"))
    assert held(locked, "lock") == [
        "first/song.yaml:2:8: error[LOCK035]: by the lock of first, tempo is 240, locked 241"
    ]
    node = text.index("  mix: ") + len("  mix: ")
    own.write_text(text[:node] + "0000" + text[node + 4 :])
    line = text[:node].count("\n") + 1
    assert held(locked, "lock") == [
        f"first/songbuild.lock:{line}:3: error[LOCK044]: by the lock of first, mix is not as locked"
    ]
    assert (locked / "songbuild.lock").read_bytes() == before


def test_an_untouched_album_verifies_under_other_circumstances(locked: Path) -> None:
    ran = songbuild("verify", locked)
    assert (ran.code, ran.err) == (0, "")
    verdict, how = ran.out.splitlines()
    assert verdict == f"as locked: {len(lock_of(locked)['nodes'])} nodes and 4 files, 4 of them in {locked}/out"
    assert how.startswith("built from nothing, backwards, on ")


def test_verify_names_song_node_tile_sample_and_null(write_song: WriteSong, monkeypatch: pytest.MonkeyPatch) -> None:
    album, routed, seen = write_pair(write_song), gain._routed, [0]

    def flaw(x: Any, channels: str) -> Any:
        """A click of 0.01 at frame 100 000 of the first song, in a songbuild that `verify` doesn't have."""
        y = routed(x, channels).copy()
        if 0 <= 100_000 - seen[0] < y.shape[1]:
            y[:, 100_000 - seen[0]] += 0.01
        seen[0] += y.shape[1]
        return y

    with monkeypatch.context() as patch:
        patch.setattr(gain, "_routed", flaw)
        edit(album / "second", ", gain/mine", "")
        assert songbuild("lock", album, "--threads", "1").code == 0
    ran = songbuild("verify", album, "--json")
    (found,) = [each for each in ran.events[-1]["differences"] if "node" in each]
    assert ran.code == 1
    assert (found["song"], found["node"], found["tile"]) == ("first", "first: channel low", 2)
    assert (found["frame"], found["channel"]) == (100_000, 0)
    assert found["null_db"] == pytest.approx(-40, abs=2)
    (message,) = [each["message"] for each in ran.events if each.get("code") == "LOCK039"]
    assert message.startswith("first: channel low: tile 2 of 2 at sample 88200 (2.000 s, bar 3) is not as locked")


def test_a_delivered_file_that_was_edited_is_named(locked: Path) -> None:
    flac = locked / "out/flac/01-first.flac"
    tagged = FLAC(flac)
    tagged["title"] = "Another"
    tagged.save()
    (line,) = held(locked, "verify")
    assert line.endswith(f"{flac} is not the file that was locked; its audio is the same")
