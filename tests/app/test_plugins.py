"""songbuild plugins: what is installed, what a plugin takes, and its state in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import songbuild
from songbuild.devices.hosting import plugin
from zam import COMP, INSTALLED, VERB

pytestmark = INSTALLED


def test_what_is_installed_is_listed_without_loading_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "Some.vst3").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"")
    monkeypatch.setattr(plugin, "FOLDERS", (str(tmp_path),))
    assert songbuild("plugins").out == f"{tmp_path / 'Some.vst3'}\n"
    events = songbuild("plugins", "--json").events
    assert events == [{"event": "installed", "path": f"{tmp_path / 'Some.vst3'}"}, {"event": "result", "ok": True}]
    (tmp_path / "Some.vst3").unlink()
    assert songbuild("plugins").out == f"no plugin in {tmp_path}\n"


def test_a_plugin_s_parameters_are_shown_as_a_song_writes_them() -> None:
    ran = songbuild("plugins", "ZamComp.vst3")
    assert ran.code == 0
    assert "channels  mono; on a stereo signal one for each side" in ran.out
    assert any(line.split() == ["threshold_db", "0", "-80", "to", "0", "dB"] for line in ran.out.splitlines())
    shown, result = songbuild("plugins", COMP, "--json").events
    assert (shown["name"], shown["widths"], result["ok"]) == ("ZamComp", [1], True)
    assert {each["key"] for each in shown["parameters"]} >= {"threshold_db", "ratio", "attack_ms"}


def test_a_state_is_saved_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "presets/comp.state"
    ran = songbuild("plugins", COMP, "--set", "ratio=6", "--set", "threshold_db=-20 dB", "--save", file)
    assert ran.out.endswith(f"wrote {file}\n")
    (shown, _) = songbuild("plugins", COMP, "--state", file, "--json").events
    values = {each["key"]: each["value"] for each in shown["parameters"]}
    assert (values["ratio"], values["threshold_db"]) == (6, -20)


def test_plugins_that_can_t_be_loaded_are_problems_and_the_others_are_shown(tmp_path: Path) -> None:
    bad = tmp_path / "bad.vst3"
    bad.write_bytes(b"no plugin")
    ran = songbuild("plugins", bad, "ZamCom.vst3", COMP)
    assert (ran.code, "Traceback" in ran.err) == (1, False)
    assert "error[PLG002]: bad.vst3: Unable to scan plugin" in ran.err
    assert "there is no plugin 'ZamCom.vst3'\n     hint: did you mean 'ZamComp.vst3'?" in ran.err
    assert "ZamComp 4" in ran.out
    ran = songbuild("plugins", VERB, "--time-limit", 1, "--json")
    assert ran.code == 1
    assert "ZamVerb.vst3 took longer than 1 s" in ran.events[0]["message"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--save", "a.state"], "name the plugin"),
        ([COMP, VERB, "--save", "a.state"], "--save is for one plugin"),
        ([COMP, "--set", "ratio"], "--set takes PARAMETER=VALUE, not 'ratio'"),
        ([COMP, "--set", "ratoi=2"], "--set ratoi: no such parameter; did you mean 'ratio'?"),
        ([COMP, "--set", "ratio=99"], "--set ratio: 99 is out of range; 1 to 20 is possible"),
        ([COMP, "--state", __file__], "neither a .vstpreset nor a saved state"),
    ],
)
def test_wrong_usage(arguments: list[object], said: str) -> None:
    ran = songbuild("plugins", *arguments)
    assert (ran.code, said in ran.err) == (2, True), ran.err
