"""Tags, artwork and checksums: read back by mutagen, ffprobe and sha256sum; the same bytes every time."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import zlib

import mutagen
import numpy as np
import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.wave import WAVE

from songbuild.formats.artwork import PictureError, read_picture
from songbuild.formats.audio import blocks
from songbuild.formats.flac import write_flac
from songbuild.formats.mp3 import write_mp3
from songbuild.formats.sums import write_sums
from songbuild.formats.tags import Tags, id3_bytes, tag_flac, tag_mp3
from songbuild.formats.wav import write_wav

FFMPEG = pytest.mark.skipif(not shutil.which("ffprobe") and not os.environ.get("CI"), reason="ffmpeg isn't installed")


def png(width, height):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80\x20\x60" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width, height, frame=0xC0, fill=b""):
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    tables = b"\xff\xc4" + struct.pack(">H", 6) + b"\xff\xc0\x12\x34"  # what looks like a frame header, inside another
    sof = bytes([0xFF, frame]) + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + app + tables + fill + sof + b"\xff\xd9"


@pytest.fixture
def tags(tmp_path):
    (tmp_path / "cover").write_bytes(png(64, 64))
    picture = (read_picture(tmp_path / "cover"), (tmp_path / "cover").read_bytes())
    return Tags(
        title="Blåbär, 葡萄 & a / slash",
        artist="The Founders",
        album="First",
        track="3",
        date="2026-11-23",
        genre="Pop",
        isrc="SEXYZ2600001",
        copyright="2026 The Founders",
        comment="made of text",
        credits=(("composer", "A. Writer"), ("mix engineer", "B. Mixer"), ("composer", "C. Second")),
        picture=picture,
    )


def made(tmp_path, kind, tags):
    """A tagged file of 5,000 frames."""
    path = tmp_path / f"song.{kind}"
    x = np.arange(10_000, dtype=np.int32).reshape(2, 5000)
    if kind == "wav":
        write_wav(path, [x], 44100, 2, 16, id3_bytes(tags))
    elif kind == "flac":
        write_flac(path, [x], 44100, 2, 16)
        tag_flac(path, tags)
    else:
        write_mp3(path, [x / 32768], 44100, 2, 128)
        tag_mp3(path, tags)
    return path


def test_flac_has_vorbis_comments_and_a_cover(tmp_path, tags):
    file = FLAC(made(tmp_path, "flac", tags))
    assert file["title"] == [tags.title]
    assert file["isrc"] == [tags.isrc]
    assert file["tracknumber"] == ["3"]
    assert file["composer"] == ["A. Writer", "C. Second"]
    assert file["mix_engineer"] == ["B. Mixer"]
    (cover,) = file.pictures
    assert (cover.mime, cover.type, cover.width, cover.height) == ("image/png", 3, 64, 64)
    assert cover.data == tags.picture[1]


@pytest.mark.parametrize("kind", ["mp3", "wav"])
def test_mp3_and_wav_have_id3_of_version_2_4(tmp_path, tags, kind):
    path = made(tmp_path, kind, tags)
    tag = ID3(path) if kind == "mp3" else WAVE(path).tags
    assert tag.version == (2, 4, 0)
    texts = {name: str(tag[name]) for name in ("TIT2", "TPE1", "TALB", "TRCK", "TDRC", "TCON", "TSRC", "TCOP")}
    assert texts == {
        "TIT2": tags.title,
        "TPE1": tags.artist,
        "TALB": tags.album,
        "TRCK": "3",
        "TDRC": "2026-11-23",
        "TCON": "Pop",
        "TSRC": tags.isrc,
        "TCOP": tags.copyright,
    }
    assert tag["TCOM"].text == ["A. Writer", "C. Second"]
    assert ["mix engineer", "B. Mixer"] in tag["TIPL"].people
    assert str(tag.getall("COMM")[0]) == tags.comment
    (cover,) = tag.getall("APIC")
    assert (cover.mime, cover.type, cover.data) == ("image/png", 3, tags.picture[1])


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_tags_leave_the_sound_and_repeat_byte_for_byte(tmp_path, tags, kind):
    (tmp_path / "again").mkdir()
    path, again = made(tmp_path, kind, tags), made(tmp_path / "again", kind, tags)
    assert path.read_bytes() == again.read_bytes()
    (tmp_path / "plain").mkdir()
    plain = made(tmp_path / "plain", kind, Tags(title=""))
    np.testing.assert_array_equal(*(np.concatenate(list(blocks(p, 44100)), axis=1) for p in (path, plain)))


def test_empty_fields_are_left_out(tmp_path):
    assert set(FLAC(made(tmp_path, "flac", Tags("T"))).keys()) == {"title"}
    assert list(ID3(made(tmp_path, "mp3", Tags("T"))).keys()) == ["TIT2"]


def test_tagging_twice_replaces(tmp_path, tags):
    path = made(tmp_path, "flac", tags)
    tag_flac(path, Tags("Other"))
    assert dict(FLAC(path)) == {"title": ["Other"]}
    assert FLAC(path).pictures == []


def test_roles_become_legal_field_names(tmp_path):
    path = made(tmp_path, "flac", Tags("T", credits=(("a=b ö", "X"), ("Music", "Y"))))
    assert mutagen.File(path)["A_B__"] == ["X"]
    assert mutagen.File(path)["composer"] == ["Y"]


@FFMPEG
@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_ffprobe_reads_them(tmp_path, tags, kind):
    command = ["ffprobe", "-v", "error", "-show_format", "-of", "json", str(made(tmp_path, kind, tags))]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["format"]["tags"]
    found = {name.lower(): text for name, text in found.items()}
    assert (found["title"], found["artist"], found["album"]) == (tags.title, tags.artist, tags.album)
    assert tags.isrc in (found.get("isrc"), found.get("tsrc"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(1400, 1400), ("image/png", 1400, 1400)),
        (jpeg(3000, 2000), ("image/jpeg", 3000, 2000)),
        (jpeg(300, 200, frame=0xC2), ("image/jpeg", 300, 200)),  # progressive
        (jpeg(300, 200, fill=b"\xff\xff"), ("image/jpeg", 300, 200)),
    ],
)
def test_pictures_are_known_by_their_content(tmp_path, data, expected):
    (tmp_path / "cover.gif").write_bytes(data)
    picture = read_picture(tmp_path / "cover.gif")
    assert (picture.mime, picture.width, picture.height) == expected


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a" + bytes(50), png(9, 9)[:20], jpeg(9, 9)[:30], b"\xff\xd8\xff\xe0\0\0\0\0"]
)
def test_what_is_no_picture_is_refused(tmp_path, data):
    (tmp_path / "cover.jpg").write_bytes(data)
    with pytest.raises(PictureError):
        read_picture(tmp_path / "cover.jpg")


def test_sha256sum_accepts_the_sums(tmp_path):
    names = ["b.txt", "a b.txt", "stems/é.txt"]
    (tmp_path / "stems").mkdir()
    for name in names:
        (tmp_path / name).write_text(name)
    write_sums(tmp_path / "SHA256SUMS", [(name, tmp_path / name) for name in names])
    lines = (tmp_path / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line[66:] for line in lines] == sorted(names)
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
        (tmp_path / "b.txt").write_text("changed")
        failed = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
        assert failed.returncode == 1
