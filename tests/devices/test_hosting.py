"""Hosted plugins: what they take, what they make, and that nothing they do gets out of their process."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from songbuild.devices.hosting import plugin as plugins
from songbuild.devices.hosting.client import PIECE, Host, Samples
from songbuild.devices.hosting.facts import Facts
from songbuild.devices.hosting.plugin import find, members, read_state
from songbuild.devices.hosting.probe import probe
from songbuild.engine import RecipeError
from zam import COMP, INSTALLED, MAXIM, VERB, gone

pytestmark = INSTALLED
RATE = 44_100
LOUD = {"threshold_db": -30.0, "ratio": 8.0}


@pytest.fixture(scope="module")
def comp() -> Facts:
    """The facts of ZamComp."""
    with Host(COMP, 30) as host:
        host.open()
        return host.facts()


def _noise(channels: int, seed: int = 5) -> Samples:
    return (0.3 * np.random.default_rng(seed).standard_normal((channels, PIECE))).astype(np.float32)


def _through(x: Samples, path: Path = COMP, state: bytes = b"", **parameters: float) -> tuple[Samples, bytes]:
    """What a plugin makes of `x`, and its state afterwards."""
    with Host(path, 30) as host:
        host.open(None, parameters, state)
        host.start(RATE, len(x), (1,) if path == COMP else (2,))
        return host.run(x, "at 0 s"), host.state()


def test_a_plugin_says_what_it_takes(comp: Facts) -> None:
    assert (comp.name, comp.widths, comp.latency, comp.instrument) == ("ZamComp", (1,), 0, False)
    threshold = next(each for each in comp.parameters if each.key == "threshold_db")
    assert (threshold.kind, threshold.unit, threshold.range) == ("number", "dB", "-80 to 0 dB")
    program = next(each for each in comp.parameters if each.key == "current_program")
    assert program.range == "Zero, PoppySnare, VocalLeveller"
    assert Facts.of(comp.json()) == comp


def test_parameters_act_and_a_threshold_lowers_what_is_above_it() -> None:
    x = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(PIECE) / RATE)[None].astype(np.float32)
    levels = []
    for parameters in ({"threshold_db": 0.0}, LOUD):
        y, _ = _through(x, **parameters)
        levels.append(20 * np.log10(np.abs(y[0, PIECE // 2 :]).max() / 0.5))
    assert levels[0] == pytest.approx(0, abs=0.1)
    over = 20 * np.log10(0.5) + 30
    assert levels[1] == pytest.approx(-over * (1 - 1 / 8), abs=2.5)


def test_two_processes_make_the_same_bytes_and_a_state_restores_them() -> None:
    x = _noise(1)
    first, state = _through(x, **LOUD)
    again, _ = _through(x, **LOUD)
    restored, same = _through(x, state=state)
    plain, _ = _through(x)
    assert first.tobytes() == again.tobytes() == restored.tobytes() != plain.tobytes()
    assert same == state


def test_parameters_are_set_after_the_state() -> None:
    x = _noise(1)
    _, state = _through(x, **LOUD)
    over, _ = _through(x, state=state, ratio=2.0)
    both, _ = _through(x, threshold_db=-30.0, ratio=2.0)
    assert over.tobytes() == both.tobytes()


def test_a_vstpreset_is_a_state(tmp_path: Path) -> None:
    x, file = _noise(1), tmp_path / "loud.vstpreset"
    code = (
        "import sys, numpy, pedalboard\n"
        "p = pedalboard.load_plugin(sys.argv[1]); p.threshold_db = -30; p.ratio = 8\n"
        "p.process(numpy.zeros((1, 1024), 'f4'), 44100); open(sys.argv[2], 'wb').write(p.preset_data)"
    )
    subprocess.run([sys.executable, "-c", code, COMP, file], check=True, capture_output=True)
    assert _through(x, state=read_state(file))[0].tobytes() == _through(x, **LOUD)[0].tobytes()


def test_a_mono_plugin_plays_on_each_side_by_itself() -> None:
    x = _noise(2)
    both, _ = _through(x, **LOUD)
    sides = [_through(x[side : side + 1], **LOUD)[0] for side in (0, 1)]
    assert both.tobytes() == np.concatenate(sides).tobytes()


def test_latency_is_taken_off_the_start() -> None:
    x = (0.05 * _noise(2)).astype(np.float32)
    y, _ = _through(x, MAXIM)
    assert y.shape == (2, PIECE - 480)
    assert np.array_equal(y, x[:, : PIECE - 480])


def test_a_plugin_that_hangs_is_ended_in_time() -> None:
    began = time.monotonic()
    host = Host(VERB, 1.0)
    with pytest.raises(RecipeError, match=r"ZamVerb\.vst3 took longer than 1 s to load") as caught:
        host.open()
    assert time.monotonic() - began < 5
    assert gone(host.process)
    assert "timeout_s" in str(caught.value.hint)


def test_a_plugin_that_stops_while_it_plays_is_ended_in_time() -> None:
    with Host(COMP, 30) as host:
        host.open()
        host.start(RATE, 1, (1,))
        os.killpg(host.process, signal.SIGSTOP)
        host._limit_s = 0.5
        with pytest.raises(RecipeError, match=r"took longer than 0\.5 s at 12 s"):
            host.run(_noise(1), "at 12 s")
        assert gone(host.process)


def test_a_plugin_that_crashes_says_how_and_where() -> None:
    with Host(COMP, 30) as host:
        host.open()
        os.kill(_held(host.process), signal.SIGSEGV)
        with pytest.raises(RecipeError, match=r"ZamComp\.vst3 crashed \(SIGSEGV\) at 3\.0 s") as caught:
            host.run(_noise(1), "at 3.0 s")
        assert gone(host.process)
        assert caught.value.path == str(COMP)


def test_a_plugin_that_is_ended_says_how() -> None:
    with Host(COMP, 30) as host:
        host.open()
        os.kill(_held(host.process), signal.SIGTERM)
        with pytest.raises(RecipeError, match=r"crashed \(SIGTERM\) when it was asked to save its state"):
            host.state()


def _held(process: int) -> int:
    """The process that holds the plugin: the only child of the one that guards it."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text())


