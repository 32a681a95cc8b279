"""Tags, artwork and checksums: read back by mutagen, ffprobe and sha256sum; the same bytes every time."""

from __future__ import annotations

import base64
import json
import os
import shutil
import struct
import subprocess
import zlib
from dataclasses import fields, replace
from xml.etree import ElementTree

import mutagen
import mutagen.flac
import numpy as np
import pytest
import soundfile
from mutagen.aiff import AIFF
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from mutagen.wave import WAVE

from songbuild.formats.artwork import Picture, PictureError, read_picture
from songbuild.formats.audio import blocks
from songbuild.formats.flac import write_flac
from songbuild.formats.lyrics import LyricsError, lrc, read_lyrics
from songbuild.formats.mp3 import write_mp3
from songbuild.formats.sums import write_sums
from songbuild.formats.tags import Level, Tags, id3_bytes, wave_chunks, write_tags
from songbuild.formats.tags.keys import FREEFORM, PEOPLE, TEXT
from songbuild.formats.wav import write_wav
from songbuild.model.credits import ROLES, Credit

FFMPEG = pytest.mark.skipif(not shutil.which("ffprobe") and not os.environ.get("CI"), reason="ffmpeg isn't installed")


def png(width, height, colour=2):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\x80\x20\x60" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width, height, frame=0xC0, fill=b"", components=1):
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    tables = b"\xff\xc4" + struct.pack(">H", 6) + b"\xff\xc0\x12\x34"  # what looks like a frame header, inside another
    sof = bytes([0xFF, frame]) + struct.pack(">HBHHB", 8 + 3 * components, 8, height, width, components)
    sof += bytes(3 * components)
    return b"\xff\xd8" + app + tables + fill + sof + b"\xff\xd9"


LINES = ((0, "Leave a light in the window"), (61_230, "all the way home"))
KINDS = ["wav", "flac", "mp3", "ogg", "opus", "aiff", "m4a"]


@pytest.fixture
def tags(tmp_path):
    (tmp_path / "cover").write_bytes(png(64, 64))
    picture = (read_picture(tmp_path / "cover"), (tmp_path / "cover").read_bytes())
    return Tags(
        title="Blåbär, 葡萄 & a / slash (Radio Edit)",
        version_title="Radio Edit",
        artist="The Founders feat. A. Guest",
        artists=("The Founders", "A. Guest"),
        album="First",
        album_artist="The Founders",
        track_number=3,
        track_total=12,
        disc_number=1,
        disc_total=2,
        date="2026-11-23",
        original_date="2025-01-02",
        recording_date="2024-12",
        recording_place="Gothenburg",
        genres=("Pop", "Folk"),
        language="swe",
        explicit="clean",
        isrc="SEXYZ2600001",
        iswc="T0345246801",
        upc="036000291452",
        catalog_number="TF 001",
        label="Founders' Own",
        copyright="2026 The Founders",
        phonogram="2025 The Founders",
        comment="made of text",
        bpm=96.5,
        key="F#m",
        lyrics="Leave a light in the window\nall the way home",
        synced=LINES,
        credits=(
            Credit("composer", "A. Writer"),
            Credit("mixer", "B. Mixer"),
            Credit("composer", "C. Second"),
            Credit("performer", "D. Player", "guitar"),
            Credit("featuring", "A. Guest"),
            Credit("whistling", "E. Whistler"),
        ),
        track_level=Level(-14.02, -1.0),
        album_level=Level(-13.5, -0.5),
        picture=picture,
    )


def made(tmp_path, kind, tags):
    """A tagged file of 5,000 frames."""
    path = tmp_path / f"song.{kind}"
    x = np.arange(10_000, dtype=np.int32).reshape(2, 5000)
    if kind == "wav":
        write_wav(path, [x], 44100, 2, 16, wave_chunks(tags))
        return path
    if kind == "flac":
        write_flac(path, [x], 44100, 2, 16)
    elif kind == "mp3":
        write_mp3(path, [x / 32768], 44100, 2, 128)
    elif kind == "m4a":
        if not shutil.which("ffmpeg") and not os.environ.get("CI"):
            pytest.skip("ffmpeg isn't installed")
        write_wav(tmp_path / "raw.wav", [x], 44100, 2, 16)
        command = ["ffmpeg", "-v", "error", "-y", "-i", tmp_path / "raw.wav", "-fflags", "+bitexact", path]
        subprocess.run(command, check=True)
    else:
        kinds = {"ogg": ("OGG", "VORBIS", 44100), "opus": ("OGG", "OPUS", 48000), "aiff": ("AIFF", "PCM_16", 44100)}
        form, subtype, rate = kinds[kind]
        soundfile.write(path, x.T.astype(np.int16), rate, format=form, subtype=subtype)
    write_tags(path, kind, tags)
    return path


