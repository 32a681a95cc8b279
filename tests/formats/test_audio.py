"""Reading audio: every format exact, every rate exact in length and delay, and every kind of broken file named."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from songbuild.formats.audio import AudioError, blocks, probe
from songbuild.formats.mp3 import write_mp3
from songbuild.formats.wav import write_wav

RATE = 44100


def tone(frames, channels=2, rate=RATE, hz=997):
    x = 0.5 * np.sin(2 * np.pi * hz / rate * np.arange(frames) + 0.3)
    return np.stack([x * (1 - 0.4 * c) for c in range(channels)])


def read(path, rate=RATE, **more):
    found = list(blocks(path, rate, **more))
    return np.concatenate(found, axis=1) if found else np.zeros((0, 0))


@pytest.mark.parametrize(
    ("format_", "subtype", "worst"),
    [
        ("WAV", "PCM_16", 3.1e-5),
        ("WAV", "PCM_24", 1.2e-7),
        ("WAV", "PCM_U8", 8e-3),
        ("WAV", "FLOAT", 1e-7),
        ("WAV", "DOUBLE", 0),
        ("WAVEX", "PCM_24", 1.2e-7),
        ("RF64", "PCM_24", 1.2e-7),
        ("W64", "PCM_24", 1.2e-7),
        ("AIFF", "PCM_16", 3.1e-5),
        ("AIFF", "PCM_24", 1.2e-7),
        ("AIFF", "FLOAT", 1e-7),
        ("FLAC", "PCM_16", 3.1e-5),
        ("FLAC", "PCM_24", 1.2e-7),
        ("OGG", "VORBIS", 2e-2),
        ("OGG", "OPUS", 2e-2),
        ("MP3", "MPEG_LAYER_III", 2e-2),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_is_read_with_its_length_and_without_delay(tmp_path, format_, subtype, worst, channels):
    rate = 48000
    x = tone(100_001, channels, rate)
    soundfile.write(tmp_path / "take", x.T, rate, format=format_, subtype=subtype)
    info = probe(tmp_path / "take")
    assert (info.rate, info.channels, info.frames, info.format) == (rate, channels, 100_001, format_)
    y = read(tmp_path / "take", rate)
    assert y.shape == x.shape
    assert np.abs(y - x)[:, 2000:-2000].max() <= worst


@pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
def test_an_mp3_is_read_without_a_seam(tmp_path, mode):
    x = tone(300_000, 1)
    soundfile.write(tmp_path / "a", x.T, RATE, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode=mode)
    y = read(tmp_path / "a")
    assert np.abs(y - x)[:, 3000:-3000].max() < 0.02


@settings(max_examples=25, deadline=None)
@given(
    source=st.sampled_from([8000, 22050, 32000, 44100, 48000, 88200, 96000, 192000]),
    target=st.sampled_from([44100, 48000, 96000]),
    frames=st.integers(10, 150_000),
)
def test_resampled_length_is_exact(tmp_path_factory, source, target, frames):
    path = tmp_path_factory.mktemp("length") / "a.wav"
    soundfile.write(path, np.full((frames, 1), 0.25), source)
    assert read(path, target).shape == (1, round(frames * target / source))


@pytest.mark.parametrize("source", [22050, 48000, 96000])
def test_resampling_has_no_delay_and_a_tone_keeps_its_purity(tmp_path, source):
    soundfile.write(tmp_path / "a.wav", tone(2 * source, rate=source).T, source, subtype="DOUBLE")
    y, expected = read(tmp_path / "a.wav"), tone(2 * RATE)
    inner = slice(2000, -2000)
    assert 20 * np.log10(np.abs(y - expected)[:, inner].max()) < -120


def test_aliases_are_gone(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(96000, 1, 96000, hz=30000).T, 96000, subtype="DOUBLE")
    assert 20 * np.log10(np.abs(read(tmp_path / "a.wav")[:, 2000:-2000]).max()) < -120


@pytest.mark.parametrize("rate", [RATE, 48000])
@pytest.mark.parametrize("offset", [0, 1, 65536, 70_000, 200_000])
def test_an_offset_leaves_out_the_start(tmp_path, offset, rate):
    soundfile.write(tmp_path / "a.wav", tone(150_000).T, RATE, subtype="FLOAT")
    np.testing.assert_array_equal(
        np.concatenate([np.zeros((2, 0)), *blocks(tmp_path / "a.wav", rate, offset=offset)], axis=1),
        read(tmp_path / "a.wav", rate)[:, offset:],
    )


def good(tmp_path, kind):
    """A good file of 20,000 frames, and its bytes."""
    path = tmp_path / f"take.{kind}"
    x = tone(20_000)
    if kind == "mp3":
        write_mp3(path, [x], RATE, 2, 192)
    elif kind == "wav":
        write_wav(path, [np.round(x * 32767).astype(np.int32)], RATE, 2, 16)
    else:
        soundfile.write(path, x.T, RATE, format=kind.upper())
    assert read(path).shape == x.shape
    return path, path.read_bytes()


def refused(path):
    """The message with which the file is refused: by probe, or while it is read."""
    with pytest.raises(AudioError) as caught:
        probe(path)
        read(path)
    assert caught.value.hint is None or caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff", "mp3", "ogg"])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.98])
def test_a_file_cut_short_is_refused(tmp_path, kind, part):
    path, data = good(tmp_path, kind)
    path.write_bytes(data[: int(len(data) * part)])
    assert any(word in refused(path) for word in ("missing", "damaged", "incomplete", "holds"))


def test_a_cut_short_mp3_prints_nothing(tmp_path, capfd):
    path, data = good(tmp_path, "mp3")
    path.write_bytes(data[: len(data) // 2])
    refused(path)
    assert capfd.readouterr() == ("", "")


def test_data_longer_than_the_header_is_refused(tmp_path):
    path, data = good(tmp_path, "wav")
    at = data.index(b"data") + 4
    path.write_bytes(data[:at] + struct.pack("<I", 4000) + data[at + 4 :])
    assert "follow" in refused(path)
    path.write_bytes(data[:at] + struct.pack("<I", 0) + data[at + 4 :])  # a header that was never finished
    assert "follow" in refused(path)


def test_an_aiff_that_promises_less_than_it_holds_is_refused(tmp_path):
    path, data = good(tmp_path, "aiff")
    at = data.index(b"COMM") + 10
    path.write_bytes(data[:at] + struct.pack(">I", 100) + data[at + 4 :])
    assert "follow" in refused(path)
    path.write_bytes(data[:at] + struct.pack(">I", 30_000) + data[at + 4 :])
    assert "missing" in refused(path)


def wav_with(channels=2, rate=RATE, bits=16, align=None, frames=100):
    align = channels * bits // 8 if align is None else align
    data = bytes(frames * max(1, channels) * bits // 8)
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * align, align, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs"),
        (b"Dear diary, today we recorded a take.\n" * 50, "not audio"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "not audio"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not audio"),
        (wav_with(rate=0), "0 Hz"),
        (wav_with(channels=0), "0 channels"),
        (wav_with(channels=3), "3 channels"),
        (wav_with(align=7), "contradicts"),
        (wav_with(rate=100), "sample rate"),
        (wav_with(frames=0), "no audio"),
        (wav_with()[:36], "no data chunk"),
        (wav_with()[:30], "header"),
        (b"RIFF\x04\0\0\0WAVE", "no data chunk"),
        (b"fLaC" + bytes(38), "0 frames"),
        (b"fLaC", "breaks off"),
        (b"OggS\0" + bytes(100), "missing"),
        (b"FORM\0\0\0\x04AIFF", "no sound chunk"),
        (b"ID3\x04\0\0\0\0\0\x05hello", "can't be read"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, data, words):
    (tmp_path / "take.wav").write_bytes(data)
    assert words in refused(tmp_path / "take.wav")


def test_no_file_and_no_regular_file(tmp_path):
    assert "no such file" in refused(tmp_path / "take.wav")
    assert "not a file" in refused(tmp_path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused_with_their_place(tmp_path, bad):
    x = tone(100_000)
    x[1, 88_200] = bad
    soundfile.write(tmp_path / "a.wav", x.T, RATE, subtype="FLOAT")
    assert "2.000 s" in refused(tmp_path / "a.wav")


@settings(max_examples=60, deadline=None)
@given(kind=st.sampled_from(["wav", "flac", "aiff", "mp3", "ogg"]), at=st.integers(0, 200), value=st.integers(0, 255))
def test_a_damaged_header_never_ends_in_a_traceback(tmp_path_factory, kind, at, value):
    path, data = good(tmp_path_factory.mktemp("damage"), kind)
    damaged = bytearray(data)
    damaged[at] = value
    path.write_bytes(bytes(damaged))
    try:
        info = probe(path)
        if info.frames < 10**6:
            read(path, info.rate)
    except AudioError as error:
        assert error.message
