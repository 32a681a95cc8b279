"""Float WAV, Broadcast WAV, Ogg Vorbis, Opus and AAC: exact lengths, no delay, the same bytes, readable by others."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from mutagen.ogg import OggPage

from songbuild.formats import m4a, wav
from songbuild.formats.audio import blocks
from songbuild.formats.bwf import UNKNOWN, Broadcast, bext
from songbuild.formats.m4a import open_m4a, write_m4a
from songbuild.formats.ogg import SERIAL, write_ogg
from songbuild.formats.opus import write_opus
from songbuild.formats.wav import write_wav

FFMPEG = pytest.mark.skipif(not shutil.which("ffmpeg") and not os.environ.get("CI"), reason="ffmpeg isn't installed")
PYAV = pytest.mark.skipif(not m4a.available() and not os.environ.get("CI"), reason="PyAV isn't installed")
LOSSY = [
    ("ogg", 44_100),
    ("ogg", 96_000),
    ("opus", 48_000),
    pytest.param("aac", 44_100, marks=PYAV),
    pytest.param("aac", 96_000, marks=PYAV),
]


def song(rate, frames, channels=2):
    t = np.arange(frames)
    x = 0.4 * np.sin(2 * np.pi * (200 + 0.01 * t) * t / rate) + 0.05 * np.random.default_rng(1).standard_normal(frames)
    return np.stack([np.roll(x, 500 * channel) for channel in range(channels)])


def encoded(path, kind, x, rate, sizes=(1 << 16,)):
    """`x` in the format `kind`, given in blocks of `sizes`, the last of which is repeated."""
    edges = np.minimum(np.cumsum([0, *sizes, *[sizes[-1]] * (x.shape[1] // max(1, sizes[-1]) + 1)]), x.shape[1])
    pieces = (x[:, a:b] for a, b in pairwise(edges))
    if kind == "ogg":
        return write_ogg(path, pieces, rate, len(x), 6)
    if kind == "opus":
        return write_opus(path, pieces, len(x), 128)
    return write_m4a(path, pieces, rate, len(x), 192)


def decoded(path, kind, rate):
    return np.concatenate(list(open_m4a(path)[1] if kind == "aac" else blocks(path, rate)), axis=1)


def by_ffmpeg(path, channels=2):
    command = ["ffmpeg", "-v", "error", "-xerror", "-err_detect", "crccheck+bitstream+explode", "-i", path]
    done = subprocess.run([*command, "-f", "f64le", "-"], capture_output=True, check=True)
    assert done.stderr == b""
    return np.frombuffer(done.stdout).reshape(-1, channels).T


def lag(x, y):
    """By how many frames y is late."""
    a = x[0, 10_000:40_000]
    lags = range(-30, 31)
    return lags[int(np.argmax([np.sum(a * y[0, 10_000 + late : 40_000 + late]) for late in lags]))]


@pytest.mark.parametrize(("kind", "rate"), LOSSY)
def test_a_lossy_file_has_no_delay_and_its_exact_length(tmp_path, kind, rate):
    x = song(rate, 2 * rate + 123)
    assert encoded(tmp_path / "a", kind, x, rate) == x.shape[1]
    y = decoded(tmp_path / "a", kind, rate)
    assert y.shape == x.shape
    assert lag(x, y) == 0
    assert np.sqrt(np.mean((x - y) ** 2)) < 0.2 * np.sqrt(np.mean(x**2))


@FFMPEG
@pytest.mark.parametrize(("kind", "rate"), LOSSY)
def test_ffmpeg_decodes_it_without_a_complaint(tmp_path, kind, rate):
    x = song(rate, rate + 123)
    encoded(tmp_path / "a", kind, x, rate)
    y = by_ffmpeg(tmp_path / "a")
    assert lag(x, y) == 0
    if kind == "aac":  # it decodes the last packet whole; the file says where the sound ends
        command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", tmp_path / "a"]
        (stream,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"]
        assert (stream["duration_ts"], stream["time_base"]) == (x.shape[1], f"1/{rate}")
        assert (stream["codec_name"], stream["profile"], stream["start_pts"]) == ("aac", "LC", 0)
    else:
        assert y.shape == x.shape


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 100, 1024, 20_000])
@pytest.mark.parametrize(("kind", "rate"), LOSSY)
def test_a_file_of_any_length_comes_back_with_it(tmp_path, kind, rate, frames, channels):
    encoded(tmp_path / "a", kind, np.full((channels, frames), 0.1), rate)
    assert decoded(tmp_path / "a", kind, rate).shape == (channels, frames)


@pytest.mark.parametrize(("kind", "rate"), LOSSY)
def test_the_same_sound_gives_the_same_bytes_however_it_comes(tmp_path, kind, rate):
    x = song(rate, 70_000)
    encoded(tmp_path / "a", kind, x, rate)
    encoded(tmp_path / "b", kind, x, rate, (1, 77, 0, 5000, 12_345))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("kind", ["ogg", "opus"])
def test_the_serial_number_of_an_ogg_stream_is_not_random(tmp_path, kind):
    encoded(tmp_path / "a", kind, song(48_000, 100_000), 48_000)
    file, pages = io.BytesIO((tmp_path / "a").read_bytes()), []
    while file.tell() < len(file.getvalue()):
        start = file.tell()
        pages.append(OggPage(file))
        assert pages[-1].write() == file.getvalue()[start : file.tell()]  # the checksum too
    assert {page.serial for page in pages} == {SERIAL}
    assert [page.sequence for page in pages] == list(range(len(pages)))
    assert pages[-1].last


def test_opus_has_its_pre_skip_and_bit_rate(tmp_path):
    x = song(48_000, 4 * 48_000)
    write_opus(tmp_path / "a", [x], 2, 96)
    data = (tmp_path / "a").read_bytes()
    version, channels, skip, rate = struct.unpack_from("<BBHI", data, data.index(b"OpusHead") + 8)
    assert (version, channels, rate) == (1, 2, 48_000)
    assert skip > 0
    assert 70 < len(data) * 8 / 4 / 1000 < 115


@pytest.mark.parametrize("kbps", [128, 256])
@PYAV
def test_aac_has_its_bit_rate_and_neither_date_nor_encoder(tmp_path, kbps):
    x = song(44_100, 4 * 44_100)
    write_m4a(tmp_path / "a", [x], 44_100, 2, kbps)
    data = (tmp_path / "a").read_bytes()
    assert len(data) * 8 / 4 / 1000 == pytest.approx(kbps, rel=0.2)
    assert b"Lavf" not in data
    assert b"Lavc" not in data
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = data.index(box) + 8  # after version and flags: the times of creation and of modification
        assert data[at : at + 8] == bytes(8)


@pytest.mark.parametrize("channels", [1, 2])
def test_float_wav_holds_the_exact_floats(tmp_path, channels):
    x = np.random.default_rng(3).standard_normal((channels, 1001)).astype(np.float32).astype(np.float64)
    assert write_wav(tmp_path / "a.wav", [x[:, :7], x[:, 7:]], 96_000, channels, 32) == 1001
    data = (tmp_path / "a.wav").read_bytes()
    at = data.index(b"fmt ")
    assert struct.unpack_from("<IHHIIHHH", data, at + 4) == (
        18,
        3,
        channels,
        96_000,
        384_000 * channels,
        4 * channels,
        32,
        0,
    )
    assert struct.unpack_from("<I", data, data.index(b"fact") + 8) == (1001,)
    y, rate = soundfile.read(tmp_path / "a.wav", always_2d=True)
    assert rate == 96_000
    np.testing.assert_array_equal(y.T, x)


LEVELS = {
    "integrated_lufs": -16.005,
    "lra_lu": 7.25,
    "true_peak_dbtp": -1.0,
    "momentary_max_lufs": -9.994,
    "short_term_max_lufs": None,
}


def fields(data):
    """What a bext chunk holds: its texts and numbers (EBU Tech 3285, version 2, clause 2.3)."""
    *texts, time, version = struct.unpack_from("<256s32s32s10s8sQH", data)
    return (
        [text.rstrip(b"\0").decode() for text in texts],
        time,
        version,
        struct.unpack_from("<5h", data, 412),
        data[602:],
    )


def test_bext_is_of_version_2_with_loudness():
    said = Broadcast("Små låt", "songbuild", "QZABC2600042", "2026-11-23", LEVELS)
    texts, time, version, levels, history = fields(bext(said, 44_100, 2, 24))
    assert texts == ["Sm? l?t", "songbuild", "QZABC2600042", "2026-11-23", "00:00:00"]
    assert (time, version) == (0, 2)
    assert levels == (-1601, 725, -100, -999, UNKNOWN)
    assert history == b"A=PCM,F=44100,W=24,M=stereo,T=songbuild\r\n\0"


@pytest.mark.parametrize(
    ("date", "written"), [("", "0000-00-00"), ("2026", "2026-00-00"), ("2026-11", "2026-11-00"), ("2026-11-23",) * 2]
)
def test_a_date_is_never_the_clock(date, written):
    assert fields(bext(Broadcast(date=date), 48_000, 1, 16))[0][3] == written


def test_silence_has_no_loudness():
    assert fields(bext(Broadcast(levels={}), 48_000, 1, 16))[3] == (UNKNOWN,) * 5
    assert fields(bext(Broadcast(levels={"integrated_lufs": float("-inf")}), 48_000, 1, 16))[3][0] == UNKNOWN


@FFMPEG
def test_a_broadcast_wave_is_read_by_ffprobe(tmp_path):
    x = np.arange(2000, dtype=np.int32).reshape(2, 1000)
    head = bext(Broadcast("Title", date="2026-11-23", reference="QZABC2600042"), 48_000, 2, 24)
    write_wav(tmp_path / "a.wav", [x], 48_000, 2, 24, b"", head)
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", tmp_path / "a.wav"]
    tags = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["format"]["tags"]
    assert tags["description" if "description" in tags else "comment"] == "Title"
    assert (tags["encoded_by"], tags["originator_reference"]) == ("songbuild", "QZABC2600042")
    assert (tags["date"], tags["creation_time"], tags["time_reference"]) == ("2026-11-23", "00:00:00", "0")
    y, _ = soundfile.read(tmp_path / "a.wav", dtype="int32")
    np.testing.assert_array_equal(y.T >> 8, x)


def test_a_broadcast_wave_past_its_limit_is_rf64(tmp_path, monkeypatch):
    monkeypatch.setattr(wav, "LIMIT", 2000)
    x = np.arange(2000, dtype=np.int32).reshape(2, 1000)
    write_wav(tmp_path / "a.wav", [x], 48_000, 2, 24, b"", bext(Broadcast("Title"), 48_000, 2, 24))
    data = (tmp_path / "a.wav").read_bytes()
    assert data[:16] == b"RF64\xff\xff\xff\xffWAVEds64"
    assert struct.unpack_from("<QQQ", data, 20) == (len(data) - 8, 6000, 1000)
    assert data.index(b"bext") < data.index(b"data")
    y, _ = soundfile.read(tmp_path / "a.wav", dtype="int32")
    np.testing.assert_array_equal(y.T >> 8, x)
