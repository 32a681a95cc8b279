"""`songbuild diff --audio` over a history in git."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from repositories import git
from shell import TINY, edit, songbuild
from songbuild.app.telling.schema import SCHEMA
from support import write_wav

SUNG = TINY.replace("{low: bass}", "{low: bass, voice: {recording: voice}}").replace(
    "mix:\n", "recordings: {voice: {takes: {one: voice.wav}}}\nmix:\n"
)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """The folder of a song with a recording, committed once."""
    repository = git(tmp_path / "repo")
    repository.write("song.yaml", SUNG)
    write_wav(repository.folder / "voice.wav", np.random.default_rng(1).uniform(-0.1, 0.1, (1, 60_000)))
    repository.commit("first")
    return repository.folder


def test_a_new_take_and_a_fader_are_heard(history: Path, tmp_path: Path) -> None:
    edit(history, "gain_db: -6", "gain_db: -3")
    write_wav(history / "voice.wav", np.random.default_rng(1).uniform(-0.2, 0.2, (1, 60_000)))
    ran = songbuild("diff", "--audio", "--html", tmp_path / "page.html", cwd=history)
    assert ran.code == 0, ran.err
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "low: 3.0 LU louder throughout" in lines
    assert any(line.startswith("voice") and "6.0 LU louder" in line for line in lines)
    assert "listen: page_audio/before-1.flac, page_audio/after-1.flac (a 1, bars 1-2)" in lines
    assert (tmp_path / "page_audio" / "before-1.flac").is_file()
    assert "page_audio/before-1.flac" in (tmp_path / "page.html").read_text()
    assert not (history / "out").exists()


def test_the_data_is_as_the_schema_says(history: Path) -> None:
    edit(history, "gain_db: -6", "gain_db: -3")
    ran = songbuild("diff", "--audio", "--json", cwd=history)
    assert ran.code == 0
    data = json.loads(ran.out)
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    by_name = {stream["name"]: stream for stream in data["heard"]["streams"]}
    assert by_name["voice"]["same"]
    assert by_name["low"]["whole"]["null_db"] == pytest.approx(-7.69, abs=0.02)


def test_a_recording_that_is_gone_is_told(history: Path) -> None:
    (history / "voice.wav").unlink()
    ran = songbuild("diff", "--audio", cwd=history)
    assert ran.code == 1
    assert "after: it can't be rendered: song.yaml:" in ran.out
    assert "voice.wav" in ran.out
    assert "Traceback" not in ran.err
