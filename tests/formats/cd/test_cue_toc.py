"""Cue sheet and TOC, byte for byte."""

from __future__ import annotations

import pytest

from cd_discs import disc
from songbuild.formats.cd import Disc, DiscTrack, cue_sheet, toc_file, write_cue, write_toc

DISC = Disc(
    (
        DiscTrack(0, 375, title="One", performer="Zoë", isrc="QZ-ABC-26-00001", copy=True),
        DiscTrack(375, 6000, 75, title='Say "two"', performer="Zoë", arranger="Ann", pre_emphasis=True),
    ),
    title="Naïve",
    performer="Zoë",
    upc="036000291452",
)


def test_the_cue_sheet_is_latin_1_with_line_ends_of_its_home(tmp_path):
    write_cue(tmp_path / "disc.cue", DISC, "disc.wav")
    assert (tmp_path / "disc.cue").read_bytes().decode("latin-1").split("\r\n") == [
        "CATALOG 0036000291452",
        'TITLE "Naïve"',
        'PERFORMER "Zoë"',
        'FILE "disc.wav" WAVE',
        "  TRACK 01 AUDIO",
        '    TITLE "One"',
        '    PERFORMER "Zoë"',
        "    ISRC QZABC2600001",
        "    FLAGS DCP",
        "    INDEX 01 00:00:00",
        "  TRACK 02 AUDIO",
        "    TITLE \"Say 'two'\"",
        '    PERFORMER "Zoë"',
        '    REM ARRANGER "Ann"',
        "    FLAGS PRE",
        "    INDEX 00 00:04:00",
        "    INDEX 01 00:05:00",
        "",
    ]


def test_the_toc_is_ascii_with_a_text_for_every_track(tmp_path):
    write_toc(tmp_path / "disc.toc", DISC, "dïsc.wav")
    text = (tmp_path / "disc.toc").read_bytes().decode("ascii")
    assert [line.strip() for line in text.splitlines()[:12]] == [
        "CD_DA",
        'CATALOG "0036000291452"',
        "",
        "CD_TEXT {",
        "LANGUAGE_MAP {",
        "0 : EN",
        "}",
        "LANGUAGE 0 {",
        'TITLE "Na\\357ve"',
        'PERFORMER "Zo\\353"',
        "ARRANGER { 0 }",
        "}",
    ]
    assert text.endswith(
        '    TITLE "Say \\042two\\042"\n    PERFORMER "Zo\\353"\n    ARRANGER "Ann"\n  }\n}\n'
        'FILE "d\\303\\257sc.wav" 00:04:00 01:21:00\nSTART 00:01:00\n'
    )


def test_a_disc_without_text_has_none():
    made = Disc((DiscTrack(0, 300), DiscTrack(300, 300)))
    assert "CD_TEXT" not in toc_file(made, "x.wav")
    assert cue_sheet(made, "x.wav").split("\r\n") == [
        'FILE "x.wav" WAVE',
        "  TRACK 01 AUDIO",
        "    INDEX 01 00:00:00",
        "  TRACK 02 AUDIO",
        "    INDEX 01 00:04:00",
        "",
    ]


@pytest.mark.parametrize("write", [write_cue, write_toc])
def test_a_file_is_replaced_whole(tmp_path, write):
    place = tmp_path / "disc"
    place.write_text("old")
    with pytest.raises(ValueError, match=r"ISO 8859-1|latin-1"):
        write(place, disc(300, title="\u0416"), "x.wav")
    assert place.read_text() == "old"
    write(place, disc(300), "x.wav")
    assert place.read_text() != "old"
    assert [each.name for each in tmp_path.iterdir()] == ["disc"]
