"""`songbuild render` of an unchanged song: says so at once, and never wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shell import TINY, edit, settle, songbuild
from songbuild import api

WriteSong = Callable[..., Path]
HEAVY = {"numpy", "scipy", "pydantic", "pydantic_core", "yaml", "click", "rich", "blake3", "soundfile", "pathlib"}


@pytest.fixture
def rendered(write_song: WriteSong) -> Path:
    """A song in two files with a preset of songbuild's own, rendered, as a record says."""
    text = TINY.replace("inserts: [gain: {gain_db: 1}]", "inserts: [eq/bass]")
    song = write_song({"song.yaml": text.split("mix:")[0] + "mix: mix.yaml\n" + "master:" + text.split("master:")[1]})
    mix = text.split("mix:\n")[1].split("master:")[0]
    (song / "mix.yaml").write_text("\n".join(line.removeprefix("  ") for line in mix.splitlines()))
    settle()
    assert songbuild("render", song).code == 0
    assert at_once(song)
    return song


def at_once(song: Path) -> bool:
    """Whether `render` finds that there is nothing to do without looking further."""
    ran = songbuild("render", song)
    assert ran.code == 0
    return ran.out.endswith("\nnothing to do\n")


def test_it_repeats_what_the_render_said(rendered: Path) -> None:
    lines = songbuild("render", rendered).out.splitlines()
    assert lines[0] == "Tiny: 0:04, 1 track"
    assert lines[1].startswith("integrated -")
    assert lines[2:] == [f"{rendered}/out/tiny-24bit.wav", f"{rendered}/out/SHA256SUMS", "nothing to do"]


def test_it_repeats_warnings(tiny: Path) -> None:
    edit(tiny, "patterns:\n", 'patterns:\n    spare: "c2:1"\n')
    settle()
    first = songbuild("render", tiny)
    again = songbuild("render", tiny)
    assert "nothing uses the pattern 'spare'" in first.err
    assert again.out.endswith("nothing to do\n")
    assert again.err.splitlines() == first.err.splitlines()[:-1]


def test_as_a_process_it_imports_next_to_nothing(rendered: Path) -> None:
    argv = ["songbuild", "render", str(rendered)]
    code = f"import sys; sys.argv = {argv!r}; from songbuild.app.cli import main; main()"
    ran = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("nothing to do\n")
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "songbuild.engine.unchanged" in imported
    assert HEAVY & {name.partition(".")[0] for name in imported} == set()


@pytest.mark.parametrize("name", ["song.yaml", "mix.yaml", "out/tiny-24bit.wav", "out/SHA256SUMS"])
def test_a_file_that_was_touched_or_changed_is_looked_at(rendered: Path, name: str) -> None:
    os.utime(rendered / name)
    settle()
    assert not at_once(rendered)
    assert at_once(rendered)
    with (rendered / name).open("ab") as file:
        file.write(b"\n")
    settle()
    assert not at_once(rendered)
    assert at_once(rendered)


@pytest.mark.parametrize("name", ["out/tiny-24bit.wav", "out/SHA256SUMS"])
def test_a_delivered_file_that_was_deleted_comes_back(rendered: Path, name: str) -> None:
    before = (rendered / name).read_bytes()
    (rendered / name).unlink()
    assert not at_once(rendered)
    assert (rendered / name).read_bytes() == before


def test_a_manifest_that_was_deleted_is_a_problem(rendered: Path) -> None:
    (rendered / "mix.yaml").unlink()
    assert songbuild("render", rendered).code == 1


def test_a_preset_of_the_songs_own_takes_the_place_of_songbuilds(rendered: Path) -> None:
    before = (rendered / "out/tiny-24bit.wav").read_bytes()
    preset = rendered / "presets/eq/bass.yaml"
    preset.parent.mkdir(parents=True)
    preset.write_text("bands: [{type: peak, freq_hz: 100, gain_db: 12}]\n")
    settle()
    assert not at_once(rendered)
    assert (rendered / "out/tiny-24bit.wav").read_bytes() != before
    assert at_once(rendered)
    preset.unlink()
    assert not at_once(rendered)
    assert (rendered / "out/tiny-24bit.wav").read_bytes() == before


