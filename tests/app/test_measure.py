"""`songbuild measure`: one file, several, curves, JSON, and files that can't be measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shell import songbuild
from songbuild.api.measuring import CURVES as KNOWN
from songbuild.app.cli.measure import CURVES, READINGS
from support import write_wav

NAMES = [name for name, *_ in READINGS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """tone.wav, 4 s of a stereo sine at -20 dBFS; blip.wav, half a second of it; broken.wav."""
    tone = np.stack([0.1 * np.sin(2 * np.pi * 1000 / 48000 * np.arange(4 * 48000))] * 2)
    write_wav(tmp_path / "tone.wav", tone, 48000)
    write_wav(tmp_path / "blip.wav", tone[:, :24000], 48000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    return tmp_path


def test_one_file(folder: Path) -> None:
    ran = songbuild("measure", "tone.wav", cwd=folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "tone.wav: 0:04.0, 48 kHz, stereo",
        "  integrated         -20.0 LUFS",
        "  momentary max      -20.0 LUFS",
        "  short-term max     -20.0 LUFS",
        "  range                0.0 LU",
        "  true peak         -20.00 dBTP",
        "  sample peak       -20.00 dBFS",
        "  PLR                  0.0 LU",
        "  PSR min              0.0 LU",
        "  correlation min     1.00",
        "  correlation mean    1.00",
    ]


def test_several_files_are_a_table_and_a_broken_one_is_told_of(folder: Path) -> None:
    ran = songbuild("measure", "tone.wav", "broken.wav", "blip.wav", "none.wav", cwd=folder)
    assert ran.code == 1
    head, units, tone, blip = (line.split() for line in ran.out.splitlines())
    assert head[:3] == ["file", "length", "I"]
    assert units[:3] == ["LUFS", "LUFS", "LUFS"]
    assert tone == ["tone.wav", "0:04.0", *["-20.0"] * 3, "0.0", *["-20.00"] * 2, "0.0", "0.0", "1.00", "1.00"]
    assert blip == ["blip.wav", "0:00.5", *["-20.0"] * 2, "-", "-", *["-20.00"] * 2, "0.0", "-", "1.00", "1.00"]
    assert len({len(line) for line in ran.out.splitlines()}) == 1
    assert "broken.wav:1:1: error[MSR001]" in ran.err
    assert "none.wav:1:1: error[MSR001]: no such file" in ran.err
    assert ran.err.endswith("2 errors\n")


def test_json_is_a_line_a_file(folder: Path) -> None:
    ran = songbuild("measure", "tone.wav", "broken.wav", "blip.wav", "--json", cwd=folder)
    assert (ran.code, ran.err) == (1, "")
    tone, broken, blip = ran.events
    assert [event["event"] for event in ran.events] == ["measured", "problem", "measured"]
    assert list(tone) == ["event", "file", "format", "rate_hz", "channels", "seconds", *NAMES]
    assert tone["integrated_lufs"] == pytest.approx(-20.0, abs=0.05)
    assert (tone["file"], tone["seconds"], tone["channels"]) == ("tone.wav", 4.0, 2)
    assert (broken["file"], broken["severity"]) == ("broken.wav", "error")
    assert (blip["short_term_max_lufs"], blip["lra_lu"], blip["psr_lu"]) == (None, None, None)


def test_curves_as_csv_share_their_times(folder: Path) -> None:
    ran = songbuild("measure", "tone.wav", "--curve", "psr", "--curve", "momentary", "--curve", "momentary", cwd=folder)
    lines = ran.out.splitlines()
    assert lines[0] == "time_s,momentary,psr"
    rows = [line.split(",") for line in lines[1:]]
    assert [time for time, *_ in rows] == [f"{hundredths / 100:.2f}" for hundredths in range(40, 401)]
    assert [float(value) for _, value, _ in rows] == pytest.approx([-20.0] * 361, abs=0.02)
    assert [float(value) for *_, value in rows[260:]] == pytest.approx([0.0] * 101, abs=0.02)
    assert {value for *_, value in rows[:260]} == {""}
    short = songbuild("measure", "blip.wav", "--curve", "psr", cwd=folder)
    assert (short.code, short.out) == (0, "time_s,psr\n")


def test_curves_of_several_files_name_them(folder: Path) -> None:
    (folder / "blip.wav").rename(folder / 'a "b", c.wav')
    ran = songbuild("measure", "tone.wav", 'a "b", c.wav', "--curve", "correlation", cwd=folder)
    lines = ran.out.splitlines()
    assert lines[:2] == ["file,time_s,correlation", "tone.wav,0.40,1.000"]
    assert lines[-1] == '"a ""b"", c.wav",0.50,1.000'


def test_curves_in_json(folder: Path) -> None:
    ran = songbuild("measure", "blip.wav", "--json", "--curve", "momentary", "--curve", "short-term", cwd=folder)
    curves = ran.events[0]["curves"]
    assert list(curves) == ["momentary", "short-term"]
    assert (curves["momentary"]["start_s"], curves["momentary"]["step_s"]) == (0.4, 0.01)
    assert curves["momentary"]["values"] == pytest.approx([-20.0] * 11, abs=0.02)
    assert curves["short-term"]["values"] == []


def test_the_curves_are_those_of_the_api() -> None:
    assert tuple(KNOWN) == CURVES


def test_wrong_usage(folder: Path) -> None:
    assert songbuild("measure", cwd=folder).code == 2
    ran = songbuild("measure", "tone.wav", "--curve", "loudness", cwd=folder)
    assert ran.code == 2
    assert "'momentary', 'short-term', 'psr', 'correlation'" in ran.err
