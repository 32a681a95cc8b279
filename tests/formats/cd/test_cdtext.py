"""CD-TEXT: packs as libburn and the standard's own example have them, and what can't be said in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

import pytest

from cd_discs import disc
from cd_readers import crc, read_packs
from songbuild.formats.cd import DiscError
from songbuild.formats.cd.cdtext import encode, genre_code
from songbuild.formats.cd.cdtext_reader import read_cdtext

CDRSKIN = pytest.mark.skipif(not shutil.which("cdrskin") and not os.environ.get("CI"), reason="cdrskin isn't installed")


def test_crc_is_that_of_the_published_example():
    """The size packs that libburn's doc/cdtext.txt shows."""
    for pack in (
        "8f002a000101030006050405070601024865",
        "8f012b0000000000000006032c000000c020",
        "8f022c0000000000090000000000000011 45".replace(" ", ""),
    ):
        data = bytes.fromhex(pack)
        assert crc(data[:16]) == data[16:]


def test_a_pack_holds_the_end_of_one_text_and_the_start_of_the_next():
    packs = encode(replace(disc(300), title="Disc"))
    assert packs[:16] == b"\x80\0\0\0Disc\0Track 1"
    assert packs[18:34] == b"\x80\x01\x01\x07" + bytes(12)  # the NUL of track 1, seven of whose characters came before
    assert len(packs) == 5 * 18


def test_a_text_of_exactly_a_pack_has_its_end_in_the_next():
    texts, _, _ = read_packs(encode(replace(disc(300, 300), title="twelve chars")))
    assert texts["title"] == ["twelve chars", "Track 1", "Track 2"]


def test_places_past_fifteen_are_fifteen():
    packs = encode(replace(disc(300), title="x" * 60))
    assert [packs[at + 3] for at in range(0, 5 * 18, 18)] == [0, 12, 15, 15, 15]


def test_only_types_that_are_said_have_packs():
    made = disc(300, 300)
    tracks = (made.tracks[0], replace(made.tracks[1], arranger="Ann"))
    texts, catalog, genre = read_packs(encode(replace(made, tracks=tracks, catalog="X 1", genre="Jazz")))
    assert texts == {"title": ["Disc", "Track 1", "Track 2"], "arranger": ["", "", "Ann"]}
    assert (catalog, genre) == ("X 1", "Jazz")


def test_a_disc_without_text_has_no_packs():
    assert encode(replace(disc(300), title="", tracks=(replace(disc(300).tracks[0], title=""),))) == b""


def test_typographic_marks_become_those_of_latin_1():
    texts, _, _ = read_packs(encode(disc(300, title="Don\u2019t \u2013 \u201cyou\u201d\u2026 e\u0301")))
    assert texts["title"][0] == 'Don\'t - "you"... é'


@pytest.mark.parametrize(
    ("genre", "code"),
    [("Rock", 0x17), ("rock music", 0x17), ("Hip-Hop", 0x0D), ("Rhythm & Blues", 0x18), ("Jazz", 0x0E), ("Zydeco", 1)],
)
def test_genre_has_the_code_of_its_name(genre, code):
    assert genre_code(genre) == code
    packs = encode(disc(300, genre=genre))
    at = next(at for at in range(0, len(packs), 18) if packs[at] == 0x87)
    assert packs[at + 4 : at + 6] == bytes([0, code])


def test_a_long_genre_goes_over_packs_and_back():
    genre = "Music for very long corridors"
    assert read_packs(encode(disc(300, genre=genre)))[2] == genre
    assert read_cdtext(encode(disc(300, genre=genre))).genre == genre


@CDRSKIN
def test_libburn_reads_our_packs(tmp_path):
    made = disc(300, 300, title="Naïve", performer="Zoë", genre="Folk", catalog="CAT-1")
    tracks = (
        replace(made.tracks[0], title='Café "au" lait'),
        replace(made.tracks[1], title="x" * 100, composer="Jörg"),
    )
    (tmp_path / "CDTEXT.BIN").write_bytes(encode(replace(made, tracks=tracks)))
    words = ["cdrskin", f"textfile_to_v07t={tmp_path / 'CDTEXT.BIN'}"]
    sheet = subprocess.run(words, capture_output=True, check=True).stdout.decode("latin-1")
    held = dict(line.split("=", 1) for line in sheet.splitlines() if "=" in line)
    held = {name.strip(): value.strip() for name, value in held.items()}
    wanted = {
        "Text Code": "8859",
        "Language Code": "English",
        "Album Title": "Naïve",
        "Artist Name": "Zoë",
        "Composer": "",
        "Catalog Number": "CAT-1",
        "Genre Code": "Folk",
        "Genre Information": "Folk",
        "First Track Number": "1",
        "Last Track Number": "2",
        "Track 01 Title": 'Café "au" lait',
        "Track 02 Title": "x" * 100,
        "Track 02 Composer": "Jörg",
    }
    assert {name: held.get(name) for name in wanted} == wanted


def test_a_tabulator_repeats_the_text_before():
    packs = bytearray(
        encode(replace(disc(300, 300), tracks=tuple(replace(t, title="\u00e9") for t in disc(300, 300).tracks)))
    )
    assert packs[4:16] == b"Disc\0\xe9\0\xe9\0\0\0\0"
    packs[11] = 9
    packs[16:18] = crc(packs[:16])
    assert read_cdtext(bytes(packs)).texts["title"] == ["Disc", "é", "é"]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [(5, 0, "damaged"), (16, 0, "damaged"), (2, 7, "number"), (0, 0x8F, "sizes")],
)
def test_damaged_packs_are_refused(place, value, said):
    packs = bytearray(encode(disc(300)))
    packs[place] = value
    if said != "damaged":
        packs[16:18] = crc(packs[:16])
    with pytest.raises(DiscError, match=said):
        read_cdtext(bytes(packs))
    with pytest.raises(DiscError, match="packs of 18"):
        read_cdtext(bytes(packs[:-1]))
