"""What a disc must be: each rule at its limit and just past it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cd_discs import disc
from songbuild.formats.cd import Disc, DiscTrack, check
from songbuild.formats.cd.cdtext import encode

LIMIT = (79 * 60 + 57) * 75


def said(made):
    return [(fault.code, fault.path, fault.severity) for fault in check(made)]


def changed(made, at, **values):
    return replace(made, tracks=(*made.tracks[:at], replace(made.tracks[at], **values), *made.tracks[at + 1 :]))


def test_a_disc_of_99_tracks_of_four_seconds_is_fine():
    assert check(disc(*[300] * 99)) == []


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (Disc(()), ("CD001", ("tracks",), "error")),
        (disc(*[300] * 100), ("CD001", ("tracks",), "error")),
        (disc(300, 299, 300), ("CD004", ("tracks", 1, "length"), "error")),
        (changed(disc(350, 300), 1, pregap=51), ("CD004", ("tracks", 0, "length"), "error")),
        (disc(LIMIT - 299, 300), ("CD005", ("tracks",), "error")),
        (disc(74 * 60 * 75, 30 * 75 + 1), ("CD005", ("tracks",), "warning")),
        (changed(disc(300, 300), 0, pregap=10), ("CD002", ("tracks", 0, "start"), "error")),
        (changed(disc(300, 300), 1, start=301), ("CD002", ("tracks", 1, "start"), "error")),
        (changed(disc(300, 300), 1, isrc="QZ-ABC-26-0001"), ("CD006", ("tracks", 1, "isrc"), "error")),
        (disc(300, upc="4006381333930"), ("CD007", ("upc",), "error")),
        (disc(300, upc="400638133393"), ("CD007", ("upc",), "error")),
        (disc(300, upc="14006381333938"), ("CD007", ("upc",), "error")),
        (changed(disc(300), 0, title="Песня"), ("CD008", ("tracks", 0, "title"), "error")),
        (disc(300, performer="a\tb"), ("CD008", ("performer",), "error")),
        (disc(300, genre="Öl"), ("CD008", ("genre",), "error")),
        (disc(300, message="x" * 161), ("CD009", ("message",), "error")),
        (disc(300, catalog="x" * 49), ("CD009", ("catalog",), "error")),
        (changed(disc(*[300] * 99), 5, message="x" * 160), None),
        (disc(74 * 60 * 75, 30 * 75), None),
        (changed(disc(350, 300), 1, pregap=50), None),
        (disc(300, upc="036000291452", message="x" * 160, catalog="x" * 48), None),
    ],
)
def test_each_rule_at_its_limit(made, wanted):
    assert said(made) == ([wanted] if wanted else [])


def test_a_pregap_is_inside_the_track_before():
    assert ("CD003", ("tracks", 1, "pregap"), "error") in said(changed(disc(300, 300), 1, pregap=301))
    assert ("CD003", ("tracks", 1, "pregap"), "error") in said(changed(disc(300, 300), 1, pregap=-1))


def test_a_disc_at_the_limit_fits_and_one_past_it_says_how_much_must_go():
    assert said(disc(LIMIT)) == [("CD005", ("tracks",), "warning")]
    (fault,) = check(disc(LIMIT + 61 * 75))
    assert "80:58" in fault.message and "79:57" in fault.message and "1:01" in (fault.hint or "")


def test_messages_name_what_is_wrong():
    (fault,) = check(changed(disc(300), 0, title="Ночь"))
    assert "'Н' (U+041D)" in fault.message and fault.offset == 0
    (fault,) = check(changed(disc(300, 299), 1, title="short"))
    assert "track 2 is 3.99 s" in fault.message
    (fault,) = check(disc(300, upc="4006381333930"))
    assert "check digit" in fault.message


def test_too_much_text_is_said_before_it_is_written():
    tracks = [DiscTrack(300 * at, 300, title="x" * 40) for at in range(99)]
    (fault,) = check(Disc(tuple(tracks)))
    assert fault.code == "CD010" and "3960 characters" in fault.message
    with pytest.raises(ValueError, match="256 at most"):
        encode(Disc(tuple(tracks)))
    assert check(Disc(tuple(replace(track, title="x" * 29) for track in tracks))) == []