def comments(tmp_path, kind, tags):
    """The Vorbis comments of a file, and its pictures."""
    file = mutagen.File(made(tmp_path, kind, tags))
    held = {name.upper(): values for name, values in file.tags.as_dict().items()}
    pictures = file.pictures if kind == "flac" else []
    for text in held.pop("METADATA_BLOCK_PICTURE", []):
        pictures.append(mutagen.flac.Picture(base64.b64decode(text)))
    return held, pictures


@pytest.mark.parametrize("kind", ["flac", "ogg", "opus"])
def test_vorbis_comments_and_a_cover(tmp_path, tags, kind):
    held, (cover,) = comments(tmp_path, kind, tags)
    gains = {name: values for name, values in held.items() if "GAIN" in name}
    assert {name: values for name, values in held.items() if name not in gains} == {
        "TITLE": ["Blåbär, 葡萄 & a / slash (Radio Edit)"],
        "VERSION": ["Radio Edit"],
        "ARTIST": ["The Founders feat. A. Guest"],
        "ARTISTS": ["The Founders", "A. Guest"],
        "ALBUM": ["First"],
        "ALBUMARTIST": ["The Founders"],
        "TRACKNUMBER": ["3"],
        "TRACKTOTAL": ["12"],
        "DISCNUMBER": ["1"],
        "DISCTOTAL": ["2"],
        "DATE": ["2026-11-23"],
        "ORIGINALDATE": ["2025-01-02"],
        "RECORDINGDATE": ["2024-12"],
        "LOCATION": ["Gothenburg"],
        "GENRE": ["Pop", "Folk"],
        "LANGUAGE": ["swe"],
        "ITUNESADVISORY": ["2"],
        "ISRC": ["SEXYZ2600001"],
        "ISWC": ["T0345246801"],
        "BARCODE": ["036000291452"],
        "CATALOGNUMBER": ["TF 001"],
        "LABEL": ["Founders' Own"],
        "COPYRIGHT": ["2026 The Founders"],
        "PRODUCEDNOTICE": ["2025 The Founders"],
        "COMMENT": ["made of text"],
        "BPM": ["96.5"],
        "INITIALKEY": ["F#m"],
        "LYRICS": ["Leave a light in the window\nall the way home"],
        "SYNCEDLYRICS": ["[00:00.00]Leave a light in the window\n[01:01.23]all the way home\n"],
        "COMPOSER": ["A. Writer", "C. Second"],
        "MIXER": ["B. Mixer"],
        "PERFORMER": ["D. Player (guitar)"],
        "WHISTLING": ["E. Whistler"],
    }
    if kind == "opus":  # -23 LUFS, in 1/256 dB: (-23 + 14.02) * 256 = -2298.9
        assert gains == {"R128_TRACK_GAIN": ["-2299"], "R128_ALBUM_GAIN": ["-2432"]}
    else:
        assert gains == {
            "REPLAYGAIN_TRACK_GAIN": ["-3.98 dB"],
            "REPLAYGAIN_TRACK_PEAK": ["0.891251"],
            "REPLAYGAIN_ALBUM_GAIN": ["-4.50 dB"],
            "REPLAYGAIN_ALBUM_PEAK": ["0.944061"],
            "REPLAYGAIN_REFERENCE_LOUDNESS": ["-18.00 LUFS"],
        }
    assert (cover.mime, cover.type, cover.width, cover.height, cover.depth) == ("image/png", 3, 64, 64, 24)
    assert cover.data == tags.picture[1]


