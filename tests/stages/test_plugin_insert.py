"""Hosted plugins in a song: in time, in the key, and alone in their failing."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shell import edit, songbuild
from songbuild import api
from songbuild.devices.hosting.client import Host
from songbuild.engine import RecipeError
from songbuild.stages.plugins import _hosted
from support import read_wav, render, write_wav
from zam import COMP, INSTALLED, MAXIM, VERB

pytestmark = INSTALLED
RATE = 44_100
SECONDS = 1
WriteSong = Callable[..., Path]

SONG = """\
title: Hosted
tempo: 480
tail: 0
arrangement: {{tracks: {{one: {{recording: one}}, two: {{recording: two}}}}, sections: {{a: {{bars: 2}}}}, form: [a]}}
recordings:
  one: {{takes: {{a: {file}.wav}}}}
  two: {{takes: {{a: {{file: {file}.wav, polarity: inverted}}}}}}
mix:
  channels:
    one: {{inserts: [{inserts}]}}
master: {{loudness: null, ceiling: 0}}
delivery: {{formats: [wav24, stems]}}
"""
COMPRESS = "plugin: {path: ZamComp.vst3, parameters: {threshold_db: -30, ratio: 8}}"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What plugins have said of themselves, for all of these tests."""
    return tmp_path_factory.mktemp("plugins")


@pytest.fixture(autouse=True)
def asked_once(own_home: Path, answers: Path) -> None:
    """Loading a plugin takes half a second: ask each one only once."""
    (own_home / "cache").mkdir()
    (own_home / "cache/plugins").symlink_to(answers)


@pytest.fixture
def hosted(write_song: WriteSong) -> Callable[..., Path]:
    """Writes a song of two recordings, the second the first with its polarity inverted, the first with `inserts`."""

    def write(inserts: str, file: str = "wide") -> Path:
        song = write_song({"song.yaml": SONG.format(inserts=inserts, file=file)})
        noise = 0.1 * np.random.default_rng(7).standard_normal((2, SECONDS * RATE))
        write_wav(song / "wide.wav", noise)
        write_wav(song / "mono.wav", noise[:1])
        return song

    return write


def _stem(song: Path, name: str = "one") -> np.ndarray:
    return read_wav(song / "out" / "stems" / f"{name}.wav")


def _stems(song: Path, **options: object) -> api.Rendered:
    """Render the stems of a song, which takes half the time."""
    return render(song, selection=api.Selection(stems=True), trusted=True, threads=1, **options)


def _ran(song: Path) -> list[str]:
    """The nodes that a render ran."""
    done = _stems(song)
    return [node["node"] for node in done.facts["nodes"] if node["status"] in ("run", "partly")]


def test_two_renders_from_nothing_have_the_same_bytes(hosted: Callable[..., Path], tmp_path: Path) -> None:
    song = hosted(COMPRESS)
    sums = []
    for cache in ("a", "b"):
        _stems(song, cache=str(tmp_path / cache))
        sums.append((song / "out/SHA256SUMS").read_text())
    assert sums[0] == sums[1]
    assert np.sqrt(np.mean(_stem(song) ** 2)) < 0.5 * np.sqrt(np.mean(_stem(song, "two") ** 2))


def test_a_plugin_that_is_late_nulls_against_the_dry_path(hosted: Callable[..., Path]) -> None:
    song = hosted(f"gain: {{gain_db: 0}}, plugin: {{path: {MAXIM}}}")
    _stems(song)
    assert np.abs(_stem(song)).max() > 0.2
    assert not (_stem(song) + _stem(song, "two")).any()


def test_a_mono_channel_stays_mono_and_a_stereo_plugin_makes_it_stereo(hosted: Callable[..., Path]) -> None:
    levels = {}
    for inserts, name in (("", "dry"), ("plugin: {path: ZamComp.vst3}", "mono"), (f"plugin: {{path: {MAXIM}}}", "two")):
        song = hosted(inserts, "mono")
        _stems(song)
        levels[name] = 20 * np.log10(np.sqrt(np.mean(_stem(song) ** 2)))
    assert levels["mono"] == pytest.approx(levels["dry"], abs=0.1)
    # Stereo is balanced, mono panned at constant power: see docs/mix.md.
    assert levels["two"] == pytest.approx(levels["dry"] + 3.01, abs=0.1)


