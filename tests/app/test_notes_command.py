"""`songbuild notes`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from albums import write_pair
from shell import TINY, songbuild

WriteSong = Callable[..., Path]
NOTES = """\
notes:  # of Tuesday
  - {at: a#2, part: low, text: more air here, by: Mira, date: 2026-03-14}
  - {at: 1-2, text: too crowded, done: 2026-03-20}
  - {text: dark all over}
  - {at: 2, part: master, text: loud, done: true}
"""


@pytest.fixture
def noted(write_song: WriteSong) -> Path:
    """TINY with four notes, two of them done."""
    return write_song({"song.yaml": TINY + NOTES}, "noted")


def test_the_open_ones_are_listed_in_order_of_time(noted: Path) -> None:
    ran = songbuild("notes", noted)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "3                      dark all over",
        "1  bars 3-4  a 2  low  more air here  (Mira, 2026-03-14)",
    ]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--all"], [3, 2, 4, 1]),
        (["--part", "low"], [1]),
        (["--part", "master", "--all"], [4]),
        (["--bars", "2-3", "--all"], [2, 4, 1]),
        (["--bars", "1"], []),
    ],
)
def test_what_is_asked_for_is_listed_as_json(noted: Path, options: list[str], numbers: list[int]) -> None:
    events = songbuild("notes", "list", noted, "--json", *options).events
    assert [event["number"] for event in events[:-1]] == numbers
    assert events[-1] == {"event": "result", "ok": True, "notes": len(numbers)}


def test_a_note_for_programs_says_all_of_it(noted: Path) -> None:
    _, event, _ = songbuild("notes", noted, "--json").events
    assert event == {
        "event": "note", "number": 1, "text": "more air here", "song": None, "part": "low", "where": "bars 3-4",
        "section": "a 2", "first_bar": 3, "last_bar": 4, "by": "Mira", "date": "2026-03-14", "done": False,
        "file": "song.yaml", "line": 17,
    }  # fmt: skip


def test_none_are_said_to_be_none(tiny: Path) -> None:
    assert songbuild("notes", tiny).out == "no open notes\n"
    assert songbuild("notes", "--all", cwd=tiny).out == "no notes\n"


def test_an_unknown_part_is_wrong_usage(noted: Path) -> None:
    ran = songbuild("notes", noted, "--part", "lo")
    assert (ran.code, ran.out) == (2, "")
    assert "no part 'lo': did you mean 'low'?" in ran.err


def test_a_song_with_errors_elsewhere_still_has_notes(noted: Path) -> None:
    song = noted / "song.yaml"
    song.write_text(song.read_text("utf-8").replace("gain_db: -6", "gain_db: loud"), "utf-8")
    ran = songbuild("notes", noted, "--part", "low")
    assert (ran.code, ran.err) == (0, "")
    assert "bars 3-4" in ran.out


def test_added_and_done_change_nothing_else(noted: Path) -> None:
    before = (noted / "song.yaml").read_text("utf-8")
    ran = songbuild(
        "notes", "add", "--at", "3.2", "--part", "mix", "--by", "Jon", "--date", "2026-04-01", "a", "click", cwd=noted
    )
    assert (ran.code, ran.out) == (0, "note 5 written to song.yaml\n")
    added = before + '  - {at: "3.2", part: mix, text: a click, by: Jon, date: 2026-04-01}\n'
    assert (noted / "song.yaml").read_text("utf-8") == added
    ran = songbuild("notes", "done", 5, "--date", "2026-04-02", "--song", noted)
    assert (ran.code, ran.out) == (0, "note 5 is done: a click (song.yaml)\n")
    assert (noted / "song.yaml").read_text("utf-8") == added.replace("2026-04-01}", "2026-04-01, done: 2026-04-02}")
    assert songbuild("check", noted).out == "Tiny: no problems\n"


def test_the_author_is_who_git_says(tiny: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tiny, check=True)
    subprocess.run(["git", "config", "user.name", "Mira: Lind"], cwd=tiny, check=True)
    assert songbuild("notes", "add", "--date", "2026-04-01", "slower", cwd=tiny).code == 0
    assert (tiny / "song.yaml").read_text("utf-8") == (
        TINY + 'notes:\n  - {text: slower, by: "Mira: Lind", date: 2026-04-01}\n'
    )


def test_a_file_of_its_own_takes_them(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": TINY + "notes: notes.yaml\n", "notes.yaml": "\ufeff- {text: a}\r\n"}, "split")
    assert songbuild("notes", "add", "b", "--by", "Jon", "--date", "2026", "--song", song).out == (
        "note 2 written to notes.yaml\n"
    )
    assert (song / "notes.yaml").read_bytes() == (
        '\ufeff- {text: a}\r\n- {text: b, by: Jon, date: "2026"}\r\n'.encode()
    )
    assert songbuild("notes", song, "--json").events[1]["file"] == "notes.yaml"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "x", "--at", "9"], "'9': this is after the song's end: its last bar is 4"),
        (["add", "x", "--part", "lo"], "no part 'lo': did you mean 'low'?"),
        (["add", "x", "--date", "soon"], "'soon' is not a date; write 2026, 2026-03 or 2026-03-31"),
        (["done", "2"], "note 2 is done already"),
        (["done", "9"], "no note 9: there are 4"),
    ],
)
def test_what_cant_be_is_refused_and_nothing_written(noted: Path, arguments: list[str], said: str) -> None:
    ran = songbuild("notes", *arguments, cwd=noted)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert (noted / "song.yaml").read_text("utf-8") == TINY + NOTES


def test_a_text_that_cant_be_added_to_is_left_alone(write_song: WriteSong) -> None:
    text = TINY + "notes: ~\n"
    song = write_song({"song.yaml": text}, "tilde")
    ran = songbuild("notes", "add", "x", cwd=song)
    assert (ran.code, ran.out) == (2, "")
    assert "song.yaml: the notes are written in a way that can't be added to: write it by hand" in ran.err
    assert (song / "song.yaml").read_text("utf-8") == text


def test_an_album_lists_its_own_and_its_songs(write_song: WriteSong) -> None:
    album = write_pair(
        write_song, "title: Pair\nsongs: [first, second]\nnotes:\n  - {song: second, text: longer pause}\n"
    )
    song = album / "first" / "song.yaml"
    song.write_text(song.read_text("utf-8") + "notes: [{at: 2, text: loud}]\n", "utf-8")
    assert songbuild("notes", album).out.splitlines() == [
        "1  second              longer pause",
        "1  first   bar 2  a 1  loud",
    ]
    events = songbuild("notes", album, "--json").events
    assert [event.get("file") for event in events] == ["album.yaml", "first/song.yaml", None]
    assert songbuild("notes", album, "--part", "low").code == 2
    ran = songbuild("notes", "add", "--track", "first", "--by", "Jon", "--date", "2026-04-01", "an opener", cwd=album)
    assert ran.out == "note 2 written to album.yaml\n"
    assert (
        (album / "album.yaml")
        .read_text("utf-8")
        .endswith("  - {song: first, text: an opener, by: Jon, date: 2026-04-01}\n")
    )
    assert songbuild("notes", "add", "--track", "frst", "x", cwd=album).err.endswith("did you mean 'first'?\n")


def test_a_file_that_cant_be_read_is_told(write_song: WriteSong) -> None:
    song = write_song({"song.yaml": TINY + "notes: notes.yaml\n", "notes.yaml": "- ["}, "broken")
    for arguments, code in ((["list"], 1), (["add", "x", "--song"], 2)):
        ran = songbuild("notes", *arguments, song)
        assert (ran.code, ran.out) == (code, "")
        assert "notes.yaml:1:4: " in ran.err
    assert (song / "notes.yaml").read_text("utf-8") == "- ["


def test_a_diff_of_all_else_is_had_where_the_notes_cant_be_read(write_song: WriteSong) -> None:
    old = write_song({"song.yaml": TINY + "notes: notes.yaml\n", "notes.yaml": "- {text: x}\n"}, "old")
    new = write_song({"song.yaml": TINY.replace("240", "230") + "notes: n.yaml\n", "n.yaml": "- ["}, "new")
    ran = songbuild("diff", old, new)
    assert ran.code == 1
    assert "tempo 240 -> 230 bpm" in ran.out
    assert "note" not in ran.out
    assert "everything but notes" in ran.err
