"""Deliverables of other rates and formats: read back by others, measured, the same bytes again."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import mutagen.oggopus
import mutagen.oggvorbis
import numpy as np
import pytest
import soundfile

from shell import TINY, songbuild
from songbuild.formats import m4a
from songbuild.stages.decoded import LAG, Decoding
from support import read_wav, render

AAC = m4a.available() or bool(os.environ.get("CI"))
FILES = """\
delivery:
  files:
    - wav
    - {format: wav, bits: 16, dither: shaped}
    - {format: wav, rate: 96 kHz}
    - {format: wav, bits: 32 float}
    - {format: flac, bits: 16, rate: 48 kHz}
    - bwf
    - {format: mp3, kbps: 128}
    - ogg
    - {format: opus, kbps: 96}
"""
TEXT = TINY.replace("delivery: {formats: [wav24]}\n", FILES).replace("loudness: null", "loudness: -16").replace(
    "title: Tiny\n", "title: Tiny\nisrc: QZABC2600042\ndate: 2026-11-23\n"
)  # fmt: skip
LOSSY = ["tiny-128kbps.mp3", "tiny.ogg", "tiny-96kbps.opus"]


def write(folder: Path, text: str = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "song.yaml").write_text(text + ("    - aac\n" if AAC and "delivery:\n" in text else ""))
    return folder


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("conversion"))


@pytest.fixture(scope="module")
def made(song: Path):
    """What a render of every format says; the files are in out/."""
    return render(song, cache=str(song / "cache"), threads=1)


def test_the_master_is_in_every_file(song: Path, made) -> None:
    out = song / "out"
    plain = read_wav(out / "tiny-24bit.wav")
    exact = read_wav(out / "tiny-32bit-float.wav")
    assert soundfile.info(out / "tiny-32bit-float.wav").subtype == "FLOAT"
    assert np.abs(exact - plain).max() <= 2.0**-24 + 1e-12
    shaped = read_wav(out / "tiny-16bit-shaped.wav")
    assert soundfile.info(out / "tiny-16bit-shaped.wav").subtype == "PCM_16"
    noise = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(shaped[0] - plain[0], 4096)[::2048] * np.hanning(4096))
    power, hz = np.mean(np.abs(noise) ** 2, axis=0), np.fft.rfftfreq(4096, 1 / 44_100)
    flat = 2.0**-30 / 4 * np.sum(np.hanning(4096) ** 2)
    assert 10 * np.log10(power[(hz > 2000) & (hz < 4000)].mean() / flat) < -8
    assert 10 * np.log10(power[hz > 17_000].mean() / flat) > 3
    for name, rate in (("tiny-96khz-24bit.wav", 96_000), ("tiny-48khz-16bit.flac", 48_000)):
        info = soundfile.info(out / name)
        assert (info.samplerate, info.frames) == (rate, round(plain.shape[1] * rate / 44_100))
    double = read_wav(out / "tiny-96khz-24bit.wav")
    assert np.sqrt(np.mean(double**2)) == pytest.approx(np.sqrt(np.mean(plain**2)), rel=1e-4)


def test_a_broadcast_wave_says_how_loud_it_is(song: Path, made) -> None:
    data = (song / "out/tiny-bwf.wav").read_bytes()
    at = data.index(b"bext") + 8
    assert data[at : at + 4] == b"Tiny"
    assert data[at + 288 : at + 300] == b"QZABC2600042"
    assert data[at + 320 : at + 338] == b"2026-11-2300:00:00"
    level, lra, peak, momentary, short = struct.unpack_from("<5h", data, at + 412)
    master = made.facts["master"]
    for held, name in ((level, "integrated_lufs"), (lra, "lra_lu"), (peak, "true_peak_dbtp")):
        assert held / 100 == pytest.approx(master[name], abs=0.006)
    assert momentary > short
    np.testing.assert_array_equal(read_wav(song / "out/tiny-bwf.wav"), read_wav(song / "out/tiny-24bit.wav"))


def test_lossy_files_are_decoded_and_measured(made) -> None:
    delivered, master = made.facts["delivered"], made.facts["master"]
    assert set(delivered) == set(made.facts["files"]) - {"SHA256SUMS"}
    for name in (*LOSSY, *(["tiny.m4a"] if AAC else [])):
        file = delivered[name]
        assert file["delay_samples"] == 0
        assert file["frames"] == file["expected_frames"] == made.facts["files"][name]["frames"]
        assert file["integrated_lufs"] == pytest.approx(master["integrated_lufs"], abs=0.1)
        assert file["true_peak_dbtp"] == pytest.approx(master["true_peak_dbtp"], abs=1.5)
        assert file["true_peak_dbtp"] != master["true_peak_dbtp"]
    assert delivered["tiny-24bit.wav"] == delivered["tiny-16bit-shaped.wav"] == master
    higher = delivered["tiny-96khz-24bit.wav"]
    assert higher["true_peak_dbtp"] == pytest.approx(master["true_peak_dbtp"], abs=0.05)
    assert higher["sample_peak_dbfs"] != master["sample_peak_dbfs"]


def test_ogg_files_have_tags_and_keep_their_length(song: Path, made) -> None:
    assert mutagen.oggvorbis.OggVorbis(song / "out/tiny.ogg")["isrc"] == ["QZABC2600042"]
    opus = mutagen.oggopus.OggOpus(song / "out/tiny-96kbps.opus")
    assert opus["title"] == ["Tiny"]
    assert soundfile.info(song / "out/tiny-96kbps.opus").frames == made.facts["files"]["tiny-96kbps.opus"]["frames"]


def test_another_folder_and_more_threads_give_the_same_bytes(song: Path, made, tmp_path: Path) -> None:
    again = write(tmp_path / "elsewhere" / "again")
    render(again, cache=str(tmp_path / "cache"), threads=2)
    names = sorted(path.name for path in (song / "out").iterdir())
    assert names == sorted(path.name for path in (again / "out").iterdir())
    for name in names:
        assert (song / "out" / name).read_bytes() == (again / "out" / name).read_bytes(), name


def test_a_kbps_changed_makes_one_file_anew(song: Path, made) -> None:
    write(song, TEXT.replace("kbps: 96", "kbps: 64"))
    try:
        done = render(song, cache=str(song / "cache"), out=song / "other")
        ran = {node["node"] for node in done.facts["nodes"] if node["tiles_run"]}
        assert ran == {"tiny-64kbps.opus", "decoded tiny-64kbps.opus", "SHA256SUMS"}
    finally:
        write(song)


def test_a_hot_master_is_warned_of_and_the_facts_are_in_the_json(tmp_path: Path) -> None:
    hot = TINY.replace("{loudness: null}", "{loudness: -5, ceiling: 0}").replace(
        "{formats: [wav24]}", "{files: [{format: opus, kbps: 32}]}"
    )
    ran = songbuild("render", write(tmp_path / "hot", hot), "--json", "--cache", tmp_path / "cache")
    facts = ran.events[-1]
    peak = facts["delivered"]["tiny-32kbps.opus"]["true_peak_dbtp"]
    assert peak > 0
    (problem,) = [event for event in ran.events if event.get("code") == "CHK013"]
    assert problem["message"] == f"tiny-32kbps.opus: when it is played, it peaks at {peak:+.2f} dBTP"
    assert ran.code == 0


def test_what_a_format_can_not_be_is_told_at_its_place(tmp_path: Path) -> None:
    wrong = TINY.replace("{formats: [wav24]}", "{files: [{format: opus, rate: 44100}]}")
    ran = songbuild("check", write(tmp_path / "wrong", wrong), "--cache", tmp_path / "cache")
    assert ran.code == 1
    assert "song.yaml:15:41: error[DEL010]: an Opus can't have 44100 Hz" in ran.err
    assert "only 48000" in ran.err


class Held:
    """A stream as a recipe reads it."""

    channels = 2

    def __init__(self, x: np.ndarray) -> None:
        self.x = x

    def read(self, start: int, stop: int) -> np.ndarray:
        y = np.zeros((2, stop - start))
        a, b = max(0, start), min(stop, self.x.shape[1])
        y[:, a - start : b - start] = self.x[:, a:b]
        return y


@pytest.mark.parametrize("late", [0, 1, -7, 1105, LAG - 1, -LAG + 1])
def test_a_delay_is_found(late: int) -> None:
    x = np.random.default_rng(5).standard_normal((2, 200_000))
    y = np.roll(x, late, axis=1) + np.random.default_rng(6).standard_normal(x.shape)
    decoding = Decoding((y[:, at : at + 16_384] for at in range(0, 200_000, 16_384)), Held(x), 200_000)  # type: ignore[arg-type]
    parts, _ = decoding.fold(None, lambda block, state: (block.shape[1], state))
    assert sum(parts) == decoding.frames == 200_000
    assert decoding.delay == late


def test_silence_has_no_delay() -> None:
    decoding = Decoding(iter([np.zeros((2, 5000))]), Held(np.zeros((2, 5000))), 5000)  # type: ignore[arg-type]
    decoding.fold(None, lambda block, state: (block, state))
    assert decoding.delay is None


def test_the_json_is_strict(song: Path, made) -> None:
    json.dumps(made.facts["delivered"], allow_nan=False)