def test_effects_before_and_after_act_in_their_order(hosted: Callable[..., Path]) -> None:
    song = hosted(f"gain: {{gain_db: -24}}, {COMPRESS}, gain: {{gain_db: 24, name: up}}")
    _stems(song)
    # So far below its threshold the compressor does nothing.
    assert np.allclose(_stem(song), -_stem(song, "two"), atol=1e-3)
    song = hosted(f"gain: {{gain_db: 20}}, {COMPRESS}, gain: {{gain_db: -20, name: down}}")
    _stems(song)
    assert np.sqrt(np.mean(_stem(song) ** 2)) < 0.2 * np.sqrt(np.mean(_stem(song, "two") ** 2))


def test_what_changes_the_sound_is_in_the_key_and_nothing_else(hosted: Callable[..., Path], tmp_path: Path) -> None:
    song = hosted(f"gain: {{gain_db: 1}}, {COMPRESS}".replace("ZamComp", "own/ZamComp"))
    shutil.copytree(COMP, song / "own/ZamComp.vst3")
    assert "channel one" in _ran(song)
    edit(song, "parameters:", "name: squash, timeout_s: 9, parameters:")
    assert _ran(song) == []
    shutil.move(song / "own", song / "moved")
    edit(song, "own/", "moved/")
    assert _ran(song) == []
    edit(song, "-30", "'-28 dB'")
    ran = _ran(song)
    assert "channel one" in ran
    assert "channel one to insert 1" not in ran
    (song / "moved/ZamComp.vst3/Contents/new.txt").write_text("an update")
    assert "channel one" in _ran(song)
    with Host(COMP, 30) as host:
        host.open(None, {"ratio": 2.0})
        (song / "soft.state").write_bytes(host.state())
    edit(song, "name: squash", "state: soft.state")
    assert "channel one" in _ran(song)
    assert _ran(song) == []


def test_explain_names_the_parameter_and_its_place(hosted: Callable[..., Path]) -> None:
    song = hosted(COMPRESS)
    render(song, trusted=True, threads=1)
    edit(song, "-30", "'-28 dB'")
    assert "ZamComp.threshold_db: -30 -> -28 (song.yaml:10:77)" in songbuild("explain", song, "--trust").out


def test_a_plugin_that_hangs_takes_only_what_needs_it(hosted: Callable[..., Path]) -> None:
    song = hosted(f"plugin: {{path: {VERB}, timeout_s: 1}}")
    began = time.monotonic()
    ran = songbuild("render", song, "--trust", "--stems", "--threads", 1)
    assert time.monotonic() - began < 8
    assert ran.code == 1
    failed = r"song\.yaml:10:\d+: error\[BLD001\]: channel one: ZamVerb\.vst3 took longer than 1 s to load"
    assert re.search(failed, ran.err)
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in (song / "out").rglob("*.wav")) == ["two.wav"]
    assert songbuild("check", song, "--trust").err.count("warning[MIX017]") == 1


def test_a_plugin_runs_only_in_a_trusted_project(hosted: Callable[..., Path]) -> None:
    song = hosted(COMPRESS)
    ran = songbuild("check", song)
    assert (ran.code, "song.yaml:10:36: error[MAN007]: 'ZamComp.vst3' is code" in ran.err) == (1, True)
    assert songbuild("trust", song).code == 0
    assert songbuild("check", song).code == 0
    edit(song, "parameters:", "bypass: true, parameters:")
    songbuild("trust", song, "--remove")
    assert songbuild("check", song).code == 0  # what is bypassed isn't run


@pytest.mark.parametrize(
    ("inserts", "said"),
    [
        ("plugin: {path: ZamCom.vst3}", ("MAN003", "no plugin 'ZamCom.vst3' did you mean 'ZamComp.vst3'?")),
        (
            "plugin: {path: ZamComp.vst3, parameters: {ratoi: 2}}",
            ("MIX001", "no parameter 'ratoi' did you mean 'ratio'"),
        ),
        ("plugin: {path: ZamComp.vst3, parameters: {ratio: 99}}", ("MIX005", "99 is out of range 1 to 20 is possible")),
        ("plugin: {path: ZamComp.vst3, state: none.state}", ("MAN003", "no file 'none.state'")),
        ("plugin: {path: ZamComp.vst3, state: song.yaml}", ("MAN005", "neither a .vstpreset nor a saved state")),
        ("plugin: {path: ZamComp.vst3, state: ../a.state}", ("MAN002", "leads out of the song's folder")),
        ("plugin: {path: ZamComp.vst3, sidechain: two}", ("MIX011", "no side-chain")),
        ("plugin: {parameters: {}}", ("MIX002", "'path' is missing")),
        (
            "plugin: {path: ZamComp.vst3, paramters: {}}",
            ("MIX001", "unknown key 'paramters' did you mean 'parameters'?"),
        ),
        ("plugn: {path: ZamComp.vst3}", ("MIX003", "unknown effect 'plugn' did you mean 'plugin'?")),
    ],
)
def test_mistakes_are_located(hosted: Callable[..., Path], inserts: str, said: tuple[str, str]) -> None:
    (song := hosted(inserts)).with_name("a.state").write_bytes(b"VC2!")
    _, problems = api.check(song, trusted=True)
    assert [problem.code for problem in problems] == [said[0]]
    assert said[1] in f"{problems[0].message} {problems[0].hint}"
    assert (problems[0].span.file, problems[0].span.line) == ("song.yaml", 10)


