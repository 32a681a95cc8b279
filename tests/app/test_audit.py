"""`songbuild audit`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mutagen.flac import FLAC

from albums import ALBUM, RECORDED, write_pair
from shell import edit, songbuild
from songbuild.engine import digest_file
from support import write_wav

WriteSong = Callable[..., Path]


@pytest.fixture
def album(write_song: WriteSong) -> Path:
    """The pair without provenance, rendered and not locked."""
    folder = write_pair(write_song, ALBUM.replace(", provenance: true", ""))
    assert songbuild("render", folder).code == 0
    return folder


@pytest.fixture
def taken(write_song: WriteSong) -> Path:
    """The recorded song with its provenance, rendered."""
    song = write_song(
        {
            "song.yaml": RECORDED.replace("[wav24]", "[wav24, flac, provenance]"),
            "presets/gain/mine.yaml": "gain_db: -3\n",
        }
    )
    for take in ("one", "two"):
        write_wav(song / f"takes/{take}.wav", [0.1, -0.1] * 110_000, subtype="PCM_16")
    assert songbuild("render", song).code == 0
    return song


def audit(file: Path, *options: object) -> tuple[dict[str, Any], list[str]]:
    """The result of an audit, and the codes of its problems."""
    ran = songbuild("audit", file, "--json", *options)
    codes = [event["code"] for event in ran.events if event["event"] == "problem"]
    assert ran.code == int(not ran.events[-1]["ok"])
    return ran.events[-1], codes


def steps(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["node"]: step for step in found["steps"]}


def test_a_song_is_walked_down_to_take_preset_and_digest(taken: Path) -> None:
    assert songbuild("lock", taken).code == 0
    found, codes = audit(taken / "out/second-24bit.wav")
    assert (codes, found["match"], found["name"], found["current"]) == ([], "bytes", "second-24bit.wav", True)
    assert found["record"] == str(taken / "songbuild.lock")
    assert found["blake3"] == digest_file(taken / "out/second-24bit.wav")
    made = steps(found)
    assert [step["stage"] for step in found["steps"]] == ["delivery", "master", "mix", "mix", *["recordings"] * 3]
    wav, channel, comp = (made[name] for name in ("second-24bit.wav", "channel high", "recording part"))
    assert (wav["recipe"], wav["place"]) == ("delivery.wav 3", "song.yaml:11:22")
    assert [(each["device"], each["preset"], each["place"]) for each in channel["devices"]] == [
        ("compressor", "songbuild: compressor/vocal.yaml", "song.yaml:9:48"),
        ("gain", "presets/gain/mine.yaml", "song.yaml:9:66"),
    ]
    assert all(each["preset_digest"].startswith("blake2:") for each in channel["devices"])
    assert [(cut["take"], cut["bars"], cut["gain_db"], cut["place"]) for cut in comp["comp"]] == [
        ("one", "bar 1", 0.0, "song.yaml:7:12"),
        ("two", "bars 2-4", -2.0, "song.yaml:7:19"),
    ]
    assert comp["comp"][1]["source"] == comp["comp"][1]["start"] < 44_100 < comp["comp"][0]["stop"]
    (file,) = made["file takes/two.wav"]["files"]
    assert file["digest"] == f"blake3:{digest_file(taken / 'takes/two.wav')}"
    assert file["takes"] == [{"name": "two of part", "place": "song.yaml:6:53"}]
    assert {"name": "mix.channels.high.gain_db", "value": -4.0, "place": "song.yaml:9:34"} in made["mix"]["values"]
    assert all(step["digest"] for step in found["steps"][1:])


def test_a_track_of_an_album_is_walked_into_its_songs(album: Path, own_home: Path) -> None:
    found, codes = audit(album / "out/flac/02-the-second.flac")
    assert (codes, found["title"], found["current"]) == ([], "Pair", True)
    assert found["record"] == str(own_home / "cache")  # there is neither lock nor provenance
    made = steps(found)
    assert made["second: recording part"]["song"] == "second"
    assert made["second: channel high"]["devices"][1]["preset"] == "second: presets/gain/mine.yaml"
    assert made["second: file takes/one.wav"]["files"][0]["file"] == "second: takes/one.wav"
    assert made["first: track low"]["plays"] == [{"section": "a", "part": "line", "place": "first/song.yaml:9:40"}]
    assert made["first: track low"]["devices"] == [{"device": "bass", "place": "first/song.yaml:8:17"}]
    assert made["first: channel low"]["devices"][0]["values"] == [
        {"name": "gain_db", "value": 1.0, "place": "first/song.yaml:13:50"}
    ]


def test_people_read_the_same(taken: Path) -> None:
    ran = songbuild("audit", taken / "out/second.flac")
    assert (ran.code, ran.err) == (0, "")
    head, *stages = ran.out.split("\n\n")
    assert f"  is second.flac of 'Second', byte for byte: see {taken}/out/provenance.json" in head.splitlines()
    assert [stage.splitlines()[0] for stage in stages] == ["delivery", "master", "mix", "recordings"]
    assert "    take two, bars 2-4: frames 43835 to 176664 from its frame 43835, -2 dB  song.yaml:7:19" in stages[3]


def test_another_tag_is_told_from_another_sound(taken: Path) -> None:
    flac = taken / "out/second.flac"
    data = flac.read_bytes()
    tagged = FLAC(flac)
    tagged["title"] = "Another"
    tagged.save()
    ran = songbuild("audit", flac)
    assert ran.code == 0
    assert "warning[AUD003]: this file's audio is that of second.flac; its bytes differ" in ran.err
    write_wav(taken / "new.wav", [0.2] * 1000)
    flac.write_bytes((taken / "new.wav").read_bytes())
    found, codes = audit(flac)
    assert (codes, found["match"], found["ok"]) == (["AUD002"], "name", False)
    flac.write_bytes(data)
    assert audit(flac)[1] == []


def test_a_file_that_was_carried_away_is_found_again(taken: Path, tmp_path: Path) -> None:
    away = tmp_path / "away/mine.flac"
    away.parent.mkdir()
    shutil.copyfile(taken / "out/second.flac", away)
    assert audit(away, "--song", taken)[0]["record"] == str(taken / "out/provenance.json")
    assert audit(away)[0]["song"] == str(taken / "song.yaml")  # the cache remembers
    found, codes = audit(away, "--cache", tmp_path / "empty")
    assert (codes, found["ok"], found["steps"]) == (["AUD001"], False, [])
    shutil.copyfile(taken / "out/provenance.json", away.with_name("provenance.json"))
    found, codes = audit(away, "--cache", tmp_path / "empty")
    assert (codes, found["match"], found["steps"]) == (["AUD005"], "bytes", [])
    take = {"blake3": digest_file(taken / "takes/one.wav")}
    assert next(each for each in found["recorded"] if each["name"] == "takes/one.wav")["digest"].items() >= take.items()
    assert found["versions"]["songbuild"]


def test_what_has_changed_since_is_said(taken: Path) -> None:
    wav, provenance = taken / "out/second-24bit.wav", taken / "out/provenance.json"
    edit(taken, "gain_db: -4", "gain_db: -5")
    ran = songbuild("audit", wav)
    said = "since second-24bit.wav was made: mix.channels.high.gain_db is -5.0, locked -4.0"
    assert (ran.code, said in ran.err) == (0, True)
    provenance.unlink()
    found, codes = audit(wav)
    assert (codes, found["current"]) == (["AUD004"], False)
    edit(taken, "gain_db: -5", "gain_db: -4")
    assert audit(wav)[0]["current"] is True
    edit(taken, "[wav24, flac, provenance]", "[flac]")
    ran = songbuild("audit", wav)
    assert "the text as it is today makes no second-24bit.wav" in ran.err
    edit(taken, "tempo: 240", "tempo: fast")
    assert audit(wav)[1][0] == "SONG040"


def test_what_is_unknown_or_not_there(taken: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("x")
    assert audit(other) == (
        {"event": "result", "ok": False, "file": str(other), "blake3": digest_file(other), "steps": [], "recorded": []}
        | {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
        ["AUD001"],
    )
    assert songbuild("audit", tmp_path).err.startswith("error: ")
    assert songbuild("audit", tmp_path / "nothing.wav").code == 2
    assert songbuild("audit", other, "--song", tmp_path).err.endswith("is neither a song nor an album\n")
    (taken / "out/provenance.json").write_text(json.dumps({"_type": 1}))
    assert audit(taken / "out/second.flac")[0]["match"] == "bytes"