@pytest.mark.parametrize("kind", ["mp3", "wav", "aiff"])
def test_id3_of_version_2_4(tmp_path, tags, kind):
    tag = {"mp3": ID3, "wav": lambda path: WAVE(path).tags, "aiff": lambda path: AIFF(path).tags}[kind](
        made(tmp_path, kind, tags)
    )
    assert tag.version == (2, 4, 0)
    texts = {
        key: [str(text) for text in frame.text]
        for key, frame in tag.items()
        if key[0] == "T" and key[1:] != "IPL" and key != "TMCL"
    }
    assert texts == {
        "TIT2": ["Blåbär, 葡萄 & a / slash (Radio Edit)"],
        "TIT3": ["Radio Edit"],
        "TPE1": ["The Founders feat. A. Guest"],
        "TXXX:ARTISTS": ["The Founders", "A. Guest"],
        "TALB": ["First"],
        "TPE2": ["The Founders"],
        "TRCK": ["3/12"],
        "TPOS": ["1/2"],
        "TDRC": ["2026-11-23"],
        "TDRL": ["2026-11-23"],
        "TDOR": ["2025-01-02"],
        "TXXX:RECORDINGDATE": ["2024-12"],
        "TXXX:LOCATION": ["Gothenburg"],
        "TCON": ["Pop", "Folk"],
        "TLAN": ["swe"],
        "TXXX:ITUNESADVISORY": ["2"],
        "TSRC": ["SEXYZ2600001"],
        "TXXX:ISWC": ["T0345246801"],
        "TXXX:BARCODE": ["036000291452"],
        "TXXX:CATALOGNUMBER": ["TF 001"],
        "TPUB": ["Founders' Own"],
        "TCOP": ["2026 The Founders"],
        "TPRO": ["2025 The Founders"],
        "TBPM": ["96"],
        "TKEY": ["F#m"],
        "TCOM": ["A. Writer", "C. Second"],
        "TXXX:REPLAYGAIN_TRACK_GAIN": ["-3.98 dB"],
        "TXXX:REPLAYGAIN_TRACK_PEAK": ["0.891251"],
        "TXXX:REPLAYGAIN_ALBUM_GAIN": ["-4.50 dB"],
        "TXXX:REPLAYGAIN_ALBUM_PEAK": ["0.944061"],
        "TXXX:REPLAYGAIN_REFERENCE_LOUDNESS": ["-18.00 LUFS"],
    }
    assert tag["TIPL"].people == [["mix", "B. Mixer"], ["whistling", "E. Whistler"]]
    assert tag["TMCL"].people == [["guitar", "D. Player"]]
    assert str(tag.getall("COMM")[0]) == tags.comment
    assert (tag["USLT::swe"].text, tag["USLT::swe"].lang) == (tags.lyrics, "swe")
    (timed,) = tag.getall("SYLT")
    assert (timed.format, timed.type, timed.lang) == (2, 1, "swe")
    assert timed.text == [(text, ms) for ms, text in LINES]
    (cover,) = tag.getall("APIC")
    assert (cover.mime, cover.type, cover.data) == ("image/png", 3, tags.picture[1])


def test_mp4_atoms(tmp_path, tags):
    held = dict(MP4(made(tmp_path, "m4a", tags)).tags)
    (cover,) = held.pop("covr")
    assert (bytes(cover), cover.imageformat) == (tags.picture[1], cover.FORMAT_PNG)
    plain = {key: values for key, values in held.items() if not key.startswith("----")}
    assert plain == {
        "\xa9nam": ["Blåbär, 葡萄 & a / slash (Radio Edit)"],
        "\xa9ART": ["The Founders feat. A. Guest"],
        "\xa9alb": ["First"],
        "aART": ["The Founders"],
        "trkn": [(3, 12)],
        "disk": [(1, 2)],
        "\xa9day": ["2026-11-23"],
        "\xa9gen": ["Pop", "Folk"],
        "cprt": ["2026 The Founders"],
        "\xa9cmt": ["made of text"],
        "\xa9lyr": ["Leave a light in the window\nall the way home"],
        "\xa9wrt": ["A. Writer", "C. Second"],
        "tmpo": [96],
        "rtng": [2],
    }
    named = {
        key.removeprefix(FREEFORM): [bytes(v).decode() for v in values]
        for key, values in held.items()
        if key.startswith(FREEFORM)
    }
    assert named["ISRC"] == ["SEXYZ2600001"]
    assert named["ARTISTS"] == ["The Founders", "A. Guest"]
    assert named["PERFORMER"] == ["D. Player (guitar)"]
    assert named["REPLAYGAIN_TRACK_GAIN"] == ["-3.98 dB"]
    assert len(plain) + len(named) == len(held)


