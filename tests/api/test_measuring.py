"""Files measured: a rendered song against ffmpeg and libebur128, every format, and what can't be measured."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

import numpy as np
import pytest
import soundfile

from songbuild import api
from songbuild.formats import m4a
from support import SMALL, read_wav, render, write_wav

RATE = 44100


def needs(found: object, package: str) -> pytest.MarkDecorator:
    """Skip, but in CI, where what a test compares with isn't installed."""
    return pytest.mark.skipif(not found and not os.environ.get("CI"), reason=f"{package} isn't installed")


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 24-bit master of a small song, loud enough for the limiter to work."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "song.yaml").write_text(SMALL.replace("a x2", "a x4").replace("loudness: -16", "loudness: -10"))
    render(folder / "song.yaml", cache=folder / "cache")
    return next((folder / "out").glob("*.wav"))


def measured(path: Path) -> api.Measured:
    found, problems = api.measure(path)
    assert found is not None and not problems
    return found


@needs(shutil.which("ffmpeg"), "ffmpeg")
def test_a_song_agrees_with_ffmpeg(song: Path) -> None:
    """It prints tenths; of the true peak it sees four times the rate only."""
    command = ["ffmpeg", "-nostdin", "-nostats", "-i", str(song), "-af", "ebur128=peak=true+sample:framelog=verbose"]
    said = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr

    def last(pattern: str) -> list[float]:
        return [float(number) for number in re.findall(pattern, said)]

    ours = measured(song).loudness
    assert last(r"\bI:\s+(-?[\d.]+) LUFS")[-1] == pytest.approx(ours.integrated_lufs, abs=0.06)
    assert last(r"LRA:\s+(-?[\d.]+) LU\b")[-1] == pytest.approx(ours.lra_lu, abs=0.11)
    sample, true = last(r"Peak:\s+(-?[\d.]+) dBFS")
    assert sample == pytest.approx(ours.sample_peak_dbfs, abs=0.06)
    assert true == pytest.approx(ours.true_peak_dbtp, abs=0.2)
    assert ours.true_peak_dbtp >= ours.sample_peak_dbfs