def test_a_plugin_s_parameters_can_t_be_automated(hosted: Callable[..., Path]) -> None:
    song = hosted(COMPRESS)
    edit(song, f"[{COMPRESS}]", f'[{COMPRESS}], automation: {{plugin.ratio: "1: 2, 2: 4"}}')
    _, problems = api.check(song, trusted=True)
    assert [(problem.code, problem.span.line) for problem in problems] == [("MIX015", 10)]


def test_plugins_act_on_buses_the_mix_and_the_master(write_song: WriteSong) -> None:
    text = SONG.format(inserts="", file="wide").replace("one: {inserts: []}", "one: {to: group}")
    text = text.replace(
        "channels:", "inserts: [INSERT]\n  buses: {group: {inserts: [INSERT, gain: {gain_db: 0}]}}\n  channels:"
    )
    text = text.replace("loudness: null", "loudness: null, chain: [INSERT]").replace(
        "INSERT", f"plugin: {{path: {MAXIM}}}"
    )
    song = write_song({"song.yaml": text})
    write_wav(song / "wide.wav", 0.1 * np.random.default_rng(7).standard_normal((2, SECONDS * RATE)))
    done = render(song, trusted=True, threads=1)
    names = [node["node"] for node in done.facts["nodes"]]
    assert {"bus group before inserts", "bus group to insert 1", "mix before inserts", "mix", "master chain"} <= {
        *names
    }
    assert not read_wav(song / "out" / "hosted-24bit.wav").any()


class _Signal:
    """A finished stream whose every sample is `value`, as a recipe reads it."""

    channels, frames = 1, 3 * RATE

    def __init__(self, value: float) -> None:
        self.value = value

    def read(self, start: int, stop: int) -> np.ndarray:
        return np.full((1, stop - start), self.value)


def _made(value: float) -> Iterator[Any]:
    params = {"plugin_name": None, "parameters": {}, "members": ["."], "widths": [1], "state": False}
    return _hosted(30.0, [_Signal(value)], params, RATE, [COMP])  # type: ignore[list-item]


def test_the_output_is_as_long_as_the_input() -> None:
    assert sum(piece.shape[1] for piece in _made(0.1)) == 3 * RATE


def test_what_isn_t_finite_is_an_error_with_its_place() -> None:
    with pytest.raises(RecipeError, match=r"ZamComp\.vst3 puts out NaN or infinity at 0\.000 s"):
        list(_made(float("nan")))


def test_what_the_page_shows_is_accepted(write_song: WriteSong) -> None:
    page = Path(__file__).resolve().parents[2] / "docs/plugins.md"
    (block,) = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    frame = "title: Page\narrangement: {tracks: {bass: bass}, sections: {a: {bars: 1}}, form: [a]}\nmix: mix.yaml\n"
    song = write_song({"song.yaml": frame, "mix.yaml": block})
    assert [problem for problem in api.check(song, trusted=True)[1] if problem.span.file == "mix.yaml"] == []


def test_nothing_is_left_running(hosted: Callable[..., Path]) -> None:
    pieces = _made(0.1)
    next(pieces)
    running = [path for path in Path("/proc").glob("[0-9]*/cmdline") if _hosts(path)]
    assert running
    pieces.close()  # type: ignore[attr-defined]
    assert not [path for path in running if _hosts(path)]


def _hosts(path: Path) -> bool:
    """Whether a process is the host of a plugin that this one started."""
    try:
        parent = int(path.with_name("stat").read_text().rpartition(")")[2].split()[1])
        return b"hosting/child.py" in path.read_bytes() and parent == os.getpid()
    except OSError:
        return False