def test_a_module_beside_a_script_is_an_input(write_song: WriteSong) -> None:
    files = {
        "song.yaml": TINY.split("mix:")[0] + "mix: mix.py\n" + "master:" + TINY.split("master:")[1],
        "mix.py": "import levels\n\n\ndef mix():\n    return {'channels': {'low': {'gain_db': levels.LOW}}}\n",
        "levels.py": "LOW = -6\n",
    }
    song = write_song(files)
    assert songbuild("trust", song).code == 0
    settle()
    songbuild("render", song)
    assert at_once(song)
    before = (song / "out/tiny-24bit.wav").read_bytes()
    (song / "levels.py").write_text("LOW = -12\n")
    settle()
    assert not at_once(song)
    assert (song / "out/tiny-24bit.wav").read_bytes() != before


def test_another_spelling_of_the_folder_is_the_same_song(rendered: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(rendered)
    for spelling in (f"{rendered}/", rendered / "song.yaml", rendered / "../song", tmp_path / "link"):
        assert at_once(Path(spelling) if isinstance(spelling, str) else spelling)
    assert songbuild("render", cwd=rendered).out.endswith("nothing to do\n")
    assert songbuild("render", ".", cwd=rendered).out.endswith("nothing to do\n")
    assert songbuild("render", "song/", cwd=rendered.parent).out.endswith("nothing to do\n")


def test_another_songbuild_looks_again(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("songbuild.app.unchanged.__version__", "0.0.0")
    assert not at_once(rendered)


def test_songbuild_itself_is_an_input(rendered: Path) -> None:
    import json

    from songbuild.engine.unchanged import default_folder

    (record,) = Path(default_folder()).glob("songs/*/record.json")
    inputs = {Path(name).name for name in json.loads(record.read_text())["inputs"]}
    assert {"song.yaml", "mix.yaml", "bass.yaml", "rendering.py", "strip.py", "kernels.py"} <= inputs


def test_a_damaged_record_is_no_answer(rendered: Path) -> None:
    from songbuild.engine.unchanged import default_folder

    (record,) = Path(default_folder()).glob("songs/*/record.json")
    for text in ("", "{}", record.read_text().replace('"summary"', '"summery"'), "[1]"):
        record.write_text(text)
        assert not at_once(rendered)


def test_trust_is_not_asked_for_anything_where_nothing_runs(rendered: Path) -> None:
    assert songbuild("render", rendered, "--trust").out.endswith("\nnothing to do\n")
    assert songbuild("render", "--trust", rendered).out.endswith("\nnothing to do\n")


def test_anything_asked_for_is_done(rendered: Path) -> None:
    assert "nothing ran, 7 reused" in songbuild("render", rendered, "--threads", "1").out
    assert songbuild("render", rendered, "--json").events[-1]["event"] == "result"


def test_what_another_place_was_given_is_not_recorded(rendered: Path, tmp_path: Path) -> None:
    ran = songbuild("render", rendered, "--out", tmp_path / "elsewhere")
    assert "nothing ran" in ran.out
    assert (tmp_path / "elsewhere/tiny-24bit.wav").read_bytes() == (rendered / "out/tiny-24bit.wav").read_bytes()
    assert at_once(rendered)


def test_an_edit_while_it_renders_is_not_missed(tiny: Path) -> None:
    """What was read is the old text; the record of the render must not hold the stamp of the new one."""
    settle()

    def save(event: dict[str, Any]) -> None:
        if event["event"] == "start":
            edit(tiny, "c2 e2 g2", "c2 e2 a2")
            settle()

    api.render(tiny, on_event=save)
    settle()
    ran = songbuild("render", tiny)
    assert "6 nodes ran" in ran.out or "7 nodes ran" in ran.out
    assert at_once(tiny)


def test_an_edit_after_the_song_was_read_is_not_missed(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle()
    load = api.song.load_manifest

    def late(*arguments: Any, **options: Any) -> Any:
        loaded = load(*arguments, **options)
        edit(tiny, "c2 e2 g2", "c2 e2 a2")
        return loaded

    with monkeypatch.context() as patch:
        patch.setattr(api.song, "load_manifest", late)
        api.render(tiny)
    settle()
    assert "7 nodes ran" in songbuild("render", tiny).out