def chunks(data):
    """The chunks of a run of RIFF chunks, in order."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        found.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == len(data)
    return found


def test_wave_has_info_and_a_broadcast_wave_its_isrc(tags):
    listed, tag = chunks(wave_chunks(tags))
    assert tag == (b"id3 ", id3_bytes(tags))
    assert listed[1][:4] == b"INFO"
    assert dict(chunks(listed[1][4:])) == {
        b"INAM": "Blåbär, 葡萄 & a / slash (Radio Edit)\0".encode(),
        b"IART": b"The Founders feat. A. Guest\0",
        b"IPRD": b"First\0",
        b"ICRD": b"2026-11-23\0",
        b"IGNR": b"Pop\0",
        b"ILNG": b"swe\0",
        b"ICOP": b"2026 The Founders\0",
        b"ICMT": b"made of text\0",
        b"ITRK": b"3\0",
    }
    name, text = chunks(wave_chunks(tags, broadcast=True))[2]
    assert name == b"axml"
    (isrc,) = ElementTree.fromstring(text).iter("{http://purl.org/dc/elements/1.1/}identifier")
    assert isrc.text == "ISRC:SEXYZ2600001"


@pytest.mark.parametrize("kind", KINDS)
def test_tags_leave_the_sound_and_repeat_byte_for_byte(tmp_path, tags, kind):
    path = made(tmp_path, kind, tags)
    if kind not in ("wav", "ogg", "opus"):  # an Ogg stream's serial number is its writer's
        (tmp_path / "again").mkdir()
        assert path.read_bytes() == made(tmp_path / "again", kind, tags).read_bytes()
    if kind not in ("wav", "aiff"):
        before = path.read_bytes()
        write_tags(path, kind, tags)
        assert path.read_bytes() == before
    if kind == "m4a":
        return
    (tmp_path / "plain").mkdir()
    plain = made(tmp_path / "plain", kind, Tags(title=""))
    rate = soundfile.info(path).samplerate
    np.testing.assert_array_equal(*(np.concatenate(list(blocks(p, rate)), axis=1) for p in (path, plain)))


@pytest.mark.parametrize("kind", KINDS)
def test_empty_fields_are_left_out(tmp_path, kind):
    path = made(tmp_path, kind, Tags("T"))
    held = WAVE(path).tags if kind == "wav" else mutagen.File(path).tags
    titles = {"wav": "TIT2", "aiff": "TIT2", "mp3": "TIT2", "m4a": "\xa9nam"}
    assert [key.lower() for key in held.keys()] == [titles.get(kind, "title").lower()]  # noqa: SIM118


@pytest.mark.parametrize("kind", ["flac", "mp3", "ogg", "opus", "aiff", "m4a"])
def test_tagging_twice_replaces(tmp_path, tags, kind):
    path = made(tmp_path, kind, tags)
    write_tags(path, kind, Tags("Other"))
    held = mutagen.File(path).tags
    assert len(list(held.keys())) == 1
    assert getattr(mutagen.File(path), "pictures", []) == []


def test_a_format_without_tags_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no tags for 'midi'"):
        write_tags(tmp_path / "song.mid", "midi", Tags("T"))


def test_roles_become_legal_field_names(tmp_path):
    held, _ = comments(tmp_path, "flac", Tags("T", credits=(Credit("a=b ö", "X"), Credit("lyricist", "Y"))))
    assert (held["A_B__"], held["LYRICIST"]) == (["X"], ["Y"])


def test_every_field_and_role_has_keys():
    """What a song can say is written; a key is used once in each format."""
    apart = {"track_number", "track_total", "disc_number", "disc_total", "explicit", "bpm", "synced", "credits",
             "track_level", "album_level", "picture"}  # fmt: skip
    assert {keys.field for keys in TEXT} == {field.name for field in fields(Tags)} - apart
    assert {keys.field for keys in PEOPLE} == {role.name for role in ROLES} - {"featuring"}
    for column in (1, 2, 3):
        used = [keys[column] for keys in (*TEXT, *PEOPLE)]
        assert len(used) == len(set(used))


@pytest.mark.parametrize(
    ("lufs", "peak", "expected"),
    [
        (-18.0, 0.0, ("0.00 dB", "1.000000", "-1280")),
        (-23.0, -6.0206, ("5.00 dB", "0.500000", "0")),
        (-9.0, 0.8, ("-9.00 dB", "1.096478", "-3584")),
        (-200.0, -150.0, ("182.00 dB", "0.000000", "32767")),
    ],
)
def test_gains(lufs, peak, expected):
    found = Level(lufs, peak)
    assert (found.gain, found.peak, found.r128_gain) == expected


@FFMPEG
@pytest.mark.parametrize("kind", KINDS)
def test_ffprobe_reads_them(tmp_path, tags, kind):
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_format",
        "-show_streams",
        "-of",
        "json",
        str(made(tmp_path, kind, tags)),
    ]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    found = told["format"].get("tags") or told["streams"][0]["tags"]
    found = {name.lower(): text for name, text in found.items()}
    assert (found["title"], found["artist"], found["album"]) == (tags.title, tags.artist, tags.album)
    if kind != "wav":  # FFmpeg looks at no other chunk where there is a LIST INFO, which has no place for it
        assert tags.isrc in (found.get("isrc"), found.get("tsrc"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(1400, 1400), Picture("image/png", 1400, 1400, "rgb", 24)),
        (png(9, 9, colour=0), Picture("image/png", 9, 9, "grey", 8)),
        (png(9, 9, colour=3), Picture("image/png", 9, 9, "palette", 8)),
        (png(9, 9, colour=6), Picture("image/png", 9, 9, "rgba", 32)),
        (jpeg(3000, 2000), Picture("image/jpeg", 3000, 2000, "grey", 8)),
        (jpeg(3000, 2000, components=3), Picture("image/jpeg", 3000, 2000, "rgb", 24)),
        (jpeg(3000, 2000, components=4), Picture("image/jpeg", 3000, 2000, "cmyk", 32)),
        (jpeg(300, 200, frame=0xC2), Picture("image/jpeg", 300, 200, "grey", 8)),  # progressive
        (jpeg(300, 200, fill=b"\xff\xff"), Picture("image/jpeg", 300, 200, "grey", 8)),
    ],
)
def test_pictures_are_known_by_their_content(tmp_path, data, expected):
    (tmp_path / "cover.gif").write_bytes(data)
    assert read_picture(tmp_path / "cover.gif") == replace(expected, size=len(data))


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


LRC = """\
[ar:The Founders]
[offset:+250]
[00:12.50][01:12.500]Home <00:13.00>again
[00:10.25]Leave a light

