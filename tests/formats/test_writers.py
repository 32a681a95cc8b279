"""WAV, FLAC and MP3: exact samples and sizes, the same bytes every time, readable by others."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess

import numpy as np
import pytest
import soundfile

from songbuild.formats import wav
from songbuild.formats.audio import blocks
from songbuild.formats.flac import write_flac
from songbuild.formats.mp3 import write_mp3
from songbuild.formats.pcm import pack
from songbuild.formats.tags import Tags, tag_mp3, wave_chunks
from songbuild.formats.wav import write_wav

RATE = 44100
FFMPEG = pytest.mark.skipif(not shutil.which("ffprobe") and not os.environ.get("CI"), reason="ffmpeg isn't installed")


def integers(bits, channels=2, frames=10_001):
    top = 1 << (bits - 1)
    x = np.random.default_rng(bits).integers(-top, top, (channels, frames)).astype(np.int32)
    x[:, :2] = [-top, top - 1]
    return x


def pieces(x, sizes=(1, 0, 4095, 100_000)):
    at = 0
    for size in sizes:
        yield x[:, at : at + size]
        at += size


@pytest.mark.parametrize(("bits", "expected"), [(16, "0080ff7f0100"), (24, "000080ffff7f010000")])
def test_pack_is_little_endian_and_interleaved(bits, expected):
    top = 1 << (bits - 1)
    assert pack(np.array([[-top, 1], [top - 1, 0]], np.int32), bits).hex().startswith(expected)


def test_pack_refuses_other_lengths():
    with pytest.raises(ValueError, match="20 bits"):
        pack(np.zeros((1, 1), np.int32), 20)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("bits", [16, 24])
def test_wav_holds_the_exact_samples_in_format_1(tmp_path, bits, channels):
    x = integers(bits, channels)
    assert write_wav(tmp_path / "out.tmp", pieces(x), RATE, channels, bits) == x.shape[1]
    data = (tmp_path / "out.tmp").read_bytes()
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    fmt = data.index(b"fmt ")
    assert struct.unpack("<HHIIHH", data[fmt + 8 : fmt + 24]) == (
        1,
        channels,
        RATE,
        RATE * channels * bits // 8,
        channels * bits // 8,
        bits,
    )
    y, rate = soundfile.read(tmp_path / "out.tmp", dtype="int32", always_2d=True)
    assert rate == RATE
    np.testing.assert_array_equal(y.T >> (32 - bits), x)


def test_wav_of_an_odd_number_of_bytes_is_padded(tmp_path):
    write_wav(tmp_path / "odd.wav", [np.ones((1, 3), np.int32)], RATE, 1, 24, b"id3 \4\0\0\0ID3!")
    data = (tmp_path / "odd.wav").read_bytes()
    assert len(data) % 2 == 0
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at = data.index(b"data")
    assert struct.unpack("<I", data[at + 4 : at + 8])[0] == 9
    assert data[at + 18 : at + 22] == b"id3 "
    assert np.concatenate(list(blocks(tmp_path / "odd.wav", RATE)), axis=1).shape == (1, 3)


def test_past_its_limit_a_wav_is_rf64(tmp_path, monkeypatch):
    x = integers(24)
    monkeypatch.setattr(wav, "LIMIT", 1000)
    write_wav(tmp_path / "big.wav", pieces(x), RATE, 2, 24, wave_chunks(Tags("T")))
    data = (tmp_path / "big.wav").read_bytes()
    assert data[:16] == b"RF64\xff\xff\xff\xffWAVEds64"
    assert struct.unpack("<IQQQI", data[16:48]) == (28, len(data) - 8, 6 * x.shape[1], x.shape[1], 0)
    y, _ = soundfile.read(tmp_path / "big.wav", dtype="int32")
    np.testing.assert_array_equal(y.T >> 8, x)
    assert np.concatenate(list(blocks(tmp_path / "big.wav", RATE)), axis=1).shape == x.shape
    (tmp_path / "big.wav").write_bytes(data[: len(data) // 2])
    with pytest.raises(ValueError, match="missing"):
        list(blocks(tmp_path / "big.wav", RATE))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("bits", [16, 24])
def test_flac_holds_the_exact_samples(tmp_path, bits, channels):
    x = integers(bits, channels)
    assert write_flac(tmp_path / "out.tmp", pieces(x), RATE, channels, bits) == x.shape[1]
    info = soundfile.info(tmp_path / "out.tmp")
    assert (info.format, info.subtype, info.frames) == ("FLAC", f"PCM_{bits}", x.shape[1])
    y, _ = soundfile.read(tmp_path / "out.tmp", dtype="int32", always_2d=True)
    np.testing.assert_array_equal(y.T >> (32 - bits), x)


def song(frames=3 * RATE + 123):
    t = np.arange(frames)
    x = 0.4 * np.sin(2 * np.pi * (200 + 0.01 * t) * t / RATE) + 0.05 * np.random.default_rng(1).standard_normal(frames)
    return np.stack([x, np.roll(x, 500)])


@pytest.mark.parametrize("kbps", [128, 160, 192, 224, 256, 320])
def test_mp3_has_its_bit_rate_no_delay_and_its_exact_length(tmp_path, kbps):
    x = song()
    assert write_mp3(tmp_path / "out.tmp", pieces(x, (1, 0, 5000, 200_000)), RATE, 2, kbps) == x.shape[1]
    tag_mp3(tmp_path / "out.tmp", Tags("T"))
    y = np.concatenate(list(blocks(tmp_path / "out.tmp", RATE)), axis=1)
    assert y.shape == x.shape
    lags = range(-30, 31)
    a = x[0, 20_000:60_000]
    match = [np.sum(a * y[0, 20_000 + lag : 60_000 + lag]) for lag in lags]
    assert lags[int(np.argmax(match))] == 0
    data = (tmp_path / "out.tmp").read_bytes()
    frame = data.index(b"\xff\xfb", data.index(b"TIT2"))
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # ISO/IEC 11172-3, table of layer III
    seen = set()
    while frame + 4 <= len(data):
        header = int.from_bytes(data[frame : frame + 4], "big")
        assert header >> 21 == 0x7FF
        rate = rates[(header >> 12 & 15) - 1]
        seen.add(rate)
        frame += 144_000 * rate // RATE + (header >> 9 & 1)
    assert seen == {kbps}


@pytest.mark.parametrize("kbps", [128, 192, 320])
def test_an_mp3_is_as_loud_as_what_it_was_made_of(tmp_path, kbps):
    x = np.tile(0.5 * np.sin(2 * np.pi * 997 * np.arange(RATE) / RATE), (2, 1))
    levels = {}
    for peak in (0.5, 0.98, 1.0):
        write_mp3(tmp_path / "a.mp3", [x], RATE, 2, kbps, peak)
        y = np.concatenate(list(blocks(tmp_path / "a.mp3", RATE)), axis=1)[:, 4000:-4000]
        levels[peak] = 20 * np.log10(np.sqrt(np.mean(y**2)) / (0.5 / np.sqrt(2)))
    assert levels[0.5] == pytest.approx(0.0, abs=0.01)
    assert levels[0.98] - levels[1.0] == pytest.approx(0.0 if kbps == 320 else -20 * np.log10(0.98), abs=0.01)


def test_a_quiet_mp3_is_dithered_not_cut_off(tmp_path):
    """A tone of half a step of 16 bits: rounded away it would be silence, truncated a square wave."""
    n = np.arange(3 * RATE)
    x = np.tile(0.5 / 32768 * np.sin(2 * np.pi * 441 * n / RATE), (2, 1))
    write_mp3(tmp_path / "a.mp3", [x], RATE, 2, 320)
    y = np.concatenate(list(blocks(tmp_path / "a.mp3", RATE)), axis=1)
    size = 100 * (RATE // 100)
    level = [
        2 / size * abs(np.sum(y[0, :size] * np.exp(-2j * np.pi * hz * n[:size] / RATE))) * 32768 for hz in (441, 1323)
    ]
    assert level[0] == pytest.approx(0.5, rel=0.1)
    assert level[1] < 0.02
    assert np.abs(y.mean()) * 32768 < 0.05


@pytest.mark.parametrize("rate", [32000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 100, 1152, 20_000])
def test_mp3_of_any_length_comes_back_with_it(tmp_path, rate, channels, frames):
    write_mp3(tmp_path / "a.mp3", [np.full((channels, frames), 0.1)], rate, channels, 192)
    assert sum(b.shape[1] for b in blocks(tmp_path / "a.mp3", rate)) == frames


def test_the_same_sound_gives_the_same_bytes_however_it_comes(tmp_path):
    x, y = integers(24), song(60_000)
    for name, sizes in (("a", (100_000,)), ("b", (1, 77, 4096, 100_000))):
        write_wav(tmp_path / f"{name}.wav", pieces(x, sizes), RATE, 2, 24)
        write_flac(tmp_path / f"{name}.flac", pieces(x, sizes), RATE, 2, 24)
        write_mp3(tmp_path / f"{name}.mp3", pieces(y, sizes), RATE, 2, 192)
    for kind in ("wav", "flac", "mp3"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@FFMPEG
@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_ffmpeg_decodes_the_same(tmp_path, kind):
    x = integers(16, 2, 40_000) // 4
    path = tmp_path / f"a.{kind}"
    if kind == "mp3":
        write_mp3(path, [x / 32768.0], RATE, 2, 320)
    else:
        (write_wav if kind == "wav" else write_flac)(path, [x], RATE, 2, 16)
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-c:a", "pcm_s16le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    y = np.frombuffer(raw, "<i2").reshape(-1, 2).T
    assert y.shape == x.shape
    if kind != "mp3":
        np.testing.assert_array_equal(y, x)


@FFMPEG
def test_ffprobe_agrees_about_the_mp3(tmp_path):
    write_mp3(tmp_path / "a.mp3", [song()], RATE, 2, 256)
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(tmp_path / "a.mp3")]
    stream = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]
    assert (stream["codec_name"], int(stream["bit_rate"]), stream["channels"]) == ("mp3", 256_000, 2)
