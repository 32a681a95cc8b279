"""Delivered files, read back by other people's software."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import mido
import mutagen
import mutagen.flac
import mutagen.mp3
import mutagen.wave
import numpy as np
import pytest
import soundfile

from songbuild.stages.delivery import slug
from support import SMALL, read_wav, render

HEAD = """\
title: Små Låt
artist: Someone
album: First
track_number: 3
isrc: QZ-ABC-26-00042
genre: Pop
date: 2026-11-23
copyright: 2026 Someone
artwork: cover.png
credits: {composer: Ann, lyrics: [Bo, Cy]}
"""
TAGGED = SMALL.replace("title: Small\n", HEAD).replace(
    "formats: [wav24]", "formats: [wav24, wav16, flac, mp3, stems, midi]"
)


def _png(size: int) -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * (size + 1) * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of everything that a song delivers."""
    folder = tmp_path_factory.mktemp("delivered")
    (folder / "song.yaml").write_text(TAGGED, encoding="utf-8")
    (folder / "cover.png").write_bytes(_png(1400))
    render(folder, cache=str(folder / "cache"))
    return folder / "out"


def test_every_file_is_there_and_its_sum_is_right(delivered: Path) -> None:
    names = sorted(str(path.relative_to(delivered)) for path in delivered.rglob("*") if path.is_file())
    stems = ["stems/drums.wav", "stems/keys.wav", "stems/low.wav", "stems/room.wav"]
    files = ["små-låt-16bit.wav", "små-låt-24bit.wav", "små-låt.flac", "små-låt.mid", "små-låt.mp3"]
    assert names == sorted(["SHA256SUMS", *stems, *files])
    for line in (delivered / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((delivered / name).read_bytes()).hexdigest() == digest
        names.remove(name)
    assert names == ["SHA256SUMS"]


def test_wav_is_format_1_and_flac_holds_the_same_samples(delivered: Path) -> None:
    for bits in (16, 24):
        data = (delivered / f"små-låt-{bits}bit.wav").read_bytes()
        at = data.index(b"fmt ")
        assert int.from_bytes(data[at + 8 : at + 10], "little") == 1
        assert soundfile.info(delivered / f"små-låt-{bits}bit.wav").subtype == f"PCM_{bits}"
    wav, flac = read_wav(delivered / "små-låt-24bit.wav"), read_wav(delivered / "små-låt.flac")
    assert wav.shape == (2, 9 * 44_100)
    assert np.array_equal(wav, flac)
    error = read_wav(delivered / "små-låt-16bit.wav") - wav
    assert 20 * np.log10(np.sqrt(np.mean(error**2))) == pytest.approx(-96.3, abs=0.2)


def test_tags_are_in_every_format(delivered: Path) -> None:
    flac = mutagen.flac.FLAC(delivered / "små-låt.flac")
    assert flac["title"] == ["Små Låt"]
    assert flac["isrc"] == ["QZABC2600042"]
    assert flac["lyricist"] == ["Bo", "Cy"]
    assert flac["tracknumber"] == ["3"]
    assert (flac.pictures[0].width, flac.pictures[0].mime) == (1400, "image/png")
    for found in (mutagen.mp3.MP3(delivered / "små-låt.mp3"), mutagen.wave.WAVE(delivered / "små-låt-24bit.wav")):
        assert found.tags["TIT2"].text == ["Små Låt"]
        assert found.tags["TPE1"].text == ["Someone"]
        assert found.tags["TSRC"].text == ["QZABC2600042"]
        assert found.tags["APIC:"].mime == "image/png"
    assert mutagen.mp3.MP3(delivered / "små-låt.mp3").info.bitrate == pytest.approx(320_000, abs=10)
    stem = mutagen.wave.WAVE(delivered / "stems" / "drums.wav")
    assert stem.tags["TIT2"].text == ["Små Låt (drums)"]


def test_midi_holds_the_score(delivered: Path) -> None:
    file = mido.MidiFile(delivered / "små-låt.mid", charset="utf-8")
    assert (file.type, file.ticks_per_beat) == (1, 960)
    assert [track.name for track in file.tracks] == ["Små Låt", "drums", "bass", "keys"]
    assert file.length == pytest.approx(8.0, abs=0.01)
    bass = [m for m in file.tracks[2] if m.type == "note_on"]
    assert [m.note for m in bass] == [33, 33, 40, 43, 38, 38, 33, 36] * 2
    drums = {m.channel for m in file.tracks[1] if m.type == "note_on"}
    assert drums == {9}
    assert [m.text for m in file.tracks[0] if m.type == "marker"] == ["a#1", "a#2"]


@pytest.mark.skipif(not shutil.which("ffmpeg") and not os.environ.get("CI"), reason="ffmpeg is not installed")
def test_the_mp3_decodes_to_the_master(delivered: Path) -> None:
    decoded = delivered.parent / "decoded.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", delivered / "små-låt.mp3", decoded], check=True)
    wav, mp3 = read_wav(delivered / "små-låt-24bit.wav"), read_wav(decoded)
    assert mp3.shape == wav.shape
    size = 1 << 18
    cross = np.fft.irfft(np.fft.rfft(wav[0, :size], 2 * size) * np.conj(np.fft.rfft(mp3[0, :size], 2 * size)))
    assert int(np.argmax(cross)) == 0
    assert np.sqrt(np.mean((wav - mp3) ** 2)) < 0.02 * np.sqrt(np.mean(wav**2)) * 5


@pytest.mark.parametrize(
    ("text", "name"), [("Harbour Lights", "harbour-lights"), ('  A/B: "x"…', "a-b-x"), ("...", "song"), ("夜", "夜")]
)
def test_a_slug_is_a_safe_name(text: str, name: str) -> None:
    assert slug(text) == name