def test_waiting_looks_at_whether_it_is_still_wanted() -> None:
    class StopError(Exception):
        pass

    def stop() -> None:
        raise StopError

    host = Host(VERB, 30, stop)
    with pytest.raises(StopError), host:
        host.open()
    assert gone(host.process)


PARENT = """\
import sys, threading
from pathlib import Path
from songbuild.devices.hosting.client import Host
host = Host(Path(sys.argv[1]), float(sys.argv[2]))
held = Path(f"/proc/{host.process}/task/{host.process}/children")
while not held.read_text().strip():
    pass
print(host.process, held.read_text(), flush=True)
host.open()
print("open", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("path", [COMP, VERB], ids=["idle", "hanging"])
def test_no_plugin_outlives_a_parent_that_was_killed(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, path, "60"], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        processes = [int(word) for word in parent.stdout.readline().split()]
        if path == COMP:
            assert parent.stdout.readline() == "open\n"
        else:
            time.sleep(0.6)  # it hangs by now
        assert len(processes) == 2
        assert not any(map(_ended, processes))
        parent.kill()
    deadline = time.monotonic() + 20
    while not all(map(_ended, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert all(map(_ended, processes))


def _ended(process: int) -> bool:
    """Whether a process runs no more; where nobody takes in orphans it may be left as a zombie that isn't ours."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_facts_are_kept_until_the_plugin_changes(tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / COMP.name
    shutil.copytree(COMP, copy)
    first = probe(copy, None, b"", 30)
    binary = next(copy.rglob("*.so"))
    before = binary.stat()
    assert probe(copy, None, b"", 0.001) == first  # no process could be as fast
    binary.write_bytes(b"\0" * before.st_size)
    with pytest.raises(RecipeError):
        probe(copy, None, b"", 30)


def test_what_is_no_plugin_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.vst3"
    bad.write_bytes(b"no plugin")
    with pytest.raises(RecipeError, match=r"bad\.vst3: .*unsupported plugin format"), Host(bad, 30) as host:
        host.open()
    with pytest.raises(RecipeError, match="holds no plugin 'Other', only ZamComp"), Host(COMP, 30) as host:
        host.open("Other")


def test_parameters_have_one_spelling_and_faults_have_hints(comp: Facts) -> None:
    given = {"threshold_db": "-20 dB", "ratio": 6.0, "sidechain": True, "current_program": "PoppySnare"}
    values, wrong = comp.canonical(given)
    assert values == {"current_program": "PoppySnare", "ratio": 6.0, "sidechain": 1.0, "threshold_db": -20.0}
    assert wrong == []
    given = {"thresold": 1.0, "ratio": 60.0, "knee_db": "soft", "attack_ms": True, "current_program": "PopySnare"}
    values, wrong = comp.canonical(given)
    assert values == {}
    assert {key: (message, hint) for key, message, hint in wrong} == {
        "thresold": ("", "did you mean 'threshold_db'?"),
        "ratio": ("60 is out of range", "1 to 20 is possible"),
        "knee_db": ("expected a number in dB, such as '1 dB', not 'soft'", None),
        "attack_ms": ("expected a number in ms", None),
        "current_program": ("'PopySnare' is not one of the choices", "did you mean 'PoppySnare'?"),
    }


def test_a_song_s_own_plugin_comes_before_an_installed_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song, installed = tmp_path / "song", tmp_path / "installed"
    for folder in (song, installed):
        (folder / "Own.vst3/Contents").mkdir(parents=True)
        (folder / "Own.vst3/Contents/a.so").write_bytes(b"")
    (installed / "Other.vst3").write_bytes(b"")
    monkeypatch.setattr(plugins, "FOLDERS", (str(installed),))
    assert find(song, "Own.vst3") == song / "Own.vst3"
    assert find(song, "Other.vst3") == installed / "Other.vst3"
    assert find(song, str(installed / "Own.vst3")) == installed / "Own.vst3"
    assert [path.name for path in plugins.installed()] == ["Other.vst3", "Own.vst3"]
    assert (members(song / "Own.vst3"), members(installed / "Other.vst3")) == (("Contents/a.so",), (".",))
    with pytest.raises(FileNotFoundError, match=r"did you mean 'Other\.vst3'"):
        find(song, "Othr.vst3")
    with pytest.raises(FileNotFoundError, match=r"ends in \.vst3"):
        find(song, "/")
    with pytest.raises(FileNotFoundError, match="songbuild plugins"):
        find(song, "else/Nothing.vst3")


def test_a_state_is_raw_or_base64_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.state"
    file.write_bytes(b"VC2!\x01\x02")
    assert read_state(file) == b"VC2!\x01\x02"
    file.write_bytes(base64.encodebytes(b"VST3" + bytes(100)))
    assert read_state(file) == b"VST3" + bytes(100)
    for data in (b"", b"threshold: -20", base64.b64encode(b"something else")):
        file.write_bytes(data)
        with pytest.raises(ValueError, match=r"neither a \.vstpreset nor a saved state"):
            read_state(file)
