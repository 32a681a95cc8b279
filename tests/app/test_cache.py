"""`songbuild cache stats`, `songbuild cache verify` and what `songbuild gc` leaves."""

from __future__ import annotations

import json
import os
from pathlib import Path

from shell import edit, songbuild


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


def test_stats_of_an_empty_cache_and_of_one_with_a_song(tiny: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (facts,) = songbuild("cache", "stats", "--json", "--cache", cache).events
    assert (facts["blobs"], facts["blob_bytes"], facts["songs"], facts["set_aside"]) == (0, 0, [], 0)
    songbuild("render", tiny, "--cache", cache)
    edit(tiny, "gain_db: 1}", "gain_db: 2}")
    songbuild("render", tiny, "--cache", cache)
    (facts,) = songbuild("cache", "stats", "--json", "--cache", cache).events
    (song,) = facts["songs"]
    assert song["song"].startswith("tiny-")
    assert facts["kept_bytes"] == song["bytes"] < facts["blob_bytes"] == sum(p.stat().st_size for p in files(cache))
    assert (facts["folder"], facts["writable"], facts["blobs"]) == (str(cache), True, len(files(cache)))
    lines = songbuild("cache", "stats", "--cache", cache).out.splitlines()
    assert lines[0] == str(cache)
    assert lines[1].startswith(f"  {facts['blobs']} blobs, ") and lines[1].endswith(" 0 % of the cap")
    assert lines[-1].startswith(f"  song       {song['song']}: ")


def test_stats_count_the_cap_and_name_a_size_that_is_none(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SONGBUILD_CACHE_CAP", "5GB")
    assert "  cap        5.0 GB" in songbuild("cache", "stats", "--cache", tmp_path / "cache").out.splitlines()
    monkeypatch.setenv("SONGBUILD_CACHE_CAP", "much")
    ran = songbuild("cache", "verify", "--cache", tmp_path / "cache")
    assert (ran.code, "SONGBUILD_CACHE_CAP: 'much' is not a size" in ran.err) == (2, True)


def test_verify_finds_damage_once_and_the_next_render_is_right(tiny: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    songbuild("render", tiny, "--cache", cache)
    delivered = (tiny / "out/tiny-24bit.wav").read_bytes()
    ran = songbuild("cache", "verify", "--cache", cache)
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "all is well")
    victims = files(cache)[::2]
    for path in victims:
        data = bytearray(path.read_bytes())
        data[len(data) // 3] ^= 16
        path.write_bytes(data)
    ran = songbuild("cache", "verify", "--json", "--cache", cache)
    (facts,) = ran.events
    assert ran.code == 1
    assert facts["damaged"] == [path.parent.name + path.name for path in victims]
    said = songbuild("cache", "stats", "--cache", cache).out
    assert f"  damaged    {len(victims)} files set aside: 'songbuild gc' removes them\n" in said
    ran = songbuild("cache", "verify", "--cache", cache)
    assert ran.code == 0
    assert "of the last builds missing: made again when needed" in ran.out
    (tiny / "out/tiny-24bit.wav").unlink()
    assert songbuild("render", tiny, "--cache", cache).code == 0
    assert (tiny / "out/tiny-24bit.wav").read_bytes() == delivered
    songbuild("gc", "--cache", cache)
    assert songbuild("cache", "stats", "--json", "--cache", cache).events[0]["set_aside"] == 0


def test_verify_says_what_it_found_to_people(tiny: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    songbuild("render", tiny, "--cache", cache)
    victim = files(cache)[0]
    victim.write_bytes(b"")
    lines = songbuild("cache", "verify", "--cache", cache).out.splitlines()
    assert lines[1:] == [
        "1 blob damaged: set aside, and made again when they are needed",
        f"  {victim.parent.name}{victim.name}",
    ]
    (cache / "traces.db").write_bytes(b"\xff" * 9000)
    ran = songbuild("cache", "verify", "--cache", cache)
    assert ran.code == 1
    assert "the database of traces was damaged: set aside" in ran.out


def test_gc_takes_nothing_that_the_last_build_or_the_lock_needs(tiny: Path, tmp_path: Path) -> None:
    """Collection: with no room at all the locked build and the last one stay whole, what was between them goes."""
    cache = ["--cache", tmp_path / "cache"]
    songbuild("render", tiny, *cache)
    assert songbuild("lock", tiny, *cache).code == 0
    for gain in ("1}", "2}", "3}"):
        if gain != "1}":
            edit(tiny, f"gain_db: {int(gain[0]) - 1}}}", f"gain_db: {gain}")
        songbuild("render", tiny, *cache)
    for path in files(tmp_path / "cache"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    dry = songbuild("gc", "--cap", "0", "--dry-run", "--json", *cache).events[0]
    assert len(files(tmp_path / "cache")) > dry["blobs"] > 0
    done = json.loads(songbuild("gc", "--cap", "0", "--json", *cache).out)
    assert done == dry
    (result,) = [e for e in songbuild("render", tiny, "--json", *cache).events if e["event"] == "result"]
    assert {node["status"] for node in result["nodes"]} == {"reused"}
    edit(tiny, "gain_db: 3}", "gain_db: 1}")
    (result,) = [e for e in songbuild("render", tiny, "--json", *cache).events if e["event"] == "result"]
    assert {node["status"] for node in result["nodes"]} == {"reused"}


def test_the_group_without_a_command_and_with_a_wrong_one() -> None:
    assert songbuild("cache").code == 0
    ran = songbuild("cache", "clean")
    assert (ran.code, "No such command 'clean'" in ran.err) == (2, True)
