"""DDP filesets: whole or not there, the same bytes every time, checksums that others check, damage that is found."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zlib
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from cd_discs import disc, pieces, programme
from songbuild.formats.audio import AudioError
from songbuild.formats.cd import SECTOR, DiscError, compare_checksums, inlay, read_ddp, write_ddp
from songbuild.formats.cd.records import MAP, compose

DISC = replace(disc(300, 310), upc="4006381333931", catalog="CAT-1")
NAMES = {"DDPID", "DDPMS", "PQDESCR", "CDTEXT.BIN", "IMAGE.DAT", "CHECKSUM.MD5", "CHECKSUM.TXT", "SHA256SUMS"}


@pytest.fixture
def ddp(tmp_path):
    write_ddp(tmp_path / "ddp", DISC, pieces(programme(610)))
    return tmp_path / "ddp"


def bytes_of(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_records_are_those_of_the_field_tables(ddp):
    """Written out by hand, column by column."""
    assert {file.name for file in ddp.iterdir()} == NAMES
    assert (ddp / "DDPID").read_bytes() == (
        b"DDP 2.00" + b"4006381333931" + b" " * 17 + b"CAT-1".ljust(48) + b" " + b"CD" + b" " * 39
    )
    stream = b"VVVMS0        00000108        CDTEXT  " + b" " * 17 + b"00" + b" " * 14 + b"017CDTEXT.BIN"
    assert (ddp / "DDPMS").read_bytes()[:128] == stream.ljust(128)
    audio = b"VVVMD0        0000076000000000        DA70    0150" + b" " * 21 + b"017IMAGE.DAT"
    assert (ddp / "DDPMS").read_bytes()[256:] == audio.ljust(128)
    cues = (ddp / "PQDESCR").read_bytes()
    assert [cues[at : at + 18] for at in range(0, len(cues), 64)] == [
        b"VVVS0000  00000001",
        b"VVVS0100  00000001",
        b"VVVS0101  00020001",
        b"VVVS0201  00060001",
        b"VVVSAA01  00101001",
        b"VVVSAA01  00101001",
    ]
    assert cues[32:45] == b"4006381333931"


def test_the_same_bytes_from_arrays_of_any_cut_and_from_a_wave_file(tmp_path, ddp):
    x = programme(610)
    soundfile.write(tmp_path / "disc.wav", x.T, 44100, subtype="PCM_16")
    write_ddp(tmp_path / "wave" / "ddp", DISC, tmp_path / "disc.wav")
    write_ddp(tmp_path / "other", DISC, pieces(x.astype(np.int32), 777))
    assert bytes_of(tmp_path / "wave" / "ddp") == bytes_of(tmp_path / "other") == bytes_of(ddp)


def test_checksums_are_right_and_others_check_them(ddp):
    made = bytes_of(ddp)
    listed = ["DDPID", "DDPMS", "CDTEXT.BIN", "PQDESCR", "IMAGE.DAT"]
    md5 = "".join(f"{hashlib.md5(made[name]).hexdigest()} *{name}\n" for name in listed)
    assert made["CHECKSUM.MD5"].decode() == md5
    crc = "".join(f"{name}={zlib.crc32(made[name]):08X}\n" for name in listed)
    assert made["CHECKSUM.TXT"].decode() == f"[CRC32 Checksum]\n{crc}"
    for tool, file in (("md5sum", "CHECKSUM.MD5"), ("sha256sum", "SHA256SUMS")):
        if shutil.which(tool):
            subprocess.run([tool, "--strict", "--quiet", "-c", file], cwd=ddp, check=True, capture_output=True)
    assert compare_checksums(ddp) == []


def test_a_flipped_bit_of_audio_is_found_by_all_checksums(ddp):
    data = bytearray((ddp / "IMAGE.DAT").read_bytes())
    data[1_000_000] ^= 1
    (ddp / "IMAGE.DAT").write_bytes(data)
    assert compare_checksums(ddp) == [
        f"IMAGE.DAT isn't as {name} says" for name in ("CHECKSUM.MD5", "CHECKSUM.TXT", "SHA256SUMS")
    ]
    (ddp / "PQDESCR").rename(ddp / "SD")
    assert "names 'PQDESCR', which isn't there" in compare_checksums(ddp)[0]


def test_an_empty_checksum_file_and_names_that_leave_the_folder(ddp):
    (ddp / "CHECKSUM.MD5").write_text("")
    (ddp / "CHECKSUM.TXT").write_text("[CRC32 Checksum]\n../DDPID=00000000\n")
    assert compare_checksums(ddp) == ["CHECKSUM.TXT names '../DDPID', which isn't there"]


def failing():
    yield programme(300)
    raise OSError(28, "No space left on device")


def test_nothing_half_written_is_left(tmp_path, ddp):
    before = bytes_of(ddp)
    for audio, error in (
        (failing(), OSError),
        (pieces(programme(609)), DiscError),
        (pieces(programme(611)), DiscError),
        ([np.zeros((1, 610 * SECTOR), np.int16)], DiscError),
    ):
        with pytest.raises(error):
            write_ddp(ddp, DISC, audio)
        with pytest.raises(error):
            write_ddp(tmp_path / "new", DISC, failing() if error is OSError else [np.zeros((2, 5), np.int16)])
    assert bytes_of(ddp) == before
    assert [each.name for each in tmp_path.iterdir()] == ["ddp"]


def test_a_new_fileset_takes_the_place_of_the_old(ddp):
    write_ddp(ddp, disc(300), pieces(programme(300)))
    assert read_ddp(ddp).disc == disc(300)
    assert [each.name for each in ddp.parent.iterdir()] == ["ddp"]


def test_a_folder_with_other_things_is_left_alone(ddp):
    (ddp / "letter.txt").write_text("to the plant")
    with pytest.raises(FileExistsError, match="other things"):
        write_ddp(ddp, DISC, pieces(programme(610)))
    assert (ddp / "letter.txt").exists() and (ddp / "DDPID").exists()


def test_a_disc_against_the_rules_is_not_written(tmp_path):
    with pytest.raises(DiscError, match="4 s at least"):
        write_ddp(tmp_path / "ddp", disc(300, 299), pieces(programme(599)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"), [(48000, 2, "PCM_16"), (44100, 1, "PCM_16"), (44100, 2, "PCM_24")]
)
def test_a_wave_file_that_is_not_cd_audio_is_refused(tmp_path, rate, channels, subtype):
    soundfile.write(tmp_path / "x.wav", np.zeros((610 * SECTOR, channels)), rate, subtype=subtype)
    with pytest.raises(AudioError, match=f"{channels} channels at {rate} Hz, {subtype}"):
        write_ddp(tmp_path / "ddp", DISC, tmp_path / "x.wav")
    assert [each.name for each in tmp_path.iterdir()] == ["x.wav"]


def patch(folder, name, at, data):
    found = bytearray((folder / name).read_bytes())
    found[at : at + len(data)] = data
    (folder / name).write_bytes(found)


@pytest.mark.parametrize(
    ("name", "at", "data", "said"),
    [
        ("DDPID", 0, b"DDP 1.01", "DDPID: not a record of 128 bytes that begins with DDP 2.00"),
        ("DDPID", 87, b"DV", "isn't that of a CD"),
        ("DDPMS", 0, b"XX", "DDPMS: not a record"),
        ("DDPMS", 14, b"00000109", "CDTEXT.BIN has 108 bytes, DDPMS says 109"),
        ("DDPMS", 256 + 14, b"00000761", "IMAGE.DAT has 1787520 bytes, DDPMS says 1789872"),
        ("DDPMS", 128 + 30, b"PQ DESCX", "0 streams of PQ DESCR"),
        ("DDPMS", 128 + 74, b"../PQ   ", "'../PQ', which isn't there"),
        ("PQDESCR", 3 * 64 + 10, b"000100", "aren't in order"),
        ("PQDESCR", 4 * 64 + 12, b"11", "ends at sector 835, IMAGE.DAT at 760"),
        ("PQDESCR", 3 * 64 + 4, b"03", "aren't numbered"),
        ("PQDESCR", 2 * 64 + 14, b"xx", "a position is 'xx'"),
        ("PQDESCR", 1 * 64 + 16, b"Z1", "control field"),
        ("CDTEXT.BIN", 4, b"X", "pack 0 of CD-TEXT is damaged"),
    ],
)
def test_a_fileset_that_contradicts_itself_is_refused(ddp, name, at, data, said):
    patch(ddp, name, at, data)
    with pytest.raises(DiscError, match=said):
        read_ddp(ddp)


def test_a_lead_out_that_is_missing_and_an_index_0_out_of_place_are_refused(tmp_path):
    made = disc(400, 300)
    made = replace(made, tracks=(made.tracks[0], replace(made.tracks[1], pregap=100)))
    write_ddp(tmp_path / "ddp", made, pieces(programme(700)))
    patch(tmp_path / "ddp", "PQDESCR", 3 * 64 + 10, b"000100")
    with pytest.raises(DiscError, match="index 0 of track 02"):
        read_ddp(tmp_path / "ddp")
    for record in (5, 6):
        patch(tmp_path / "ddp", "PQDESCR", record * 64 + 4, b"03")
    with pytest.raises(DiscError, match="lead-out is missing"):
        read_ddp(tmp_path / "ddp")


def test_a_missing_file_is_named(ddp, tmp_path):
    (ddp / "DDPMS").unlink()
    with pytest.raises(DiscError, match="DDPMS can't be read"):
        read_ddp(ddp)
    with pytest.raises(DiscError, match="DDPID can't be read"):
        read_ddp(tmp_path / "nowhere")


def test_filesets_of_other_tools_are_read(ddp):
    """Numbers with blanks in front, another name, the UPC in every packet, further indexes, one lead-out."""
    patch(ddp, "DDPMS", 128 + 14, b"     448")
    patch(ddp, "DDPMS", 128 + 71, b" 17SD".ljust(20))
    patch(ddp, "DDPMS", 256 + 22, b" " * 8)
    cues = (ddp / "PQDESCR").read_bytes()[:-64]
    records = [bytearray(cues[at : at + 64]) for at in range(0, len(cues), 64)]
    for record in records:
        record[32:45] = b"4006381333931"
    records[3:3] = [bytearray(records[2]), bytearray(records[2])]
    records[3][6:16] = b"02  000300"
    records[4][6:16] = b"03  000400"
    (ddp / "SD").write_bytes(b"".join(records))
    (ddp / "PQDESCR").unlink()
    assert read_ddp(ddp).disc == DISC


def test_a_value_wider_than_its_column_is_refused():
    with pytest.raises(ValueError, match="wider than 17"):
        compose(MAP, {"name": "A-NAME-OF-18-CHARS"})
    with pytest.raises(ValueError, match="wider than 8"):
        compose(MAP, {"length": 100_000_000})


def test_the_inlay_lists_titles_lengths_and_codes():
    made = replace(DISC, title="Night", performer="Ann", genre="Folk")
    tracks = (
        replace(made.tracks[0], performer="Ann", isrc="QZ-ABC-26-00001"),
        replace(made.tracks[1], performer="Bob", length=10_000),
    )
    assert inlay(replace(made, tracks=tracks)) == (
        "Ann - Night\ncatalogue number: CAT-1\nUPC/EAN: 4006381333931\ngenre: Folk\n\n"
        " 1  Track 1          0:04  QZABC2600001\n"
        " 2  Bob - Track 2    2:13\n"
        "    total            2:17\n"
    )