class Ebur128:
    """libebur128 by its C interface, fed 10 ms at a time."""

    MODES = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5)  # M, S, I, LRA, sample peak, true peak

    def __init__(self, x: np.ndarray, rate: int) -> None:
        library = ctypes.CDLL(find_library("ebur128"))
        library.ebur128_init.restype = ctypes.c_void_p
        library.ebur128_init.argtypes = [ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
        self.shared, self.channels = library, len(x)
        self.state = ctypes.c_void_p(library.ebur128_init(len(x), rate, self.MODES))
        self.momentary, self.short_term = [], []
        frames = np.ascontiguousarray(x.T)
        for stop in range(rate // 100, len(frames) + 1, rate // 100):
            block = np.ascontiguousarray(frames[stop - rate // 100 : stop])
            pointer = block.ctypes.data_as(ctypes.c_void_p)
            assert library.ebur128_add_frames_double(self.state, pointer, ctypes.c_size_t(len(block))) == 0
            self.momentary.append(self.value("loudness_momentary"))
            self.short_term.append(self.value("loudness_shortterm"))

    def value(self, name: str, *arguments: ctypes.c_uint) -> float:
        """What ebur128_NAME says."""
        out = ctypes.c_double()
        assert getattr(self.shared, f"ebur128_{name}")(self.state, *arguments, ctypes.byref(out)) == 0
        return out.value

    def peak_db(self, name: str) -> float:
        """The largest peak of any channel, in decibels."""
        return 20 * np.log10(max(self.value(name, ctypes.c_uint(channel)) for channel in range(self.channels)))


@needs(find_library("ebur128"), "libebur128")
def test_a_song_agrees_with_libebur128_every_10_ms(song: Path) -> None:
    theirs, ours = Ebur128(read_wav(song), RATE), measured(song)
    assert theirs.value("loudness_global") == pytest.approx(ours.loudness.integrated_lufs, abs=0.01)
    assert theirs.value("loudness_range") == pytest.approx(ours.loudness.lra_lu, abs=0.3)  # it looks once a second
    assert theirs.peak_db("sample_peak") == pytest.approx(ours.loudness.sample_peak_dbfs, abs=1e-9)
    assert theirs.peak_db("true_peak") == pytest.approx(ours.loudness.true_peak_dbtp, abs=0.2)
    np.testing.assert_allclose(ours.curves.momentary_lufs, theirs.momentary[39:], atol=0.01)
    np.testing.assert_allclose(ours.curves.short_term_lufs, theirs.short_term[299:], atol=0.01)
    assert ours.curves.momentary_lufs.max() == ours.loudness.momentary_max_lufs


def test_a_song_s_file_reads_as_the_render_said(song: Path) -> None:
    """The file has 24 bits, the master more."""
    facts = measured(song).facts()
    done = render(song.parent.parent / "song.yaml", cache=song.parent.parent / "cache", out=song.parent)
    master = done.facts["master"]
    assert set(master) <= set(facts)
    assert {name: facts[name] for name in master} == pytest.approx(master, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "subtype", "within"),
    [
        ("x.wav", "PCM_16", 1e-3), ("x.aiff", "PCM_24", 1e-5), ("x.flac", "PCM_24", 1e-5),
        ("x.mp3", None, 0.1), ("x.ogg", "VORBIS", 0.5), ("x.opus", "OPUS", 0.1),
    ],
)  # fmt: skip
def test_every_format_reads_as_what_was_written(name: str, subtype: str | None, within: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(4).standard_normal((2, 4 * 48000 + 15))
    x = 0.03 * sum(noise[:, k : k + 4 * 48000] for k in range(16))  # most of it low, as in music
    write_wav(tmp_path / "plain.wav", x, 48000, "DOUBLE")
    soundfile.write(tmp_path / name, x.T, 48000, subtype=subtype, format="OGG" if name == "x.opus" else None)
    plain, coded = measured(tmp_path / "plain.wav"), measured(tmp_path / name)
    assert coded.loudness.integrated_lufs == pytest.approx(plain.loudness.integrated_lufs, abs=within)
    assert coded.facts()["rate_hz"] == 48000
    assert coded.seconds == pytest.approx(4.0, abs=0.05)


def test_surround_in_a_wav_file_weighs_its_channels(tmp_path: Path) -> None:
    """Case 6 of EBU Tech 3341, as a file with a loud LFE channel."""
    tone = np.sin(2 * np.pi * 1000 / 48000 * np.arange(5 * 48000))
    levels = 10 ** (np.array([-28.0, -28.0, -24.0, -6.0, -30.0, -30.0]) / 20)
    write_wav(tmp_path / "x.wav", levels[:, None] * tone, 48000)
    facts = measured(tmp_path / "x.wav").facts()
    assert facts["channels"] == 6
    assert facts["integrated_lufs"] == pytest.approx(-23.0, abs=0.1)
    assert facts["true_peak_dbtp"] == pytest.approx(-6.0, abs=0.05)
    assert facts["correlation_min"] is None


def test_there_is_no_reading_where_there_is_none(tmp_path: Path) -> None:
    write_wav(tmp_path / "silence.wav", np.zeros((2, 5 * RATE)))
    write_wav(tmp_path / "short.wav", np.full((2, 100), 0.5))
    silence, short = measured(tmp_path / "silence.wav").facts(), measured(tmp_path / "short.wav").facts()
    known = {"file", "format", "rate_hz", "channels", "seconds"}
    assert {name for name, value in silence.items() if value is not None} == known
    assert {name for name, value in short.items() if value is not None} == {
        *known,
        "sample_peak_dbfs",
        "true_peak_dbtp",
    }
    assert measured(tmp_path / "silence.wav").curve("correlation")["values"] == [None] * 461
    assert measured(tmp_path / "short.wav").curve("momentary")["values"] == []


def cut(path: Path) -> None:
    write_wav(path, np.ones((2, RATE)))
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "not a file"),
        (lambda path: path.touch(), "empty"),
        (lambda path: path.write_text("tempo: 120\n"), "not audio"),
        (cut, "missing|cut|says"),
        (lambda path: write_wav(path, np.full((1, 100), np.nan)), "NaN"),
        (lambda path: write_wav(path, np.zeros((1, 9000)), 6000), "6000 Hz"),
        (lambda path: write_wav(path, np.zeros((7, 9000))), "7 channels"),
    ],
    ids=["missing", "folder", "empty", "text", "cut", "nan", "rate", "channels"],
)
def test_what_cannot_be_measured_is_a_problem_of_that_file(
    make: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.wav"
    make(path)
    found, problems = api.measure(path)
    assert found is None
    assert [(problem.code, problem.span.file) for problem in problems] == [("MSR001", str(path))]
    assert re.search(words, problems[0].message), problems[0].message


@needs(m4a.available(), "PyAV")
def test_an_m4a_file_is_measured_and_a_damaged_one_is_told_of(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).standard_normal((2, 4 * 48000 + 15))
    x = 0.03 * sum(noise[:, k : k + 4 * 48000] for k in range(16))
    write_wav(tmp_path / "plain.wav", x, 48000, "DOUBLE")
    m4a.write_m4a(tmp_path / "x.m4a", [x], 48000, 2, 256)
    facts, plain = measured(tmp_path / "x.m4a").facts(), measured(tmp_path / "plain.wav").facts()
    assert (facts["format"], facts["rate_hz"], facts["channels"], facts["seconds"]) == ("M4A", 48000, 2, 4.0)
    assert facts["integrated_lufs"] == pytest.approx(plain["integrated_lufs"], abs=0.5)
    whole = (tmp_path / "x.m4a").read_bytes()
    for kept in (100, len(whole) // 2):
        (tmp_path / "x.m4a").write_bytes(whole[:kept])
        found, problems = api.measure(tmp_path / "x.m4a")
        assert found is None
        assert [problem.code for problem in problems] == ["MSR001"]


def test_without_pyav_an_m4a_file_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m4a, "available", lambda: False)
    (tmp_path / "x.m4a").write_bytes(b"\0\0\0\x1cftypM4A " + bytes(100))
    found, (problem,) = api.measure(tmp_path / "x.m4a")
    assert found is None
    assert "PyAV" in problem.message