[02:00]
"""


def test_lrc_is_read(tmp_path):
    (tmp_path / "a.lrc").write_text(LRC, encoding="utf-8-sig")
    words, synced = read_lyrics(tmp_path / "a.lrc")
    assert synced == ((10_000, "Leave a light"), (12_250, "Home again"), (72_250, "Home again"), (119_750, ""))
    assert words == "Leave a light\nHome again\nHome again"
    (tmp_path / "b.lrc").write_text(lrc(synced))
    assert read_lyrics(tmp_path / "b.lrc") == (words, synced)


def test_plain_lyrics_have_no_times(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"One  \r\ntwo\r\n\r\nthree\n\n")
    assert read_lyrics(tmp_path / "a.txt") == ("One\ntwo\n\nthree", ())


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.lrc", b"[00:01.00]\n", "no lines"),
        ("a.lrc", b"[00:01.00]One\nTwo\n", "line 2 has no time"),
        ("a.lrc", b"[00:99.00]One\n", "line 1 has no time"),
        ("a.lrc", b"[offset:soon]\n[00:01.00]One\n", "'soon' is no offset"),
        ("a.txt", b" \n", "empty"),
        ("a.txt", b"One \xff\n", "byte 5 is not UTF-8"),
        ("a.txt", b"One\0\n", "control characters"),
        ("a.txt", b"a" * 1_100_000, "1 MiB"),
    ],
)
def test_what_is_no_lyrics_is_refused(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LyricsError, match=words):
        read_lyrics(tmp_path / name)
